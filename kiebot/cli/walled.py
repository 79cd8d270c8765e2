"""A program behind walls: a transient unit of systemd, without network, secrets and state, of a user who goes with it.

For code that nobody has run yet. It reads what it is shown and what belongs to the system, writes into a /tmp that goes with it,
and is ended after its time. There is no weaker form of it: where systemd does not run, nothing runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from kiebot.errors import OperatorFault
from kiebot.logs.journal_source import BOOTED

RUN_S = 300
STARTS_AND_ENDS_S = 30
PROGRAM = "systemd-run"
# As of systemd/kiebot-media-main@.service, which opens strangers' files.
PROPERTIES = f"""\
DynamicUser=yes
UMask=0077
RuntimeMaxSec={RUN_S}
TimeoutStopSec=2s
KillMode=control-group
MemoryMax=500M
MemorySwapMax=0
TasksMax=64
LimitCORE=0
Nice=10
OOMScoreAdjust=500
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
IPAddressDeny=any
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=tmpfs
PrivateTmp=yes
PrivateMounts=yes
TemporaryFileSystem=/var:ro /etc/kiebot:ro /srv:ro /mnt:ro /media:ro
PrivateDevices=yes
DevicePolicy=closed
InaccessiblePaths=/dev/shm
NoExecPaths=/tmp /run
PrivateUsers=yes
PrivateIPC=yes
RemoveIPC=yes
ProtectHostname=yes
ProtectClock=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectProc=invisible
ProcSubset=pid
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @obsolete
SystemCallErrorNumber=EPERM""".split("\n")


def check_walls(booted: Path = BOOTED) -> None:
    """Raises OperatorFault where there are none to be had."""
    if not booted.is_dir() or shutil.which(PROGRAM) is None:
        raise OperatorFault(
            "this machine does not run systemd, and only there code is tried that nobody has run yet (a transient unit without"
            " network, secrets and state): nothing was changed",
            exit_code=1,
        )


def run(
    command: Sequence[str], *, visible: Sequence[Path], environment: Mapping[str, str], program: Sequence[str] = ()
) -> tuple[bool, str]:
    """Run it: (whether it ended well, what it printed). `visible`: what it may read although it lies where people's files are."""
    whole = [
        *(program or _program()), *("--quiet", "--wait", "--pipe", "--collect", "--service-type=exec"),
        *(f"--property={each}" for each in (*PROPERTIES, *(f"BindReadOnlyPaths={quoted(path)}" for path in visible))),
        *(f"--setenv={name}={value}" for name, value in environment.items()), "--", *command,
    ]  # fmt: skip
    try:
        done = subprocess.run(
            whole, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            timeout=RUN_S + STARTS_AND_ENDS_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False, f"it did not end within {RUN_S} s"
    return done.returncode == 0, done.stdout


def quoted(path: Path) -> str:
    """For systemd, which parts words at blanks and colons."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _program() -> tuple[str, ...]:
    return (PROGRAM,) if os.geteuid() == 0 else ("sudo", PROGRAM)
