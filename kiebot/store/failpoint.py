"""Places where a test kills the process: `KIEBOT_FAILPOINT=job-submitting` ends it there as `kill -9` would."""

from __future__ import annotations

import os
import signal

CHOSEN = os.environ.get("KIEBOT_FAILPOINT", "")


def failpoint(name: str) -> None:
    """End the process here when the environment says so."""
    if name == CHOSEN:
        os.kill(os.getpid(), signal.SIGKILL)
