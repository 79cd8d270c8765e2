"""How long menus take with the whole catalogue, and how soon a confirmed order is in the queue."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench.report import ms, p50, p95, section, table
from bench.studio import Studio
from kiebot.catalog.loading import load
from kiebot.config.keys import Billing, Limits
from kiebot.jobqueue import JobQueue
from kiebot.services.incoming import Incoming, Press, Sender
from kiebot.services.pricing import Tariff
from kiebot.store import outbox
from kiebot.store.db import close_store, open_store
from kiebot.store.models import OutboxRow
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.menu import GROUPS, PAGE
from kiebot.telegram.handlers.shelf import Shelf, key_of
from kiebot.telegram.keyboards import keyboard

ANN = Sender(7, "Ann", "", "ru")
WORDS = ("video", "nano bananna", "видео", "upscale", "qqqqqq")
NO_LIMITS = {f"KIEBOT_LIMITS__{name}": "1000" for name in ("REQUESTS_PER_MINUTE", "REQUESTS_PER_HOUR", "JOBS_AT_ONCE")}
GAP_S = 1.1  # kiebot writes to a chat once a second: what is measured is the way, not that wait
Times = dict[str, list[float]]


async def measure(folder: Path, quick: bool) -> str:
    models, rendering = await asyncio.to_thread(_render, folder / "render", 1 if quick else 5)
    queued = await _confirm(folder / "confirm", 3 if quick else 30)
    rows = [[name, str(len(took)), ms(p50(took)), ms(p95(took)), ms(max(took))] for name, took in rendering.items()]
    head = ["screen", "times", "p50 ms", "p95", "max"]
    return section(
        f"Menus with {models} models",
        "From the press to the committed message with its keyboard, in Russian, store included.",
        table(head, rows),
        "From the press on the confirmation to the message that says that the job is queued, over the wire.",
        table(
            ["", "times", "p50 ms", "p95", "max"],
            [["confirmed to queued", str(len(queued)), ms(p50(queued)), ms(p95(queued)), ms(max(queued))]],
        ),
    )


def _render(folder: Path, rounds: int) -> tuple[int, Times]:
    """Every page of every type, every model's parameters, some searches."""
    open_store(folder, migrate=True)
    catalogue = load()
    desk = Desk(1, "kiebot", frozenset(), Shelf(catalogue), folder, JobQueue(folder), Limits(), 20_000, Tariff(Billing()))
    found: Times = {}
    finger = _Finger(Intake(desk))
    try:
        for _ in range(rounds):
            for name, press in _presses(desk.shelf, finger):
                began = time.perf_counter()
                press()
                found.setdefault(name, []).append(time.perf_counter() - began)
    finally:
        close_store()
    return len(catalogue.models), found


def _presses(shelf: Shelf, finger: _Finger) -> Iterator[tuple[str, Callable[[], None]]]:
    yield "main menu", partial(finger.say, "menu")
    for group, types in GROUPS.items():
        yield "types of a group", partial(finger.press, f"g:{group}")
        for model_type in types:
            for page in range(-(-len(shelf.of_type(model_type)) // PAGE)):
                yield "a page of models", partial(finger.press, f"t:{model_type}:{page}")
    for model in shelf.catalogue.models.values():
        if model.offered:
            yield "a model's parameters", partial(finger.press, f"m:{key_of(model.id)}:{model.type}")
    for words in WORDS:
        yield "/models words", partial(finger.say, "models", words)


class _Finger:
    """One person at the intake; each message of the bot is rendered and taken as delivered."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._numbers = itertools.count(1)
        self._message_id = 0

    def say(self, command: str, words: str = "") -> None:
        number = next(self._numbers)
        self._intake.message(Incoming(7, "private", "", number, ANN, "text", f"/{command} {words}", command=command, words=words))
        self._deliver()

    def press(self, data: str) -> None:
        self._intake.press(Press(next(self._numbers), 7, "private", self._message_id, ANN, data))
        self._deliver()

    def _deliver(self) -> None:
        for row in OutboxRow.select().where(OutboxRow.state == "queued"):
            keyboard(row.payload["buttons"], row.payload["language"])
            if row.kind != "edit":
                self._message_id = 1000 + row.id
            outbox.sent(row.id, self._message_id)


async def _confirm(folder: Path, orders: int) -> list[float]:
    async with Studio(folder, NO_LIMITS) as studio:
        await studio.start_bot()
        return [await _one_order(studio, number) for number in range(orders)]


async def _one_order(studio: Studio, number: int) -> float:
    """Seconds from the press to "queued" for a newcomer's first order."""
    humans = studio.centre.humans
    person = humans.add_user(f"Person {number}", "en")
    chat, user = person["chat"], person["id"]
    humans.post(chat, user, "/img")
    await _message(humans, chat, user, "for example")
    humans.post(chat, user, "a red boat at dawn")
    confirm = await _message(humans, chat, user, "Usually ready")
    await asyncio.sleep(GAP_S)
    data = next(item["data"] for row in confirm["buttons"] for item in row if item["data"].startswith("o:"))
    began = time.perf_counter()
    pressing = asyncio.create_task(humans.press(chat, confirm["id"], user, data=data))
    await _message(humans, chat, user, "Accepted")
    took = time.perf_counter() - began
    await pressing
    return took


async def _message(humans: Any, chat: int, user: int, words: str) -> dict[str, Any]:
    ends_at = time.monotonic() + 20
    while time.monotonic() < ends_at:
        for message in humans.messages(chat, as_user=user):
            if words in message["text"] and message["from"] != user:
                return dict(message)
        await asyncio.sleep(0.002)
    raise AssertionError(f"no message with {words!r}")
