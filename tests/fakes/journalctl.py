"""Stands where journalctl stands: prints entries of a file as JSON, as the real one (252) does for these options."""

import json
import sys
import time
from pathlib import Path


def main(file, *options):
    path, given = Path(file), dict(option.partition("=")[::2] for option in options if option.startswith("--"))
    if path.with_suffix(".forbidden").exists():
        sys.exit("No journal files were opened due to insufficient permissions.")
    entries = read(path)
    cursors = [entry["__CURSOR"] for entry in entries]
    if "--reverse" in given:
        end = cursors.index(given["--cursor"]) + 1 if "--cursor" in given else cursors.index(given["--after-cursor"])
        show(entries[:end][::-1])
    elif "--lines" in given:
        show(entries[-int(given["--lines"]) :])
    elif "--after-cursor" in given:
        follow(path, cursors.index(given["--after-cursor"]) + 1)
    else:
        since = float(given["--since"].removeprefix("@")) * 1e6
        begin = next((n for n, entry in enumerate(entries) if int(entry["__REALTIME_TIMESTAMP"]) >= since), len(entries))
        follow(path, begin) if "--follow" in given else show(entries[begin:])


def follow(path, begin):
    while not path.with_suffix(".dead").exists():
        entries = read(path)
        show(entries[begin:])
        begin = len(entries)
        time.sleep(0.02)


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def show(entries):
    for entry in entries:
        print(json.dumps(entry), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
