"""When the payments are compared."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kiebot.telegram.reconcile import last_night


def at(hour: int, minute: int = 0, day: int = 22) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("now", "timezone", "night"),
    [
        (at(4), "UTC", at(4)),
        (at(3, 59), "UTC", at(4, day=21)),
        (at(23), "UTC", at(4)),
        (at(1, 30), "Europe/Moscow", at(1)),
        (at(0, 30), "Europe/Moscow", at(1, day=21)),
    ],
)
def test_it_is_time_after_four_in_the_morning_of_the_operators_clock(now: float, timezone: str, night: float) -> None:
    assert last_night(now, timezone) == night
