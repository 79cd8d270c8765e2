"""/menu: groups of work, types of work, the models of a type. All of it takes place in one message."""

from __future__ import annotations

from collections.abc import Callable

from kiebot.catalog.names import table
from kiebot.catalog.schema import TRANSCRIBED, Model
from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.services.accounts import Person, place
from kiebot.services.delivery import Button
from kiebot.services.incoming import Incoming
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.drafts import forget_form
from kiebot.telegram.handlers.offered import end_offer
from kiebot.telegram.handlers.screens import Rows, Screen, check_owner, in_rows, post, put, turning
from kiebot.telegram.handlers.shelf import Shelf, key_of
from kiebot.telegram.handlers.wording import menu_line, name_of

GROUPS: dict[str, tuple[str, ...]] = {
    "pictures": (
        "text_to_image",
        "image_to_image",
        "image_edit",
        "image_to_image_enhanced",
        "inpaint",
        "outpaint",
        "audio_to_image",
    ),
    "video": (
        "text_to_video",
        "image_to_video",
        "reference_to_video",
        "video_to_video",
        "video_extend",
        "motion_control",
        "lip_sync",
        "audio_to_video",
    ),
    "sound": ("text_to_music", "text_to_speech", "text_to_audio", "audio_to_audio"),
    "tools": (
        "upscale",
        "background_removal",
        "watermark_removal",
        "image_segmentation",
        "image_decomposition",
        "image_analysis",
        "speech_to_text",
        "audio_to_text",
        "text_to_text",
    ),
}
# Commands that the main menu has as buttons.
ITEMS = (("film", "films"), ("new", "chats"), ("jobs", "history"), ("settings", "lang"), ("help",))
MONEY_ITEMS = (("balance", "buy"),)  # and these, where people pay
EMOJI = {
    "text_to_image": "🖼",
    "image_to_image": "🎨",
    "image_edit": "🖌",
    "image_to_image_enhanced": "💎",
    "inpaint": "🩹",
    "outpaint": "↔️",
    "audio_to_image": "🎼",
    "text_to_video": "🎬",
    "image_to_video": "🎞",
    "reference_to_video": "👤",
    "video_to_video": "📼",
    "video_extend": "⏩",
    "motion_control": "🕺",
    "lip_sync": "👄",
    "audio_to_video": "🎧",
    "text_to_music": "🎵",
    "text_to_speech": "🗣",
    "text_to_audio": "🔊",
    "audio_to_audio": "🎚",
    "upscale": "🔍",
    "background_removal": "✂️",
    "watermark_removal": "🧽",
    "image_segmentation": "🧩",
    "image_decomposition": "🗂",
    "image_analysis": "👁",
    "speech_to_text": "📝",
    "audio_to_text": "📃",
    "text_to_text": "✍️",
}
PAGE = 8
SHORT_NAME = 22  # characters that half the width of a phone shows
Fits = Callable[[Model], bool]
HOME: Button = {"key": "menu-home", "data": "menu:home"}


