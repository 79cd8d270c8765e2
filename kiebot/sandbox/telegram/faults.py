"""Faults on demand: what goes wrong with the next calls of a method, or with the next updates.

    flood_wait  answer FLOOD_WAIT_<seconds>            delay      wait, then go on
    error       answer `error` with `code`             drop       do it, never answer (an update: lose it)
    cut         break the line instead of doing it     cut_after  do it, break the line instead of answering
    duplicate   do it, answer RANDOM_ID_DUPLICATE (an update: send it twice)
    late        do it, answer after so many seconds: people see it before the bot knows
    expire      make the file references of the call expire, then do it

`method` is a TL name as "messages.SendMessage", a pattern as "messages.*", or "updates" for what the server pushes.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

ACTIONS = ("flood_wait", "error", "delay", "drop", "cut", "cut_after", "duplicate", "late", "expire")
UPDATES = "updates"


@dataclass(slots=True)
class Fault:
    method: str
    action: str
    after: int = 0  # so many calls pass first
    times: int = 1
    seconds: float = 0
    error: str = ""
    code: int = 400


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        if fault.action not in ACTIONS:
            raise ValueError(f"unknown action {fault.action!r}, know {', '.join(ACTIONS)}")
        fault.method = fault.method.casefold()
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, method: str) -> Fault | None:
        """The fault that befalls this call, if any."""
        if not self._waiting:
            return None
        name = method.casefold()
        for fault in self._waiting:
            if not fnmatchcase(name, fault.method):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
            return fault
        return None
