"""An optional pace limit per chat, as Telegram keeps one: too many messages and edits are answered with FLOOD_WAIT_X."""

from __future__ import annotations

import math
import time

from kiebot.sandbox.telegram.tl import Refused


class Pace:
    """One call every `per_chat_s` seconds in each chat; `tolerance_s` forgives the jitter of a caller that keeps the pace."""

    def __init__(self) -> None:
        self.per_chat_s = 0.0
        self.tolerance_s = 0.05
        self.drafts_too = False
        self.refused = 0
        self._next: dict[tuple[int, int], float] = {}

    def spend(self, author: int, peer_id: int) -> None:
        if not self.per_chat_s:
            return
        moment = time.monotonic()
        due = self._next.get((author, peer_id), 0.0)
        if moment < due - self.tolerance_s:
            self.refused += 1
            raise Refused(420, f"FLOOD_WAIT_{max(1, math.ceil(due - moment))}")
        self._next[author, peer_id] = max(moment, due) + self.per_chat_s
