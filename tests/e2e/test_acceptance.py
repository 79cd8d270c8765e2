"""The list of docs/acceptance.md, gone through in the sandbox: what it says is sent, pressed and expected here."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e.studio import ROOT, Person, Studio
from tests.e2e.test_voice import SILENCE, say, sound

LIST = (ROOT / "docs/acceptance.md").read_text(encoding="utf-8")
LANGUAGES = ("en", "ru")
STEP = re.compile(r"\| (?P<number>\d+\.\d+) \| (?P<verb>[A-Z][a-z]+)(?P<rest>.*?) \| (?P<en>.*?) \| (?P<ru>.*?) \|")
KIND = re.compile(r"\*(\w+)\* ?")
WITHIN_S = 120
SETTINGS = {  # as the list wants it, with scenes of two seconds; the walk takes less than the minute for which orders are counted
    "KIEBOT_FILM__SEGMENTS": "2",
    "KIEBOT_FILM__SEGMENT_S": "2",
    "KIEBOT_LIMITS__REQUESTS_PER_MINUTE": "100",
}
A_DAY_LATER = """
import sys
from pathlib import Path
from kiebot.services.film_sweep import clean
from kiebot.store.db import open_store, transaction, utc_now
from kiebot.store.film_models import Film
open_store(Path(sys.argv[1]))
with transaction():
    Film.update(ended_at=utc_now() - 25 * 3600).execute()
clean(Path(sys.argv[1]), 24)
"""
ADMIN = "from kiebot.cli.admin import admin; admin(prog_name='kiebot-admin')"


@dataclass
class Step:
    """One line of the list, in one language."""

    number: str
    verb: str
    what: str  # the words in code, or what follows the verb
    kind: str  # of the message that has to come; empty: any
    words: list[str]  # that it has to have, in this order

    def fits(self, text: str, kind: str) -> bool:
        if self.kind == "answer":
            return kind == "text"
        pattern = ".*?".join(map(re.escape, self.words))
        return self.kind in ("", kind) and re.search(pattern, text, re.DOTALL) is not None


def steps(language: str) -> Iterator[Step]:
    for found in STEP.finditer(LIST):
        words = re.findall(r"`(.+?)`", found["rest"])
        what = words[min(LANGUAGES.index(language), len(words) - 1)] if words else found["rest"].strip()
        expected = found[language]
        kind = KIND.match(expected)
        said = [part.strip() for part in KIND.sub("", expected).split("…")]
        times = 3 if "three times" in found["rest"] else 1
        yield Step(found["number"], found["verb"] + str(times), what, kind[1] if kind else "", said)


class Walk:
    """One person who goes through the list."""

    def __init__(self, studio: Studio, folder: Path, language: str) -> None:
        self._studio, self._folder = studio, folder
        folder.mkdir()
        self.person: Person = studio.person({"en": "Ann", "ru": "Аня"}[language], language)
        self._known: set[tuple[int, str]] = set()
        self._notice = ""

    async def take(self, step: Step) -> None:
        self._notice = ""
        if step.verb != "Wait1":
            self._known = {(message["id"], message["text"]) for message in self.person.messages()}
        await getattr(self, step.verb.rstrip("13").lower())(step)
        await self._studio.until(lambda: self._came(step), WITHIN_S, what=f"{step} in {self._new()}, {self._notice!r}")

    def _new(self) -> list[dict[str, Any]]:
        return [each for each in self.person.messages() if (each["id"], each["text"]) not in self._known]

    def _came(self, step: Step) -> bool:
        """What is there has been seen: the next step expects something else."""
        found = next((each for each in self._new() if step.fits(each["text"], each["kind"])), None)
        if found is not None:
            self._known.add((found["id"], found["text"]))
        return found is not None or bool(self._notice and step.fits(self._notice, "notice"))

    async def wait(self, step: Step) -> None:
        """Nothing is done."""

    async def write(self, step: Step) -> None:
        for _ in range(int(step.verb[-1])):
            self.person.say(step.what)

    async def say(self, step: Step) -> None:
        await say(self.person, sound(self._folder, f"{step.number}.ogg"), step.what)

    async def press(self, step: Step) -> None:
        def found() -> Any:
            buttons = [(each, item) for each in self.person.messages() for row in each["buttons"] for item in row]
            return next(((each, item) for each, item in reversed(buttons) if item["text"] == step.what), None)

        message, item = await self._studio.until(found, WITHIN_S, what=f"the button {step.what}")
        self._notice = (await self.person.press(message, item["data"]))["text"] or ""

    async def send(self, step: Step) -> None:
        self._things()[step.what]()

    def _things(self) -> dict[str, Callable[[], int]]:
        return {
            "a text file": lambda: self._file("notes.txt", ("The ship sails at noon. " * 20).encode()),
            "a damaged PDF": lambda: self._file("damaged.pdf", b"%PDF-1.7\nnothing of it is left"),
            "a photo": self._photo,
            "a poll": lambda: self.person.say("", kind="poll"),
            "silence": lambda: self._sent(sound(self._folder, "silence.ogg", source=SILENCE), "voice", "audio/ogg"),
        }

    def _file(self, name: str, content: bytes) -> int:
        path = self._folder / name
        path.write_bytes(content)
        return self._sent(path, "document", "application/octet-stream")

    def _photo(self) -> int:
        path = self._folder / "photo.jpg"
        Image.new("RGB", (640, 480), "teal").save(path)
        return self._sent(path, "photo", "image/jpeg")

    def _sent(self, path: Path, kind: str, mime: str) -> int:
        more = {"duration": 3} if kind == "voice" else {}
        return self.person.say("", kind=kind, file=path, name=path.name, mime=mime, **more)


def test_every_line_of_the_list_is_a_step() -> None:
    lines = [line for line in LIST.splitlines() if re.match(r"\| \d", line)]
    assert [step.number for step in steps("en")] == [line.split("|")[1].strip() for line in lines]
    assert len(lines) > 40


@pytest.mark.asyncio(loop_scope="session")
async def test_the_list_can_be_gone_through_in_both_languages_at_once(tmp_path: Path) -> None:
    async with Studio(tmp_path, run_s={"image": 3.0, "video": 0.5, "audio": 0.5}, environ=SETTINGS) as studio:
        await studio.run("bot")
        await studio.run("worker")
        await asyncio.gather(*(walk_through(studio, tmp_path / language, language) for language in LANGUAGES))
        films = studio.data / "media/films"
        assert list(films.iterdir())
        run(studio, "-c", A_DAY_LATER, str(studio.data))
        assert list(films.iterdir()) == []
        assert len(json.loads(run(studio, "-c", ADMIN, "films", "list", "--json"))) >= 4
        assert json.loads(run(studio, "-c", ADMIN, "ledger", "verify", "--json"))["ok"]


async def walk_through(studio: Studio, folder: Path, language: str) -> None:
    walk = Walk(studio, folder, language)
    for step in steps(language):
        await walk.take(step)


def run(studio: Studio, *arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=studio.environ(), capture_output=True, text=True, check=True, timeout=60).stdout
