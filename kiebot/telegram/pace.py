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
    """When each chat was last called, kept only as long as it matters."""

    def __init__(self) -> None:
        self._last: dict[int, float] = {}
        self._swept = time.monotonic()

    def wait_s(self, chat_id: int, gap_s: float = CHAT_GAP_S) -> float:
        """Seconds until this chat may be called again; 0 for now."""
        return max(0.0, self._last.get(chat_id, 0.0) + gap_s - time.monotonic())

    def called(self, chat_id: int, hold_s: float = 0.0) -> None:
        """A call goes out now, or Telegram asked to wait `hold_s` seconds."""
        now = time.monotonic()
        self._last[chat_id] = now + hold_s
        if now - self._swept > FORGET_AFTER_S:
            self._swept = now
            self._last = {chat: at for chat, at in self._last.items() if at > now - FORGET_AFTER_S}
