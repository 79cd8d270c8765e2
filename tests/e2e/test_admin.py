"""/feedback and /admin with the real processes: who says something is heard, who may look sees the figures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.studio import Person, Studio, button
from tests.e2e.test_balance import admin

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def boss(tmp_path: Path) -> AsyncIterator[Person]:
    """The admin of a studio of their own, in which bot and worker run."""
    async with Studio(tmp_path) as studio:
        person = studio.person("Boss", "ru")
        studio.extra["KIEBOT_TELEGRAM__ADMINS"] = json.dumps([person.id])
        await asyncio.gather(studio.run("bot"), studio.run("worker"))
        yield person


def now(message: dict[str, Any], person: Person) -> dict[str, Any]:
    """The message as it is now."""
    return next(each for each in person.messages() if each["id"] == message["id"])


async def shows(person: Person, message: dict[str, Any], words: str) -> dict[str, Any]:
    """The message, once it has these words."""
    await person.studio.until(lambda: words in now(message, person)["text"], what=f"{words!r} in {now(message, person)}")
    return now(message, person)


async def test_what_people_say_reaches_the_admin_and_the_command_line(boss: Person) -> None:
    studio = boss.studio
    await boss.ask("/start", "Здравствуйте")
    ann = studio.person("Ann")
    await ann.ask("/feedback", "Your next message goes to whoever runs this bot")
    await ann.ask("the boats are too red", "Thank you")
    told = await boss.reply(0, "1 отзыв")
    assert f"Ann ({ann.id}): the boats are too red" in told["text"]
    for words in ("too slow", "too loud"):
        await ann.ask(f"/feedback {words}", "Thank you")
    await asyncio.sleep(4)  # the worker looks every three seconds
    assert sum("отзыв" in text for text in boss.texts()) == 1, "one message a minute"
    listed = json.loads(admin(studio, "feedback", "list", "--json"))
    assert [row["text"] for row in listed] == ["too loud", "too slow", "the boats are too red"]


async def test_a_vote_and_a_reply_to_a_result_carry_its_model(boss: Person) -> None:
    studio = boss.studio
    ann = studio.person("Ann")
    ordered = ann.say("/img a red boat")

    def sent() -> Any:
        return next((message for message in ann.messages(after=ordered) if message["kind"] == "photo"), None)

    picture = await studio.until(sent, 30, "the picture")
    await ann.press(picture, button(picture, "r:up:"))
    await ann.ask("/feedback the mast is bent", "Thank you", reply_to=picture["id"])
    listed = json.loads(admin(studio, "feedback", "list", "--json"))
    (model,) = {row["model"] for row in listed}
    assert {(row["kind"], row["vote"], row["text"]) for row in listed} == {("vote", 1, None), ("text", None, "the mast is bent")}
    menu = await boss.ask("/admin", "Что показать?")
    await boss.press(menu, button(menu, "a:models:"))
    shown = await shows(boss, menu, "готово 1, не вышло 0, 100")
    assert "👍 1 👎 0" in shown["text"]
    found = json.loads(admin(studio, "stats", "--json"))
    assert [(row["model"], row["done"], row["votes_up"]) for row in found["work"]["models"]] == [(model, 1, 1)]
    assert found["work"]["wait_s"]["median"] > 0


async def test_an_admin_walks_through_the_sections_in_one_message_and_others_get_a_sentence(boss: Person) -> None:
    studio = boss.studio
    ann = studio.person("Ann")
    await ann.ask("hello there")
    await ann.ask("/admin", "for the administrators")
    menu = await boss.ask("/admin", "Что показать?")
    await boss.press(menu, button(menu, "a:people:"))
    await shows(boss, menu, "Людей: 2")
    await boss.press(menu, "a:messages:1")
    shown = await shows(boss, menu, "Сообщений текстовой модели: 1")
    assert "✓ Сутки" in [item["text"] for row in shown["buttons"] for item in row]
    await boss.press(menu, "a:home")
    await shows(boss, menu, "Что показать?")
    await boss.press(menu, "a:state:7")
    state = await shows(boss, menu, "Свободно на диске")
    assert "Бот: подал весть" in state["text"]
    await boss.press(menu, "a:home")
    await shows(boss, menu, "Что показать?")
    await boss.press(menu, button(menu, "bc:home"))
    await boss.reply(menu["id"])
