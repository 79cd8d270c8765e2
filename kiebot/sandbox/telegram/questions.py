"""Questions to a bot that a person waits for: pressed buttons, inline queries, pre-checkouts."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from kiebot.sandbox.telegram.tl import Refused


class Questions:
    """Open questions by query id, each asked to one bot."""

    def __init__(self) -> None:
        self.within_s = 10.0  # how long the people's clients wait
        self._open: dict[int, tuple[int, asyncio.Future[Any]]] = {}

    def ask(self, bot: int) -> tuple[int, asyncio.Future[Any]]:
        """A new query id, and the answer that will come."""
        query_id = random.getrandbits(62)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._open[query_id] = (bot, answer)
        return query_id, answer

    async def wait(self, query_id: int, timeout: float | None = None) -> Any:
        """The bot's answer; BOT_RESPONSE_TIMEOUT when it does not come."""
        _, answer = self._open[query_id]
        try:
            return await asyncio.wait_for(answer, timeout or self.within_s)
        except TimeoutError as exc:
            raise Refused(502, "BOT_RESPONSE_TIMEOUT") from exc
        finally:
            self._open.pop(query_id, None)

    def answer(self, query_id: int, bot: int, value: Any) -> None:
        """The bot has answered; QUERY_ID_INVALID when it is too late or the query is another bot's."""
        asked, answer = self._open.get(query_id, (0, None))
        if asked != bot or answer is None or answer.done():
            raise Refused(400, "QUERY_ID_INVALID")
        answer.set_result(value)
