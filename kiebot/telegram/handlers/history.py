"""/history: finished jobs page by page, sent again without paying; small pictures of a page when somebody asks for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import delivery, history, results
from kiebot.services.accounts import Person, may_handle, place, press_place
from kiebot.services.delivery import Button, Place
from kiebot.services.history import Past
from kiebot.services.incoming import Incoming
from kiebot.services.jobs import result_buttons
from kiebot.store import accounts, jobs
from kiebot.store.db import utc_now
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.screens import Screen, check_owner, post, put, row_of, turning
from kiebot.telegram.handlers.wording import shorten

PAGE = 5
MOST_PAGES = 40
SHOWN_PROMPT = 60
SHOWN_FILES = 10
SAME_THUMBS_S = 60
THUMBS, TURN = "thumbs", "page"


def on_history(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/history: the newest results, each with a button that sends it again."""
    post(person, place(person, incoming), history_screen(person.account_id, 0))


def history_screen(account_id: int, page: int) -> Screen:
    """One page, or that there is nothing yet."""
    past = history.finished(account_id, limit=PAGE * MOST_PAGES)
    if not past:
        return Screen("history-none")
    pages = -(-len(past) // PAGE)
    page = min(page, pages - 1)
    shown = past[page * PAGE : (page + 1) * PAGE]
    lines = "\n".join(_line(item.job) for item in shown)
    numbers: list[Button] = [{"text": str(item.job.id), "data": f"history:{item.job.id}"} for item in shown]
    thumbs: list[Button] = [
        {"key": "history-thumbs", "data": ":".join(("history", THUMBS, *(str(item.job.id) for item in shown)))}
    ]
    args: dict[str, str | int] = {"page": page + 1, "pages": pages, "lines": lines}
    return Screen("history-page", args, [numbers, thumbs, *turning(f"history:{TURN}", page, pages)])


def _line(job: Any) -> str:
    return " · ".join(filter(None, (str(job.id), job.label, shorten(job.prompt, SHOWN_PROMPT))))


def press_history(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """history:<job> sends its files again, history:page:<n> turns the page, history:thumbs:<job>:... shows small ones."""
    word = pressed.words[0] if pressed.words else ""
    if word == TURN:
        put(person, pressed, history_screen(_whose(person, pressed), pressed.number(1)))
    elif word == THUMBS:
        _send_thumbs(person, pressed, effects)
    else:
        _send_again(person, pressed)


def _whose(person: Person, pressed: Pressed) -> int:
    """The account of a list: who asked for it, which may have been the group itself. Raises UserFault when it is not for them."""
    check_owner(person, pressed)
    row = row_of(pressed.press) if pressed.press.chat_id < 0 else None
    return int((row.payload.get("owner") if row is not None else 0) or person.account_id)


def _past(person: Person, pressed: Pressed) -> Past:
    """The finished job of this number. Raises UserFault when it is somebody else's or none."""
    job = jobs.get(pressed.number(0))
    if job is not None and may_handle(person, job.account_id, pressed.press.chat_id):
        for item in history.finished(job.account_id, limit=PAGE * MOST_PAGES):
            if item.job.id == job.id:
                return item
    raise UserFault("button-not-yours")


def _send_again(person: Person, pressed: Pressed) -> None:
    """By Telegram's own reference; what never went out (muted) from the disk."""
    past = _past(person, pressed)
    files = [(n, file) for n, file in enumerate(past.files, 1) if file["file_id"] or Path(file["path"]).is_file()][:SHOWN_FILES]
    texts = [result["text"] for result in past.job.results if "text" in result]
    if not files and not texts:
        raise UserFault("history-gone")
    where = press_place(person, pressed.press)
    for number, words in enumerate(texts):
        delivery.say_markdown(where, words, dedup_key=f"{pressed.press.key}:text:{number}")
    for number, file in files:
        _send(where, past.job, file, number, f"{pressed.press.key}:{number}")


def _send(where: Place, job: Any, file: dict[str, Any], number: int, key: str) -> None:
    kind, args = results.message_kind(file), results.caption_args(job)
    buttons = result_buttons(job.id, number)
    delivery.send_file(
        replace(where, reply_to=0),
        kind,
        results.named(job, file),
        "job-result",
        args,
        buttons=buttons,
        dedup_key=key,
        job_id=job.id,
    )


def _send_thumbs(person: Person, pressed: Pressed, effects: Effects) -> None:
    """A small picture of each job that the page names: what was made since does not move them."""
    named = {pressed.number(place) for place in range(1, len(pressed.words))}
    shown = [past for past in history.finished(_whose(person, pressed), limit=PAGE * MOST_PAGES) if past.job.id in named]
    found = [(past.job, thumb) for past in shown if (thumb := _thumb(past)) is not None]
    if not found:
        effects.notice = "history-no-thumbs"
        return
    minute = int(utc_now()) // SAME_THUMBS_S
    if not accounts.first_seen(f"thumbs:{person.account_id}:{pressed.press.message_id}:{minute}"):
        effects.notice = "history-thumbs-sent"
        return
    where = press_place(person, pressed.press)
    for job, thumb in found:
        args = results.caption_args(job) | {"words": ""}
        open_button: list[list[Button]] = [[{"key": "history-thumb-open", "data": f"history:{job.id}"}]]
        key = f"{pressed.press.key}:thumb:{job.id}"
        delivery.send_file(where, "photo", thumb, "job-result", args, buttons=open_button, dedup_key=key)


def _thumb(past: Past) -> dict[str, Any] | None:
    """The small picture that was kept; of what is not on the disk any more Telegram's own reference, which costs no upload."""
    for file in past.files:
        path = Path(file.get("thumb") or "")
        if path.is_file():
            return {"path": str(path), "mime": "image/jpeg", "name": "thumbnail.jpg", "size": path.stat().st_size}
        if results.message_kind(file) == "photo" and file["file_id"]:
            return file
    return None
