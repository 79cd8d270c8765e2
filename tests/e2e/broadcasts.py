"""A crowd that a broadcast goes to, the command line that sends it, and what must hold afterwards."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from typing import Any

from tests.e2e.studio import ROOT, Studio

ACCOUNTS = """
import json, sys
from pathlib import Path
from kiebot.store import accounts
from kiebot.store.db import open_store, transaction
open_store(Path(sys.argv[1]), migrate=True)
with transaction():
    for user_id in json.load(sys.stdin):
        accounts.of_user(user_id, name="Person", language_code="en")
"""
COMMAND = "from kiebot.cli.admin import admin; admin(prog_name='kiebot-admin')"


def gather(studio: Studio, people: int) -> list[int]:
    """So many people who once wrote to the bot, before this data centre's bot first logged in: nothing is answered now."""
    users = [int(user["id"]) for user in studio.humans.add_users(people)]
    for user in users:
        studio.humans.post(user, user, "hello")
    command = [sys.executable, "-c", ACCOUNTS, str(studio.data)]
    subprocess.run(command, cwd=ROOT, input=json.dumps(users), text=True, check=True, timeout=300)
    return users


async def admin(studio: Studio, *words: str, given: str = "") -> tuple[int, str]:
    """(exit code, what was printed) of kiebot-admin broadcast."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMAND, "broadcast", *words),
        cwd=ROOT,
        env=studio.environ(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate(given.encode())
    return process.returncode or 0, said.decode()


async def sent(studio: Studio, *words: str) -> int:
    """Send, unseen; the number of the broadcast."""
    code, said = await admin(studio, "send", *words, "--yes", "--json")
    assert code == 0, said
    return int(json.loads(said[said.index("{") :])["broadcast"])


def state(studio: Studio, broadcast: int) -> str:
    return str(studio.rows("SELECT state FROM broadcast WHERE id = ?", broadcast)[0][0])


def counts(studio: Studio, broadcast: int) -> dict[str, int]:
    query = "SELECT state, COUNT(*) FROM broadcast_recipient WHERE broadcast_id = ? GROUP BY state"
    return {str(name): int(number) for name, number in studio.rows(query, broadcast)}


def copies(studio: Studio, users: list[int], words: str) -> Counter[int]:
    """How many people have how many messages with these words."""
    bot = studio.centre.bot["id"]
    return Counter(sum(m["from"] == bot and words in m["text"] for m in studio.humans.messages(user)) for user in users)


def arrivals(studio: Studio) -> list[float]:
    """When the messages of broadcasts were noted as sent, by the bot's clock."""
    query = "SELECT sent_at FROM outbox_row WHERE lane = 3 AND state = 'sent' ORDER BY sent_at"
    return [float(at) for (at,) in studio.rows(query)]


def most_in_a_second(studio: Studio, users: list[int], words: str) -> int:
    """The largest number of these messages that came to the data centre in one second of its clock."""
    bot = studio.centre.bot["id"]
    came = Counter(m["date"] for user in users for m in studio.humans.messages(user) if m["from"] == bot and words in m["text"])
    return max(came.values())


def button(message: dict[str, Any]) -> dict[str, Any]:
    """The first button of a message."""
    found: dict[str, Any] = message["buttons"][0][0]
    return found
