"""A question of the bot that the next text in a private chat answers. Anything else that the person does ends the wait."""

from __future__ import annotations

from kiebot.store import accounts
from kiebot.store.db import utc_now

KEY = "awaits"  # among the settings of the chat
PATIENCE_S = 600.0


def expect(chat_id: int, what: str) -> None:
    """The next text is the answer to `what`."""
    accounts.chat(chat_id, "private")
    accounts.change_chat_settings(chat_id, {KEY: {"what": what, "until": utc_now() + PATIENCE_S}})


def expected(chat_id: int) -> str:
    """What the next text answers; empty: nothing."""
    awaited = accounts.chat_settings(chat_id).get(KEY)
    return str(awaited["what"]) if awaited and awaited["until"] > utc_now() else ""


def forget(chat_id: int) -> None:
    """Nothing is waited for any more."""
    if chat_id > 0 and accounts.chat_settings(chat_id).get(KEY):
        accounts.change_chat_settings(chat_id, {KEY: None})
