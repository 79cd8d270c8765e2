"""The full film of 48 scenes of five seconds, in peace and while bot and worker are killed every twenty seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.films import STAGES, Maker, film_making
from tests.e2e.test_voice import say, sound

pytestmark = [pytest.mark.soak, pytest.mark.asyncio(loop_scope="function")]

SCENES = 48
SCENE_S = 5
EVERY_S = 20
STAGE_S = 3600.0  # a stage may take so long on a busy machine
RUN_S = {"image": 2.0, "video": 4.0, "audio": 4.0}
SPOKEN = "make a film about a lighthouse keeper who finds a letter from himself"


@pytest_asyncio.fixture
async def maker(tmp_path: Path) -> AsyncIterator[Maker]:
    async with film_making(tmp_path, SCENES, SCENE_S, RUN_S) as maker:
        yield maker


async def film_of(maker: Maker, folder: Path) -> None:
    """From the spoken idea to the finished film, and what ffprobe says of it."""
    await say(maker.person, sound(folder), SPOKEN)
    await maker.asked("film:start:")
    began = time.monotonic()
    await maker.start()
    for stage in STAGES:
        await maker.approve(stage, STAGE_S)
        print(f"{stage} approved after {time.monotonic() - began:.0f} s")
    seen = maker.watched(await maker.film_message(STAGE_S))
    print(f"delivered after {time.monotonic() - began:.0f} s: {seen['seconds']:.2f} s, {seen['size'] / 1e6:.1f} MB")
    assert (seen["video"]["codec_name"], seen["video"]["width"], seen["video"]["height"]) == ("h264", 1280, 720)
    assert seen["audio"]["codec_name"] == "aac"
    assert SCENES * SCENE_S - 0.5 < seen["seconds"] < 1.25 * SCENES * SCENE_S


async def test_a_full_film_of_a_spoken_idea(maker: Maker, tmp_path: Path) -> None:
    await film_of(maker, tmp_path)
    assert await maker.problems(SCENES) == []


async def test_a_full_film_while_bot_and_worker_are_killed_every_20_s(maker: Maker, tmp_path: Path) -> None:
    studio, deaths = maker.studio, 0

    async def die(name: str) -> None:
        await studio.kill(name)
        await studio.run(name)

    async def dying() -> None:
        nonlocal deaths
        while True:
            await asyncio.sleep(EVERY_S)
            await asyncio.gather(die("worker"), die("bot"))
            deaths += 1

    killing = asyncio.create_task(dying())
    try:
        await film_of(maker, tmp_path)
    finally:
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
    for name in {"bot", "worker"} - set(studio.processes):  # it was cancelled between a death and the start after it
        await studio.run(name)
    await asyncio.sleep(10)  # a second copy would come now
    print(f"bot and worker were killed {deaths} times each")
    assert deaths >= 5
    assert await maker.problems(SCENES) == []
