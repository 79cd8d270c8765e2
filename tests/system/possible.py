"""`python -m tests.system.possible`: says nothing, or why there can be no box on this machine (exit code 1)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile

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
    return f"namespaces or an overlay in them are not allowed here ({said[-1]})" if tried.returncode else ""


if __name__ == "__main__":
    reason = why_not()
    sys.exit(reason or 0)
