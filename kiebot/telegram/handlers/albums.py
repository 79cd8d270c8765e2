"""Albums in groups: one of their messages calls the bot, and all of them are meant, whether they came before it or come after."""

from __future__ import annotations

import time

from kiebot.services.incoming import Incoming

MEMORY_S = 5.0  # the messages of an album come within a moment
MOST_HELD = 200

Key = tuple[int, str]


class Albums:
    """What came of albums in the last moments. Only in memory: what a restart forgets was not for us when it came."""

    def __init__(self) -> None:
        self._called: dict[Key, float] = {}
        self._held: list[tuple[float, Incoming]] = []

    def hold(self, incoming: Incoming) -> None:
        """Nobody called the bot with this message; perhaps the next one of its album does."""
        if incoming.album and not incoming.edited_at:
            self._held = [*self._fresh(), (time.monotonic() + MEMORY_S, incoming)][-MOST_HELD:]

    def belongs(self, incoming: Incoming) -> bool:
        """Whether the bot was called with an earlier message of the same album."""
        return bool(incoming.album) and self._called.get(_key(incoming), 0.0) > time.monotonic()

    def called(self, incoming: Incoming) -> list[Incoming]:
        """The bot is called with this message: the earlier ones of its album, oldest first."""
        if not incoming.album or incoming.private:
            return []
        now = time.monotonic()
        self._called = {key: until for key, until in self._called.items() if until > now} | {_key(incoming): now + MEMORY_S}
        earlier = [held for _, held in self._fresh() if _key(held) == _key(incoming)]
        self._held = [(until, held) for until, held in self._fresh() if _key(held) != _key(incoming)]
        return earlier

    def _fresh(self) -> list[tuple[float, Incoming]]:
        return [(until, held) for until, held in self._held if until > time.monotonic()]


def _key(incoming: Incoming) -> Key:
    return incoming.chat_id, incoming.album
