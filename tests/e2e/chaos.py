"""SIGKILLs of bot and worker at random moments while people chat and order, and what must hold afterwards."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from kiebot.sandbox.telegram.tl import Refused
from tests.e2e.studio import ROOT, Person, Studio, button

LONGEST_S = 120
PAUSE_S = (0.2, 2.5)
QUESTIONS = 3
KILLED_WHILE_STARTING = 0.15
COMMANDS = ("img", "video", "music", "img")  # every fourth paid one works on a photo
MADE = ("photo", "video", "audio", "document")
CREDITS = 10_000
# What a person reads of an order that came to nothing: three lives of the worker died in it, or its deadline passed unanswered
GIVEN_UP = ("broke on my side several times", "never said what became of the request")
GIVE = """
import sys
from pathlib import Path
from kiebot.store import accounts, ledger
from kiebot.store.db import open_store, transaction
open_store(Path(sys.argv[1]))
for person in sys.argv[3:]:
    account = accounts.of_user(int(person))
    with transaction(durable=True):
        ledger.add(account.id, "bonus", int(sys.argv[2]), f"grant:{person}")
"""
VERIFY = """
import sys
from pathlib import Path
from kiebot.services import billing
from kiebot.store.db import open_store
open_store(Path(sys.argv[1]))
print("\\n".join(billing.verify().problems), end="")
"""


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
        self._pays = "KIEBOT_BILLING__ENABLED" in studio.extra
        self.kills: dict[str, int] = {"bot": 0, "worker": 0}

    async def run(self, *, chats: int, jobs: int, kills: int) -> None:
        """Start everything, talk and order while processes die, and wait until it is quiet."""
        await self._studio.run("bot")
        await self._studio.run("worker")
        people = [self._studio.person(f"P{number}") for number in range(max(chats, jobs))]
        self._talks = [Ledger(person) for person in people]
        if self._pays:
            await asyncio.to_thread(self._in_store, GIVE, str(CREDITS), *(str(person.id) for person in people))
        async with asyncio.TaskGroup() as people_act:  # none of them outlives a failure
            for ledger in self._talks[:chats]:
                people_act.create_task(self._talk(ledger, kills))
            for number, ledger in enumerate(self._talks[-jobs:]):
                people_act.create_task(self._order(ledger, kills, number))
            await self._kill(kills)
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

    async def _order(self, ledger: Ledger, kills: int, number: int) -> None:
        await self._some_time(kills)
        text = f"/{COMMANDS[number % len(COMMANDS)]} order of {ledger.person.id}."
        more = {"kind": "photo", "file": self._photo(), "name": "photo.png"} if self._pays and number % 4 == 3 else {}
        sent = ledger.person.say(text, **more)
        ledger.orders[sent] = text
        if self._pays:
            await self._confirm(ledger.person, sent)

    def _photo(self) -> Path:
        """A picture of the person's, to be worked on."""
        path = self._studio.folder / "photo.png"
        if not path.exists():
            Image.new("RGB", (640, 480), "teal").save(path)
        return path

    async def _confirm(self, person: Person, sent: int) -> None:
        """Press until the order is taken: the bot may be dead, and pressing twice orders once."""

        def asked() -> Any:
            return next((m for m in person.messages(after=sent) if "'o:" in str(m["buttons"])), None)

        message = await self._studio.until(asked, LONGEST_S, "the price is shown")
        ends_at = time.monotonic() + LONGEST_S
        while not self._studio.rows("SELECT 1 FROM job WHERE chat_id = ?", person.chat):
            assert time.monotonic() < ends_at, f"pressed and pressed, and it is not taken: {person.messages(after=sent)}"
            with suppress(Refused):  # nobody answered in time: whoever should died meanwhile
                await person.press(message, button(message, "o:"))
            await asyncio.sleep(1)

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
        ordered = sum(len(ledger.orders) for ledger in self._talks)
        turns, jobs = self._studio.rows("SELECT (SELECT COUNT(*) FROM turn), (SELECT COUNT(*) FROM job)")[0]
        return open_rows == 0 and turns >= said and jobs >= ordered

    def summary(self) -> str:
        """What happened, in numbers."""
        answers = sum(len(ledger.questions) for ledger in self._talks)
        jobs = self._studio.rows("SELECT state, COUNT(*) FROM job GROUP BY 1")
        again, most = self._studio.rows("SELECT SUM(attempts > 1), MAX(attempts) FROM turn")[0]
        return f"kills {self.kills}, questions {answers} (begun again {again}, at most {most} times), jobs {dict(jobs)}"

    async def problems(self) -> list[str]:
        """Whatever did not come out exactly once."""
        return await asyncio.to_thread(self._problems)

    def _problems(self) -> list[str]:
        found = [problem for ledger in self._talks for problem in self._of(ledger)]
        double = self._studio.rows(
            "SELECT remote_id, COUNT(*) FROM job WHERE remote_id IS NOT NULL GROUP BY 1 HAVING COUNT(*) > 1"
        )
        found += [f"remote id {row[0]} belongs to {row[1]} jobs" for row in double]
        return found + self._ordered_twice() + self._in_store(VERIFY).splitlines()

    def _of(self, ledger: Ledger) -> list[str]:
        found = []
        texts = ledger.person.texts()
        for text in ledger.questions.values():
            answers = sum(f"«{text}»" in answer for answer in texts)
            if answers != 1:
                found.append(f"{text}: {answers} answers in {texts}")
        made = sum(message["kind"] in MADE for message in ledger.person.messages())
        stored = self._studio.rows("SELECT results FROM job WHERE chat_id = ? AND state = 'done'", ledger.person.chat)
        unclear = self._studio.rows("SELECT COUNT(*) FROM job WHERE chat_id = ? AND state = 'unclear'", ledger.person.chat)[0][0]
        told = sum("no answer came back" in text for text in texts)
        given_up = sum(any(end in text for end in GIVEN_UP) for text in texts)
        results = sum(len(json.loads(row[0])) for row in stored)  # a song comes in two versions
        if made != results or len(stored) + unclear + given_up != len(ledger.orders) or told < unclear:
            found.append(
                f"{ledger.orders}: {made} of {results}, {unclear} unclear of which {told} told, {given_up} given up, {texts}"
            )
        return found

    def _ordered_twice(self) -> list[str]:
        """The provider was never asked twice for one order: its own list says so."""
        with urllib.request.urlopen(f"{self._studio.ai.url}/api/ai/tasks?limit=100000", timeout=20) as answer:
            tasks = [json.dumps(task["input"]) for task in json.load(answer)["tasks"]]
        orders = [f"order of {ledger.person.id}." for ledger in self._talks if ledger.orders]
        asked = {order: sum(order in task for task in tasks) for order in orders}
        return [f"{order}: {count} tasks at the provider" for order, count in asked.items() if count > 1]

    def _in_store(self, script: str, *arguments: str) -> str:
        """Run a script on the store, in a process of its own."""
        command = [sys.executable, "-c", script, str(self._studio.data), *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