def on_menu(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/menu: everything by buttons."""
    forget_form(person, incoming.chat_id, incoming.topic_id)
    post(person, place(person, incoming), main_screen(desk))


def main_screen(desk: Desk) -> Screen:
    """What a person can start from here."""
    return Screen("menu", buttons=main_buttons(desk))


def main_buttons(desk: Desk) -> Rows:
    """The groups of work, and the commands."""
    groups: list[Button] = [{"key": f"group-{group}", "data": f"g:{group}"} for group in GROUPS]
    buttons: Rows = [[{"key": f"menu-{item}", "data": f"menu:{item}"} for item in row] for row in items(desk)]
    return [*in_rows(groups, 2), *buttons]


def items(desk: Desk) -> tuple[tuple[str, ...], ...]:
    """The commands that the main menu has as buttons, in rows."""
    return (*ITEMS[:-1], *MONEY_ITEMS, *ITEMS[-1:]) if desk.tariff.enabled else ITEMS


def press_home(desk: Desk, person: Person, pressed: Pressed) -> None:
    """Back to the main menu, in the same message."""
    check_owner(person, pressed)
    forget_form(person, pressed.press.chat_id, pressed.press.topic_id)
    end_offer(put(person, pressed, main_screen(desk)))


def press_group(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """g:<group>: its types of work."""
    check_owner(person, pressed)
    group = pressed.words[0] if pressed.words else ""
    if group not in GROUPS:
        raise UserFault("button-old")
    put(person, pressed, group_screen(desk.shelf, group, person.language))


def group_screen(shelf: Shelf, group: str, language: str) -> Screen:
    """The types of a group that somebody serves, with how many models do; what no model but a server of ours does comes last."""
    served = [(model_type, len(shelf.of_type(model_type))) for model_type in GROUPS[group] if model_type not in TRANSCRIBED]
    types: list[Button] = [
        {"text": f"{type_name(model_type, language)} · {count}", "data": f"t:{model_type}"}
        for model_type, count in served
        if count
    ]
    types += [{"text": type_name(each, language), "data": f"t:{each}"} for each in TRANSCRIBED if each in GROUPS[group]]
    return Screen("types", {"group": text(language, f"group-{group}")}, [*in_rows(types, 1), [HOME]])


def heard_screen(shelf: Shelf, model_type: str, language: str) -> Screen:
    """How to have something written down, or that nobody does it here."""
    up: Button = {"key": "menu-back", "data": f"g:{group_of(model_type)}"}
    key = "heard-here" if shelf.hears else "heard-off"
    return Screen(key, {"type": type_name(model_type, language)}, [[up, HOME]])


def type_name(model_type: str, language: str) -> str:
    """A type of work in people's words."""
    return f"{EMOJI[model_type]} {table('types.yaml')[model_type]['label'][language]}"


def group_of(model_type: str) -> str | None:
    """The group in which a type stands; None when there is no such type."""
    return next((group for group, types in GROUPS.items() if model_type in types), None)


def models_screen(desk: Desk, model_type: str, page: int, language: str, fits: Fits = lambda model: True) -> Screen:
    """One page of the models of a type that fit what the person brings, or that there is none."""
    models = [model for model in desk.shelf.of_type(model_type) if fits(model)]
    up: Button = {"key": "menu-back", "data": f"g:{group_of(model_type)}"}
    kind = type_name(model_type, language)
    if not models:
        return Screen("models-none", {"type": kind}, [[up, HOME]])
    own = any(model.serves(model_type) for model in models)
    shown, page, pages = page_of(models, page)
    args: dict[str, str | int] = {"type": kind, "count": len(models), "lines": model_lines(desk, shown, language)}
    buttons = [*model_buttons(shown, model_type, language), *turning(f"t:{model_type}", page, pages), [up, HOME]]
    return Screen("models" if own else "models-nearest", args, buttons)


def page_of(models: list[Model] | tuple[Model, ...], page: int) -> tuple[list[Model], int, int]:
    """(the models of this page, its number from 0, how many pages there are); a page beyond the end is the last."""
    pages = max(1, -(-len(models) // PAGE))
    page = min(page, pages - 1)
    return list(models[page * PAGE : (page + 1) * PAGE]), page, pages


def model_lines(desk: Desk, models: list[Model], language: str) -> str:
    """Name, price, speed and one line about each model."""
    return "\n\n".join(f"{menu_line(desk, model, language)}\n{model.about[language]}" for model in models)


def model_buttons(models: list[Model], model_type: str, language: str) -> Rows:
    """A button a model, two in a row when their names are short. Without a type it is the model's own."""
    buttons: list[Button] = [
        {"text": name_of(model, language), "data": f"m:{key_of(model.id)}:{model_type or model.type}"} for model in models
    ]
    return in_rows(buttons, 2 if all(len(button["text"]) <= SHORT_NAME for button in buttons) else 1)
