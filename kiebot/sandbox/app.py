"""The whole sandbox: data centre, AI services and chat page in one process and one loop; bot, worker and web as its children.

The children are the real ones with a generated configuration. It wins over the environment, so that the token, the keys and the
data of a real bot never meet the sandbox. Ports are remembered: links that jobs got before a restart lead to the same place
after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiebot.errors import OperatorFault
from kiebot.i18n import pick
from kiebot.sandbox.ai.app import create_app as create_ai
from kiebot.sandbox.ai.backend import TextBackend
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.callbacks import Signing
from kiebot.sandbox.ai.lavatop import DYNAMIC_OFFER
from kiebot.sandbox.ai.lavatop_webhooks import Cabinet
from kiebot.sandbox.ai.local import open_backend
from kiebot.sandbox.ai.openai import EAR, MOUTH
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.sandbox.page.app import create_app as create_page
from kiebot.sandbox.server import LocalServer
from kiebot.sandbox.telegram.centre import DataCentre
from kiebot.supervisor import Child, Supervisor

PAGE_PORT = 8090  # what the page takes at its first start, when it is free
PORTS = "ports.json"  # the ports of the last start, inside the sandbox's folder
FIRST_USER = "You"
DATA = "data"  # the data directory of the processes, inside the sandbox's folder
PROCESSES = ("bot", "worker", "web")
SCRIPT_PAUSE_S = 0.04  # between pieces of a scripted answer, so that a person sees it grow
Start = Callable[[int], Any]


@dataclass(frozen=True, slots=True)
class Ports:
    """What the operator asked for; None leaves the choice to us."""

    telegram: int | None = None
    ai: int | None = None
    page: int | None = None


class Sandbox:
    """Everything that a kiebot needs around it, in one folder."""

    def __init__(self, folder: Path, ports: Ports, backend: TextBackend) -> None:
        self._folder = folder.resolve()
        self._ports = ports
        self._backend = backend
        self._behaviour = Behaviour()
        self._addresses: dict[str, str] = {}
        self._supervisor: Supervisor | None = None
        self._web_port = 0
        self.centre = DataCentre(self._folder / "telegram")
        self._webhook_key = secrets.token_hex(16)
        self._cabinet = Cabinet(api_key="sandbox", webhook_key=self._webhook_key)
        signing = Signing(self._webhook_key)
        ai = create_ai(self._folder / "ai", self._behaviour, backend, signing=signing, cabinet=self._cabinet)
        self._ai = LocalServer(ai)
        self._page_app = create_page(
            self.centre.humans,
            processes=lambda: self._supervisor.processes() if self._supervisor is not None else [],
            addresses=self._addresses,
            ai_behaviour=self._behaviour.apply,
            upload_dir=self._folder / "uploads",
        )
        self._page = LocalServer(self._page_app)

    @classmethod
    async def open(cls, folder: Path, ports: Ports, *, scripted: bool) -> Sandbox:
        """A sandbox in a folder that exists, with the best text model of this machine or with the script only."""
        backend = Scripted() if scripted else await open_backend(folder / "ai", pause_s=SCRIPT_PAUSE_S)
        return cls(folder, ports, backend)

    @property
    def text_models(self) -> tuple[str, ...]:
        """Who answers questions."""
        return self._backend.models

    async def start(self) -> dict[str, str]:
        """Listen everywhere. Returns the addresses."""
        remembered = _kept_ports(self._folder)
        await _listen("--telegram-port", self._ports.telegram, remembered.get("telegram", 0), self.centre.start)
        await _listen("--ai-port", self._ports.ai, remembered.get("ai", 0), self._ai.start)
        await _listen("--page-port", self._ports.page, remembered.get("page", PAGE_PORT), self._page.start)
        self._web_port = _free_port(remembered.get("web", 0))
        ports = {"telegram": self.centre.port, "ai": self._ai.port, "page": self._page.port, "web": self._web_port}
        self._cabinet.webhook_url = f"http://127.0.0.1:{self._web_port}/callback/lavatop"
        (self._folder / PORTS).write_text(json.dumps(ports))
        self._addresses |= {
            "page": f"{self._page.url}/",
            "ai": self._ai.url,
            "telegram": f"127.0.0.1:{self.centre.port}",
            "web": f"http://127.0.0.1:{self._web_port}",
        }
        if not self.centre.humans.state()["users"]:
            self.centre.humans.add_user(FIRST_USER, pick(os.environ.get("LANG")))
        return dict(self._addresses)

    def write_config(self) -> Path:
        """The configuration of the children: everything leads back here."""
        file = self._folder / "config.toml"
        file.touch(mode=0o600)
        lines = ["# Written by `kiebot sandbox` at every start.", f"data_dir = {json.dumps(str(self._folder / DATA))}"]
        for section, keys in self._keys().items():
            lines += [f"{section}.{key} = {json.dumps(value)}" for key, value in keys.items()]
        file.write_text("\n".join([*lines, ""]))
        return file

    def _keys(self) -> dict[str, dict[str, Any]]:
        return {
            "telegram": {
                "api_id": 1,
                "api_hash": "sandbox",
                "bot_token": self.centre.bot["token"],
                "server": f"127.0.0.1:{self.centre.port}",
                "server_public_key_file": str(self.centre.public_key_file),
            },
            "text": {"base_url": f"{self._ai.url}/v1", "api_key": "sandbox", "model": self._backend.models[0]},
            "transcription": {"base_url": f"{self._ai.url}/v1", "api_key": "sandbox", "model": EAR},
            "speech": {"base_url": f"{self._ai.url}/v1", "api_key": "sandbox", "model": MOUTH},
            "kie": {
                "base_url": self._ai.url,
                "api_key": "sandbox",
                "callback_url": f"http://127.0.0.1:{self._web_port}",
                "webhook_key": self._webhook_key,
            },
            "payments.lavatop": {  # `enabled` is left to the environment, as billing.enabled is
                "base_url": self._ai.url,
                "api_key": "sandbox",
                "webhook_key": self._webhook_key,
                "offer_id": DYNAMIC_OFFER,
            },
            "web": {"enabled": True, "host": "127.0.0.1", "port": self._web_port},
            "media": {"allowed_hosts": [f"127.0.0.1:{self._ai.port}"]},
        }

    def children_environ(self, environ: Mapping[str, str]) -> dict[str, str]:
        """`environ` without whatever would override the written configuration."""
        paths = [f"{section}.{key}" for section, keys in self._keys().items() for key in keys]
        written = {f"KIEBOT_{path.replace('.', '__')}".upper() for path in paths}
        written |= {f"{name}_FILE" for name in written} | {"KIEBOT_DATA_DIR", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET"}
        kept = {name: value for name, value in environ.items() if name not in written}
        return {**kept, "KIEBOT_CONFIG": str(self._folder / "config.toml")}

    async def run(self, environ: Mapping[str, str]) -> int:
        """Run the processes until the end of this process is asked for. Returns its exit code."""
        self.write_config()
        self._supervisor = Supervisor([Child.of_kiebot(name, self.children_environ(environ)) for name in PROCESSES])
        return await self._supervisor.run()

    async def bot_met(self, timeout_s: float) -> bool:
        """Wait for the bot's first login. From then on messages are kept for it, whether it runs or not."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self.centre.bot_known.wait()
        return self.centre.bot_known.is_set()

    async def stop(self) -> None:
        """Close everything; the data centre last, for it writes what it knows."""
        self._page_app.state.events.close()  # streams to browsers would hold the server until its timeout
        await self._page.stop()
        await self._ai.stop()
        await self._backend.aclose()
        await self.centre.stop()


def page_of(folder: Path) -> str:
    """Where the chat page of the sandbox in this folder is, while it runs; nothing before its first start."""
    port = _kept_ports(folder).get("page")
    return f"http://127.0.0.1:{port}/" if port else ""


def _kept_ports(folder: Path) -> dict[str, int]:
    try:
        kept = json.loads((folder / PORTS).read_text())
    except (OSError, ValueError):
        return {}
    return {name: port for name, port in kept.items() if isinstance(port, int)} if isinstance(kept, dict) else {}


async def _listen(option: str, asked: int | None, preferred: int, start: Start) -> None:
    """Take the port that was asked for, or the preferred one, or any."""
    if asked is not None:
        try:
            await start(asked)
        except OSError as exc:
            raise OperatorFault(f"{option} {asked}: {exc.strerror or exc}", exit_code=1) from exc
        return
    with contextlib.suppress(OSError):
        await start(preferred)
        return
    await start(0)


def _free_port(preferred: int) -> int:
    """A port for a child to listen on."""
    for port in (preferred, 0):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)) as listener:
            return int(listener.getsockname()[1])
    raise OperatorFault("no free port on 127.0.0.1", exit_code=1)
