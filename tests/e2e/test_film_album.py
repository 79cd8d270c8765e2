"""An album of a film when the bot dies the moment Telegram has it: it is in the chat once, and known afterwards."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.studio import ROOT, Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")

WRITER = """
import sys
from pathlib import Path
from kiebot.services import delivery
from kiebot.services.delivery import Place
from kiebot.store.db import open_store, transaction

folder, chat, *pictures = sys.argv[1:]
open_store(Path(folder))
items = [
    {"kind": "photo", "file": {"path": path, "mime": "image/png", "name": "p.png"}, "key": "film-scene",
     "args": {"scene": number, "words": "the sea"}}
    for number, path in enumerate(pictures, 1)
]
with transaction(durable=True):
    delivery.send_album(Place(int(chat), "en"), items, dedup_key="album")
"""


async def test_an_album_is_there_once_when_the_bot_dies_in_the_middle(fresh: Studio, tmp_path: Path) -> None:
    ann = fresh.person()
    await fresh.run("bot", KIEBOT_FAILPOINT="album-sent")
    await ann.ask("/help", "What I do")
    paths = [str(_picture(tmp_path, number)) for number in range(3)]
    command = [sys.executable, "-c", WRITER, str(fresh.data), str(ann.chat), *paths]
    await asyncio.to_thread(subprocess.run, command, check=True, cwd=ROOT)
    dying = fresh.processes["bot"]
    await fresh.until(lambda: dying.poll() is not None, 30, what="album-sent reached")
    fresh.processes.pop("bot")
    await fresh.run("bot")
    await fresh.until(lambda: fresh.rows("SELECT 1 FROM outbox_row WHERE kind = 'album' AND state = 'sent'"), 30)
    assert [m["text"] for m in ann.messages() if m["kind"] == "photo"] == [f"Scene {number}: the sea" for number in (1, 2, 3)]


def _picture(folder: Path, number: int) -> Path:
    path = folder / f"{number}.png"
    Image.new("RGB", (80 + number, 60), "navy").save(path)
    return path
