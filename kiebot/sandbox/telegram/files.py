"""Files on disk: uploaded in parts, kept in one folder, read in pieces. A file is never held in memory."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pyrogram.raw import types as T

from kiebot.sandbox.telegram import journal
from kiebot.sandbox.telegram.journal import Journal
from kiebot.sandbox.telegram.tl import Refused, now, read_tl

PART = 524_288
_MAX_PARTS = 4000  # 2000 MiB, what a bot may send
_CHUNK = 1 << 20
_PIECE = 4096  # offsets and limits of upload.getFile are multiples of it
_JS_SAFE_BITS = 52  # ids go through JSON to a browser


@dataclass(slots=True, eq=False)
class StoredFile:
    """A photo or document. `epoch` is part of every file reference: raising it makes the old ones expire."""

    id: int
    access_hash: int
    size: int
    mime: str
    name: str
    epoch: int = 0
    object: Any = None  # T.Photo or T.Document, shared by every message that shows it

    @property
    def reference(self) -> bytes:
        return self.id.to_bytes(8, "big") + self.epoch.to_bytes(4, "big")

    def row(self) -> tuple[str, bytes]:
        fields = {name: getattr(self, name) for name in self.__slots__ if name != "object"}
        return json.dumps(fields, ensure_ascii=False), self.object.write() if self.object is not None else b""


class Upload:
    """Parts that arrived so far, written straight to their place in one file. All but the last are as long as the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: set[int] = set()
        self._part_size = 0
        self._early: dict[int, bytes] = {}  # came before part 0 told the size: at most as many as a client sends at once
        self._file: BinaryIO = path.open("w+b")

    async def take(self, part: int, data: bytes) -> None:
        if part == 0:
            self._part_size = len(data)
        elif not self._part_size:
            self._early[part] = data
            return
        early, self._early = self._early, {}
        for index, piece in {part: data, **early}.items():
            await asyncio.to_thread(os.pwrite, self._file.fileno(), piece, index * self._part_size)
            self.parts.add(index)

    def close(self) -> None:
        self._file.close()


class Files:
    """Everything that was sent, by id."""

    def __init__(self, folder: Path, kept: Journal) -> None:
        self._folder = folder
        self._journal = kept
        self._files: dict[int, StoredFile] = {}
        self._uploads: dict[tuple[int, int], Upload] = {}
        self._open: dict[int, BinaryIO] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob("*.part"):
            leftover.unlink()
        for _, body, data in kept.rows(journal.FILES):
            self._files[json.loads(body)["id"]] = StoredFile(**json.loads(body), object=read_tl(data) if data else None)

    def path(self, file_id: int) -> Path:
        return self._folder / str(file_id)

    def get(self, file_id: int) -> StoredFile:
        found = self._files.get(file_id)
        if found is None:
            raise Refused(400, "FILE_ID_INVALID")
        return found

    def add(self, source: Path, *, mime: str, name: str, move: bool = False) -> StoredFile:
        """Take a file in: moved, else linked where the disk allows it, else copied."""
        file_id = random.getrandbits(_JS_SAFE_BITS)
        target = self.path(file_id)
        if move:
            source.rename(target)
        else:
            try:
                os.link(source, target)
            except OSError:
                shutil.copyfile(source, target)
        stored = StoredFile(file_id, random.getrandbits(60), target.stat().st_size, mime, name)
        self._files[file_id] = stored
        return stored

    def save(self, stored: StoredFile) -> None:
        self._journal.put(journal.FILES, (stored.id,), stored.row)

    def document(self, stored: StoredFile, attributes: list[Any], thumbs: list[Any] | None = None) -> Any:
        stored.object = T.Document(
            id=stored.id,
            access_hash=stored.access_hash,
            file_reference=stored.reference,
            date=now(),
            mime_type=stored.mime,
            size=stored.size,
            dc_id=2,
            attributes=attributes,
            thumbs=thumbs,
        )
        self.save(stored)
        return stored.object

    def photo(self, stored: StoredFile, width: int, height: int) -> Any:
        small = min(1.0, 320 / max(width, height))
        sizes = [
            T.PhotoSize(type="m", w=max(1, int(width * small)), h=max(1, int(height * small)), size=stored.size),
            T.PhotoSize(type="x", w=width, h=height, size=stored.size),
        ]
        stored.object = T.Photo(
            id=stored.id, access_hash=stored.access_hash, file_reference=stored.reference, date=now(), sizes=sizes, dc_id=2
        )
        self.save(stored)
        return stored.object

    def referred(self, location: Any) -> StoredFile:
        """The file that a location or an input photo/document names, if its reference is still good."""
        found = self._files.get(location.id)
        if found is None or found.access_hash != location.access_hash:
            raise Refused(400, "LOCATION_INVALID")
        if not location.file_reference:
            raise Refused(400, "FILE_REFERENCE_EMPTY")
        if location.file_reference != found.reference:
            raise Refused(400, "FILE_REFERENCE_EXPIRED")
        return found

    def expire(self, file_id: int) -> None:
        """Make the references given out so far worthless; messages fetched from now on carry new ones."""
        stored = self.get(file_id)
        stored.epoch += 1
        if stored.object is not None:
            stored.object.file_reference = stored.reference
        self.save(stored)

    def relink(self, media: Any) -> None:
        """Let a message that was read from disk share the file's object, and with it the current reference."""
        for name in ("document", "photo"):
            part = getattr(media, name, None)
            stored = self._files.get(getattr(part, "id", 0))
            if stored is not None and stored.object is not None:
                setattr(media, name, stored.object)

    async def write_part(self, user_id: int, upload_id: int, part: int, data: bytes, total: int | None) -> None:
        if not data:
            raise Refused(400, "FILE_PART_EMPTY")
        if len(data) > PART:
            raise Refused(400, "FILE_PART_TOO_BIG")
        if part >= _MAX_PARTS or (total or 0) > _MAX_PARTS:
            raise Refused(400, "FILE_PARTS_INVALID")
        upload = self._uploads.get((user_id, upload_id))
        if upload is None:
            path = self._folder / f"{user_id}.{upload_id & (1 << 64) - 1:x}.part"
            upload = self._uploads[user_id, upload_id] = Upload(path)
        await upload.take(part, data)

    def assemble(self, user_id: int, file: Any, mime: str, name: str) -> StoredFile:
        """Turn the parts of an input file into a stored file."""
        upload = self._uploads.pop((user_id, file.id), None)
        missing = next((i for i in range(file.parts) if upload is None or i not in upload.parts), None)
        if upload is None or missing is not None:
            raise Refused(400, f"FILE_PART_{missing or 0}_MISSING")
        upload.close()
        return self.add(upload.path, mime=mime, name=name, move=True)

    async def read(self, file_id: int, offset: int, limit: int) -> bytes:
        if limit > _CHUNK or limit <= 0 or offset % _PIECE or limit % _PIECE:
            raise Refused(400, "LIMIT_INVALID")
        stored = self.get(file_id)
        file = self._open.get(file_id)
        if file is None:
            if len(self._open) > 32:
                self._open.pop(next(iter(self._open))).close()
            file = self._open[file_id] = self.path(stored.id).open("rb")
        return await asyncio.to_thread(os.pread, file.fileno(), limit, offset)

    def close(self) -> None:
        for file in self._open.values():
            file.close()
        for upload in self._uploads.values():
            upload.close()
