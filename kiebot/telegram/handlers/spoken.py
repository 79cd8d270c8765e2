"""Plain words that clearly begin an order: "draw a cat", "нарисуй кота". Who wanted to talk has a button for it."""

from __future__ import annotations

import re

from kiebot.errors import UserFault
from kiebot.services import chat, generation
from kiebot.services.accounts import Person, may_handle
from kiebot.services.incoming import Incoming
from kiebot.services.jobs import SPOKEN
from kiebot.store import forms, jobs, threads
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.screens import Screen, put

LONGEST = 1000  # characters; who writes more is not giving an order
IMAGE, VIDEO = "text_to_image", "text_to_video"
_PLEASE = r"(?:please[ ,]+|пожалуйста[ ,]+)?"
_MAKE = r"(?:сгенерируй|сделай|создай)(?:те)?(?: мне)?(?: пожалуйста)?(?: \w+(?:ую|ое|ый|ий))?"
_MAKE_EN = r"(?:generate|create|make)(?: me)?(?: an?| the| some)?(?: \w+)?"
_NO_PICTURE = r"(?:up|on|from|out|upon|conclusions?|parallels?|a (?:conclusion|parallel|comparison|line|blank))\b"
BEGINNINGS = (
    (VIDEO, rf"{_PLEASE}{_MAKE} (?:видео|ролик|видеоролик|клип)\b"),
    (VIDEO, rf"{_PLEASE}{_MAKE_EN} (?:video|clip)s?\b"),
    (VIDEO, r"(?:видео|ролик)(?: с| про|:)\b"),
    (IMAGE, rf"{_PLEASE}(?:нарисуй|изобрази)(?:те)?\b"),
    (IMAGE, rf"{_PLEASE}{_MAKE} (?:картинку|изображение|рисунок|иллюстрацию|фото)\b"),
    (IMAGE, r"(?:картинку|картинка|рисунок)(?: с| про|:)"),
    (IMAGE, rf"{_PLEASE}{_MAKE_EN} (?:image|picture|drawing|painting|illustration|photo)s?\b"),
    (IMAGE, rf"{_PLEASE}(?:draw|paint)\b(?! {_NO_PICTURE})"),
)
PATTERNS = [(model_type, re.compile(beginning, re.IGNORECASE)) for model_type, beginning in BEGINNINGS]


def ordered_type(incoming: Incoming) -> str | None:
    """The type of work that a message orders by plain words; None when it is talk."""
    words = incoming.words.strip()
    new = incoming.kind == "text" and not (incoming.command or incoming.edited_at or incoming.forwarded or incoming.reply_to)
    if not new or len(words) > LONGEST or len(words.split()) < 2 or words.endswith("?"):
        return None
    return next((model_type for model_type, pattern in PATTERNS if pattern.match(words)), None)


def press_words(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """w:j:<job> or w:f:<form>: the words were no order. What was not sent yet is cancelled, and the text model answers."""
    kind = pressed.words[0] if pressed.words else ""
    if kind == "j":
        words, message_id = _of_job(person, pressed)
    elif kind == "f":
        words, message_id = _of_form(desk, person, pressed)
        put(person, pressed, Screen("form-closed"))
    else:
        raise UserFault("button-old")
    press = pressed.press
    effects.notice = "spoken-answering"
    if threads.turn_of_message(press.chat_id, message_id) is not None:  # pressed twice
        return
    incoming = Incoming(press.chat_id, press.chat_kind, "", message_id, press.sender, "text", words, press.topic_id, words=words)
    spoken = words if incoming.private else f"{person.name}: {words}"
    turn = chat.take(person, incoming, words, most_chars=desk.text_chars, group_text=spoken)
    if turn is not None:
        effects.turns.append(turn)


def _of_job(person: Person, pressed: Pressed) -> tuple[str, int]:
    job = jobs.get(pressed.number(1))
    if job is None or not job.order_key.startswith(f"{SPOKEN}:"):
        raise UserFault("button-old")
    if not may_handle(person, job.account_id, pressed.press.chat_id):
        raise UserFault("button-not-yours")
    generation.cancel(job.id, job.account_id)
    return str(job.prompt), int(job.message_id)


def _of_form(desk: Desk, person: Person, pressed: Pressed) -> tuple[str, int]:
    form = forms.by_id(pressed.number(1))
    model = desk.shelf.catalogue.get(form.model) if form is not None else None
    if form is None or model is None or not form.memo.get("spoken"):
        raise UserFault("button-old")
    if not may_handle(person, form.account_id, pressed.press.chat_id):
        raise UserFault("button-not-yours")
    forms.drop(form.account_id, form.chat_id, form.topic_id)
    return str(form.input.get(model.prompt_parameter or "", "")), int(form.order_message_id)
