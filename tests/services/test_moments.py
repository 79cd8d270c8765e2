"""Moments as an operator types them: always on the operator's clock, never past."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiebot.services.moments import Past, moment_of, sentence_of

ZONE = "Europe/Moscow"


def here():
    return datetime.now(ZoneInfo(ZONE))


@pytest.mark.parametrize(("words", "seconds"), [("90m", 5400), ("+2h", 7200), ("1d", 86_400), ("1w", 604_800)])
def test_a_length_of_time_is_from_now(words, seconds):
    assert moment_of(words, ZONE) == pytest.approx(time.time() + seconds, abs=5)


@pytest.mark.parametrize("words", ["tomorrow 10:00", "Tomorrow at 10:00", "завтра 10:00", "завтра  в 10:00"])
def test_tomorrow_is_the_operators(words):
    expected = (here() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    assert moment_of(words, ZONE) == expected.timestamp()


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_time_alone_is_the_next_on_the_clock(minutes):
    wanted = (here() + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    found = datetime.fromtimestamp(moment_of(f"{wanted:%H:%M}", ZONE), ZoneInfo(ZONE))
    assert (found.hour, found.minute) == (wanted.hour, wanted.minute)
    assert timedelta() < found - here() <= timedelta(days=1, hours=1)


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m %H:%M", "%d.%m. %H:%M", "%Y-%m-%dT%H:%M"])
def test_a_date_is_read_as_either_language_writes_it(form):
    wanted = (here() + timedelta(days=40)).replace(minute=15, second=0, microsecond=0)
    assert moment_of(f"{wanted:{form}}", ZONE) == wanted.timestamp()


def test_a_day_of_the_year_that_was_is_next_years():
    wanted = here() - timedelta(days=40)
    found = datetime.fromtimestamp(moment_of(f"{wanted:%d.%m} 12:00", ZONE), ZoneInfo(ZONE))
    assert (found.day, found.month) == (wanted.day, wanted.month)
    assert found > here()


@pytest.mark.parametrize("words", ["today 00:00", "2020-01-01 10:00", "01.01.2020 10:00"])
def test_what_is_over_is_told_apart(words):
    with pytest.raises(Past):
        moment_of(words, ZONE)


@pytest.mark.parametrize(
    "words", ["", "soon", "25:00", "tomorrow", "tomorrow 10:75", "32.01 10:00", "2h30", "9999999h", "999999w", "9999-12-31"]
)
def test_what_is_no_moment_is_refused(words):
    with pytest.raises(ValueError) as caught:
        moment_of(words, ZONE)
    assert not isinstance(caught.value, Past)


def test_a_moment_is_a_sentence_on_the_operators_clock():
    seconds = datetime(2026, 12, 31, 18, 5, tzinfo=ZoneInfo(ZONE)).timestamp()
    args = {"year": "2026", "month": "12", "day": "31", "time": "18:05", "zone": ZONE}
    assert sentence_of(seconds, ZONE) == {"key": "moment", "args": args}
    assert sentence_of(0, ZONE)["key"] == "moment-now"
