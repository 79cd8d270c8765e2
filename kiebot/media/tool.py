"""Runs ffmpeg, ffprobe and tesseract. Only inside the confined child, whose limits they inherit."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Sequence

from kiebot.confined.limits import die_with_parent
from kiebot.errors import ConfinedError

_MAX_OUTPUT_BYTES = 4 << 20


def run_tool(command: Sequence[str], *, timeout_s: float | None = None) -> bytes:
    """Its standard output. A tool that fails on a file refuses it; the reasons of the confined child are kept apart."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
        try:
            # The confined child has one thread, so code between fork and exec is safe here; without it a SIGKILL of the
            # worker would take the child along and leave ffmpeg running.
            code = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=complaints, preexec_fn=die_with_parent, check=False,
                timeout=timeout_s,
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired as exc:
            raise ConfinedError("timeout") from exc
        except FileNotFoundError as exc:
            raise ConfinedError("missing", command[0]) from exc
        complaints.seek(0)
        if code != 0:
            raise _failure(code, complaints.read(4000))
        output.seek(0)
        printed = output.read(_MAX_OUTPUT_BYTES + 1)
    if len(printed) > _MAX_OUTPUT_BYTES:
        raise ConfinedError("refused", "bomb")
    return printed


def _failure(code: int, complaint: bytes) -> ConfinedError:
    if code == -signal.SIGXCPU:
        return ConfinedError("timeout", "processor time used up")
    if b"Cannot allocate memory" in complaint:
        return ConfinedError("memory")
    if code < 0:
        return ConfinedError("killed", f"signal {-code}")
    return ConfinedError("refused", "broken")
