"""Processes die at any moment: nothing is lost, nothing comes twice, and whoever waits hears of it."""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.chaos import Chaos
from tests.e2e.studio import Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXPLAINED_S = 20
PAID = {"KIEBOT_BILLING__ENABLED": "true"}
RUN_S = {"image": 1.0, "video": 1.5, "audio": 1.0}


async def test_messages_while_the_bot_is_down_are_answered_once_after_its_start(fresh: Studio) -> None:
    await fresh.run("bot")
    people = [fresh.person(f"P{number}") for number in range(5)]
    await people[0].ask("are you there", "are you there")
    await fresh.end("bot")
    sent = [person.say("sent while you were away") for person in people]
    await fresh.run("bot")
    for person, message in zip(people, sent, strict=True):
        await person.reply(message, "while you were away")
    await asyncio.sleep(2)
    assert [len(person.messages(after=message)) for person, message in zip(people, sent, strict=True)] == [1] * 5


async def test_an_answer_cut_by_sigkill_is_finished_within_20_s_and_comes_once(fresh: Studio) -> None:
    await fresh.run("bot")
    ann = fresh.person()
    group = fresh.humans.add_chat("G", [ann.id], "supergroup")["id"]
    await ann.reply(0, "I answer here", chat=group)
    await fresh.behave("chat", "pace", deltas=60, delay_ms=50, chars=10, times=2)
    sent = ann.say("in private")
    sent_in_group = ann.say(f"@{fresh.centre.bot['username']} in the group", chat=group)
    await fresh.until(lambda: not fresh.behaviour.rules)
    await asyncio.sleep(1)
    await fresh.kill("bot")
    killed_at = time.monotonic()
    ann.say("and what I asked since")
    await fresh.run("bot")
    await ann.reply(sent, "what I asked since")
    await ann.reply(sent_in_group, "in the group", chat=group)
    assert time.monotonic() - killed_at < EXPLAINED_S
    await asyncio.sleep(2)
    first, second = ann.texts(after=sent)
    assert "in private" in first, "what was asked first is answered first"
    assert "what I asked since" in second
    assert len(ann.messages(group, after=sent_in_group)) == 1, "the placeholder became the answer"


async def test_sigterm_lets_an_answer_end(fresh: Studio) -> None:
    await fresh.run("bot")
    ann = fresh.person()
    await fresh.behave("chat", "pace", deltas=30, delay_ms=50, chars=10)
    sent = ann.say("a story")
    await fresh.until(lambda: not fresh.behaviour.rules)
    assert await fresh.end("bot") == 0
    assert len(ann.messages(after=sent)) == 1


async def test_a_lost_confirmation_is_not_a_second_message(fresh: Studio) -> None:
    await fresh.run("bot")
    ann = fresh.person()
    for method, action in (("messages.SendMessage", "drop"), ("messages.SendMessage", "cut")):
        fresh.humans.fault(method, action)
        sent = ann.say(f"answer me although {action}")
        await ann.reply(sent, "although", timeout_s=30)
        await fresh.until(lambda: not fresh.rows("SELECT 1 FROM outbox_row WHERE state = 'queued'"), 40, "the row is sent")
        assert len(ann.messages(after=sent)) == 1


async def test_a_flood_wait_is_waited_for(fresh: Studio) -> None:
    await fresh.run("bot")
    ann = fresh.person()
    fresh.humans.fault("messages.SendMessage", "flood_wait", seconds=3)
    started = time.monotonic()
    sent = ann.say("patience")
    await ann.reply(sent, "patience")
    assert time.monotonic() - started >= 3
    assert len(ann.messages(after=sent)) == 1


async def test_drafts_that_are_refused_leave_an_answer_that_is_edited(fresh: Studio) -> None:
    await fresh.run("bot")
    ann = fresh.person()
    fresh.humans.fault("messages.SetTyping", "error", times=2, error="TEXTDRAFT_PEER_INVALID")
    await fresh.behave("chat", "pace", deltas=20, delay_ms=50, chars=10)
    sent = ann.say("no drafts here")
    await fresh.until(lambda: any(len(text) > 100 and "Got it" not in text for text in ann.texts(after=sent)))
    assert len(ann.messages(after=sent)) == 1


async def test_a_second_bot_names_the_first_and_leaves(fresh: Studio) -> None:
    await fresh.run("bot")
    pid = fresh.processes["bot"].pid
    second = fresh.popen("bot", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = (await asyncio.to_thread(second.communicate, timeout=30))[0].decode()
    assert second.returncode == 0
    assert str(pid) in said
    other = fresh.popen("bot", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, KIEBOT_DATA_DIR=str(fresh.folder / "elsewhere"))
    said = (await asyncio.to_thread(other.communicate, timeout=30))[0].decode()
    assert other.returncode == 0
    assert str(pid) in said
    ann = fresh.person()
    sent = ann.say("only one of you")
    await ann.reply(sent, "only one")
    await asyncio.sleep(1)
    assert len(ann.messages(after=sent)) == 1


@pytest.mark.soak
async def test_a_bot_that_reaches_no_telegram_says_so_in_one_line(fresh: Studio) -> None:
    """What answers here is a web server, as a captive portal would. The library tries for over a minute before it gives up."""
    bot = fresh.popen(
        "bot", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, KIEBOT_TELEGRAM__SERVER=f"127.0.0.1:{fresh.ai.port}"
    )
    said = (await asyncio.to_thread(bot.communicate, timeout=120))[0].decode()
    assert bot.returncode == 1
    assert "does not answer" in said
    assert "Traceback" not in said


async def test_a_data_centre_that_restarts_is_found_again(fresh: Studio) -> None:
    await fresh.run("bot")
    ann = fresh.person()
    await ann.ask("before", "before")
    port = fresh.centre.port
    await fresh.centre.stop()
    await asyncio.sleep(1)
    await fresh.reopen_centre(port)
    again = fresh.same_person(ann)
    sent = again.say("after the restart")
    await again.reply(sent, "after the restart", timeout_s=60)
    assert len(again.messages(after=sent)) == 1


async def test_chats_and_jobs_survive_kills_at_random_moments(fresh: Studio) -> None:
    """The short form of the soak: see tests/soak."""
    chaos = Chaos(fresh, random.Random(20261121))
    await chaos.run(chats=8, jobs=6, kills=6)
    assert await chaos.problems() == []


async def test_paid_pictures_clips_and_sounds_survive_kills_at_random_moments(tmp_path: Path) -> None:
    """Lost none, sent none twice, delivered none twice, and the ledger agrees. The short form of the soak."""
    async with Studio(tmp_path, run_s=RUN_S, environ=PAID) as studio:
        chaos = Chaos(studio, random.Random(20261122))
        await chaos.run(chats=0, jobs=8, kills=4)
        assert await chaos.problems() == []
        assert studio.rows("SELECT COUNT(*) FROM ledger_entry WHERE kind = 'capture'")[0][0] >= 1
        assert studio.rows("SELECT COUNT(*) FROM job_input") == [(2,)], "two of them worked on a photo"
