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
GATE_S=15 # how long a release has to stay well
KEEP_RELEASES=3
NEEDED_MB=700 # of free disk, for a release and the system packages

say() { printf '%s\n' "$*" >&2; }
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

as_instance() { # as_instance INSTANCE VERSION COMMAND...: with its configuration and secrets, which only this command sees
    instance=$1 bin=$OPT/releases/$2/venv/bin
    shift 2
    secrets=$(mktemp -d /run/kiebot-admin.XXXXXX)
    cp "$ETC/$instance/credentials"/* "$secrets"/ 2>/dev/null || true
    chown -R "kiebot-$instance" "$secrets"
    program=$1
    shift
    status=0
    (
        cd "$STATE/$instance"
        exec setpriv --reuid "kiebot-$instance" --regid "kiebot-$instance" --init-groups env -i PATH=/usr/local/bin:/usr/bin:/bin \
            LANG="${LANG:-C.UTF-8}" TERM="${TERM:-dumb}" COLUMNS="${COLUMNS:-}" CREDENTIALS_DIRECTORY="$secrets" \
            KIEBOT_CONFIG="$ETC/$instance/config.toml" KIEBOT_DATA_DIR="$STATE/$instance" "$bin/$program" "$@"
    ) || status=$?
    rm -rf "$secrets"
    return $status
}
