"""Everything that takes part in one measurement: data centre and people here, the rest as processes."""

from __future__ import annotations

import asyncio
import json
import os
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.crowd import Crowd
from bench.processes import Process
from kiebot.sandbox.telegram.centre import DataCentre

FOREVER = -1


class CountingCentre(DataCentre):
    """A data centre whose pace limit can count drafts too. Nothing is published about drafts, so both are measured."""

    drafts_count = False

    def draft(self, bot: Any, to: Any, *shown: Any) -> None:
        if self.drafts_count:
            self.pace.spend(bot.id, to.id)
        super().draft(bot, to, *shown)


class Studio:
    """One data centre with two bots: kiebot and the bare one."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.data = folder / "data"
        self.centre = CountingCentre(folder / "telegram")
        self._echo_bot = self.centre.add_bot("echo_bench_bot", "Echo")
        self.crowd = Crowd(self.centre.humans, self.centre.bot)
        self.echo_crowd = Crowd(self.centre.humans_with(self._echo_bot["id"]), self._echo_bot)
        self.processes: dict[str, Process] = {}
        self._more = dict(environ or {})

    async def __aenter__(self) -> Studio:
        await self.centre.start()
        self.crowd.start()
        self.echo_crowd.start()
        ai = await self.start("ai", "bench.ai", str(self.folder / "ai"))
        self._ai_url = ai.ready_line.split()[-1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for name in reversed(list(self.processes)):
            await self.stop(name)
        await self.crowd.stop()
        await self.echo_crowd.stop()
        await self.centre.stop()

    @property
    def bot(self) -> Process:
        return self.processes["bot"]

    @property
    def ai_url(self) -> str:
        """Where the AI services listen."""
        return self._ai_url

    @property
    def echo(self) -> Process:
        return self.processes["echo"]

    async def start(self, name: str, *arguments: str, **environ: str) -> Process:
        """Start a process and keep it under `name`."""
        child = await Process.start(name, arguments, {**self._environ(), **environ}, self.folder / f"{name}.log")
        self.processes[name] = child
        return child

    async def start_bot(self, **environ: str) -> Process:
        return await self.start("bot", "kiebot", "bot", **environ)

    async def start_worker(self) -> Process:
        return await self.start("worker", "kiebot", "worker")

    async def start_echo(self, **environ: str) -> Process:
        folder = self.folder / "echo"
        folder.mkdir(exist_ok=True)
        server, key = f"127.0.0.1:{self.centre.port}", str(self.centre.public_key_file)
        return await self.start("echo", "bench.echo_bot", server, key, str(folder), **environ)

    async def stop(self, name: str) -> int:
        """End a process. Returns its exit code."""
        return await self.processes.pop(name).stop()

    async def pace(self, *, deltas: int, chars: int, delay_ms: float) -> str:
        """From now on the model answers so. Returns words that only a whole answer has."""
        await self._post("/api/ai/behaviour", {"service": "chat", "action": "clear"})
        rule = {"service": "chat", "action": "pace", "times": FOREVER}
        await self._post("/api/ai/behaviour", {**rule, "deltas": deltas, "chars": chars, "delay_ms": delay_ms})
        return f"{deltas} "

    async def _post(self, path: str, body: Mapping[str, Any]) -> None:
        request = urllib.request.Request(
            self._ai_url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=10).close())

    def _environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KIEBOT_")}
        ai_url = getattr(self, "_ai_url", "http://127.0.0.1:1")
        return {
            **kept,
            "ECHO_TOKEN": self._echo_bot["token"],
            "KIEBOT_DATA_DIR": str(self.data),
            "KIEBOT_TELEGRAM__API_ID": "1",
            "KIEBOT_TELEGRAM__API_HASH": "sandbox",
            "KIEBOT_TELEGRAM__BOT_TOKEN": self.centre.bot["token"],
            "KIEBOT_TELEGRAM__SERVER": f"127.0.0.1:{self.centre.port}",
            "KIEBOT_TELEGRAM__SERVER_PUBLIC_KEY_FILE": str(self.centre.public_key_file),
            "KIEBOT_TEXT__BASE_URL": f"{ai_url}/v1",
            "KIEBOT_TEXT__API_KEY": "sandbox",
            "KIEBOT_TEXT__MODEL": "bench",
            "KIEBOT_KIE__BASE_URL": ai_url,
            "KIEBOT_KIE__API_KEY": "sandbox",
            "KIEBOT_MEDIA__ALLOWED_HOSTS": ai_url.removeprefix("http://"),
            **self._more,
        }
