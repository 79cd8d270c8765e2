"""The door of the running bot: closed and opened without a restart, passed with a code; and an account that is deleted."""

from __future__ import annotations

import pytest

from tests.e2e.stars import admin
from tests.e2e.studio import Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def change(studio: Studio, *words: str) -> dict[str, object]:
    code, printed = await admin(studio, *words, "--yes")
    assert code == 0, printed
    return dict(printed)


async def test_the_door_is_closed_opened_by_a_code_and_shut_for_one_person_while_the_bot_runs(fresh: Studio) -> None:
    await fresh.run("bot")
    ann, bob = fresh.person("Ann"), fresh.person("Bob")
    await ann.ask("are you open", "are you open")
    await change(fresh, "access", "set", "mode", "invite", "--keep-known")
    await bob.ask("are you open for me as well", "invite code")
    silent = bob.say("hello? is really nobody there?")
    await ann.ask("still here", "still here")
    made = await change(fresh, "access", "invite", "create", "--uses", "1")
    await bob.ask(f"/start {made['code']}", "welcome")
    await bob.ask("and now", "«and now»")
    assert not [text for text in bob.texts(after=silent) if "nobody there" in text], "what a stranger asked is not answered later"
    carl = fresh.person("Carl", "ru")
    await carl.ask("добрый день, я хочу поговорить", "закрытый")
    await carl.ask(str(made["code"]), "уже вошли все")
    await change(fresh, "users", "ban", str(bob.id))
    await bob.ask("and after the ban", "cannot use this bot")
    await change(fresh, "access", "set", "mode", "configured")
    await carl.ask("теперь можно", "«теперь можно»")


async def test_a_person_deletes_the_account_and_the_store_knows_nothing_of_them_any_more(fresh: Studio) -> None:
    await fresh.run("bot")
    await fresh.run("worker")
    ann = fresh.person("Quokka")
    await ann.ask("a quokka question", "«a quokka question»")
    ann.say("/img a quokka")
    await fresh.until(lambda: fresh.rows("SELECT 1 FROM job WHERE state = 'done'"), 30)
    await fresh.until(lambda: not fresh.rows("SELECT 1 FROM outbox_row WHERE state = 'queued'"))
    shown = await ann.ask("/forget", "What should I forget")
    sent = shown["id"]
    await ann.press(shown, button(shown, "p:account"))
    asked = await fresh.until(lambda: next((m for m in ann.messages() if "'p:yes:account'" in str(m["buttons"])), None))
    await ann.press(asked, "p:yes:account")
    await ann.reply(sent, "is deleted")
    tables = [
        name for (name,) in fresh.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'document_words%'")
    ]
    left = {table: str(fresh.rows(f"SELECT * FROM {table}")).lower() for table in tables}
    assert [table for table, words in left.items() if "quokka" in words] == []
    with_number = {table for table, words in left.items() if str(ann.id) in words}
    assert with_number <= {"outbox_row", "seen_update"}, "the goodbye, and keys of the last minute, which are swept"
    assert not list((fresh.data / "media").glob("[0-9]*"))
    await ann.ask("/start", "Quokka")
