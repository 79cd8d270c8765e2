"""The drill: a backup of a bot at work, everything lost, one command, and people go on as if nothing had been."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.studio import ROOT, Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def admin(studio: Studio, *arguments: str) -> dict:
    """Run kiebot-admin as the operator does, in a folder without a configuration."""
    command = [sys.executable, "-c", "from kiebot.cli.admin import admin; admin()", *arguments, "--json"]
    environ = {**studio.environ(), "PYTHONPATH": str(ROOT)}
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, env=environ, cwd=studio.folder, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def test_a_bot_that_lost_everything_goes_on_after_one_command(fresh: Studio, tmp_path: Path) -> None:
    ann = fresh.person("Ann")
    await fresh.run("bot")
    await fresh.run("worker")
    await ann.ask("my boat is called Ottokar", "Ottokar")
    talking = asyncio.create_task(ann.ask("and it is red", "red"))
    made = await admin(fresh, "backup", "--output", str(tmp_path / "elsewhere"))
    await talking
    turns = fresh.rows("SELECT COUNT(*) FROM turn")[0][0]
    for process in ("bot", "worker"):
        await fresh.kill(process)
    shutil.rmtree(fresh.data)

    missed = ann.say("are you there?")
    report = await admin(fresh, "restore", made["file"], "--yes")
    assert report["restored"] is True
    assert report["config"] == "config.toml, written"
    assert (fresh.folder / "config.toml").is_file()
    await fresh.run("bot")
    await fresh.run("worker")

    await ann.reply(missed, "are you there?", timeout_s=30)
    assert fresh.rows("SELECT COUNT(*) FROM turn")[0][0] >= turns
    boat = await ann.ask("what is my boat called?", "boat")
    prompt = fresh.behaviour.prompts[-1]
    assert "Ottokar" in json.dumps(prompt), "the conversation is known"
    await asyncio.sleep(1)
    texts = [message["text"] for message in ann.messages() if "my boat is called Ottokar" in message["text"]]
    assert len(texts) == 1, "what was answered before is not answered again"
    assert boat["id"] > missed
