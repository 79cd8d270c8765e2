"""Films with the real processes: what a person presses from stage to stage, and what has to be true of a finished film."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.e2e.chaos import GIVE, VERIFY
from tests.e2e.studio import ROOT, Person, Studio, button

CREDITS = 100_000
RUN_S = {"image": 0.3, "video": 0.5, "audio": 0.5}
STAGES = ("script", "pictures", "animation")  # after which the person is asked
OVERDUE = """
import sys
from pathlib import Path
from kiebot.store.db import open_store, transaction
from kiebot.store.film_models import Film
open_store(Path(sys.argv[1]))
with transaction(durable=True):
    Film.update({sys.argv[2]: Film.created_at - 86400 * 30}).execute()
"""


def small(scenes: int, seconds: int = 2, **more: str) -> dict[str, str]:
    """The environment of a bot that makes paid films of so many scenes."""
    return {
        "KIEBOT_BILLING__ENABLED": "true",
        "KIEBOT_FILM__SEGMENTS": str(scenes),
        "KIEBOT_FILM__SEGMENT_S": str(seconds),
        "KIEBOT_FILM__SCRIPT_PRICE": "7",
        **more,
    }


@asynccontextmanager
async def film_making(folder: Path, scenes: int, scene_s: int, run_s: dict[str, float] = RUN_S) -> AsyncIterator[Maker]:
    """Somebody with credits in a studio of their own; bot and worker run."""
    async with Studio(folder, run_s=run_s, environ=small(scenes, scene_s)) as studio:
        await studio.run("bot")
        await studio.run("worker")
        maker = Maker(studio)
        await maker.gets_credits()
        yield maker


class Maker:
    """One person and the one film that they make."""

    def __init__(self, studio: Studio, name: str = "Ann", language: str = "en") -> None:
        self.studio = studio
        self.person: Person = studio.person(name, language)

    async def gets_credits(self) -> None:
        await asyncio.to_thread(self.in_store, GIVE, str(CREDITS), str(self.person.id))

    async def ask_for(self, idea: str) -> dict[str, Any]:
        """Write an idea; the message with choices, price and time."""
        return await self.asked("film:start:", after=self.person.say(f"/film {idea}"))

    async def asked(self, data: str, *, after: int = 0, timeout_s: float = 60) -> dict[str, Any]:
        """The newest message that has such a button."""

        def found() -> Any:
            return next((m for m in reversed(self.person.messages(after=after)) if f"'{data}" in str(m["buttons"])), None)

        message: dict[str, Any] = await self.studio.until(found, timeout_s, what=f"a button {data}")
        return message

    async def press(self, data: str, until: str, *, timeout_s: float = 60) -> None:
        """Press the newest such button until the film is where that leads: whoever hears it may be dead just now."""
        tries = 0
        while not self.row(f"SELECT 1 FROM film WHERE {until}"):
            tries += 1
            assert tries < timeout_s, f"{data} leads nowhere: {self.state}"
            message = await self.asked(data, timeout_s=timeout_s)
            await self.person.press(message, button(message, data))
            await asyncio.sleep(1)

    async def start(self) -> None:
        await self.press("film:start:", "state <> 'draft'")

    async def waits(self, stage: str, timeout_s: float = 120) -> None:
        """Until the person is asked what becomes of a stage."""
        asked = f"SELECT 1 FROM film WHERE state = 'waiting' AND stage = '{stage}'"
        await self.studio.until(lambda: self.row(asked), timeout_s, what=f"{stage} is there: {self.state}")

    async def approve(self, stage: str, timeout_s: float = 120) -> None:
        await self.waits(stage, timeout_s)
        await self.press(f"film:approve:{self.film}:{stage}", f"stage <> '{stage}'")

    async def film_message(self, timeout_s: float = 120) -> dict[str, Any]:
        """The finished film in the chat."""

        def found() -> Any:
            return next((m for m in self.person.messages() if m["kind"] == "video" and m["buttons"]), None)

        message: dict[str, Any] = await self.studio.until(found, timeout_s, what=f"the film: {self.state}")
        return message

    # -- looking ---------------------------------------------------------------------------------------------------------------

    def row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        return next(iter(self.studio.rows(query, *values)), None)

    @property
    def film(self) -> int:
        found = self.row("SELECT id FROM film")
        assert found is not None
        return int(found[0])

    @property
    def state(self) -> tuple[Any, ...] | None:
        return self.row("SELECT state, stage, tries, fail_code FROM film")

    @property
    def balance(self) -> int:
        """What is left to be spent."""
        found = self.row("SELECT SUM(credits) FROM ledger_entry")
        assert found is not None
        return int(found[0])

    def prices(self) -> dict[str, int]:
        found = self.row("SELECT prices FROM film")
        assert found is not None
        return dict(json.loads(found[0]))

    def whole_price(self, scenes: int) -> int:
        """What a film costs of which every scene was made once."""
        prices = self.prices()
        return prices["script"] + scenes * (prices["picture"] + prices["clip"]) + prices["voice"] + prices["music"]

    def in_store(self, script: str, *arguments: str) -> str:
        """Run a script on the store, in a process of its own."""
        command = [sys.executable, "-c", script, str(self.studio.data), *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout

    async def time_goes_by(self, column: str) -> None:
        """Long ago, says this column of the film."""
        await asyncio.to_thread(self.in_store, OVERDUE, column)

    async def problems(self, scenes: int, *, music: int = 1) -> list[str]:
        """Whatever was made twice, delivered twice or charged wrong."""
        return await asyncio.to_thread(self._problems, scenes, music)

    def _problems(self, scenes: int, music: int) -> list[str]:
        found = self.in_store(VERIFY).splitlines()
        made = self.made()
        again = {order: count for order, count in made.items() if count > 1}
        if again or len(made) != 2 * scenes + music:
            found.append(f"{len(made)} things were ordered, more than once: {again}")
        videos = [message for message in self.person.messages() if message["kind"] == "video" and message["buttons"]]
        if len(videos) != 1:
            found.append(f"{len(videos)} films in the chat")
        if CREDITS - self.balance != self.whole_price(scenes):
            found.append(f"{CREDITS - self.balance} credits are gone, the film costs {self.whole_price(scenes)}")
        if self.row("SELECT 1 FROM film_scene WHERE picture IS NULL OR clip IS NULL OR treatment <> 'clip'"):
            found.append("a scene is not as it was ordered")
        return found

    def made(self) -> Counter[str]:
        """How often the provider was asked for each thing: its own list says so."""
        with urllib.request.urlopen(f"{self.studio.ai.url}/api/ai/tasks?limit=100000", timeout=20) as answer:
            tasks = json.load(answer)["tasks"]
        return Counter(json.dumps([task["model"], task["input"]], sort_keys=True) for task in tasks)

    def watched(self, message: dict[str, Any]) -> dict[str, Any]:
        """What ffprobe says of a film in the chat: seconds, and the streams by kind."""
        path, _, _ = self.studio.humans.file(message["media"]["id"])
        return probed(path)


def probed(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-print_format", "json", str(path)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    streams = {stream["codec_type"]: stream for stream in told["streams"]}
    return {"seconds": float(told["format"]["duration"]), "size": int(told["format"]["size"]), **streams}
