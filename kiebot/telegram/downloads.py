"""Files that people sent, fetched from Telegram into the folder of their job."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrogram
from pyrogram.errors import RPCError

from kiebot.jobqueue import JobQueue
from kiebot.services import documents, voices
from kiebot.services.jobs import file_arrived
from kiebot.services.limits import Limits
from kiebot.store import jobs
from kiebot.telegram.threads import in_reader, in_store

log = logging.getLogger(__name__)

TRIES = 3
PAUSE_S = 2.0
NAME = "source"  # never the person's own name


class TooMuch(Exception):
    """More bytes come than Telegram announced and we allow."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is done with the files of one kind of jobs (kiebot.services.documents, voices)."""

    waiting: Callable[[], list[Any]]
    arrived: Callable[..., bool]
    lost: Callable[[int], bool]
    most_bytes: int


def kinds(limits: Limits) -> dict[str, Kind]:
    """The kinds of jobs that begin with a file."""
    most_mb = max(limits.voice_mb, limits.audio_mb)
    return {
        documents.KIND: Kind(documents.waiting_for_file, file_arrived, documents.file_lost, limits.document_mb * 2**20),
        voices.KIND: Kind(voices.waiting_for_file, file_arrived, voices.file_lost, most_mb * 2**20),
    }


class Downloads:
    """Fetches documents and recordings; each is known by its job's row, so a crash fetches it again."""

    def __init__(self, client: pyrogram.Client, data_dir: Path, queue: JobQueue, kinds: Mapping[str, Kind]) -> None:
        self._client = client
        self._data_dir = data_dir
        self._queue = queue
        self._kinds = kinds
        self._fetching: set[int] = set()

    async def fetch_waiting(self) -> None:
        """Fetch what a crash left, and what the worker misses."""
        for kind in self._kinds.values():
            waiting = await in_reader(kind.waiting)
            await asyncio.gather(*(self.fetch(job.id) for job in waiting))  # one that hangs does not keep the others waiting

    async def fetch(self, job_id: int) -> None:
        """Fetch one file and hand it to the worker; the person is told when Telegram does not give it."""
        if job_id in self._fetching:
            return
        self._fetching.add(job_id)
        try:
            await self._fetch(job_id)
        finally:
            self._fetching.discard(job_id)

    async def _fetch(self, job_id: int) -> None:
        job = await in_reader(jobs.get, job_id)
        if job is None or job.state != "queued":
            return
        kind, path = self._kinds[job.kind], documents.folder(self._data_dir, job_id) / NAME
        reference = job.input["file_ref"]
        for number in range(1, TRIES + 1):
            try:
                await download(self._client, reference["file_id"], path, kind.most_bytes)
            except (RPCError, TimeoutError, OSError, ValueError, TooMuch) as exc:
                log.warning("download failed job=%d try=%d error=%s", job_id, number, exc)
                reference = await self._renewed(reference, exc)
                await asyncio.sleep(PAUSE_S)
            else:
                await in_store(kind.arrived, job_id, path, queue=self._queue)
                return
        await in_store(kind.lost, job_id)

    async def _renewed(self, reference: dict[str, Any], error: Exception) -> dict[str, Any]:
        """A file reference that expired is found anew in its message."""
        if "FILE_REFERENCE" not in str(error):
            return reference
        try:
            message = await self._client.get_messages(reference["chat_id"], reference["message_id"])
        except (RPCError, TimeoutError, OSError) as exc:
            log.warning("file reference not renewed error=%s", exc)
            return reference
        file = getattr(message, message.media.value, None) if message is not None and message.media else None
        file_id = getattr(file, "file_id", "")
        return {**reference, "file_id": file_id} if file_id else reference


async def download(client: pyrogram.Client, file_id: str, path: Path, most_bytes: int) -> None:
    """One file of Telegram to a path, whole or not at all. Raises TooMuch, and what the library raises."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            size = 0
            async for chunk in client.stream_media(file_id):
                size += len(chunk)
                if size > most_bytes:
                    raise TooMuch(f"more than {most_bytes} bytes")
                await asyncio.to_thread(file.write, chunk)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
