"""SIGKILLs by the hundred: every message is answered once, every job is delivered once or honestly said to be unclear."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.e2e.chaos import Chaos
from tests.e2e.studio import Studio

pytestmark = pytest.mark.soak

KILLS = 100


async def test_a_hundred_kills_lose_nothing_and_double_nothing(studio: Studio) -> None:
    seed = int(os.environ.get("KIEBOT_SOAK_SEED", "20261122"))
    chaos = Chaos(studio, random.Random(seed))
    await chaos.run(chats=40, jobs=40, kills=KILLS)
    print(f"\nseed {seed}: {chaos.summary()}")
    assert await chaos.problems() == []


async def test_two_hundred_kills_during_fifty_paid_jobs_lose_none_and_double_none(tmp_path: Path) -> None:
    """Pictures, clips and sounds; the provider's own list of tasks and the ledger are asked afterwards."""
    seed = int(os.environ.get("KIEBOT_SOAK_SEED", "20261123"))
    run_s = {"image": 6.0, "video": 12.0, "audio": 8.0}
    async with Studio(tmp_path, run_s=run_s, environ={"KIEBOT_BILLING__ENABLED": "true"}) as studio:
        chaos = Chaos(studio, random.Random(seed))
        await chaos.run(chats=0, jobs=50, kills=200)
        print(f"\nseed {seed}: {chaos.summary()}")
        assert await chaos.problems() == []
