"""People who ask one bot and look at the clock."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiebot.sandbox.telegram.humans import Humans

ANSWER_TIMEOUT_S = 60
STOP_DATA = "chat:stop"  # the button of an answer that still grows
PAUSE_S = 1.1  # between two messages to one chat: kiebot keeps to one call a second there


class NoAnswer(Exception):
    """Somebody waited in vain."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in a chat."""

    user: int
    chat: int


@dataclass(slots=True)
class Asked:
    """One question and what came of it; moments are seconds since it was posted."""

    began: float
    expected: str = ""
    first_s: float = 0.0
    final_s: float = 0.0
    drafts: int = 0
    sends: int = 0
    edits: int = 0
    text: str = ""
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Crowd:
    """The people of one bot."""

    def __init__(self, humans: Humans, bot: dict[str, Any]) -> None:
        self.humans = humans
        self._bot_id = bot["id"]
        self._call = f"@{bot['username']} "
        self._open: dict[int, Asked] = {}
        self._names = itertools.count(1)
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look at what the bot does."""
        self._looking = asyncio.create_task(self._look(self.humans.subscribe()))

    async def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def private(self, count: int) -> list[Seat]:
        """New people, each of whom has spoken with the bot already."""
        people = [self.humans.add_user(f"Person {next(self._names)}") for _ in range(count)]
        seats = [Seat(person["id"], person["chat"]) for person in people]
        await self.at_once(seats, "hello")
        await asyncio.sleep(PAUSE_S)
        return seats

    async def groups(self, count: int) -> list[Seat]:
        """New supergroups of one person and the bot, which has spoken there already."""
        seats = []
        for _ in range(count):
            user = self.humans.add_user(f"Person {next(self._names)}")["id"]
            seats.append(Seat(user, self.humans.add_chat("Bench", [user], "supergroup")["id"]))
            await asyncio.sleep(0)
        await asyncio.sleep(2 * PAUSE_S)  # the bot says hello there
        await self.at_once(seats, "hello")
        await asyncio.sleep(PAUSE_S)
        return seats

    def expect(self, seat: Seat, words: str = "") -> Asked:
        """From now on look for a whole message with these words in this chat."""
        asked = self._open[seat.chat] = Asked(time.monotonic(), words)
        return asked

    def post(self, seat: Seat, text: str, *, expect: str = "", **more: Any) -> Asked:
        """Say something."""
        asked = self.expect(seat, expect)
        self.humans.post(seat.chat, seat.user, text if seat.chat > 0 or not text else self._call + text, **more)
        return asked

    async def answered(self, asked: Asked, timeout_s: float = ANSWER_TIMEOUT_S) -> Asked:
        """Wait for the whole answer. Raises NoAnswer when none with the expected words comes."""
        try:
            async with asyncio.timeout(timeout_s):
                await asked.done.wait()
        except TimeoutError:
            raise NoAnswer(f"no answer with {asked.expected!r} within {timeout_s} s, the last was {asked.text[:300]!r}") from None
        return asked

    async def ask(self, seat: Seat, text: str, *, expect: str = "", timeout_s: float = ANSWER_TIMEOUT_S, **more: Any) -> Asked:
        """Say something and wait for the whole answer."""
        return await self.answered(self.post(seat, text, expect=expect, **more), timeout_s)

    async def send_file(
        self, seat: Seat, path: Path, name: str, *, expect: str = "", timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Asked:
        """Send a document and wait for the message with the expected words."""
        more: dict[str, Any] = {"kind": "document", "file": path, "name": name, "mime": "application/pdf"}
        return await self.ask(seat, "", expect=expect, timeout_s=timeout_s, **more)

    async def at_once(self, seats: Iterable[Seat], text: str, *, expect: str = "") -> list[Asked]:
        """All ask in the same moment."""
        asked = []
        for seat in seats:
            asked.append(self.post(seat, text, expect=expect))
            await asyncio.sleep(0)  # let the line carry what was posted
        return [await self.answered(one) for one in asked]

    async def rounds(self, seats: Sequence[Seat], count: int, text: str, *, expect: str = "") -> list[Asked]:
        """All ask at once, several times."""
        found: list[Asked] = []
        for number in range(count):
            found += await self.at_once(seats, f"{text} {number}", expect=expect)
            await asyncio.sleep(PAUSE_S)
        return found

    async def one_by_one(self, seats: Sequence[Seat], count: int, text: str, *, expect: str = "") -> list[Asked]:
        """One person asks after the other."""
        return [await self.ask(seat, text, expect=expect) for seat in itertools.islice(itertools.cycle(seats), count)]

    @asynccontextmanager
    async def probing(self, seats: Sequence[Seat], every_s: float) -> AsyncIterator[list[Asked]]:
        """Meanwhile one of these people after the other asks something, whatever the others do."""
        found: list[Asked] = []
        probing = asyncio.create_task(self._probe(seats, every_s, found))
        try:
            yield found
        finally:
            probing.cancel()
            await asyncio.gather(probing, return_exceptions=True)
            for asked in found:
                await self.answered(asked)

    async def _probe(self, seats: Sequence[Seat], every_s: float, found: list[Asked]) -> None:
        for seat in itertools.cycle(seats):
            if seat.chat in self._open:  # still waits; the next one asks
                await asyncio.sleep(every_s / 10)
                continue
            found.append(self.post(seat, "are you there"))
            await asyncio.sleep(every_s)

    async def _look(self, events: asyncio.Queue[dict[str, Any]]) -> None:
        while True:
            event = await events.get()
            asked = self._open.get(event.get("chat", 0))
            if asked is not None:
                self._note(asked, event, time.monotonic() - asked.began)

    def _note(self, asked: Asked, event: dict[str, Any], now_s: float) -> None:
        if event["type"] == "draft":
            asked.drafts += 1
            asked.first_s = asked.first_s or now_s
            return
        message = event.get("message")
        if event["type"] not in ("message", "edit") or message is None or message["from"] != self._bot_id:
            return
        asked.sends += event["type"] == "message"
        asked.edits += event["type"] == "edit"
        asked.first_s = asked.first_s or now_s
        asked.text = message["text"]
        if asked.expected in asked.text and not _still_grows(message):
            asked.final_s = now_s
            asked.done.set()
            del self._open[message["chat"]]


def _still_grows(message: dict[str, Any]) -> bool:
    """Whether this is a placeholder or a part of an answer: it has the stop button."""
    return any(str(button.get("data", "")).startswith(STOP_DATA) for row in message["buttons"] for button in row)
