"""The child's side: one request in, one answer out, then the end.

It runs with no secrets, no network where bubblewrap or systemd confine it, and a private folder of its own. Whatever goes
wrong becomes {"error": {"reason", "message"}}; a message is a key or a place in our code, never text from the file.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from kiebot.confined.limits import CEILING, tighten
from kiebot.confined.protocol import MAX_REQUEST_LINE, Answer, EndedEarly, Operation, read_files, read_message, write_message
from kiebot.errors import ConfinedError

MAX_REQUEST_BYTES = CEILING.file_bytes


def serve(ops: Mapping[str, Operation]) -> None:
    """Answer the one request on standard input. The parent has set the limits; here they are checked once more."""
    tighten(CEILING)
    source, sink = _claim_standard_streams()
    with tempfile.TemporaryDirectory(prefix="request-") as folder:
        answer: Answer | None = None
        try:
            answer = _perform(ops, source, Path(folder))
            message: dict[str, Any] = {"data": answer.data}
        except EndedEarly:
            return  # nobody listens any more
        except ConfinedError as error:
            message = {"error": {"reason": error.reason, "message": error.message}}
        except MemoryError:
            message = {"error": {"reason": "memory", "message": ""}}
        except Exception as error:  # noqa: BLE001  the parent logs it; the traceback's text may quote the file
            message = {"error": {"reason": "killed", "message": _place(error)}}
        write_message(sink, message, answer.files if answer else ())


def _claim_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep the two streams for the protocol: a library that prints must not break the answer."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    return source, sink


def _perform(ops: Mapping[str, Operation], source: BinaryIO, folder: Path) -> Answer:
    request = read_message(source, MAX_REQUEST_LINE)
    received, made = folder / "received", folder / "made"
    received.mkdir()
    made.mkdir()
    files = read_files(source, request.get("files"), received, MAX_REQUEST_BYTES)
    op, args = request.get("op"), request.get("args")
    if not isinstance(op, str) or op not in ops or not isinstance(args, dict):
        raise ConfinedError("protocol", "unknown operation")
    return ops[op](args, files, made)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    return f"{type(error).__name__} at {where}"
