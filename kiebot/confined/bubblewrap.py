"""The argument list of bubblewrap: a world with the system's programs, our code, one folder and nothing else."""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

log = logging.getLogger(__name__)

JOB_FOLDER = "/job"
_SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
# Fonts for text in pictures; the loader's cache and Debian's alternatives, through which ffmpeg finds its libraries.
_SYSTEM_SETTINGS = ("/etc/fonts", "/etc/ld.so.cache", "/etc/alternatives")


def wrap(command: Sequence[str], *, scratch: Path, environment: Mapping[str, str], visible: Sequence[Path]) -> list[str]:
    """`command` in its own namespaces, with `scratch` as the only place it can write, seen as JOB_FOLDER."""
    return [
        "bwrap", "--unshare-all", "--die-with-parent", "--clearenv", "--cap-drop", "ALL",
        *(word for name, value in environment.items() for word in ("--setenv", name, value)),
        *_system(),
        *(word for path in visible for word in ("--ro-bind", str(path), str(path))),
        "--proc", "/proc", "--dev", "/dev", "--bind", str(scratch), JOB_FOLDER, "--chdir", JOB_FOLDER,
        "--remount-ro", "/dev", "--remount-ro", "/",  # both would else be writable, and that memory counts for nobody
        "--", *command,
    ]  # fmt: skip


def interpreter_folders(python: str) -> list[Path]:
    """The folders an interpreter needs besides /usr: its environment and the installation behind it."""
    environment, installation = Path(python).absolute().parent.parent, Path(python).resolve().parent.parent
    return [path for path in dict.fromkeys((installation, environment)) if path != Path("/usr") and path != Path("/")]


def works(command: Sequence[str]) -> bool:
    """Whether a wrapped command really runs here: a container may have the program and forbid its namespaces."""
    if shutil.which("bwrap") is None:
        return False
    try:
        probe = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        log.warning("bubblewrap does not answer, children run with rlimits only")
        return False
    if probe.returncode != 0:
        log.warning(
            "bubblewrap is refused here, children run with rlimits only: %s", probe.stderr[-200:].decode(errors="replace")
        )
    return probe.returncode == 0


def _system() -> list[str]:
    words = ["--ro-bind", "/usr", "/usr"]
    for folder in map(Path, _SYSTEM_FOLDERS):
        if folder.is_symlink():
            words += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            words += ["--ro-bind", str(folder), str(folder)]
    for setting in _SYSTEM_SETTINGS:
        words += ["--ro-bind-try", setting, setting]
    return words
