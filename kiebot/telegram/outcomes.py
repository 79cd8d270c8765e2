"""What became of a row of the outbox, written down: each function is one transaction in the store's thread."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from kiebot.services import delivery
from kiebot.services.delivery import Place
from kiebot.store import accounts, broadcasts, outbox
from kiebot.store.db import transaction, utc_now
from kiebot.store.outbox import Lane
from kiebot.telegram.rendering import MAX_PIECES, Piece

log = logging.getLogger(__name__)

WHOLE_ANSWER = "answer.md"
UNDELIVERABLE = "common-unexpected"


def mark_sent(delivered: Sequence[tuple[Any, int | None, str]]) -> None:
    """Write down which rows were delivered, as which messages with which files."""
    with transaction(durable=any(row.lane == Lane.RESULT for row, _, _ in delivered)):
        for row, message_id, file_id in delivered:
            outbox.sent(row.id, message_id, file_id)
            if row.edits_id is not None and message_id is not None:
                outbox.moved(row.edits_id, message_id)  # a new one, if it had to be: the next change goes there


def fail_row(row: Any, error: str, code: str) -> None:
    with transaction():
        outbox.end(row.id, "failed", error)
        if row.payload.get("key") != UNDELIVERABLE and row.lane != Lane.BROADCAST:
            place = Place(row.chat_id, row.payload["language"], row.topic_id)
            delivery.say(place, UNDELIVERABLE, {"code": code}, lane=Lane(row.lane), dedup_key=f"failed:{row.id}")


def write_further_rows(row: Any, pieces: list[Piece]) -> None:
    """One row a message, each with its own random_id, before the first is sent: a crash in between repeats none."""
    language, buttons = row.payload["language"], row.payload.get("buttons", [])
    further: list[tuple[str, dict[str, Any]]] = [
        ("text", {"text": piece.text, "entities": [list(entity) for entity in piece.entities]}) for piece in pieces[1:MAX_PIECES]
    ]
    if len(pieces) > MAX_PIECES:
        file = {"text": row.payload["markdown"], "name": WHOLE_ANSWER, "mime": "text/markdown"}
        further.append(("document", {"key": "chat-whole-answer", "args": {}, "file": file}))
    with transaction():
        for number, (kind, payload) in enumerate(further, 1):
            payload |= {"language": language, "buttons": buttons if number == len(further) else []}
            key = f"{outbox.FURTHER}{row.id}:{number}"
            outbox.add(row.chat_id, kind, payload, lane=Lane(row.lane), topic_id=row.topic_id, dedup_key=key)


def note_album(row: Any, further: Sequence[tuple[int | None, str]]) -> None:
    """The further messages of an album (message id, Telegram's reference of its file) are known from now on like any of ours."""
    with transaction():
        for number, (item, (message_id, file_id)) in enumerate(zip(row.payload["album"], further, strict=True), 1):
            if message_id is None:  # delivered before a crash: nobody knows which message it is
                continue
            payload = {
                **{name: item[name] for name in ("key", "args", "file")},
                "language": row.payload["language"],
                "buttons": [],
            }
            key = f"{outbox.FURTHER}{row.id}:{number}"
            noted = outbox.add(
                row.chat_id, item["kind"], payload, lane=Lane(row.lane), topic_id=row.topic_id, dedup_key=key,
                random_id=item["random_id"],
            )  # fmt: skip
            outbox.sent(noted.id, message_id, file_id)


def send_as_files(row: Any, error: str) -> None:
    """Telegram takes as files what it does not take as pictures or clips of an album."""
    with transaction():
        outbox.replace_payload(row.id, {**row.payload, "as_files": True})
        outbox.delay(row.id, utc_now() + 1, error)


def renew_file(row: Any, old: str, new: str, error: str) -> None:
    with transaction():
        outbox.renew_file(old, new)
        outbox.replace_payload(row.id, {**row.payload, "file": {**row.payload["file"], "file_id": new}})
        outbox.delay(row.id, utc_now(), error)


def file_of_post(broadcast_id: int) -> tuple[str, list[tuple[int, int]]]:
    """Telegram's reference of the file of a broadcast, and the messages (chat, message) that carry it."""
    broadcast = broadcasts.get(broadcast_id)
    return (broadcast.post["file"]["file_id"] if broadcast is not None else ""), broadcasts.carriers(broadcast_id)


def renew_post(row: Any, new: str, error: str) -> None:
    with transaction():
        broadcast = broadcasts.get(row.payload["broadcast"])
        assert broadcast is not None, "a broadcast that was sent is never deleted"
        file = {**broadcast.post["file"], "file_id": new}
        broadcasts.change(broadcast.id, post={**broadcast.post, "file": file})
        outbox.replace_payload(row.id, {**row.payload, "file": file})
        outbox.delay(row.id, utc_now(), error)


def say_gone(row: Any) -> None:
    with transaction():
        place = Place(row.chat_id, row.payload["language"], row.topic_id)
        delivery.say(place, "history-gone", lane=Lane.ANSWER, dedup_key=f"gone:{row.id}")


def make_plain(row: Any, error: str) -> None:
    with transaction():
        outbox.replace_payload(row.id, {**row.payload, "plain": True, "buttons": []})
        outbox.delay(row.id, utc_now() + 1, error)


def make_file(row: Any, error: str) -> None:
    """Telegram takes as a file what it does not take as a picture or clip: odd dimensions, a codec it does not know."""
    with transaction():
        outbox.make_file(row.id)
        outbox.delay(row.id, utc_now() + 1, error)


def end_chat(row: Any, error: str) -> None:
    """Nobody reads there any more."""
    with transaction():
        ended = outbox.end_chat(row.chat_id, error)
        if row.chat_id > 0:
            accounts.mark_blocked(row.chat_id)
        else:
            accounts.left(row.chat_id)
    log.info("outbox chat unreachable rows=%d error=%s", ended, error)
