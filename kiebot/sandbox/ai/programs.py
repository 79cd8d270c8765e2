"""Running the programs that make media: argument lists only, bounded in time, ended when nobody waits any more."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence


class ProgramFault(Exception):
    """A program is missing, failed or took too long; the text says which."""


async def run(arguments: Sequence[str], *, timeout_s: float = 60, given: bytes = b"") -> bytes:
    """Run a program and return its standard output. Raises ProgramFault."""
    program = shutil.which(arguments[0])
    if program is None:
        raise ProgramFault(f"{arguments[0]} is not installed on this machine")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(program, *arguments[1:], stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout(timeout_s):
            output, errors = await process.communicate(given)
    except TimeoutError as exc:
        raise ProgramFault(f"{arguments[0]} took over {timeout_s:.0f} s") from exc
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ProgramFault(f"{arguments[0]} failed: {errors[-300:].decode(errors='replace')}")
    return output


def installed(program: str) -> bool:
    """Whether a program can be run at all."""
    return shutil.which(program) is not None
