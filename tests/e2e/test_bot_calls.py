"""Other processes ask the bot for calls that are not messages."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest
from PIL import Image
from pyrogram.file_id import FileId

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
    call = bot_calls.ask(sys.argv[2], json.loads(sys.argv[4]), sys.argv[3])
started = time.monotonic()
Bell(socket_path(folder, "bot")).ring()
while bot_calls.get(call.id).state == "queued" and time.monotonic() < started + 10:
    time.sleep(0.01)
call = bot_calls.get(call.id)
print(json.dumps([call.state, call.result, time.monotonic() - started]))
"""


async def asked(studio: Studio, method: str, key: str, **arguments: str) -> tuple[str, dict, float]:
    words = (str(studio.data), method, key, json.dumps(arguments))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", ASK, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
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


@pytest.mark.parametrize(("kind", "name"), [("photo", "a.png"), ("document", "a.txt")])
async def test_a_file_is_uploaded_once_and_known_by_a_reference(studio: Studio, tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / name
    Image.new("RGB", (64, 64)).save(path) if kind == "photo" else path.write_text("words")
    state, result, _ = await asked(studio, "upload_media", f"e2e-upload-{kind}", path=str(path), kind=kind, name=name)
    assert (state, FileId.decode(result["file_id"]).file_type.name.lower()) == ("done", kind)


async def test_a_file_that_is_not_there_is_told_and_the_bot_goes_on(studio: Studio) -> None:
    state, result, _ = await asked(studio, "upload_media", "e2e-upload-none", path="/nowhere/a.png", kind="photo")
    assert (state, "is gone" in result["error"]) == ("failed", True)
    assert (await asked(studio, "get_me", "e2e-after-failure"))[0] == "done"
