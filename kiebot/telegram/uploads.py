"""Files on their way to Telegram: uploaded once, then known by Telegram's own reference."""

from __future__ import annotations

import asyncio
import io
import math
from pathlib import Path
from typing import Any

import pyrogram
from pyrogram import raw
from pyrogram.errors import RPCError
from pyrogram.file_id import FileId, FileType, ThumbnailSource
from pyrogram.utils import get_input_media_from_file_id

from kiebot.errors import OperatorFault
from kiebot.telegram.rendering import as_file

MOST_PHOTO_BYTES = 10 * 2**20


class Uploads:
    """Makes Telegram's media out of a payload's file."""

    def __init__(self, client: pyrogram.Client) -> None:
        self._client = client
        self._under_way: set[asyncio.Task[Any]] = set()

    async def media(self, row: Any) -> Any:
        """The input media of an outbox row: by Telegram's reference where it is known, else uploaded now."""
        file = row.payload["file"]
        if file.get("file_id"):
            return get_input_media_from_file_id(file["file_id"])
        if "text" in file:  # a text too long for messages: it lies in the row itself
            size, uploaded = 0, await self._carried(_in_memory(*as_file(file["text"], file["name"])))
        else:
            size, uploaded = _size(file["path"]), await self._saved(file["path"])
        if row.kind == "photo" and size <= MOST_PHOTO_BYTES:
            return raw.types.InputMediaUploadedPhoto(file=uploaded)
        return raw.types.InputMediaUploadedDocument(
            file=uploaded,
            mime_type=file.get("mime") or "application/octet-stream",
            attributes=_attributes(row.kind, file),
            thumb=await self._thumbnail(file),
            nosound_video=row.kind == "video" or None,
            force_file=row.kind in ("document", "photo") or None,
        )

    async def _thumbnail(self, file: dict[str, Any]) -> Any:
        path = file.get("thumb") or ""
        return await self._saved(path) if path and _exists(path) else None

    async def _saved(self, path: str) -> Any:
        """Upload a file. The library names it by its whole path, which is nobody's business: a voice message showed it."""
        uploaded: Any = await self._carried(path)
        uploaded.name = Path(path).name
        return uploaded

    async def _carried(self, source: str | io.BytesIO) -> Any:
        """Upload. Who waits here may be cancelled; the library's own upload must not be, and stops after its next part.

        Cancelled while it opens the session for files, it leaves one that is never open, and all later uploads wait for that;
        cancelled together with its workers, it waits for them for ever.
        """
        wanted = True

        async def after_part(_sent: int, _whole: int) -> None:
            if not wanted:
                raise pyrogram.StopTransmission

        task = asyncio.create_task(self._client.save_file(source, progress=after_part))
        self._under_way.add(task)
        task.add_done_callback(self._over)
        try:
            return await asyncio.shield(task)
        finally:
            wanted = False

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        _ = task.cancelled() or task.exception()  # whoever waited has it; nobody may wait any more

    async def end(self) -> None:
        """End what is still on its way, with the client: it is stopped, and nothing is uploaded by it any more."""
        while self._under_way:
            for task in list(self._under_way):
                task.cancel()  # again and again: its last steps wait for workers that may be gone
            await asyncio.sleep(0)

    async def renewed(self, chat_id: int, message_id: int) -> str:
        """Telegram's new reference of the file in a message of ours; empty when the message is gone."""
        try:
            message = await self._client.get_messages(chat_id, message_id)
        except RPCError:  # the chat itself is gone
            return ""
        media = getattr(message, message.media.value, None) if message is not None and message.media else None
        return str(getattr(media, "file_id", "") or "")

    def file_id_of(self, media: Any) -> str:
        """Telegram's reference of a file (the `media` of a message), with which it can be sent again without uploading."""
        if isinstance(media, raw.types.MessageMediaPhoto) and media.photo is not None:
            return _photo_id(media.photo)
        if isinstance(media, raw.types.MessageMediaDocument) and media.document is not None:
            return _document_id(media.document)
        return ""


def size_to_upload(row: Any) -> int:
    """How many bytes of a row's files Telegram does not have yet; a file that is gone has none."""
    files = [each["file"] for each in (row.payload, *row.payload.get("album", ())) if each.get("file")]
    return sum(_bytes_of(Path(file["path"])) for file in files if not file.get("file_id") and "path" in file)


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # whoever sends it says so
        return 0


def _in_memory(name: str, content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def _exists(path: str) -> bool:
    return Path(path).is_file()


def _size(path: str) -> int:
    """Bytes of a file. Raises OperatorFault when it is gone: the sweeps never take what the outbox still needs."""
    try:
        return Path(path).stat().st_size
    except FileNotFoundError as exc:
        raise OperatorFault(f"a file that was to be sent is gone: {path}") from exc


def _attributes(kind: str, file: dict[str, Any]) -> list[Any]:
    attributes: list[Any] = [raw.types.DocumentAttributeFilename(file_name=file.get("name") or "file")]
    duration_s = math.ceil(file.get("duration_s") or 0)  # what is shorter than a second is no empty file
    if kind == "video":
        attributes.append(
            raw.types.DocumentAttributeVideo(
                duration=duration_s, w=int(file.get("width") or 0), h=int(file.get("height") or 0), supports_streaming=True
            )
        )
    if kind == "audio":
        attributes.append(
            raw.types.DocumentAttributeAudio(duration=duration_s, title=file.get("title"), performer=file.get("performer"))
        )
    if kind == "voice":  # without a file's name: the apps would show it as a file
        drawn = _packed(file.get("waveform") or [])
        return [raw.types.DocumentAttributeAudio(duration=duration_s, voice=True, waveform=drawn or None)]
    return attributes


def _packed(values: list[int]) -> bytes:
    """Telegram's drawing of a voice message: five bits a value, the lowest bits first."""
    joined = sum((value & 31) << 5 * number for number, value in enumerate(values))
    return joined.to_bytes((5 * len(values) + 7) // 8, "little")


def _photo_id(photo: Any) -> str:
    return str(
        FileId(
            file_type=FileType.PHOTO,
            dc_id=photo.dc_id,
            media_id=photo.id,
            access_hash=photo.access_hash,
            file_reference=photo.file_reference,
            thumbnail_source=ThumbnailSource.THUMBNAIL,
            thumbnail_file_type=FileType.PHOTO,
            thumbnail_size=photo.sizes[-1].type if photo.sizes else "",
            volume_id=0,
            local_id=0,
        ).encode()
    )


def _document_id(document: Any) -> str:
    video = any(isinstance(attribute, raw.types.DocumentAttributeVideo) for attribute in document.attributes)
    return str(
        FileId(
            file_type=FileType.VIDEO if video else FileType.DOCUMENT,
            dc_id=document.dc_id,
            media_id=document.id,
            access_hash=document.access_hash,
            file_reference=document.file_reference,
        ).encode()
    )
