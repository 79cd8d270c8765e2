"""How a film is spoken of: its name, its buttons, how far it is, why something failed. Reads only; its users write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiebot.services.delivery import Button, Place
from kiebot.services.reasons import REASONS
from kiebot.store import films

Rows = list[list[Button]]
AREA = "film"
BAR_CELLS = 10
TITLE_CHARS, CAPTION_CHARS = 80, 300
MADE = {"pictures": "picture", "animation": "clip"}  # column of what a stage makes of each scene
QUOTES = {"en": ("“”", "‘’"), "ru": ("«»", "„“")}  # the outer ones, as in the locales, and the inner ones
OWN_CODES = ("script", "voice", "assembly", "gone", "disk")  # film-why-<code>


def place(film: Any, *, reply: bool = False) -> Place:
    """Where a film's messages go; in a group as replies to the idea, so that the person is told."""
    replied = film.message_id if reply or film.chat_id < 0 else 0
    return Place(film.chat_id, film.language, film.topic_id, replied)


def kind_of_chat(chat_id: int) -> str:
    """For the words of a question: in a group only what is a reply reaches the bot."""
    return "group" if chat_id < 0 else "private"


def name(film: Any) -> dict[str, Any]:
    """What a film is called: by its number, and its title once it has one."""
    shown = within_quotes(short(film.title, TITLE_CHARS), film.language)
    return {"key": "film-name", "args": {"film": str(film.id), "title": shown, "named": "yes" if shown else "no"}}


def short(words: str, most: int) -> str:
    """One line of at most so many characters."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def within_quotes(words: str, language: str) -> str:
    """As words stand in the quotation marks that the locales put round them: none of their own around them, others are inner
    ones."""
    outer, inner = QUOTES[language]
    if words[:1] + words[-1:] == outer and not set(words[1:-1]) & set(outer):
        return words[1:-1]
    return words.translate(str.maketrans(outer, inner))


def button(film: Any, action: str, *more: str | int) -> Button:
    """film:<action>:<film>[:...], with the words film-button-<action>."""
    return {"key": f"film-button-{action}", "data": ":".join((AREA, action, str(film.id), *map(str, more)))}


def cancel_button(film: Any) -> Button:
    """Gives the film up, or the change of a finished one."""
    if changes(film):
        return {"key": "film-button-cancel-change", "data": f"{AREA}:cancel:{film.id}"}
    return button(film, "cancel")


def changes(film: Any) -> bool:
    """Whether it was finished before and is being changed."""
    return "redo" in film.memo


def bar(done: int, total: int) -> str:
    """▰▰▰▱▱▱▱▱▱▱"""
    full = min(BAR_CELLS, BAR_CELLS * done // total) if total else 0
    return "▰" * full + "▱" * (BAR_CELLS - full)


def why(code: str) -> dict[str, Any]:
    """Why something failed, as a sentence."""
    return {"key": REASONS.get(code, f"film-why-{code if code in OWN_CODES else 'other'}"), "args": {}}


def paid(film: Any) -> str:
    """Whether the film costs credits: else nothing is said of them."""
    return "yes" if any(film.prices.values()) else "no"


def lacking(film: Any) -> dict[int, str]:
    """Scenes without what the present stage makes, with why: the person has to say what becomes of them."""
    made = MADE.get(film.stage)
    if made is None:
        return {}
    return {each.number: each.fail_code for each in wanted(film) if getattr(each, made) is None}


def wanted(film: Any) -> list[Any]:
    """The scenes of which the present stage makes something."""
    kinds = ("clip",) if film.stage == "animation" else ("clip", "still")
    return [each for each in films.scenes(film.id) if each.treatment in kinds]


def words_of(scene: Any) -> str:
    """What is said in a scene, as a caption."""
    return short(scene.narration or scene.line, CAPTION_CHARS)


def is_here(file: dict[str, Any] | None) -> bool:
    """Whether a file was made and is still on the disk."""
    return file is not None and Path(file["path"]).is_file()


def approval_buttons(film: Any) -> Rows:
    """What can be done with a stage that is finished; first what becomes of the scenes that failed."""
    cancel = cancel_button(film)
    if film.stage == "script":
        return [[button(film, "approve", film.stage)], [button(film, "revise"), button(film, "rewrite")], [cancel]]
    failed = lacking(film)
    first = failed_buttons(film, "all") if failed else [[button(film, "approve", film.stage)]]
    each = [[button(film, "failed")]] if len(failed) > 1 else []
    more = [button(film, "all")] if film.stage == "animation" else [button(film, "all"), button(film, "sheet")]
    return [*first, *each, more, [button(film, "redo"), cancel]]


def failed_buttons(film: Any, which: int | str) -> Rows:
    """What can become of one failed scene, or of "all"."""
    again, leave = button(film, "again", which), button(film, "leave", which)
    if film.stage == "pictures":
        return [[again, leave]]
    return [[again, button(film, "models", which)], [button(film, "still", which), leave]]
