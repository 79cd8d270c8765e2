"""Files that people give models to work on, fetched from Telegram."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pyrogram
from pyrogram.errors import RPCError

from kiebot.http.sniff import HEAD_BYTES, UNKNOWN, sniff
from kiebot.jobqueue import JobQueue
from kiebot.services import input_files, references
from kiebot.store import inputs
from kiebot.telegram.downloads import PAUSE_S, TRIES, TooMuch, download
from kiebot.telegram.threads import in_reader, in_store

log = logging.getLogger(__name__)


class InputDownloads:
    """Fetches them; each is known by its row, so a crash fetches it again."""

    def __init__(self, client: pyrogram.Client, data_dir: Path, queue: JobQueue, most_bytes: int) -> None:
        self._client = client
        self._data_dir = data_dir
        self._queue = queue
        self._most_bytes = most_bytes
        self._fetching: dict[int, asyncio.Task[None]] = {}

    async def fetch_waiting(self) -> None:
        """Fetch what a crash left."""
        waiting = await in_reader(references.waiting)
        await asyncio.gather(*(self.fetch(row.id) for row in waiting))

    async def fetch(self, file_id: int) -> None:
        """Fetch one file, or wait for whoever does; the jobs that wait for it go on, or end when Telegram does not give it."""
        task = self._fetching.get(file_id)
        if task is None:
            task = self._fetching[file_id] = asyncio.create_task(self._fetch(file_id), name=f"input-{file_id}")
            task.add_done_callback(lambda _: self._fetching.pop(file_id))
        await asyncio.shield(task)

    async def _fetch(self, file_id: int) -> None:
        row = await in_reader(inputs.get, file_id)
        if row is None or row.state != "fetching":
            return
        if not row.file_id:  # it came by a link and was swept: Telegram never had it
            await in_store(references.failed, file_id)
            return
        path, reference = input_files.path_of(self._data_dir, file_id), row.file_id
        for number in range(1, TRIES + 1):
            try:
                await download(self._client, reference, path, self._most_bytes)
            except (RPCError, TimeoutError, OSError, ValueError, TooMuch) as exc:
                log.warning("input not fetched file=%d try=%d error=%s", file_id, number, exc)
                reference = await self._renewed(row, reference, exc)
                await asyncio.sleep(PAUSE_S)
            else:
                await self._fetched(row, path)
                return
        await in_store(references.failed, file_id)

    async def _fetched(self, row: Any, path: Path) -> None:
        mime, size_bytes = await asyncio.to_thread(_look, path)
        known = row.mime if mime == UNKNOWN else mime
        await in_store(references.fetched, row.id, path, mime=known, size_bytes=size_bytes, queue=self._queue)

    async def _renewed(self, row: Any, reference: str, error: Exception) -> str:
        """A file reference that expired is found anew in the message that carries the file."""
        if "FILE_REFERENCE" not in str(error) or not row.message_id:
            return reference
        try:
            message = await self._client.get_messages(row.chat_id, row.message_id)
        except (RPCError, TimeoutError, OSError) as exc:
            log.warning("file reference not renewed error=%s", exc)
            return reference
        media = getattr(message, message.media.value, None) if message is not None and message.media else None
        return str(getattr(media, "file_id", "") or reference)


def _look(path: Path) -> tuple[str, int]:
    """What a file is by its first bytes, and how big."""
    with path.open("rb") as file:
        return sniff(file.read(HEAD_BYTES)), path.stat().st_size
