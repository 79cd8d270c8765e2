"""/films: all films of a person, and the one that is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.services import film as services
from kiebot.services import film_screens
from kiebot.services.accounts import Person, place
from kiebot.services.delivery import Button
from kiebot.services.film_words import within_quotes
from kiebot.services.incoming import Incoming
from kiebot.store import outbox
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.film_answers import of
from kiebot.telegram.handlers.screens import Screen, check_owner, post, put, turning
from kiebot.telegram.handlers.wording import shorten

PAGE = 5
SHOWN_TITLE = 60


def on_films(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/films: a page of them."""
    post(person, place(person, incoming), list_screen(person, 0))


def list_screen(person: Person, page: int) -> Screen:
    """One page, or that there are none yet."""
    found = services.of_account(person.account_id)
    if not found:
        return Screen("film-list-none", {}, [[{"key": "menu-film", "data": "menu:film"}]])
    pages = -(-len(found) // PAGE)
    page = min(page, pages - 1)
    shown = found[page * PAGE : (page + 1) * PAGE]
    numbers: list[Button] = [{"text": str(film.id), "data": f"film:open:{film.id}"} for film in shown]
    lines = "\n".join(line_of(film, person.language) for film in shown)
    return Screen("film-list", {"lines": lines}, [numbers, *turning("film:list:0", page, pages)])


def line_of(film: Any, language: str) -> str:
    """Number, title and state."""
    title = within_quotes(shorten(film.title or film.idea, SHOWN_TITLE), language)
    return text(language, "film-list-line", film=str(film.id), title=title, state=text(language, f"film-state-{film.state}"))


def press_list(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:list:0:<page>: another page."""
    check_owner(person, pressed)
    put(person, pressed, list_screen(person, pressed.number(2)))


def press_open(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:open:<film>: as it stands now, in a new message with its buttons."""
    film = of(person, pressed)
    if film.state in ("cancelled", "expired"):
        raise UserFault(f"film-over-{film.state}")
    if film.state == "done":
        sent = outbox.by_dedup_key(f"film:{film.id}:{film.version}")
        if sent is not None and sent.state == "queued":
            effects.notice = "film-coming-notice"
            return
        film.result = _sendable(film, sent)
    film_screens.show(film)
    effects.notice = "film-taken-notice"


def _sendable(film: Any, sent: Any | None) -> dict[str, Any]:
    """The finished film by Telegram's own reference, which costs no upload and outlives the file; else from the disk."""
    if sent is not None and sent.file_id:
        return {**film.result, "file_id": sent.file_id}
    if not Path(film.result["path"]).is_file():
        raise UserFault("film-files-gone")
    return dict(film.result)
