"""Albums: rows of the outbox that are two to ten messages, which Telegram takes in one call, all or none.

The row stands for the first of them; each has a random_id of its own, fixed with the row. Telegram wants every file of an album
to be there before: that shows nothing to anybody, so it is simply done again after a crash. Once the album is in the chat, its
further messages get rows too, so that people can reply to them like to any picture or clip of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyrogram.utils import get_input_media_from_file_id

from kiebot.store.failpoint import failpoint
from kiebot.telegram import outcomes
from kiebot.telegram.calls import AlbumItem, Calls, Delivered
from kiebot.telegram.pieces import pieces_of
from kiebot.telegram.threads import in_store
from kiebot.telegram.uploads import Uploads


@dataclass(frozen=True, slots=True)
class _Item:
    """One message of an album, in the shape of an outbox row."""

    kind: str
    payload: dict[str, Any]
    random_id: int


async def keep(calls: Calls, uploads: Uploads, row: Any) -> list[str]:
    """Give Telegram all files of the album of a row. Returns its references of them."""
    return [await _kept(calls, uploads, item) for item in _items(row)]


async def send(calls: Calls, uploads: Uploads, row: Any, kept: Sequence[str]) -> Delivered:
    """Send the album of a row whose files Telegram has as `kept`. Returns what became of its first message."""
    parts = [
        AlbumItem(get_input_media_from_file_id(file_id), pieces_of(item.payload, item.kind)[0], item.random_id)
        for item, file_id in zip(_items(row), kept, strict=True)
    ]
    sent = await calls.send_album(row.chat_id, parts, topic_id=row.topic_id, reply_to=row.reply_to)
    failpoint("album-sent")
    await in_store(outcomes.note_album, row, [(each.message_id, uploads.file_id_of(_media(each))) for each in sent[1:]])
    return sent[0]


def _items(row: Any) -> list[_Item]:
    """The messages of an album. What Telegram did not take as pictures or clips goes as files."""
    language, as_files = row.payload["language"], row.payload.get("as_files")
    whole = [{**row.payload, "random_id": row.random_id}, *row.payload["album"]]
    return [_Item("document" if as_files else each["kind"], {**each, "language": language}, each["random_id"]) for each in whole]


async def _kept(calls: Calls, uploads: Uploads, item: _Item) -> str:
    """Telegram's reference of a file that it has now."""
    answer = await calls.keep(await uploads.media(item))
    file_id = uploads.file_id_of(answer)
    if not file_id:
        raise ValueError("Telegram took a file of an album and gave no reference")
    return file_id


def _media(delivered: Delivered) -> Any:
    return getattr(delivered.message, "media", None)
