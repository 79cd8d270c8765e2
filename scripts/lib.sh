# What install, upgrade, rollback, promote and uninstall have in common. Sourced by them, with sh.
#
# /opt/kiebot/releases/V/    one release: its venv/, units and documents; root's, nobody else writes there
# /opt/kiebot/I/current      -> ../releases/V: what instance I runs
# /etc/kiebot/I/             config.toml, and credentials/: one file a secret, root's alone
# /var/lib/kiebot/I/         the state, of the user kiebot-I alone

set -eu
umask 022
here=$(cd "$(dirname "$0")/.." && pwd)
OPT=/opt/kiebot
ETC=/etc/kiebot
STATE=/var/lib/kiebot
UNITS=/etc/systemd/system
COMMANDS=/usr/local/bin
RUN=/run
GATE_S=15 # how long a release has to stay well
HELD_S=5  # and before that, held
breakable=yes
KEEP_RELEASES=3
NEEDED_MB=700 # of free disk, for a release and the system packages

say() { printf '%s\n' "$*" >&2 || true; } # also to a terminal that is gone
step() { say "» $*"; }
die() {
    say "kiebot: $*"
    exit 1
}

usage() { # the comment at the head of the script
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
    exit "${1:-2}"
}

# --- before anything is changed ------------------------------------------------------------------------------------------------

only_root() { [ "$(id -u)" = 0 ] || die "needs root: sudo $0 ..."; }

only_one() { # one of these scripts at a time; the lock ends with the process
    exec 9>/run/lock/kiebot-install.lock
    flock -n 9 || die "another of kiebot's scripts is at work; wait for it."
}

good_name() { # good_name INSTANCE
    case $1 in
    *[!a-z0-9]* | '' | releases) die "an instance is named by small letters and digits, not '$1'." ;;
    esac
    [ "${#1}" -le 16 ] || die "the name of an instance has at most 16 letters."
}

look_around() { # what has to be there before the first change
    command -v systemctl >/dev/null && [ -d /run/systemd/system ] || die "this machine does not run systemd."
    command -v apt-get >/dev/null || die "only Debian and Ubuntu are supported: apt-get is missing."
    free_mb=$(df -Pm /opt | awk 'NR == 2 {print $4}')
    [ "$free_mb" -ge "$NEEDED_MB" ] || die "/opt has $free_mb MB free; $NEEDED_MB MB are needed."
}

python_of_machine() {
    for candidate in python3.13 python3.12 python3.11 python3; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    die "Python 3.11, 3.12 or 3.13 is needed (Debian 12 or newer, Ubuntu 24.04 or newer)."
}

# --- releases ------------------------------------------------------------------------------------------------------------------

sources() { # what a release is made of
    echo kiebot systemd scripts docs setup.cfg pyproject.toml constraints.txt constraints-build.txt \
        README.md README.ru.md LICENSE CHANGELOG.md config.example.toml
}

version_of_tree() { # the number and a short sum of the contents: the same tree is the same release
    number=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$here/kiebot/__init__.py")
    # shellcheck disable=SC2046 - a list of words
    sum=$(cd "$here" && find $(sources) -type f ! -path '*/__pycache__/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum |
        sha256sum | cut -c1-8)
    echo "$number-$sum"
}

build_release() { # build_release VERSION: in its final place, for a virtual environment cannot be moved
    release=$OPT/releases/$1
    [ ! -e "$release/.complete" ] || return 0
    step "Building release $1"
    rm -rf "$release"
    mkdir -p "$release"
    # shellcheck disable=SC2046 - a list of words
    (cd "$here" && tar -cf - --exclude=__pycache__ --exclude='*.egg-info' $(sources)) | tar -xf - --no-same-owner -C "$release"
    "$(python_of_machine)" -m venv "$release/venv"
    pip() { "$release/venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"; }
    pip install --quiet --require-hashes --only-binary :all: -r "$release/constraints-build.txt"
    pip install --quiet --require-hashes --only-binary :all: --no-binary pyaes --no-build-isolation -r "$release/constraints.txt"
    PYTHONWARNINGS=ignore pip install --quiet --no-deps --no-build-isolation "$release"
    "$release/venv/bin/python" -m compileall -q -j 2 "$release/venv" >/dev/null || true # some libraries carry broken examples
    "$release/venv/bin/kiebot" version >/dev/null
    rm -rf "$release/kiebot" "$release/build" "$release"/*.egg-info # it runs from the environment
    chown -R root:root "$release"
    chmod -R go-w "$release"
    touch "$release/.complete"
    sync -f "$release"
}

current_of() { # current_of INSTANCE: the release it runs, or nothing
    readlink "$OPT/$1/current" 2>/dev/null | sed 's|.*/||'
}

flip() { # flip INSTANCE VERSION: at once or not at all
    mkdir -p "$OPT/$1"
    ln -sfn "../releases/$2" "$OPT/$1/current.new"
    mv -T "$OPT/$1/current.new" "$OPT/$1/current"
    sync -f "$OPT/$1"
}

