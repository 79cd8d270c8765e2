"""Moments of time as an operator types and reads them, on the operator's own clock."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
LONGEST_YEARS = 100  # what is further away is a slip, and soon no date that Python knows
FARTHEST_S = LONGEST_YEARS * 365.25 * UNIT_S["d"]
DAYS = {"today": 0, "tomorrow": 1, "сегодня": 0, "завтра": 1}
SPAN = re.compile(r"\+?(?P<number>\d{1,6})(?P<unit>[smhdw])")
CLOCK = re.compile(rf"(?:(?P<day>{'|'.join(DAYS)})(?: at| в)? )?(?P<hour>\d{{1,2}}):(?P<minute>\d\d)")
DATED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}))? (?P<hour>\d{1,2}):(?P<minute>\d\d)")


class Past(ValueError):
    """That moment is over."""


def zone_of(timezone: str) -> tzinfo:
    """The time zone of this name."""
    return UTC if timezone == "UTC" else ZoneInfo(timezone)


def moment_of(words: str, timezone: str) -> float:
    """Unix seconds of 2h from now, of "18:00", "tomorrow 10:00", "2026-12-31 18:00" or "31.12. 18:00" on the operator's clock.

    Raises ValueError: it is none, or absurdly far away; Past: it is over.
    """
    words, now = " ".join(words.lower().split()), time.time()
    span = SPAN.fullmatch(words)
    seconds = now + int(span["number"]) * UNIT_S[span["unit"]] if span else _on_the_clock(words, now, timezone)
    if seconds < now:
        raise Past(words)
    if seconds > now + FARTHEST_S:
        raise ValueError(words)
    return seconds


def _on_the_clock(words: str, now: float, timezone: str) -> float:
    here = datetime.fromtimestamp(now, zone_of(timezone))
    moment = _of_clock(words, here) or _of_date(words, here) or datetime.fromisoformat(words)
    return (moment if moment.tzinfo else moment.replace(tzinfo=here.tzinfo)).timestamp()


def _of_clock(words: str, here: datetime) -> datetime | None:
    """The named day's time; without a day the next time that the clock shows it."""
    found = CLOCK.fullmatch(words)
    if found is None:
        return None
    at = clock_time(int(found["hour"]), int(found["minute"]))
    if found["day"]:
        return _on(here.date() + timedelta(days=DAYS[found["day"]]), at, here)
    today = _on(here.date(), at, here)
    return today if today > here else _on(here.date() + timedelta(days=1), at, here)


def _of_date(words: str, here: datetime) -> datetime | None:
    """Day and month as Russian writes them; without a year the next such day."""
    found = DATED.fullmatch(words.replace(". ", " "))
    if found is None:
        return None
    at = clock_time(int(found["hour"]), int(found["minute"]))
    moment = _on(date(int(found["year"] or here.year), int(found["month"]), int(found["day"])), at, here)
    return moment if found["year"] or moment > here else moment.replace(year=here.year + 1)


def _on(day: date, at: clock_time, here: datetime) -> datetime:
    return datetime.combine(day, at, here.tzinfo)


def sentence_of(seconds: float, timezone: str) -> dict[str, Any]:
    """The moment as a sentence within a sentence; 0: at once."""
    if not seconds:
        return {"key": "moment-now", "args": {}}
    at = datetime.fromtimestamp(seconds, zone_of(timezone))
    args = {"year": f"{at:%Y}", "month": f"{at:%m}", "day": f"{at:%d}", "time": f"{at:%H:%M}", "zone": timezone}
    return {"key": "moment", "args": args}
