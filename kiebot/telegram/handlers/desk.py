"""What handlers are given, and what they ask of the event loop in return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiebot.jobqueue import JobQueue
from kiebot.services import delivery
from kiebot.services.access import Rules
from kiebot.services.accounts import Person, place
from kiebot.services.bonuses import Bonuses
from kiebot.services.chat import TakenTurn
from kiebot.services.delivery import Args, Button
from kiebot.services.forgetting import SoFar, nothing_shown
from kiebot.services.incoming import Incoming, Press
from kiebot.services.limits import Limits
from kiebot.services.payments import Shop
from kiebot.services.pricing import Tariff
from kiebot.store import accounts
from kiebot.store.db import utc_now
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers.shelf import Shelf

NOTICE_EVERY_S = 60
DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Desk:
    """Bound once, when the bot starts."""

    bot_id: int
    bot_username: str
    admins: frozenset[int]
    shelf: Shelf
    data_dir: Path
    queue: JobQueue
    limits: Limits
    text_chars: int
    tariff: Tariff
    speaks: bool = False  # there is a server that reads answers aloud
    bonuses: Bonuses = field(default_factory=Bonuses)
    timezone: str = "UTC"  # of the operator: days and dates are theirs
    shop: Shop = field(default_factory=Shop)
    broadcasts_per_s: float = 25.0
    access: Rules = field(default_factory=Rules)
    so_far: SoFar = nothing_shown  # what has come of an answer that is being made


@dataclass(frozen=True, slots=True)
class Reading:
    """A screen that takes long to read: read beside the writer of the store, which others wait for, then shown by it."""

    read: Callable[[], Any]
    show: Callable[[Any], object]


@dataclass(slots=True)
class Effects:
    """What follows once the transaction has committed."""

    turns: list[TakenTurn] = field(default_factory=list)
    fetch: list[int] = field(default_factory=list)  # jobs whose document or recording the bot has to fetch
    fetch_inputs: list[int] = field(default_factory=list)  # input files that the bot has to fetch
    improve: list[int] = field(default_factory=list)  # forms whose words the text model is to improve
    delete: list[tuple[int, int]] = field(default_factory=list)  # (chat, message) of ours to be deleted
    readings: list[Reading] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)  # turns whose answer is to be stopped
    notice: str = ""  # locale key of the small notice on a pressed button
    notice_args: Args = field(default_factory=dict)
    language: str = "en"
    alert: bool = False  # as a window to be closed, not a line that fades


Handler = Callable[[Desk, Person, Incoming, Effects], None]


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the chat. `durable`: what it writes must survive a power cut (jobs, money)."""

    run: Handler
    durable: bool = False
    menu: bool = True  # shown in Telegram's own command menu
    money: bool = False  # shown there only where people pay


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press with its data taken apart: "job:cancel:41" has the words ("cancel", "41") after its area."""

    press: Press
    words: tuple[str, ...]

    def number(self, position: int) -> int:
        """The word as a number; 0 when it is none, which no row has."""
        word = self.words[position] if position < len(self.words) else ""
        return int(word) if word.isascii() and word.isdigit() and len(word) < 18 else 0


PressHandler = Callable[[Desk, Person, Pressed, Effects], None]


@dataclass(frozen=True, slots=True)
class Area:
    """The first word of callback data, and who handles it."""

    run: PressHandler
    durable: bool = False


def say(
    person: Person, incoming: Incoming, key: str, args: Args | None = None, *, buttons: list[list[Button]] | None = None
) -> int:
    """Answer a message with a sentence of the locales."""
    return delivery.say(place(person, incoming), key, args, lane=Lane.ANSWER, buttons=buttons or [])


def notice(person: Person, incoming: Incoming, key: str, args: Args | None = None, every_s: int = NOTICE_EVERY_S) -> None:
    """The same, but the same notice only once a while to one person."""
    words = ":".join(map(str, (args or {}).values()))
    if accounts.first_seen(f"n:{person.account_id}:{key}:{words}:{int(utc_now()) // every_s}"):
        say(person, incoming, key, args)
