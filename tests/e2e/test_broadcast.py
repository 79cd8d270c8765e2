"""Broadcasts with the real processes: everybody once, whatever dies; faults of Telegram; steering; answers come first."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from tests.e2e import broadcasts as crowd
from tests.e2e.broadcasts import admin, arrivals, copies, counts, gather, sent, state
from tests.e2e.studio import Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """A studio of one's own, in which nothing runs yet."""
    async with Studio(tmp_path, environ={"KIEBOT_BROADCAST__PER_SECOND": "60"}) as studio:
        yield studio


async def over(studio: Studio, broadcast: int, timeout_s: float = 60) -> None:
    await studio.until(lambda: state(studio, broadcast) in ("done", "cancelled"), timeout_s, "the broadcast is over")
    reported = "SELECT reported_at FROM broadcast WHERE id = ?"
    await studio.until(lambda: studio.rows(reported, broadcast)[0][0], 20, "it is reported")


async def reached(studio: Studio, broadcast: int, people: int) -> None:
    await studio.until(lambda: counts(studio, broadcast).get("sent", 0) >= people, 40, f"{people} have it")


async def answered_in(studio: Studio) -> float:
    """How long somebody new waits for an answer."""
    started = time.monotonic()
    await studio.person("Ann").ask("/help", "")
    return time.monotonic() - started


async def test_everybody_gets_it_once_although_bot_and_worker_are_killed(studio: Studio) -> None:
    users = gather(studio, 300)
    await studio.run("bot")
    await studio.run("worker")
    broadcast = await sent(studio, "Good **news**", "--button", "Read = https://example.com")
    for number, name in enumerate(("bot", "worker", "bot", "worker"), 1):
        await reached(studio, broadcast, 50 * number)
        await studio.kill(name)
        await asyncio.sleep(0.3)
        await studio.run(name)
    await over(studio, broadcast)
    await asyncio.sleep(1)  # a second copy would come now
    assert copies(studio, users, "Good news") == {1: 300}
    assert counts(studio, broadcast) == {"sent": 300}
    post = studio.humans.messages(users[0])[-1]
    assert post["entities"][0] == {"type": "bold", "offset": 5, "length": 4}
    assert crowd.button(post)["url"] == "https://example.com"


async def test_the_pace_is_kept_and_answers_do_not_wait(tmp_path: Path) -> None:
    async with Studio(tmp_path, environ={"KIEBOT_BROADCAST__PER_SECOND": "20"}) as studio:
        users = gather(studio, 200)
        await studio.run("bot")
        await studio.run("worker")
        quiet_s = await answered_in(studio)
        broadcast = await sent(studio, "Slow news", "--to", "all")
        await reached(studio, broadcast, 20)
        busy_s = await answered_in(studio)
        assert state(studio, broadcast) == "running"
        await over(studio, broadcast)
        moments = arrivals(studio)
        assert copies(studio, users, "Slow news") == {1: 200}
        assert busy_s < 2 * quiet_s + 1  # behind all that is written ahead it would be two seconds and more
        assert all(at - moments[0] > (number - 5) / 20 for number, at in enumerate(moments)), "never ahead of its pace"
        assert 15 < 199 / (moments[-1] - moments[0]) < 20.5


async def test_a_flood_wait_holds_the_broadcast_and_loses_nobody(studio: Studio) -> None:
    users = gather(studio, 60)
    await studio.run("bot")
    await studio.run("worker")
    studio.humans.fault("messages.SendMessage", "flood_wait", after=20, times=3, seconds=3)
    started = time.monotonic()
    broadcast = await sent(studio, "Patient news")
    await over(studio, broadcast)
    assert time.monotonic() - started > 3
    assert copies(studio, users, "Patient news") == {1: 60}
    moments = arrivals(studio)
    assert max(later - earlier for earlier, later in itertools.pairwise(moments)) > 2.5


async def test_who_blocked_the_bot_is_marked_and_counted_and_broken_lines_repeat_nothing(studio: Studio) -> None:
    users = gather(studio, 80)
    for user in users[:7]:
        studio.humans.block(user)
    await studio.run("bot")
    await studio.run("worker")
    studio.humans.fault("messages.SendMessage", "cut_after", after=10)
    studio.humans.fault("messages.SendMessage", "error", after=30, error="INPUT_USER_DEACTIVATED")
    broadcast = await sent(studio, "News for those who listen")
    await over(studio, broadcast)
    assert counts(studio, broadcast) == {"sent": 72, "blocked": 8}
    assert copies(studio, users[7:], "News for those") == {1: 72, 0: 1}
    assert studio.rows("SELECT COUNT(*) FROM account WHERE blocked_at IS NOT NULL") == [(8,)]
    _, said = await admin(studio, "send", "More news", "--dry-run", "--json")
    assert '"people": 72' in said


