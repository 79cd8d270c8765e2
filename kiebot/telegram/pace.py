"""How often a chat may be called. Telegram's limits are unpublished: about one message a second in a chat, twenty a minute in
a group.

Keeping to one call a second (measured on other bots: edits under a second apart were answered with waits of minutes) means that a
flood wait stays the exception, and the final text of an answer never waits behind one.
"""

from __future__ import annotations

import time

CHAT_GAP_S = 1.0
GROUP_EDIT_GAP_S = 3.0
FORGET_AFTER_S = 120.0


class Pace:
    """From when on each chat may be called, kept only as long as it matters."""

    def __init__(self) -> None:
        self._free_at: dict[int, float] = {}
        self._swept = time.monotonic()
        self.urgent: set[int] = set()  # chats in which a real message waits: previews let it go first

    def wait_s(self, chat_id: int) -> float:
        """Seconds until this chat may be called again; 0 for now."""
        return max(0.0, self._free_at.get(chat_id, 0.0) - time.monotonic())

    def preview_wait_s(self, chat_id: int) -> float:
        """The same for what is not a real message."""
        return self.wait_s(chat_id) or (CHAT_GAP_S if chat_id in self.urgent else 0.0)

    def called(self, chat_id: int, hold_s: float = 0.0) -> None:
        """A call goes out now, or Telegram asked to wait `hold_s` seconds. No `await` between asking wait_s() and this."""
        now = time.monotonic()
        self._free_at[chat_id] = max(self._free_at.get(chat_id, 0.0), now + max(CHAT_GAP_S, hold_s))
        if now - self._swept > FORGET_AFTER_S:
            self._swept = now
            self._free_at = {chat: at for chat, at in self._free_at.items() if at > now}
