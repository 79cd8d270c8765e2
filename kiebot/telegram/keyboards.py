"""Buttons of a payload → Telegram's inline keyboards."""

from __future__ import annotations

from collections.abc import Sequence

from pyrogram import raw

from kiebot.i18n import text
from kiebot.services.delivery import Button

LONGEST_DATA_BYTES = 64


def keyboard(rows: Sequence[Sequence[Button]], language: str) -> raw.types.ReplyInlineMarkup | None:
    """The markup, or None when there are no buttons."""
    if not rows:
        return None
    return raw.types.ReplyInlineMarkup(
        rows=[raw.types.KeyboardInlineButtonRow(buttons=[_button(button, language) for button in row]) for row in rows]
    )


def _button(button: Button, language: str) -> raw.types.KeyboardInlineButton:
    words = text(language, button["key"]) if "key" in button else button["text"]
    if "url" in button:
        return raw.types.KeyboardInlineButton(text=words, type=raw.types.InlineButtonTypeUrl(url=button["url"]))
    data = button["data"].encode()
    assert len(data) <= LONGEST_DATA_BYTES, f"callback data {button['data']!r} is longer than Telegram takes"
    return raw.types.KeyboardInlineButton(text=words, type=raw.types.InlineButtonTypeCallback(data=data))
