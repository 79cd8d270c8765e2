"""A box with the source in it, and the servers of a sandbox beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.box import CACHE, Box, until

ROOT = Path(__file__).parent.parent.parent
SOURCE = Path("/root/kiebot")


class FarSide:
    """Telegram and the AI services: `kiebot sandbox --alone` on the host, and its page's HTTP API for people."""

    def __init__(self, folder: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "kiebot",
            "sandbox",
            "--headless",
            "--alone",
            "--page-port",
            "0",
            "--data-dir",
            str(folder),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=_clean_environ())
        assert self._process.stdout is not None
        self.addresses: dict[str, str] = json.loads(self._process.stdout.readline())
        self.config: dict[str, Any] = tomllib.loads(Path(self.addresses["config"]).read_text())

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A request to the page's API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.addresses["page"] + path, data, {"content-type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Person:
    """Somebody who writes to the bot."""

    def __init__(self, far_side: FarSide, name: str) -> None:
        self._far_side = far_side
        user = far_side.call("POST", "api/users", {"name": name, "language_code": "en"})
        self.id, self._path = user["id"], f"api/chats/{user['chat']}/messages"

    def say(self, text: str) -> None:
        self._far_side.call("POST", self._path, {"text": text, "as_user": self.id})

    def heard(self) -> list[dict[str, Any]]:
        return [message for message in self._far_side.call("GET", self._path) if message["from"] != self.id]

    def hears(self, kind: str, words: str = "") -> None:
        until(
            lambda: any(each["kind"] == kind and words in each["text"] for each in self.heard()), 60, f"no {kind} with {words!r}"
        )


def _clean_environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("KIEBOT_")}


@pytest.fixture(scope="module")
def far_side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarSide]:
    side = FarSide(tmp_path_factory.mktemp("far"))
    yield side
    side.close()


@pytest.fixture(scope="module")
def box(far_side: FarSide) -> Iterator[Box]:
    """A clean Debian with our source in /root/kiebot and the secrets of the far side's bot in /root/secrets-main."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what is mounted and runs here goes away
    CACHE.mkdir(parents=True, exist_ok=True)
    machine = Box(Path(tempfile.mkdtemp(prefix="box-", dir=CACHE)))
    try:
        machine.boot()
        put_source(machine)
        put_secrets(machine, far_side)
        yield machine
    finally:
        machine.close()


def put_source(machine: Box) -> None:
    """What git knows of the working tree."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    packed = subprocess.run(["tar", "-cf", "-", *names], cwd=ROOT, capture_output=True, check=True).stdout
    target = machine.root / SOURCE.relative_to("/")
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-xf", "-", "--no-same-owner", "-C", str(target)], input=packed, check=True)


def put_secrets(machine: Box, far_side: FarSide, instance: str = "main") -> None:
    """As an administrator keeps them: a file each."""
    folder = machine.root / f"root/secrets-{instance}"
    folder.mkdir(mode=0o700)
    telegram = far_side.config["telegram"]
    for name, value in {"token": telegram["bot_token"], "hash": telegram["api_hash"], "key": "sandbox-key"}.items():
        (folder / name).write_text(value)
    key = machine.root / f"etc/telegram-{instance}.pem"
    key.write_bytes(Path(telegram["server_public_key_file"]).read_bytes())
    key.chmod(0o644)


def install_arguments(far_side: FarSide, instance: str = "main") -> list[str]:
    """What an administrator says to scripts/install, and which servers stand for the real ones."""
    folder = f"/root/secrets-{instance}"
    telegram, text, kie = (far_side.config[name] for name in ("telegram", "text", "kie"))
    settings = {
        "telegram.server": telegram["server"],
        "telegram.server_public_key_file": f"/etc/telegram-{instance}.pem",
        "kie.base_url": kie["base_url"],
        "media.allowed_hosts": far_side.config["media"]["allowed_hosts"],
    }
    secrets = ["--bot-token-file", f"{folder}/token", "--api-hash-file", f"{folder}/hash"]
    keys = ["--text-key-file", f"{folder}/key", "--kie-key-file", f"{folder}/key"]
    words = ["--api-id", "1", "--text-url", text["base_url"], "--text-model", text["model"]]
    return [
        "--instance",
        instance,
        *secrets,
        *keys,
        *words,
        *(word for key, value in settings.items() for word in ("--set", f"{key}={json.dumps(value)}")),
    ]


def release(box: Box, instance: str = "main") -> str:
    """What it runs."""
    return box.must("readlink", f"/opt/kiebot/{instance}/current").removeprefix("../releases/")
