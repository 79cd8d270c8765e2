"""SIGKILLs by the hundred: every message is answered once, every job is delivered once or honestly said to be unclear."""

from __future__ import annotations

import os
import random

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
    assert chaos.problems() == []
