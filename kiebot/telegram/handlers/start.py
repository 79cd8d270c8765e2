"""/start, /help, /lang, /settings, and the greeting of a group."""

from __future__ import annotations

from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.services import accounts as services
from kiebot.services import chat_settings, delivery
from kiebot.services.access import refusal
from kiebot.services.accounts import Person, place
from kiebot.services.bonuses import is_new
from kiebot.services.delivery import Button, Place
from kiebot.services.incoming import Incoming, Membership, Move
from kiebot.services.languages import LANGUAGES
from kiebot.store import accounts, outbox
from kiebot.store.db import transaction
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers import balance, form, menu, payments, search
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed, say
from kiebot.telegram.handlers.screens import Screen, post

AS_TELEGRAM = "auto"
NATIVE = {"en": "English", "ru": "Русский"}  # each in its own words, for whoever does not read the current one


def on_start(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/start: who I am and what to do first. A link of inline search names a model at once; another leads to the shop."""
    if incoming.words.strip() == payments.START_WORD:
        payments.on_buy(desk, person, incoming, effects)
        return
    model = desk.shelf.known(search.linked(incoming) or "")
    if model is not None and model.offered:
        form.choose(desk, person, incoming, model)
        return
    link = balance.link_of(incoming)
    if link in (None, balance.on_invited) or is_new(person.account_id):
        screen = Screen("start", {"name": person.name or "…"}, menu.main_buttons(desk))
        if not incoming.private:
            screen = Screen("greeting-group", {"bot": f"@{desk.bot_username}"}, menu.main_buttons(desk))
        post(person, place(person, incoming), screen)
    if link is not None:
        link(desk, person, incoming, effects)


def on_help(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/help: all that works, with examples."""
    bot = f"@{desk.bot_username}"
    if not incoming.private:
        say(person, incoming, "help-group", {"bot": bot})
        return
    money = f"\n\n{text(person.language, 'help-money')}" if desk.tariff.enabled else ""
    say(person, incoming, "help", {"bot": bot, "money": money})


def on_lang(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/lang: choose by button, or name it at once: /lang ru."""
    wanted = incoming.words.strip().lower()
    if wanted in LANGUAGES:
        services.choose_language(person.account_id, wanted)
        delivery.say(Place(incoming.chat_id, wanted, incoming.topic_id), "lang-chosen", lane=Lane.ANSWER)
        return
    say(person, incoming, "lang", buttons=language_buttons())


def language_buttons() -> list[list[Button]]:
    """One button a language, and Telegram's own."""
    own = [{"text": NATIVE[language], "data": f"lang:{language}"} for language in LANGUAGES]
    return [own, [{"key": "lang-telegram", "data": f"lang:{AS_TELEGRAM}"}]]


def press_language(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """A language was chosen: the message with the choice says so in that language."""
    wanted = pressed.words[0] if pressed.words else ""
    if wanted not in (*LANGUAGES, AS_TELEGRAM):
        raise UserFault("button-old")
    chosen = "" if wanted == AS_TELEGRAM else wanted
    services.choose_language(person.account_id, chosen)
    language = chosen or services.meet(pressed.press.sender, desk.admins).language
    change_message(pressed, language, "lang-chosen")


def change_message(
    pressed: Pressed, language: str, key: str, buttons: list[list[Button]] | None = None, **args: str | int
) -> None:
    """Turn the message that carries the pressed button into another sentence."""
    press = pressed.press
    row = outbox.by_message(press.chat_id, press.message_id)
    where = Place(press.chat_id, language, press.topic_id)
    if row is None:
        delivery.say(where, key, args, lane=Lane.ANSWER, buttons=buttons or [])
    else:
        delivery.change(where, row.id, key, args, lane=Lane.ANSWER, buttons=buttons or [])


def on_settings(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/settings: how the model answers here. Words after the command become its instructions."""
    accounts.chat(incoming.chat_id, incoming.chat_kind, incoming.chat_title)
    words = incoming.words.strip()
    if len(words) > chat_settings.LONGEST_INSTRUCTIONS:
        say(person, incoming, "settings-too-long", {"limit": chat_settings.LONGEST_INSTRUCTIONS})
        return
    if words:
        accounts.change_chat_settings(incoming.chat_id, {"instructions": words})
    settings = chat_settings.settings_of(incoming.chat_id)
    delivery.say(place(person, incoming), "settings", _shown(settings), lane=Lane.ANSWER, buttons=settings_buttons(settings))


def _shown(settings: chat_settings.ChatSettings) -> dict[str, str]:
    given = "yes" if settings.instructions else "no"
    return {"instructions": settings.instructions, "given": given, "style": settings.style}


def settings_buttons(settings: chat_settings.ChatSettings) -> list[list[Button]]:
    """The styles, the chosen one marked, and a way to drop the instructions."""
    styles: list[Button] = [
        {"key": f"settings-style-{style}" + ("-on" if style == settings.style else ""), "data": f"settings:style:{style}"}
        for style in chat_settings.STYLES
    ]
    rows = [styles]
    if settings.instructions:
        rows.append([{"key": "settings-clear", "data": "settings:clear"}])
    return rows


def press_settings(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """A style was chosen, or the instructions were dropped."""
    press = pressed.press
    accounts.chat(press.chat_id, press.chat_kind)
    if pressed.words[:1] == ("style",) and pressed.words[1:] and pressed.words[1] in chat_settings.STYLES:
        accounts.change_chat_settings(press.chat_id, {"style": pressed.words[1]})
    elif pressed.words[:1] == ("clear",):
        accounts.change_chat_settings(press.chat_id, {"instructions": ""})
    else:
        raise UserFault("button-old")
    settings = chat_settings.settings_of(press.chat_id)
    change_message(pressed, person.language, "settings", settings_buttons(settings), **_shown(settings))


def on_move(move: Move) -> None:
    """The group goes on under another number: its settings, conversations and what is on its way go with it."""
    accounts.move_chat(move.old_chat_id, move.new_chat_id)


def on_membership(desk: Desk, membership: Membership) -> None:
    """The bot came into a group: it says once how to call it. It left: nothing can be said."""
    with transaction():
        accounts.chat(membership.chat_id, membership.chat_kind, membership.chat_title)
        if not membership.joined:
            accounts.left(membership.chat_id)
            return
        person = services.meet(membership.sender, desk.admins)
        if accounts.greet_once(membership.chat_id):
            sentence = refusal(person, membership.chat_id, desk.access) or "greeting-group"
            args = {"bot": f"@{desk.bot_username}"}
            delivery.say(Place(membership.chat_id, person.language), sentence, args, lane=Lane.ANSWER)
