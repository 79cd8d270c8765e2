"""Answers and recordings that cost credits, in the whole studio, with a bot that is killed in the middle."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.chaos import VERIFY
from tests.e2e.studio import ROOT, Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")

GIVEN = 5000
PRICES = {
    "KIEBOT_BILLING__ENABLED": "true",
    "KIEBOT_BILLING__START_BONUS": str(GIVEN),
    "KIEBOT_BILLING__CHAT_PER_1000_TOKENS": "100",
}


def balance(studio: Studio) -> int:
    return int(studio.rows("SELECT SUM(credits) FROM ledger_entry")[0][0])


async def in_order(studio: Studio) -> None:
    """The books have no problems."""
    command = [sys.executable, "-c", VERIFY, str(studio.data)]
    done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == ""


async def test_an_answer_is_charged_once_although_the_bot_is_killed_while_it_is_written(tmp_path: Path) -> None:
    async with Studio(tmp_path, environ=PRICES) as studio:
        await studio.run("bot")
        ann = studio.person()
        await studio.behave("chat", "pace", deltas=60, delay_ms=50, chars=10)
        sent = ann.say("in private")
        await studio.until(lambda: not studio.behaviour.rules)
        await asyncio.sleep(1)
        await studio.kill("bot")
        assert balance(studio) < GIVEN - 400, "what the answer may cost is held"
        await studio.run("bot")
        answer = await ann.reply(sent, "in private")
        price = studio.rows("SELECT price FROM turn")[0][0]
        assert f"{price} credit" in answer["text"]
        assert balance(studio) == GIVEN - price < GIVEN
        await in_order(studio)


async def test_the_last_credits_are_spent_and_then_one_is_told_so(tmp_path: Path) -> None:
    poor = PRICES | {"KIEBOT_BILLING__START_BONUS": "90", "KIEBOT_PAYMENTS__STARS__ENABLED": "true"}
    async with Studio(tmp_path, environ=poor) as studio:
        await studio.run("bot")
        ann = studio.person()
        await ann.ask("the first question", "the first question")
        sent = ann.say("the second question " * 40)
        told = await ann.reply(sent, "your balance is")
        assert "Buy credits" in str(told["buttons"])
        assert "missing" in told["text"]
        assert balance(studio) == 90 - studio.rows("SELECT SUM(price) FROM turn")[0][0]
        await in_order(studio)
