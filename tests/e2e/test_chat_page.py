"""The whole product from one command, seen by a newcomer in a real browser. The picture in the README is made here."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import docx
import pytest
import pytest_asyncio

from tests.e2e.studio import ROOT
from tests.sandbox.page.browsing import chromium, visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

START_S = 60
PICTURE = ROOT / "docs" / "chat-page.png"


@pytest_asyncio.fixture(loop_scope="session")
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """`kiebot sandbox --headless` as a process of its own; the address of its page."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KIEBOT_")}
    command = [
        sys.executable,
        "-m",
        "kiebot",
        "sandbox",
        "--headless",
        "--page-port",
        "0",
        "--data-dir",
        str(tmp_path / "sandbox"),
    ]
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=log)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            addresses = json.loads(await process.stdout.readline())
        yield addresses["page"]
    finally:
        process.send_signal(signal.SIGTERM)
        code = await process.wait()
    assert code == 0, (tmp_path / "log").read_text()[-2000:]


def keeper(folder: Path) -> Path:
    document = docx.Document()
    document.add_heading("The lighthouse of Moss Bay")
    document.add_paragraph("The lighthouse keeper is called Ottokar Brandt. The lamp was lit in 1887.")
    document.save(str(folder / "lighthouse.docx"))
    return folder / "lighthouse.docx"


async def group_of(page: Any, address: str) -> int:
    """A group with You and Mara in it, made through the page's own API."""
    api = page.request
    mara = await (await api.post(f"{address}api/users", data={"name": "Mara", "language_code": "en"})).json()
    state = await (await api.get(f"{address}api/state")).json()
    you = next(user for user in state["users"] if user["name"] == "You")
    body = {"title": "Moss Bay", "users": [you["id"], mara["id"]], "kind": "supergroup"}
    group = await (await api.post(f"{address}api/chats", data=body)).json()
    text = f"@{state['bot']['username']} show me a list of three things to see in Moss Bay"
    await api.post(f"{address}api/chats/{group['id']}/messages", data={"text": text, "as_user": mara["id"]})
    return int(group["id"])


async def test_a_newcomer_meets_the_whole_product(address: str, tmp_path: Path) -> None:
    async with chromium() as browser, visit(browser, address, tmp_path, height=2100) as visitor:
        page = visitor.page
        await page.get_by_role("button", name="Start").click()
        await visitor.sees("I am your AI studio")
        await visitor.say("Show me code, please")
        await visitor.sees("sandbox speaking", timeout_s=20)
        await visitor.say("/video waves on a stony beach")
        await page.locator(".bubble video").first.wait_for(timeout=60_000)
        await page.locator("input[type=file]").first.set_input_files(str(keeper(tmp_path)))
        await page.press(".input", "Enter")
        await visitor.sees("Ask me about it", timeout_s=60)
        await visitor.say("Who keeps the lighthouse?")
        await visitor.sees("(words: 4)", timeout_s=20)
        await group_of(page, address)
        await visitor.say("/img a lighthouse at dusk, watercolour")
        await page.locator(".bubble img").first.wait_for(timeout=60_000)
        await asyncio.sleep(2)
        shot = tmp_path / "chat-page.png"
        await page.screenshot(path=str(shot))
        assert shot.stat().st_size > 20_000
        assert visitor.wrong == []
        if os.environ.get("KIEBOT_KEEP_PICTURE"):
            shutil.copy(shot, PICTURE)