prune_releases() { # the newest stay, and those that an instance runs or can go back to
    for old in $(ls -1t "$OPT/releases" | tail -n "+$((KEEP_RELEASES + 1))"); do
        used=no
        for link in "$OPT"/*/current "$OPT"/*/previous; do
            [ "$(readlink "$link" 2>/dev/null | sed 's|.*/||')" != "$old" ] || used=yes
        done
        [ $used = yes ] || rm -rf "$OPT/releases/$old"
    done
}

# --- units ---------------------------------------------------------------------------------------------------------------------

install_units() { # install_units INSTANCE VERSION
    from=$OPT/releases/$2/systemd
    for unit in "$from"/kiebot*@.service "$from"/kiebot*@.timer "$from"/kiebot@.target; do
        case $unit in *media*) continue ;; esac
        install -m 644 "$unit" "$UNITS/"
    done
    install -m 644 "$from/kiebot-media-main.socket" "$UNITS/kiebot-media-$1.socket"
    install -m 644 "$from/kiebot-media-main@.service" "$UNITS/kiebot-media-$1@.service"
    systemctl daemon-reload
    write_command
}

write_command() { # `kiebot-admin` for the administrator, as the right user and with the right files
    cat >"$COMMANDS/kiebot-admin.new" <<'END'
#!/bin/sh
# kiebot-admin of an installed kiebot: sudo kiebot-admin [-i INSTANCE] COMMAND
set -eu
instance=main
if [ "${1:-}" = -i ]; then instance=${2:?the name of an instance} && shift 2; fi
[ "$(id -u)" = 0 ] || { echo "needs root: sudo kiebot-admin ..." >&2; exit 1; }
[ -e "/opt/kiebot/$instance/current" ] || { echo "there is no instance '$instance' here" >&2; exit 1; }
case " $* " in # this alone needs root beyond the instance's own user: it makes a release
*" diagnose "*" --apply "*) exec "/opt/kiebot/$instance/current/scripts/apply-fix" --instance "$instance" "$@" ;;
esac
. "/opt/kiebot/$instance/current/scripts/lib.sh"
as_instance "$instance" "$(current_of "$instance")" kiebot-admin "$@"
END
    chmod 755 "$COMMANDS/kiebot-admin.new"
    mv "$COMMANDS/kiebot-admin.new" "$COMMANDS/kiebot-admin"
}

services_of() { # services_of INSTANCE
    echo "kiebot-bot@$1.service kiebot-worker@$1.service"
    ! systemctl is-enabled --quiet "kiebot-web@$1.service" 2>/dev/null || echo "kiebot-web@$1.service"
}

start_all() { # start_all INSTANCE: fails when a service did not come up
    systemctl reset-failed "kiebot-*@$1.service" 2>/dev/null || true
    systemctl start "kiebot-media-$1.socket"
    # shellcheck disable=SC2046 - a list of units
    systemctl start $(services_of "$1") "kiebot@$1.target"
}

stop_all() { # the door for files closes last: who stops may still want to finish
    # shellcheck disable=SC2046 - a list of units
    systemctl stop "kiebot@$1.target" $(services_of "$1") 2>/dev/null || true
    systemctl stop "kiebot-media-$1.socket" 2>/dev/null || true
}

restarts_of() { # how often systemd had to start the services anew
    # shellcheck disable=SC2046 - a list of units
    systemctl show -P NRestarts $(services_of "$1") | tr -d '\n'
}

gate() { # gate INSTANCE: whether all its services are up and stay so
    until=$(($(date +%s) + GATE_S))
    before=$(restarts_of "$1")
    while :; do
        for service in $(services_of "$1"); do
            systemctl is-active --quiet "$service" || return 1
        done
        [ "$(restarts_of "$1")" = "$before" ] || return 1
        [ "$(date +%s)" -lt "$until" ] || return 0
        sleep 1
    done
}

tell_failure() { # the last words of what did not start
    for service in $(services_of "$1"); do
        systemctl is-active --quiet "$service" || journalctl --no-pager -o cat -n 8 -u "$service" >&2 || true
    done
}

# --- commands as the instance's user -------------------------------------------------------------------------------------------

