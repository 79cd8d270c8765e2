"""A shop for Telegram Stars, and people who buy there."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from tests.e2e.studio import ROOT, Person, Studio, button

SOLD = {"KIEBOT_BILLING__ENABLED": "true", "KIEBOT_PAYMENTS__STARS__ENABLED": "true"}
PACK = "buy:stars:500:350"
CREDITS, STARS = 500, 350


async def invoice_for(person: Person, words: str = "/buy") -> dict[str, Any]:
    """The invoice of a pack, taken as people do."""
    sent = person.say(words)
    menu = await person.studio.until(lambda: _menu_after(person, sent), what="the packs")
    await person.press(menu, button(menu, PACK))

    def invoices() -> Any:
        return next((m for m in person.messages(after=menu["id"]) if m["kind"] == "invoice"), None)

    invoice: dict[str, Any] = await person.studio.until(invoices, what="the invoice")
    return invoice


def _menu_after(person: Person, sent: int) -> Any:
    return next((m for m in person.messages(after=sent) if PACK in str(m["buttons"])), None)


async def pay(person: Person, invoice: dict[str, Any], by: Person | None = None, **how: Any) -> dict[str, Any]:
    """What came of it, with the seconds that it took."""
    started = time.monotonic()
    answer: dict[str, Any] = await person.studio.humans.pay(person.chat, invoice["id"], (by or person).id, **how)
    return {**answer, "took_s": time.monotonic() - started}


def pay_unasked(person: Person, invoice: dict[str, Any]) -> dict[str, Any]:
    """The payment goes through without the bot's consent: its report is all that the bot hears, if it hears it."""
    centre = person.studio.centre
    post = person.studio.humans._post(person.chat, invoice["id"])
    user, bot, payload = centre.peers.user(person.id), centre.peers.user(post.author), centre.invoices[post.uid]
    charge = centre.money._charge(user, bot, post.content.media, payload)
    centre.money._report(user, bot, post, payload, charge)
    return charge


def entries(person: Person) -> list[tuple[Any, ...]]:
    """The person's movements of credits."""
    query = "SELECT kind, credits FROM ledger_entry e JOIN account a ON a.id = e.account_id WHERE a.user_id = ? ORDER BY e.id"
    return person.studio.rows(query, person.id)


def change(studio: Studio, query: str, *values: Any) -> None:
    """Write into the store as another process does."""
    with closing(sqlite3.connect(studio.data / "kiebot.db", timeout=10)) as connection, connection:
        connection.execute(query, values)


@contextmanager
def locked(studio: Studio) -> Iterator[None]:
    """Nobody else can write to the store."""
    with closing(sqlite3.connect(studio.data / "kiebot.db", timeout=10, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def admin(studio: Studio, *words: str) -> tuple[int, Any]:
    """kiebot-admin as the operator runs it: exit code, and what it printed as JSON."""
    command = [sys.executable, "-c", "from kiebot.cli.admin import admin; admin(prog_name='kiebot-admin')", *words, "--json"]
    done = await asyncio.to_thread(
        subprocess.run, command, env=studio.environ(), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def payment_of(charge_id: str, studio: Studio) -> int:
    return int(studio.rows("SELECT id FROM payment WHERE external_id = ?", charge_id)[0][0])
