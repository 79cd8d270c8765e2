"""SIGKILLs of bot and worker at random moments while people chat and order, and what must hold afterwards."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from tests.e2e.studio import Person, Studio

LONGEST_S = 120
PAUSE_S = (0.2, 2.5)
QUESTIONS = 3
KILLED_WHILE_STARTING = 0.15


@dataclass
class Ledger:
    """What was said in one chat and has to be answered."""

    person: Person
    questions: dict[int, str] = field(default_factory=dict)
    orders: dict[int, str] = field(default_factory=dict)


class Chaos:
    """One run. The seed makes the moments repeatable as far as two processes and a clock allow."""

    def __init__(self, studio: Studio, rng: random.Random) -> None:
        self._studio = studio
        self._rng = rng
        self._talks: list[Ledger] = []
        self._killing = True
        self.kills: dict[str, int] = {"bot": 0, "worker": 0}

    async def run(self, *, chats: int, jobs: int, kills: int) -> None:
        """Start everything, talk and order while processes die, and wait until it is quiet."""
        await self._studio.run("bot")
        await self._studio.run("worker")
        people = [self._studio.person(f"P{number}") for number in range(max(chats, jobs))]
        self._talks = [Ledger(person) for person in people]
        talking = [asyncio.create_task(self._talk(ledger, kills)) for ledger in self._talks[:chats]]
        ordering = [asyncio.create_task(self._order(ledger, kills)) for ledger in self._talks[-jobs:]]
        await self._kill(kills)
        await asyncio.gather(*talking, *ordering)
        await self._studio.until(self._quiet, LONGEST_S, "everything answered and delivered")
        await asyncio.sleep(3)  # a second copy would come now

    async def _some_time(self, kills: int) -> None:
        """Wait for one of the kills, so that something is going on at each of them."""
        number = self._rng.uniform(0, kills)
        while self._killing and sum(self.kills.values()) < number:
            await asyncio.sleep(0.05)
        await asyncio.sleep(self._rng.uniform(0, 4))

    async def _talk(self, ledger: Ledger, kills: int) -> None:
        for number in range(QUESTIONS):
            await self._some_time(kills)
            text = f"question {ledger.person.id}-{number}"
            ledger.questions[ledger.person.say(text)] = text

    async def _order(self, ledger: Ledger, kills: int) -> None:
        await self._some_time(kills)
        text = f"/img order of {ledger.person.id}"
        ledger.orders[ledger.person.say(text)] = text

    async def _kill(self, kills: int) -> None:
        while sum(self.kills.values()) < kills:
            await asyncio.sleep(self._rng.uniform(*PAUSE_S))
            name = self._rng.choice(("bot", "worker"))
            await self._kill_one(name)
            while self._rng.random() < KILLED_WHILE_STARTING:
                self._studio.begin(name)
                await asyncio.sleep(self._rng.uniform(0.1, 2))
                await self._kill_one(name)
            await self._studio.run(name)
        self._killing = False

    async def _kill_one(self, name: str) -> None:
        await self._studio.kill(name)
        self.kills[name] += 1

    def _quiet(self) -> bool:
        open_rows = self._studio.rows(
            "SELECT (SELECT COUNT(*) FROM turn WHERE state IN ('received', 'answering')) + (SELECT COUNT(*) FROM outbox_row WHERE"
            " state = 'queued') + (SELECT COUNT(*) FROM job WHERE state IN ('queued', 'submitting', 'running', 'storing'))"
        )[0][0]
        said = sum(len(ledger.questions) for ledger in self._talks)
        taken = self._studio.rows("SELECT COUNT(*) FROM turn")[0][0]
        return open_rows == 0 and taken >= said

    def summary(self) -> str:
        """What happened, in numbers."""
        answers = sum(len(ledger.questions) for ledger in self._talks)
        jobs = self._studio.rows("SELECT state, COUNT(*) FROM job GROUP BY 1")
        again, most = self._studio.rows("SELECT SUM(attempts > 1), MAX(attempts) FROM turn")[0]
        return f"kills {self.kills}, questions {answers} (begun again {again}, at most {most} times), jobs {dict(jobs)}"

    def problems(self) -> list[str]:
        """Whatever did not come out exactly once."""
        found = [problem for ledger in self._talks for problem in self._of(ledger)]
        double = self._studio.rows(
            "SELECT remote_id, COUNT(*) FROM job WHERE remote_id IS NOT NULL GROUP BY 1 HAVING COUNT(*) > 1"
        )
        return found + [f"remote id {row[0]} belongs to {row[1]} jobs" for row in double] + self._ordered_twice()

    def _of(self, ledger: Ledger) -> list[str]:
        found = []
        texts = ledger.person.texts()
        for text in ledger.questions.values():
            answers = sum(f"«{text}»" in answer for answer in texts)
            if answers != 1:
                found.append(f"{text}: {answers} answers in {texts}")
        pictures = sum(message["kind"] == "photo" for message in ledger.person.messages())
        unclear = self._studio.rows("SELECT COUNT(*) FROM job WHERE chat_id = ? AND state = 'unclear'", ledger.person.chat)[0][0]
        told = sum("no answer came back" in text for text in texts)
        if pictures + unclear != len(ledger.orders) or told < unclear:
            found.append(f"{ledger.orders}: {pictures} pictures, {unclear} unclear of which {told} told, {texts}")
        return found

    def _ordered_twice(self) -> list[str]:
        """The provider was never asked twice for one order."""
        tasks = self._studio.behaviour.counters["kie.created"]
        jobs = self._studio.rows("SELECT COUNT(*) FROM job WHERE kind = 'generation'")[0][0]
        return [f"{tasks} tasks at the provider for {jobs} jobs"] if tasks > jobs else []
