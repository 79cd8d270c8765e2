"""Something breaks inside the bot: the person gets a code, the admin one message, the row tells what it was."""

from __future__ import annotations

import json
import sqlite3

import pytest

from tests.e2e.studio import Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")


def rename(studio: Studio, table: str, to: str) -> None:
    connection = sqlite3.connect(studio.data / "kiebot.db", timeout=10)
    connection.execute(f"ALTER TABLE {table} RENAME TO {to}")
    connection.commit()
    connection.close()


async def test_an_unexpected_error_has_a_code_a_row_and_one_word_to_the_admin(fresh: Studio) -> None:
    admin, ann = fresh.person("Admin"), fresh.person("Ann")
    fresh.extra["KIEBOT_TELEGRAM__ADMINS"] = json.dumps([admin.id])
    await fresh.run("bot")
    await admin.ask("/menu", "What shall we do")
    rename(fresh, "thread", "thread_lost")
    first = await ann.ask("hello", "recorded as")
    await ann.reply(ann.say("hello again"), "recorded as")
    rows = fresh.rows("SELECT code, count, process, traceback FROM incident")
    assert len(rows) == 1
    code, count, process, traceback = rows[0]
    assert code in first["text"]
    assert (count, process) == (2, "bot")
    assert "no such table" in traceback
    assert "hello" not in traceback.replace("hello again", "hello"), "no words of people"
    told = await admin.reply(0, code)
    assert [message["text"] for message in admin.messages() if code in message["text"]] == [told["text"]]
    rename(fresh, "thread_lost", "thread")
    await ann.ask("and now", "and now")
