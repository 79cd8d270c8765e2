"""Whether a bot is there: people shall see that nobody answers because nobody can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiebot.sandbox.telegram.feed import Feed

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.server import Server


class Presence:
    """Tells the feed when a bot comes or goes: it is there while one of its logins that gets updates has a connection."""

    def __init__(self, server: Server, feed: Feed, bot_id: int) -> None:
        self._server = server
        self._feed = feed
        self._bot_id = bot_id
        self._told = False

    @property
    def here(self) -> bool:
        return any(session.transport is not None for session in self._server.sessions_of(self._bot_id))

    def look(self) -> None:
        """Somebody came or went."""
        if self.here != self._told:
            self._told = self.here
            self._feed.emit("presence", online=self._told)
