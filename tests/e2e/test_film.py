"""A small film with the real bot and the real worker: from an idea, spoken or written, to the video in the chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.films import CREDITS, STAGES, Maker, film_making
from tests.e2e.test_voice import say, sound

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCENES = 4
SCENE_S = 2
SPOKEN = "make a film about a lighthouse keeper"
UNCLEAR_S = 420.0  # an order that was on its way when the worker died is waited for until its time is over: five minutes


@pytest_asyncio.fixture(loop_scope="session")
async def maker(tmp_path: Path) -> AsyncIterator[Maker]:
    async with film_making(tmp_path, SCENES, SCENE_S) as maker:
        yield maker


async def test_a_spoken_idea_becomes_a_film_that_is_approved_three_times_and_paid_exactly(maker: Maker, tmp_path: Path) -> None:
    sent = await say(maker.person, sound(tmp_path), SPOKEN)
    heard = await maker.person.reply(sent, f"🎙 {SPOKEN}", timeout_s=30)
    draft = await maker.asked("film:start:", after=heard["id"])
    assert "lighthouse keeper" in draft["text"]
    assert "In all" in draft["text"]
    await maker.start()
    assert maker.balance == CREDITS - maker.whole_price(SCENES), "all of it is reserved"
    for stage in STAGES:
        await maker.approve(stage)
    video = await maker.film_message()
    seen = maker.watched(video)
    assert (seen["video"]["codec_name"], seen["video"]["width"], seen["video"]["height"]) == ("h264", 1280, 720)
    assert seen["audio"]["codec_name"] == "aac"
    assert SCENES * SCENE_S - 0.1 < seen["seconds"] < 2 * SCENES * SCENE_S
    assert (video["media"]["width"], video["media"]["height"]) == (1280, 720)
    assert await maker.problems(SCENES) == []


async def pictures_are_there(maker: Maker) -> None:
    """The script is approved, and the person is asked what becomes of the pictures."""
    await maker.ask_for("a lighthouse")
    await maker.start()
    await maker.approve("script")
    await maker.waits("pictures")


async def test_a_film_that_nobody_answers_sleeps_and_goes_on_when_it_is_resumed(maker: Maker) -> None:
    await pictures_are_there(maker)
    prices = maker.prices()
    await maker.time_goes_by("waiting_since")
    await maker.asked("film:resume:")
    assert maker.state is not None
    assert maker.state[:2] == ("asleep", "pictures")
    spent = prices["script"] + SCENES * prices["picture"]
    assert maker.balance == CREDITS - spent, "only what is finished was charged, and nothing is reserved"
    await maker.press("film:resume:", "state <> 'asleep'")
    await maker.waits("pictures")
    assert maker.balance == CREDITS - maker.whole_price(SCENES)
    await maker.approve("pictures")
    await maker.approve("animation")
    await maker.film_message()
    assert await maker.problems(SCENES) == []


async def test_a_film_that_is_cancelled_takes_its_files_and_gives_back_what_is_not_made(maker: Maker) -> None:
    await pictures_are_there(maker)
    prices, folder = maker.prices(), maker.studio.data / "media" / "films" / str(maker.film)
    question = await maker.asked("film:cancel:")
    await maker.person.press(question, f"film:cancel:{maker.film}")
    await maker.press("film:stop:", "state = 'cancelled'")
    await maker.person.reply(question["id"] - 1, "cancelled")
    assert maker.balance == CREDITS - prices["script"] - SCENES * prices["picture"]
    assert not folder.exists() or not [path for path in folder.rglob("*") if path.is_file()]
    await asyncio.sleep(2)
    assert [message for message in maker.person.messages() if message["kind"] == "video"] == []


@pytest.mark.timeout(900)
async def test_bot_and_worker_die_in_every_stage_and_the_film_comes_once_with_each_scene_made_once(maker: Maker) -> None:
    studio = maker.studio

    async def killed(name: str) -> None:
        await studio.kill(name)
        await studio.run(name)

    async def at(condition: str) -> None:
        await studio.until(lambda: maker.row(f"SELECT 1 FROM film WHERE {condition}"), 120, what=condition)

    await maker.ask_for("a lighthouse")
    await maker.start()
    await killed("worker")
    await maker.waits("script")
    await killed("bot")
    await maker.approve("script")
    for kind, stage in (("picture", "pictures"), ("clip", "animation")):
        await at(f"EXISTS (SELECT 1 FROM film_scene WHERE {kind} IS NOT NULL)")
        await asyncio.gather(killed("worker"), killed("bot"))
        await maker.approve(stage, UNCLEAR_S)
    await at("EXISTS (SELECT 1 FROM film_scene WHERE voice IS NOT NULL) OR stage = 'assembly'")
    await killed("worker")
    await at("stage = 'assembly'")
    await asyncio.gather(killed("worker"), killed("bot"))
    await maker.film_message()
    await asyncio.sleep(3)  # a second copy would come now
    assert await maker.problems(SCENES) == []
