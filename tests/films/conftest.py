from dataclasses import dataclass

import pytest

from kiebot.catalog import loading
from kiebot.films.choices import defaults


@dataclass(frozen=True)
class Settings:
    segments: int = 48
    segment_s: int = 5
    max_mb: int = 0


@pytest.fixture
def choices():
    return defaults(Settings(), language="ru", voice="alloy", image_model="draws", animation_model="moves")


@pytest.fixture(scope="session")
def catalogue():
    return loading.load()