as_instance() ( # as_instance INSTANCE VERSION COMMAND...: with its configuration and secrets, which only this command sees
    instance=$1 program=$OPT/releases/$2/venv/bin/$3 secrets='' groups=kiebot-$1
    shift 3
    case " $* " in *" logs "*) ! getent group systemd-journal >/dev/null || groups=$groups,systemd-journal ;; esac
    trap 'rm -rf "$secrets"' EXIT # all this in a subshell: the caller's own traps and names stay as they are
    [ $breakable = no ] || trap 'exit 130' HUP INT TERM
    secrets=$(mktemp -d "$RUN/kiebot-admin.XXXXXX") || exit 1 # where a caller asks how it went, -e does not hold
    cp "$ETC/$instance/credentials"/* "$secrets"/ 2>/dev/null || true
    chown -R "kiebot-$instance" "$secrets" || exit 1
    (
        cd "$STATE/$instance" || exit 1
        exec setpriv --reuid "kiebot-$instance" --regid "kiebot-$instance" --groups "$groups" env -i \
            PATH=/usr/local/bin:/usr/bin:/bin LANG="${LANG:-C.UTF-8}" TERM="${TERM:-dumb}" COLUMNS="${COLUMNS:-}" CREDENTIALS_DIRECTORY="$secrets" \
            KIEBOT_CONFIG="$ETC/$instance/config.toml" KIEBOT_DATA_DIR="$STATE/$instance" KIEBOT_MEDIA__SOCKET="/run/kiebot-media-$instance.sock" \
            "$program" "$@"
    )
)

# --- from one release to another -----------------------------------------------------------------------------------------------

applied_of() { # applied_of INSTANCE RELEASE: the newest migration that the data has
    { as_instance "$1" "$2" kiebot-admin db check --json 2>/dev/null || true; } |
        "$OPT/releases/$2/venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["applied"][-1])' 2>/dev/null
}

knows_schema() { # knows_schema INSTANCE RELEASE
    as_instance "$1" "$2" kiebot-admin db check >/dev/null 2>&1
}

room_for_backup() { # room_for_backup INSTANCE
    needed_mb=$(($(du -sm --exclude=backups --exclude=media "$STATE/$1" | cut -f1) * 3 + 200))
    free_mb=$(df -Pm "$STATE/$1" | awk 'NR == 2 {print $4}')
    [ "$free_mb" -ge "$needed_mb" ] || die "$STATE has $free_mb MB free; a backup before the upgrade needs $needed_mb MB. Nothing was changed."
}

back_up() { # back_up INSTANCE RELEASE -> $backup
    backup=$(as_instance "$1" "$2" kiebot-admin backup --json |
        "$OPT/releases/$2/venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["file"])')
}

bring_back() { # bring_back INSTANCE RELEASE BACKUP: the data of a backup in the place of what is there
    as_instance "$1" "$2" kiebot-admin restore "$3" --yes >&2
}

hold() { touch "$RUN/kiebot-$1.hold"; }
let_go() { rm -f "$RUN/kiebot-$1.hold"; }

hold_on() { # what is stopped now comes up again, forwards or backwards; broken off, it would stay stopped, or held for ever
    say 'From here on it comes to an end by itself, one way or the other: Ctrl-C and a closed terminal do nothing.'
    breakable=no
    trap '' HUP INT PIPE TERM
}

change_release() { # change_release INSTANCE FROM TO: exits 0 when TO runs, 1 when FROM runs again
    hold_on
    trap "let_go $1" EXIT
    step "Stopping instance $1"
    stop_all "$1"
    step 'Backing up'
    back_up "$1" "$2" || {
        start_all "$1"
        die "no backup, no upgrade: release $2 goes on."
    }
    say "$backup"
    schema=$(applied_of "$1" "$2")
    hold "$1"
    if ! try_release "$1" "$3"; then
        tell_failure "$1"
        undo "$1" "$2" "$3"
    fi
    step "Letting release $3 go"
    let_go "$1"
    if gate "$1"; then
        ln -sfn "../releases/$2" "$OPT/$1/previous"
        prune_releases
        say "Instance $1 runs release $3. Back: scripts/rollback"
        exit 0
    fi
    tell_failure "$1"
    [ "$(applied_of "$1" "$3")" = "$schema" ] && undo "$1" "$2" "$3"
    die "release $3 started, but does not stay up. Its data have another schema and people may have written since: nothing is taken back by itself.
Mend it, or go back and lose what came since: scripts/rollback --instance $1 --with-data $backup"
}

try_release() { # try_release INSTANCE RELEASE: migrate and start, held
    step "Migrating the data and starting release $2, held"
    as_instance "$1" "$2" kiebot-admin db migrate --yes >&2 || return 1
    flip "$1" "$2"
    install_units "$1" "$2"
    start_all "$1" && GATE_S=$HELD_S gate "$1"
}

undo() { # undo INSTANCE OLD NEW: the release did nothing yet, or nothing that the old one does not know
    step "Release $3 does not run: going back to $2"
    stop_all "$1"
    [ "$(applied_of "$1" "$3")" = "$schema" ] || bring_back "$1" "$2" "$backup" # by the old one: a restore brings the schema up to its own
    flip "$1" "$2"
    install_units "$1" "$2"
    let_go "$1"
    start_all "$1" && gate "$1" || die "release $2 does not run either; journalctl -u 'kiebot-*@$1' says why. The data are as before: $backup"
    die "release $3 does not run here; $2 goes on, with all data."
}

go_back() { # go_back INSTANCE NOW BEFORE BACKUP
    hold_on
    step "Stopping instance $1"
    stop_all "$1"
    wanted=$4
    back_up "$1" "$2" || die "what is there now could not be saved: nothing was changed. Start: systemctl start kiebot@$1.target"
    say "What was there is saved: $backup"
    [ -z "$wanted" ] || bring_back "$1" "$3" "$wanted" || die "the backup could not be brought back; what was there is in $backup"
    flip "$1" "$3"
    install_units "$1" "$3"
    ln -sfn "../releases/$2" "$OPT/$1/previous"
    start_all "$1" && gate "$1" || {
        tell_failure "$1"
        die "release $3 does not run."
    }
    say "Instance $1 runs release $3."
}
