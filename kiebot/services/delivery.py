"""Writing messages for people into the outbox. The bot renders and sends them; nobody else talks to Telegram.

A payload holds either `{"key", "args"}` (a sentence of the locales) or `{"markdown"}`, the language, buttons, and for media a
file:

    {"key": "job-done", "args": {"job": 41}, "language": "ru",
     "buttons": [[{"key": "button-retry", "data": "job:retry:41"}]],
     "file": {"path": "/var/lib/kiebot/media/41/1.png", "mime": "image/png", "name": "41.png", "width": 1024, "height": 1024}}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiebot.store import outbox
from kiebot.store.db import after_commit
from kiebot.store.outbox import Lane

MOST_IN_ALBUM = 10  # messages: Telegram's limit
Button = dict[str, str]  # {"key": locale key or "text": words, "data": callback data or "url": address}
Args = Mapping[str, str | int | float | dict[str, Any]]  # a dict is a sentence of its own: {"key", "args"}

_ring: list[Callable[[], object]] = []


def bind_bell(ring: Callable[[], object]) -> None:
    """Set once by each process: how the bot is woken after a commit that wrote outbox rows."""
    _ring[:] = [ring]


def wake_bot() -> None:
    """Ring the bot once the current transaction has committed."""
    for ring in _ring:
        after_commit(ring)


@dataclass(frozen=True)
class Place:
    """Where a message goes. `reply_to` is a message id in the chat, 0 for none; `topic_id` 0 outside forum topics."""

    chat_id: int
    language: str
    topic_id: int = 0
    reply_to: int = 0


def _write(
    place: Place,
    kind: str,
    payload: dict[str, Any],
    *,
    lane: Lane,
    buttons: Sequence[Sequence[Button]] = (),
    dedup_key: str | None = None,
    edits: int | None = None,
    job_id: int | None = None,
    random_id: int | None = None,
) -> int:
    payload |= {"language": place.language, "buttons": [list(row) for row in buttons]}
    row = outbox.add(
        place.chat_id,
        kind,
        payload,
        lane=lane,
        topic_id=place.topic_id,
        reply_to=place.reply_to,
        dedup_key=dedup_key,
        edits=edits,
        job_id=job_id,
        random_id=random_id,
    )
    wake_bot()
    return int(row.id)


def say(
    place: Place,
    key: str,
    args: Args | None = None,
    *,
    lane: Lane = Lane.NOTICE,
    buttons: Sequence[Sequence[Button]] = (),
    dedup_key: str | None = None,
    job_id: int | None = None,
    owner: int = 0,
) -> int:
    """Write a sentence of the locales to a chat. Returns the outbox row's id. `owner`: who alone may press its buttons."""
    payload = {"key": key, "args": dict(args or {})} | ({"owner": owner} if owner else {})
    return _write(place, "text", payload, lane=lane, buttons=buttons, dedup_key=dedup_key, job_id=job_id)


def say_markdown(
    place: Place,
    markdown: str,
    *,
    lane: Lane = Lane.ANSWER,
    buttons: Sequence[Sequence[Button]] = (),
    dedup_key: str | None = None,
) -> int:
    """Write Markdown to a chat; the bot splits what is too long for one message. Returns the (first) outbox row's id."""
    return _write(place, "text", {"markdown": markdown}, lane=lane, buttons=buttons, dedup_key=dedup_key)


def change(
    place: Place,
    row_id: int,
    key: str,
    args: Args | None = None,
    *,
    lane: Lane = Lane.NOTICE,
    buttons: Sequence[Sequence[Button]] = (),
    job_id: int | None = None,
    quiet: bool = False,
) -> int:
    """Change a message written before; changes that nobody has seen yet are dropped in favour of this one.

    `quiet`: it is tidying up, and takes no turn of what the person waits for.
    """
    outbox.supersede_edits(row_id)
    payload = {"key": key, "args": dict(args or {})} | ({"quiet": True} if quiet else {})
    return _write(place, "edit", payload, lane=lane, buttons=buttons, edits=row_id, job_id=job_id)


def say_instead(
    place: Place,
    row_id: int | None,
    key: str,
    args: Args | None = None,
    *,
    buttons: Sequence[Sequence[Button]] = (),
    dedup_key: str | None = None,
    job_id: int | None = None,
) -> int:
    """Write a sentence in the place of an earlier message, which goes: unlike a change of it, it is heard. How a job ends."""
    payload: dict[str, Any] = {"key": key, "args": dict(args or {})}
    if row_id is not None:
        outbox.supersede_edits(row_id)
        payload["instead_of"] = row_id
    return _write(place, "text", payload, lane=Lane.RESULT, buttons=buttons, dedup_key=dedup_key, job_id=job_id)


def change_to_markdown(place: Place, row_id: int, markdown: str, *, buttons: Sequence[Sequence[Button]] = ()) -> int:
    """Change a message into Markdown (a group's placeholder into the answer); what does not fit follows as further messages."""
    outbox.supersede_edits(row_id)
    return _write(place, "edit", {"markdown": markdown}, lane=Lane.ANSWER, buttons=buttons, edits=row_id)


def send_file(
    place: Place,
    kind: str,
    file: dict[str, Any],
    key: str,
    args: Args | None = None,
    *,
    buttons: Sequence[Sequence[Button]] = (),
    dedup_key: str | None,
    job_id: int | None = None,
    overtaken: bool = False,
) -> int:
    """Write a photo, video, audio or document with a caption of the locales. `overtaken`: it may take long on its way, and what
    is written after it may come before it."""
    payload = {"key": key, "args": dict(args or {}), "file": file} | ({"overtaken": True} if overtaken else {})
    return _write(place, kind, payload, lane=Lane.RESULT, buttons=buttons, dedup_key=dedup_key, job_id=job_id)


def send_album(
    place: Place, items: Sequence[Mapping[str, Any]], *, lane: Lane = Lane.RESULT, dedup_key: str | None = None
) -> None:
    """Write photos or videos ({"kind", "file", "key", "args"}) as albums of up to ten; a single one goes by itself."""
    count = -(-len(items) // MOST_IN_ALBUM)
    for number in range(count):
        part = items[number * len(items) // count : (number + 1) * len(items) // count]
        first, *others = (dict(item) for item in part)
        key = f"{dedup_key}:{number}" if dedup_key is not None else None
        if others:
            payload = first | {"album": [item | {"random_id": outbox.new_random_id()} for item in others]}
            _write(place, "album", payload, lane=lane, dedup_key=key)
        else:
            _write(place, first.pop("kind"), first, lane=lane, dedup_key=key)


def send_voice(place: Place, file: dict[str, Any], *, dedup_key: str, job_id: int) -> int:
    """Write a voice message (Ogg with Opus), without a word beside it."""
    return _write(place, "voice", {"text": "", "file": file}, lane=Lane.RESULT, dedup_key=dedup_key, job_id=job_id)


def send_post(
    place: Place,
    kind: str,
    post: dict[str, Any],
    *,
    lane: Lane,
    dedup_key: str | None = None,
    random_id: int | None = None,
) -> int:
    """Write a message that is ready as it is: {"text", "entities", "buttons"} and, for media, {"file"}."""
    return _write(place, kind, dict(post), lane=lane, buttons=post["buttons"], dedup_key=dedup_key, random_id=random_id)


def send_invoice(place: Place, invoice: dict[str, Any], *, dedup_key: str) -> int:
    """Write an invoice of Telegram's ({"token", "credits", "amount", "currency"}), which is paid in the chat."""
    return _write(place, "invoice", {"text": "", "invoice": invoice}, lane=Lane.ANSWER, dedup_key=dedup_key)
