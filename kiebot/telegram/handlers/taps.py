"""Double taps: the second press of a button whose first press has just worked is the same wish, not a mistake to be explained."""

from __future__ import annotations

import time

from kiebot.services.incoming import Press

DOUBLE_TAP_S = 5.0
# What a button says that did its work before. Other faults are news, also after a press that worked.
OVER = frozenset({"button-old", "film-late", "film-gone", "form-ordered", "form-gone", "improve-late", "broadcast-old"})

Key = tuple[int, int, int, str]


class Taps:
    """The presses that worked in the last seconds, and their notices. Only in memory: nobody taps twice across a restart."""

    def __init__(self, lasts_s: float = DOUBLE_TAP_S) -> None:
        self._lasts_s = lasts_s
        self._worked: dict[Key, tuple[float, str]] = {}

    def worked(self, press: Press, notice: str) -> None:
        """The press did what it says."""
        now = time.monotonic()
        self._worked = {key: kept for key, kept in self._worked.items() if kept[0] > now}
        self._worked[_key(press)] = now + self._lasts_s, notice

    def told(self, press: Press) -> str | None:
        """The notice of the same person's press of the same button a moment ago; None: there was none that worked."""
        until, notice = self._worked.get(_key(press), (0.0, ""))
        return notice if until > time.monotonic() else None


def _key(press: Press) -> Key:
    return press.sender.user_id, press.chat_id, press.message_id, press.data
