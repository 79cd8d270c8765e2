"""What a confined process may use. Limits are only ever lowered, so applying them twice is harmless."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_OOM_SCORE = Path("/proc/self/oom_score_adj")


@dataclass(frozen=True)
class Limits:
    """One call's allowance. `file_bytes` is the largest single file the child may write, its input included."""

    memory_bytes: int = 1 << 30
    cpu_s: int = 120
    file_bytes: int = 64 << 20
    open_files: int = 64
    nice: int = 10
    oom_score_adj: int = 800


# What the child holds itself to when whoever started it (a unit of systemd) set no rlimits.
CEILING = Limits(memory_bytes=2 << 30, cpu_s=300, file_bytes=4 << 30, open_files=256, nice=0, oom_score_adj=0)


def tighten(limits: Limits) -> None:
    """Lower the limits of this process and of everything it will start."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, limits.memory_bytes)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    _lower(resource.RLIMIT_CPU, limits.cpu_s, grace=5)  # SIGXCPU first; SIGKILL for whoever ignores it
    current_nice = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(current_nice, limits.nice))
    with contextlib.suppress(OSError, ValueError):  # no /proc: then the kernel's own choice stands
        score = max(int(_OOM_SCORE.read_text()), limits.oom_score_adj)
        _OOM_SCORE.write_text(str(score))


def die_with_parent(parent_pid: int = 0) -> None:
    """Let the kernel kill this process when the thread that started it ends, a SIGKILL of its process included.

    `parent_pid` closes the race in which the parent died before this call; 0 skips that check.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent_pid and os.getppid() != parent_pid:
        os.kill(os.getpid(), signal.SIGKILL)


def _lower(which: int, wanted: int, *, grace: int = 0) -> None:
    soft, hard = (value if value != resource.RLIM_INFINITY else None for value in resource.getrlimit(which))
    new_hard = wanted + grace if hard is None else min(wanted + grace, hard)
    new_soft = min(wanted, new_hard) if soft is None else min(wanted, new_hard, soft)
    resource.setrlimit(which, (new_soft, new_hard))
