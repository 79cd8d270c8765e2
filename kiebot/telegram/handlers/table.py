"""Who handles what: commands, areas of buttons, kinds of messages."""

from __future__ import annotations

from kiebot.errors import UserFault
from kiebot.services.accounts import Person
from kiebot.services.broadcast import COMMAND_AREA
from kiebot.services.broadcast import COMMANDS as button_commands
from kiebot.services.incoming import Incoming
from kiebot.telegram.handlers import (
    admin,
    balance,
    broadcast,
    chat,
    documents,
    feedback,
    film,
    film_list,
    form,
    generation,
    heard,
    history,
    links,
    menu,
    orders,
    payments,
    pictures,
    privacy,
    results,
    search,
    spoken,
    start,
    voices,
    words,
)
from kiebot.telegram.handlers.desk import Area, Command, Desk, Effects, Handler, Pressed

COMMANDS: dict[str, Command] = {
    "start": Command(start.on_start, durable=True, menu=False),
    "menu": Command(menu.on_menu),
    "new": Command(chat.on_new),
    "chats": Command(chat.on_chats),
    "img": Command(generation.order_of("text_to_image"), durable=True),
    "video": Command(generation.order_of("text_to_video"), durable=True),
    "music": Command(generation.order_of("text_to_music"), durable=True),
    "say": Command(generation.order_of("text_to_speech"), durable=True),
    "film": Command(film.on_film),
    "films": Command(film_list.on_films),
    "ref": Command(links.on_ref, durable=True),
    "models": Command(search.on_models),
    "model": Command(search.on_model, menu=False),
    "jobs": Command(generation.on_jobs),
    "cancel": Command(generation.on_cancel, durable=True),
    "history": Command(history.on_history),
    "voice": Command(voices.on_switch),
    "docs": Command(documents.on_docs),
    "forget": Command(privacy.on_forget),
    "export": Command(privacy.on_export, durable=True),
    "balance": Command(balance.on_balance, money=True),
    "promo": Command(balance.on_promo, durable=True, money=True),
    "buy": Command(payments.on_buy, money=True),
    "paysupport": Command(payments.on_paysupport, money=True),
    "terms": Command(payments.on_terms, money=True),
    "feedback": Command(feedback.on_feedback),
    "settings": Command(start.on_settings),
    "lang": Command(start.on_lang),
    "help": Command(start.on_help),
    "admin": Command(admin.on_admin, menu=False),
}

NOT_READ = {  # kinds of messages that this release cannot work with, and the sentence that says so
    "sticker": "kind-sticker",
    "poll": "kind-poll",
    "dice": "kind-dice",
    "contact": "kind-contact",
    "location": "kind-location",
    "other": "kind-other",
}


def press_menu(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """A button of /menu does what its command does without words."""
    item = pressed.words[0] if pressed.words else ""
    if item == "home":
        menu.press_home(desk, person, pressed)
        return
    if not any(item in row for row in menu.items(desk)):  # old, or forged: nothing else may run in this area's transaction
        raise UserFault("button-old")
    _run_without_words(desk, person, pressed, item, effects)


def press_command(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """do:<command>: so does a button of a broadcast."""
    if len(pressed.words) != 1 or pressed.words[0] not in button_commands:
        raise UserFault("button-old")
    _run_without_words(desk, person, pressed, pressed.words[0], effects)


def _run_without_words(desk: Desk, person: Person, pressed: Pressed, name: str, effects: Effects) -> None:
    press = pressed.press
    incoming = Incoming(
        chat_id=press.chat_id,
        chat_kind=press.chat_kind,
        chat_title="",
        message_id=0,  # nothing to reply to, and no order can be keyed by it: commands without words order nothing
        sender=press.sender,
        kind="text",
        topic_id=press.topic_id,
        command=name,
    )
    COMMANDS[name].run(desk, person, incoming, effects)


AREAS: dict[str, Area] = {
    "menu": Area(press_menu),
    "g": Area(menu.press_group),
    "t": Area(form.press_type),
    "s": Area(search.press_found),
    "m": Area(form.press_model),
    "f": Area(form.press_form),
    "o": Area(orders.press_order, durable=True),
    "r": Area(results.press_result, durable=True),
    "d": Area(documents.press_document),
    "p": Area(privacy.press_privacy, durable=True),
    "v": Area(pictures.press_picture),
    "h": Area(heard.press_voice, durable=True),
    "w": Area(spoken.press_words, durable=True),
    "b": Area(balance.press_balance),
    "film": Area(film.press_film, durable=True),
    COMMAND_AREA: Area(press_command, durable=True),
    admin.AREA: Area(admin.press_admin),
    broadcast.AREA: Area(broadcast.press_broadcast, durable=True),
    payments.AREA: Area(payments.press_buy, durable=True),
    "lang": Area(start.press_language),
    "settings": Area(start.press_settings),
    "thread": Area(chat.press_thread),
    "chat": Area(chat.press_chat),
    "job": Area(generation.press_job, durable=True),
    "history": Area(history.press_history, durable=True),
}
KINDS: dict[str, Handler] = {
    "text": words.on_text,
    "document": words.on_document,
    **dict.fromkeys(("photo", "video", "animation", "audio"), words.on_media),
    **dict.fromkeys(("video_note", "voice"), voices.on_voice),
}
