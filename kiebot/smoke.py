"""`python -m kiebot.smoke [FOLDER]`: is this kiebot whole? For a copy that was changed, before any service runs it.

Every module loads; the catalogue, the sentences of all languages and the migrations are sound; somebody who writes is answered,
as far as an answer goes without Telegram. It needs no network, no configuration and no state; what it makes goes with it. FOLDER
is where the package has to have come from. It does not look at everything: a fix must not wait for what else may be broken.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kiebot
from kiebot import i18n
from kiebot.catalog.loading import load as load_catalogue
from kiebot.config.keys import Billing, Limits
from kiebot.jobqueue import JobQueue
from kiebot.services import delivery
from kiebot.services.incoming import Incoming, Sender
from kiebot.services.pricing import Tariff
from kiebot.store import db, incidents, outbox
from kiebot.telegram.entities import to_raw
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.shelf import Shelf
from kiebot.telegram.keyboards import keyboard
from kiebot.telegram.pieces import pieces_of

PROGRAM = "__main__"  # loading it starts something
WORDS = {"en": "Hello", "ru": "Привет"}
COMMANDS = ("start", "menu", "help", "")  # the last: words for the text model


class NotWhole(Exception):
    """Something that has to work does not."""


def main() -> int:
    """Look at everything; the first that fails ends it. Returns the exit code."""
    try:
        _origin(*sys.argv[1:2])
        with tempfile.TemporaryDirectory() as folder:
            for look in LOOKS:
                print(f"ok  {look(Path(folder))}", flush=True)
    except NotWhole as fault:
        print(f"FAIL  {fault}", flush=True)
        return 1
    return 0


def _origin(folder: str = "") -> None:
    """Whether this is the copy that is meant."""
    found = Path(kiebot.__file__).resolve()
    if folder and not found.is_relative_to(Path(folder).resolve()):
        raise NotWhole(f"kiebot was loaded from {found.parent}, not from {folder}")


def _modules(_: Path) -> str:
    names = [module.name for module in pkgutil.walk_packages(kiebot.__path__, "kiebot.") if not module.name.endswith(PROGRAM)]
    for name in names:
        importlib.import_module(name)
    return f"{len(names)} modules load"


def _catalogue(_: Path) -> str:
    return f"{len(load_catalogue().models)} models are described"


def _sentences(_: Path) -> str:
    said = [i18n.text(language, "common-unexpected", code="7KQ2MX") for language in i18n.languages()]
    if not all("7KQ2MX" in sentence for sentence in said):
        raise NotWhole(f"a sentence lost its code: {said}")
    return f"sentences in {', '.join(i18n.languages())}"


def _store(folder: Path) -> str:
    db.open_store(folder, migrate=True)
    pending, damage = db.pending_migrations(), db.quick_check()
    if pending or damage:
        raise NotWhole(f"a new store is not sound: {[*pending, *damage]}")
    return f"a new store has {len(db.applied_migrations())} migrations"


def _answers(folder: Path) -> str:
    """People of all languages write for the first time; each message is taken in, or answered with what Telegram can show."""
    delivery.bind_bell(lambda: None)
    queue = JobQueue(folder)
    try:
        intake = Intake(_desk(folder, queue))
        turns = sum(_say(intake, user_id, *each) for user_id, each in enumerate(WORDS.items(), 1))
        rows = outbox.listed()
        shown = [_show(row) for row in rows]
    finally:
        queue.close()
        db.close_store()
    if turns < len(WORDS) or not shown or not all(shown):
        raise NotWhole("somebody wrote and was not answered")
    return f"{len(shown)} messages answer {len(WORDS)} people"


def _say(intake: Intake, user_id: int, language: str, words: str) -> int:
    """One person's messages. Returns how many went to the text model."""
    sender, turns = Sender(user_id, "Somebody", language_code=language), 0
    for number, command in enumerate(COMMANDS, 1):
        text = f"/{command}" if command else words
        effects = intake.message(
            Incoming(user_id, "private", "", number, sender, "text", text, command=command, words="" if command else words)
        )
        turns += len(effects.turns)
        broken = incidents.listed(1)
        if broken:
            raise NotWhole(f"{text} is answered with an error:\n{broken[0].traceback}")
    return turns


def _show(row: Any) -> bool:
    """Whether there is something to see of a message, and its formatting and buttons can be sent."""
    payload, kind = row.payload, row.kind
    keyboard(payload.get("buttons", []), payload["language"])
    pieces = pieces_of(payload, kind)
    for piece in pieces:
        to_raw(piece.entities)
    return all(piece.text.strip() for piece in pieces)


def _desk(folder: Path, queue: JobQueue) -> Desk:
    return Desk(
        bot_id=1,
        bot_username="kiebot",
        admins=frozenset(),
        shelf=Shelf(load_catalogue()),
        data_dir=folder,
        queue=queue,
        limits=Limits(),
        text_chars=Limits().text_chars,
        tariff=Tariff(Billing()),
    )


LOOKS: tuple[Callable[[Path], str], ...] = (_modules, _catalogue, _sentences, _store, _answers)

if __name__ == "__main__":
    raise SystemExit(main())
