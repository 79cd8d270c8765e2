"""A whole kiebot for tests: the sandbox's data centre and AI services in this process, bot and worker as the real processes.

Tests speak as people do, through the data centre, and look at what people see. Processes end by SIGTERM or SIGKILL, by pid.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.lavatop_webhooks import Cabinet
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.sandbox.server import LocalServer
from kiebot.sandbox.telegram.centre import DataCentre
from tests.births import Process, born, kiebot

READY_S = 40
ROOT = Path(__file__).parents[2]


@cache
def _made_centre() -> tempfile.TemporaryDirectory[str]:
    """The folder of a data centre that has its key, which takes most of a second to make, and its bot."""
    folder = tempfile.TemporaryDirectory()

    async def run() -> None:
        centre = DataCentre(Path(folder.name))
        await centre.start()
        await centre.stop()

    with ThreadPoolExecutor(1) as other:  # a loop runs in this thread already
        other.submit(asyncio.run, run()).result()
    return folder


class Studio:
    """Everything a person and an operator have, on loopback."""

    def __init__(
        self,
        folder: Path,
        *,
        run_s: dict[str, float] | None = None,
        environ: dict[str, str] | None = None,
        text: Scripted | None = None,
        cabinet: Cabinet | None = None,
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.behaviour = Behaviour()
        shutil.copytree(_made_centre().name, folder / "telegram")
        self.centre = DataCentre(folder / "telegram")
        self.humans = self.centre.humans
        run_s = run_s or {"image": 1.0, "video": 1.5}
        self.ai = LocalServer(create_app(folder / "ai", self.behaviour, text or Scripted(), run_s=run_s, cabinet=cabinet))
        self.processes: dict[str, Process] = {}
        self.extra = environ or {}

    async def __aenter__(self) -> Studio:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        await self.centre.start()
        await self.ai.start()

    async def stop(self) -> None:
        for name in list(self.processes):
            await self.end(name)
        await self.ai.stop()
        await self.centre.stop()

    async def reopen_centre(self, port: int) -> None:
        """The data centre's process came back: same folder, same port."""
        self.centre = DataCentre(self.folder / "telegram")
        self.humans = self.centre.humans
        await self.centre.start(port)

    def same_person(self, person: Person) -> Person:
        return Person(self, {"id": person.id, "chat": person.chat})

    async def behave(self, service: str, action: str, **how: Any) -> None:
        """How the AI services behave from now on, as POST /api/ai/behaviour says it."""
        await self.behaviour.apply({"service": service, "action": action, **how})

    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KIEBOT_")}
        return {
            **kept,
            "KIEBOT_DATA_DIR": str(self.data),
            "KIEBOT_TELEGRAM__API_ID": "1",
            "KIEBOT_TELEGRAM__API_HASH": "sandbox",
            "KIEBOT_TELEGRAM__BOT_TOKEN": self.centre.bot["token"],
            "KIEBOT_TELEGRAM__SERVER": f"127.0.0.1:{self.centre.port}",
            "KIEBOT_TELEGRAM__SERVER_PUBLIC_KEY_FILE": str(self.centre.public_key_file),
            "KIEBOT_TEXT__BASE_URL": f"{self.ai.url}/v1",
            "KIEBOT_TEXT__API_KEY": "sandbox",
            "KIEBOT_TEXT__MODEL": "kiebot-sandbox",
            "KIEBOT_TRANSCRIPTION__BASE_URL": f"{self.ai.url}/v1",
            "KIEBOT_SPEECH__BASE_URL": f"{self.ai.url}/v1",
            "KIEBOT_KIE__BASE_URL": self.ai.url,
            "KIEBOT_KIE__API_KEY": "sandbox",
            "KIEBOT_MEDIA__ALLOWED_HOSTS": f"127.0.0.1:{self.ai.port}",
            **self.extra,
        }

    async def run(self, name: str, **environ: str) -> None:
        """Start "bot" or "worker" and wait until it works."""
        before = self.log(name).count("ready")
        process = self.begin(name, **environ)
        await self.until(
            lambda: self.log(name).count("ready") > before or process.poll() is not None, READY_S, what=f"{name} ready"
        )
        assert process.poll() is None, self.log(name)[-3000:]

    def begin(self, name: str, **environ: str) -> Process:
        """Start "bot" or "worker" without waiting for it."""
        assert name not in self.processes
        output = self.folder / f"{name}.log"
        self.processes[name] = born(kiebot, name, environ={**self.environ(), **environ}, output=output)
        return self.processes[name]

    def popen(self, name: str, *, stdout: Any, stderr: Any, **environ: str) -> subprocess.Popen[bytes]:
        """One of the real processes, as `kiebot run` starts it."""
        command = [sys.executable, "-m", "kiebot", name]
        return subprocess.Popen(command, env={**self.environ(), **environ}, cwd=ROOT, stdout=stdout, stderr=stderr)

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    async def end(self, name: str) -> int:
        """SIGTERM, and the exit code."""
        process = self.processes.pop(name)
        process.terminate()
        return await asyncio.to_thread(process.wait, 60)

    async def kill(self, name: str) -> None:
        """SIGKILL."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(process.wait, 10)

    async def until(self, condition: Callable[[], Any], timeout_s: float = 15, what: str = "") -> Any:
        """Wait for something true, and return it."""
        ends_at = time.monotonic() + timeout_s
        while time.monotonic() < ends_at:
            value = condition()
            if value:
                return value
            await asyncio.sleep(0.02)
        logs = {name: self.log(name)[-1500:] for name in ("bot", "worker")}
        raise AssertionError(f"not within {timeout_s} s: {what or condition} {logs}")

    def person(self, name: str = "Ann", language: str = "en") -> Person:
        return Person(self, self.humans.add_user(name, language))

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the store, read-only, the way another process does."""
        connection = sqlite3.connect(f"file:{self.data / 'kiebot.db'}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()


class Person:
    """One user of the sandbox."""

    def __init__(self, studio: Studio, user: dict[str, Any]) -> None:
        self.studio = studio
        self.id = int(user["id"])
        self.chat = int(user["chat"])

    def say(self, text: str, chat: int | None = None, **more: Any) -> int:
        """Send a message; returns its id."""
        return int(self.studio.humans.post(chat or self.chat, self.id, text, **more)["id"])

    def messages(self, chat: int | None = None, after: int = 0) -> list[dict[str, Any]]:
        """What the bot wrote after message `after`, oldest first."""
        found = self.studio.humans.messages(chat or self.chat, after, as_user=self.id)
        return [message for message in found if message["from"] == self.studio.centre.bot["id"] and message["kind"] != "service"]

    def texts(self, chat: int | None = None, after: int = 0) -> list[str]:
        return [message["text"] for message in self.messages(chat, after)]

    async def reply(self, after: int, containing: str = "", chat: int | None = None, timeout_s: float = 15) -> dict[str, Any]:
        """The first message of the bot after `after` that has these words."""

        def found() -> Any:
            return next((m for m in self.messages(chat, after) if containing.lower() in m["text"].lower()), None)

        message: dict[str, Any] = await self.studio.until(found, timeout_s, what=f"{containing!r} in {self.texts(chat, after)}")
        return message

    async def ask(self, text: str, containing: str = "", **more: Any) -> dict[str, Any]:
        return await self.reply(self.say(text, **more), containing)

    async def press(self, message: dict[str, Any], data: str) -> dict[str, Any]:
        answer: dict[str, Any] = await self.studio.humans.press(message["chat"], message["id"], self.id, data=data)
        return answer


def button(message: dict[str, Any], beginning: str) -> str:
    """The callback data of the button that begins so."""
    found = [item["data"] for row in message["buttons"] for item in row if item.get("data", "").startswith(beginning)]
    assert found, f"no button {beginning!r} in {message['buttons']}"
    return str(found[0])
