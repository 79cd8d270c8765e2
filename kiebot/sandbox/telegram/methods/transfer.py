"""Upload and download, in parts."""

from __future__ import annotations

from typing import Any

from pyrogram.raw import functions as F
from pyrogram.raw import types as T

from kiebot.sandbox.telegram.calls import Call, handles
from kiebot.sandbox.telegram.tl import now


@handles(F.upload.SaveFilePart)
async def save_part(call: Call, query: Any) -> bool:
    await call.centre.files.write_part(call.me.id, query.file_id, query.file_part, query.bytes, None)
    return True


@handles(F.upload.SaveBigFilePart)
async def save_big_part(call: Call, query: Any) -> bool:
    await call.centre.files.write_part(call.me.id, query.file_id, query.file_part, query.bytes, query.file_total_parts)
    return True


@handles(F.upload.GetFile)
async def get_file(call: Call, query: Any) -> Any:
    stored = call.centre.files.referred(query.location)
    data = await call.centre.files.read(stored.id, query.offset, query.limit)
    return T.upload.File(type=T.storage.FilePartial(), mtime=now(), bytes=data)
