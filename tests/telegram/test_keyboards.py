"""Buttons as Telegram takes them."""

from __future__ import annotations

import pytest
from pyrogram import raw

from kiebot.telegram.keyboards import keyboard


def test_no_buttons_are_no_keyboard() -> None:
    assert keyboard([], "en") is None


def test_words_come_from_the_locales_or_as_they_are_and_links_are_links() -> None:
    rows = [
        [{"key": "common-cancel", "data": "job:cancel:1"}, {"text": "Read", "url": "https://example.org"}],
        [{"text": "1", "data": "x"}],
    ]
    markup = keyboard(rows, "ru")
    assert markup is not None
    assert [[button.text for button in row.buttons] for row in markup.rows] == [["Отмена", "Read"], ["1"]]
    first, second = markup.rows[0].buttons
    assert first.type.data == b"job:cancel:1"
    assert isinstance(second.type, raw.types.InlineButtonTypeUrl)


def test_data_longer_than_telegram_takes_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        keyboard([[{"text": "x", "data": "я" * 33}]], "en")
