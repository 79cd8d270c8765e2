"""How often a chat may be called. Telegram's limits are unpublished: about one message a second in a chat, twenty a minute in
a group.

Keeping to one call a second (measured on other bots: edits under a second apart were answered with waits of minutes) means that a
flood wait stays the exception, and the final text of an answer never waits behind one. Broadcasts keep a pace of their own, over
all chats together.
"""

from __future__ import annotations

import time

CHAT_GAP_S = 1.0
GROUP_EDIT_GAP_S = 3.0
FORGET_AFTER_S = 120.0
BROADCASTS_PER_S = 25.0
BROADCASTS_AT_ONCE = 16  # calls that nobody waits for may not take all the room there is for answers


class BroadcastPace:
    """When the next message of a broadcast may leave: so many a second, evenly, over all chats."""

    def __init__(self, per_second: float) -> None:
        self._gap_s = 1 / per_second
        self._free_at = 0.0
        self._in_flight = 0

    def wait_s(self) -> float | None:
        """Seconds until the next one may leave; 0 for now; None: when one that is on its way has ended."""
        if self._in_flight >= BROADCASTS_AT_ONCE:
            return None
        return max(0.0, self._free_at - time.monotonic())

    def began(self) -> None:
        """One leaves now. One turn that was missed is caught up, so the pace is kept on a busy machine."""
        self._in_flight += 1
        self._free_at = max(self._free_at, time.monotonic() - self._gap_s) + self._gap_s

    def ended(self) -> None:
        """One arrived, or did not."""
        self._in_flight -= 1

    def hold(self, seconds: float) -> None:
        """Telegram asked to wait."""
        self._free_at = max(self._free_at, time.monotonic() + seconds)


class Pace:
    """From when on each chat may be called, kept only as long as it matters; and the pace of broadcasts."""

    def __init__(self, broadcasts_per_s: float = BROADCASTS_PER_S) -> None:
        self.broadcasts = BroadcastPace(broadcasts_per_s)
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
