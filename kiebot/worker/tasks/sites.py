"""Starts the process that asks a video site: no secret in its environment, limits on memory, time and files, one way out."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import kiebot
from kiebot.confined.limits import Limits
from kiebot.http.guarded import DownloadError
from kiebot.http.tunnel import Tunnel
from kiebot.worker.loop import LoopThread

log = logging.getLogger(__name__)

WITHIN_S = 180.0
ANSWER_BYTES = 64 * 1024
LIMITS = Limits(memory_bytes=1 << 30, cpu_s=90, file_bytes=1 << 30, open_files=128)
WORDS = frozenset({"missing", "too-long", "too-large", "refused"})


@dataclass(frozen=True, slots=True)
class Caps:
    """How much a video may have."""

    most_bytes: int
    most_s: float


def fetch(
    loop: LoopThread, url: str, folder: Path, extractors: list[str], caps: Caps, allowed_hosts: frozenset[str] = frozenset()
) -> Path:
    """The video of a page, in `folder`. Raises DownloadError with the reason missing, too-long, too-large, refused or timeout."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    tunnel = Tunnel(caps.most_bytes + caps.most_bytes // 2, allowed_hosts)  # pages and scripts come through it too
    wish = {"url": url, "folder": str(folder), "extractors": extractors, **asdict(caps)}
    said = loop.run(_through(tunnel, wish))
    path = Path(str(said.get("path", "")))
    if path.parent == folder and path.is_file() and not path.is_symlink():
        return path
    word = "too-large" if tunnel.overrun else str(said.get("error"))
    log.info("site refused reason=%s detail=%s", word, str(said.get("detail", ""))[:40])
    raise DownloadError(word if word in WORDS else "refused")


async def _through(tunnel: Tunnel, wish: dict[str, Any]) -> dict[str, Any]:
    async with tunnel as proxy:
        return await _ask(wish | {"proxy": proxy})


async def _ask(wish: dict[str, Any]) -> dict[str, Any]:
    folder = wish["folder"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "kiebot.confined.launch", "kiebot.media.site_child", str(os.getpid()),
        json.dumps(asdict(LIMITS)),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd=folder, env=_environment(folder), start_new_session=True, limit=ANSWER_BYTES,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(wish).encode() + b"\n")
        async with asyncio.timeout(WITHIN_S):
            said = json.loads(await process.stdout.readline() or b"{}")
        return said if isinstance(said, dict) else {}
    except TimeoutError as exc:
        raise DownloadError("timeout") from exc
    except (OSError, ValueError) as exc:  # it died, or says what is no answer
        log.warning("the process that asks a site broke: %r", exc)
        return {}
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _environment(folder: str) -> dict[str, str]:
    """No secret, and no program to be found."""
    package = Path(kiebot.__file__).resolve().parent
    return {"PATH": folder, "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder, "PYTHONPATH": str(package.parent)}
