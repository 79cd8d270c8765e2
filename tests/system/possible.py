"""`python -m tests.system.possible`: says nothing, or why there can be no box on this machine (exit code 1)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.system.box import RELEASE, SOURCES

FETCH = ("/usr/lib/apt/apt-helper", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10", "download-file")
USUAL_MIRROR = "http://deb.debian.org/debian"
NAMESPACES = ("--mount", "--pid", "--uts", "--ipc", "--cgroup", "--fork")
OVERLAY = """
mount -t tmpfs tmpfs "$1"
mkdir "$1/lower" "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" "$1/root"
"""


def why_not() -> str:
    """Why there can be no box; empty when there can be one."""
    if os.geteuid() != 0:
        return "it needs root"
    if not any(shutil.which(program) for program in ("mmdebstrap", "apt-get")):
        return "there is neither mmdebstrap, which builds its Debian, nor apt-get, which would install that"
    with tempfile.TemporaryDirectory() as folder:
        command = ["unshare", *NAMESPACES, "sh", "-euc", OVERLAY, "sh", folder]
        tried = subprocess.run(command, capture_output=True, text=True, check=False)
    said = tried.stderr.strip().splitlines() or [f"exit code {tried.returncode}"]
    if tried.returncode:
        return f"namespaces or an overlay in them are not allowed here ({said[-1]})"
    return no_packages(mirror())


def mirror(sources: Path = SOURCES) -> str:
    """Where its Debian and what scripts/install asks for come from."""
    lines = sources.read_text().splitlines() if sources.exists() else []
    return next((line.split()[1].rstrip("/") for line in lines if line.startswith("URIs: ")), USUAL_MIRROR)


def no_packages(mirror: str) -> str:
    """Why nothing can be had there; asked by apt, which knows of this machine's proxies."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*FETCH, f"{mirror}/dists/{RELEASE}/InRelease", f"{folder}/InRelease"]
        tried = subprocess.run(command, capture_output=True, text=True, check=False)
    if not tried.returncode:
        return ""
    said = next((line for line in tried.stderr.splitlines() if "Failed to fetch" in line), tried.stderr.strip())
    return f"Debian's mirror {mirror}, from which it is made and gets its packages, does not answer ({said})"


if __name__ == "__main__":
    reason = why_not()
    sys.exit(reason or 0)
