"""SIGTERM under load: each process ends in time with 0, and nothing is lost, cut or said twice; what cannot end is parked."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.chaos import Chaos
from tests.e2e.studio import ROOT, Studio

pytestmark = pytest.mark.asyncio(loop_scope="session")

STOP_WITHIN_S = {"bot": 45, "worker": 60, "web": 20}  # TimeoutStopSec of the units: after that systemd kills
PAID = {"KIEBOT_BILLING__ENABLED": "true"}
RUN_S = {"image": 1.0, "video": 1.5, "audio": 1.0}


SEND = """
import sys
from pathlib import Path
from kiebot.services import delivery
from kiebot.services.delivery import Place
from kiebot.store.db import open_store
open_store(Path(sys.argv[1]))
file = {"path": sys.argv[3], "mime": "video/mp4", "name": "film.mp4", "width": 64, "height": 64, "duration_s": 1}
delivery.send_file(Place(int(sys.argv[2]), "en"), "video", file, "film-scene", {"scene": 1, "words": "film"}, dedup_key="film")
"""


async def stop(studio: Studio, name: str) -> float:
    """SIGTERM; returns how long it took."""
    began = time.monotonic()
    assert await studio.end(name) == 0, studio.log(name)[-2000:]
    took_s = time.monotonic() - began
    assert took_s < STOP_WITHIN_S[name]
    return took_s


class Stops(Chaos):
    """The same load and the same demands as with SIGKILL, but everybody is asked to stop."""

    async def _kill_one(self, name: str) -> None:
        await stop(self._studio, name)
        self.kills[name] += 1


async def test_bot_and_worker_that_are_stopped_under_load_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    async with Studio(tmp_path, run_s=RUN_S, environ=PAID) as studio:
        stops = Stops(studio, random.Random(20261123))
        await stops.run(chats=6, jobs=6, kills=6)
        assert await stops.problems() == []
        assert min(stops.kills.values()) >= 1, stops.summary()
        unclear = studio.rows("SELECT COUNT(*) FROM job WHERE state = 'unclear'")[0][0]
        assert unclear == 0, "who is asked to stop leaves no order half sent"
        for name in ("bot", "worker"):
            assert "Traceback" not in studio.log(name)


async def test_an_answer_that_takes_longer_than_a_stop_may_is_parked_and_comes_once_after_the_start(fresh: Studio) -> None:
    await fresh.run("bot")
    ann = fresh.person()
    await fresh.behave("chat", "pace", deltas=1200, delay_ms=50, chars=10, times=1)
    sent = ann.say("tell me of boats")
    await fresh.until(lambda: not fresh.behaviour.rules)
    await stop(fresh, "bot")
    assert fresh.rows("SELECT state FROM turn") in ([("received",)], [("answering",)])
    await fresh.run("bot")
    await ann.reply(sent, "tell me of boats")
    await asyncio.sleep(2)
    assert len(ann.messages(after=sent)) == 1


async def test_a_bot_that_is_stopped_in_a_large_upload_sends_the_file_after_the_start(fresh: Studio, tmp_path: Path) -> None:
    await fresh.run("bot")
    ann = fresh.person()
    await ann.ask("/help", "")
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(5 * 2**20))
    fresh.humans.fault("upload.Save*", "delay", seconds=30)
    command = [sys.executable, "-c", SEND, str(fresh.data), str(ann.chat), str(film)]
    await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=True, timeout=60)
    await asyncio.sleep(2)
    assert await stop(fresh, "bot") < 25
    assert "Traceback" not in fresh.log("bot")
    await fresh.run("bot")
    await fresh.until(lambda: [message for message in ann.messages() if message["kind"] == "video"], 30)
    assert len([message for message in ann.messages() if message["kind"] == "video"]) == 1


async def test_a_worker_whose_provider_dawdles_waits_for_its_answer_and_the_order_is_made_once(fresh: Studio) -> None:
    await fresh.run("bot")
    await fresh.run("worker")
    ann = fresh.person()
    await fresh.behave("kie", "delay", seconds=6, times=1)
    ann.say("/img a boat that takes its time")
    await fresh.until(lambda: fresh.rows("SELECT 1 FROM job WHERE state = 'submitting' AND sent_at IS NOT NULL"))
    await stop(fresh, "worker")
    assert fresh.rows("SELECT state FROM job") == [("running",)]
    await fresh.run("worker")
    await fresh.until(lambda: [message for message in ann.messages() if message["kind"] == "photo"], 30)
    assert fresh.rows("SELECT COUNT(*), SUM(state = 'done') FROM job") == [(1, 1)]


async def test_a_web_process_that_is_asked_all_the_time_ends_its_answers_and_stops(fresh: Studio) -> None:
    await fresh.run("bot")
    fresh.extra["KIEBOT_WEB__PORT"] = "0"
    process = fresh.begin("web")

    def address() -> str:
        found = [line for line in fresh.log("web").splitlines() if "web listens" in line and "address=" in line]
        return found[0].split("address=")[1].split()[0].strip('",') if found else ""

    host = await fresh.until(address, 30, what="web listens")
    asked, stopping = [], asyncio.Event()

    def ask() -> int:
        with urllib.request.urlopen(f"http://{host}/healthz", timeout=10) as answer:
            return int(answer.status)

    async def keep_asking() -> None:
        while not stopping.is_set():
            try:
                asked.append(await asyncio.to_thread(ask))
            except OSError:  # not up yet, or gone
                await asyncio.sleep(0.05)

    asking = [asyncio.create_task(keep_asking()) for _ in range(8)]
    await fresh.until(lambda: len(asked) > 50, 30, what="web answers")
    assert process.poll() is None
    await stop(fresh, "web")
    stopping.set()
    await asyncio.gather(*asking)
    assert set(asked) == {200}