async def test_it_is_paused_resumed_and_cancelled_in_the_middle(studio: Studio) -> None:
    studio.extra["KIEBOT_BROADCAST__PER_SECOND"] = "10"
    users = gather(studio, 300)
    await studio.run("bot")
    await studio.run("worker")
    broadcast = await sent(studio, "Stoppable news")
    await reached(studio, broadcast, 20)
    assert (await admin(studio, "pause", str(broadcast)))[0] == 0
    await asyncio.sleep(1.5)  # what was on its way arrives
    before = copies(studio, users, "Stoppable")[1]
    await asyncio.sleep(1.5)
    assert copies(studio, users, "Stoppable")[1] == before < 250
    await studio.kill("bot")  # a pause outlives both
    await studio.kill("worker")
    await studio.run("bot")
    await studio.run("worker")
    await asyncio.sleep(1.5)
    assert copies(studio, users, "Stoppable")[1] == before
    assert (await admin(studio, "resume", str(broadcast)))[0] == 0
    await reached(studio, broadcast, before + 10)
    assert (await admin(studio, "cancel", str(broadcast), "--yes"))[0] == 0
    await over(studio, broadcast)
    found = counts(studio, broadcast)
    assert found["sent"] + found["skipped"] == 300
    assert copies(studio, users, "Stoppable") == {1: found["sent"], 0: found["skipped"]}
    assert found["skipped"]


async def test_a_picture_is_uploaded_once_and_its_expired_reference_is_renewed(tmp_path: Path) -> None:
    async with Studio(tmp_path, environ={"KIEBOT_BROADCAST__PER_SECOND": "60"}) as studio:
        users = gather(studio, 40)
        boss = studio.person("Boss")
        studio.extra["KIEBOT_TELEGRAM__ADMINS"] = str(boss.id)
        await studio.run("bot")
        await studio.run("worker")
        await boss.ask("/help", "")
        path = tmp_path / "news.png"
        Image.new("RGB", (320, 200), "teal").save(path)
        code, said = await admin(studio, "send", "A draft", "--no-watch", given="40\n")
        assert (code, "shown to" in said, "another number: nothing was sent" in said) == (1, True, True)
        studio.humans.fault("messages.SendMedia", "expire", after=15)
        code, said = await admin(studio, "send", "Picture *news*", "--photo", str(path), given="41\n")
        assert (code, "done: 41 sent in" in said) == (0, True), said
        broadcast = int(studio.rows("SELECT MAX(id) FROM broadcast")[0][0])
        await over(studio, broadcast)
        assert counts(studio, broadcast) == {"sent": 41}
        assert copies(studio, users, "Picture news") == {1: 40}
        shown = [m["media"]["id"] for user in users for m in studio.humans.messages(user) if m["kind"] == "photo"]
        assert len(shown) == 40
        assert len(set(shown)) == 1
        assert copies(studio, [boss.id], "Picture news") == {2: 1}, "the admin has the preview and the post"
        await boss.reply(0, "is done: delivered to 41 of 41")
        studio.humans.fault("messages.SendMessage", "error", error="BUTTON_URL_INVALID")
        code, said = await admin(studio, "send", "Refused", "--button", "Read = https://example.com", given="41\n")
        assert (code, "does not take this post: " in said, "BUTTON_URL_INVALID" in said) == (1, True, True), said
        assert copies(studio, users, "Refused") == {0: 40}


async def test_an_admin_composes_it_in_telegram_and_hears_how_it_went(studio: Studio) -> None:
    users = gather(studio, 120)
    boss = studio.person("Boss")
    studio.extra["KIEBOT_TELEGRAM__ADMINS"] = str(boss.id)
    await studio.run("bot")
    await studio.run("worker")
    menu = await boss.ask("/admin", "")
    await boss.press(menu, "bc:home")
    await boss.reply(menu["id"], "What should people get?")
    draft = await boss.ask("**Hello** everybody", "This is what people will get")
    assert "121 people" in draft["text"]
    await boss.press(draft, button(draft, "bc:1:link"))
    await boss.reply(draft["id"], "Write the button")
    draft = await boss.ask("Languages = /lang", "This is what people will get")
    await boss.press(draft, button(draft, "bc:1:send"))
    sure = await studio.until(lambda: next((m for m in boss.messages() if "bc:1:yes" in str(m["buttons"])), None))
    await boss.press(sure, button(sure, "bc:1:yes"))
    await over(studio, 1)
    await boss.reply(draft["id"], "delivered to 121 of 121")
    assert copies(studio, users, "Hello everybody") == {1: 120}
    post = studio.humans.messages(users[0])[-1]
    reader = studio.same_person(boss)
    reader.id = reader.chat = users[0]
    await reader.press(post, "do:lang")
    assert (await reader.reply(post["id"]))["buttons"]
