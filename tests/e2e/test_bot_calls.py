"""Other processes ask the bot for calls that are not messages."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from tests.e2e.studio import ROOT, Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASK = """
import json, sys, time
from pathlib import Path
from kiebot.store import bot_calls
from kiebot.store.db import open_store, transaction
from kiebot.store.wake import Bell, socket_path
folder = Path(sys.argv[1])
open_store(folder)
with transaction():
    call = bot_calls.ask(sys.argv[2], {}, sys.argv[3])
started = time.monotonic()
Bell(socket_path(folder, "bot")).ring()
while bot_calls.get(call.id).state == "queued" and time.monotonic() < started + 10:
    time.sleep(0.01)
call = bot_calls.get(call.id)
print(json.dumps([call.state, call.result, time.monotonic() - started]))
"""


async def asked(studio: Studio, method: str, key: str) -> tuple[str, dict, float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ASK, str(studio.data), method, key, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    state, result, took_s = json.loads(said)
    return state, result, took_s


async def test_another_process_rings_and_gets_the_result(studio: Studio) -> None:
    state, result, took_s = await asked(studio, "get_me", "e2e-get-me")
    assert (state, result["id"], result["username"]) == ("done", studio.centre.bot["id"], studio.centre.bot["username"])
    assert took_s < 2


async def test_the_same_key_is_asked_once(studio: Studio) -> None:
    await asked(studio, "get_me", "e2e-once")
    await asked(studio, "get_me", "e2e-once")
    assert studio.rows("SELECT COUNT(*) FROM bot_call WHERE idempotency_key = 'e2e-once'") == [(1,)]


async def test_a_method_that_is_not_on_the_list_is_refused(studio: Studio) -> None:
    state, result, _ = await asked(studio, "delete_everything", "e2e-forbidden")
    assert state == "failed"
    assert "unknown method" in result["error"]
