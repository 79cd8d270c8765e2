"""Lengths and moments of time as people type them."""

from __future__ import annotations

import re
import time
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import click

from kiebot.services.moments import LONGEST_YEARS, UNIT_S, Past, moment_of, zone_of

WITHOUT_END = "without an end"  # how an end is shown that there is not
EVER_S = 50 * 365 * 86_400.0  # further back nothing is, and soon no date that Python knows


class Span(click.ParamType[float]):
    """A length of time such as 90m, 24h, 7d or 2w, in seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"(\d{1,6})([smhdw])", str(value))
        if found is None:
            self.fail(f"{value!r} is no time such as 90m, 24h, 7d or 2w", param, ctx)
        return min(float(found[1]) * UNIT_S[found[2]], EVER_S)


def moment_from(words: str, timezone: str) -> float:
    """Unix seconds of a moment on the operator's clock, or of 2h from now. Raises BadParameter: none, or past."""
    try:
        return moment_of(words, timezone)
    except Past as exc:
        raise click.BadParameter(f"{words} is past") from exc
    except ValueError as exc:
        known = f"'2026-12-31 18:00', 'tomorrow 10:00' or 2h, within {LONGEST_YEARS} years"
        raise click.BadParameter(f"{words!r} is no moment such as {known}") from exc


def ends_at(words: str, timezone: str) -> float | None:
    """The end of a day on the operator's clock, or so many days from now. None: never. UsageError: no day, past, absurd."""
    if not words:
        return None
    days = re.fullmatch(r"(\d{1,5})d", words)
    try:
        day = date.today() + timedelta(days=int(days[1])) if days else date.fromisoformat(words)
    except ValueError as exc:
        raise click.UsageError(f"--expires {words!r} is neither a date as 2026-12-31 nor days as 30d") from exc
    if day.year > date.today().year + LONGEST_YEARS:
        raise click.UsageError(
            f"--expires {words} is more than {LONGEST_YEARS} years away: leave it out for a code {WITHOUT_END}"
        )
    ends_at = time.time() + int(days[1]) * UNIT_S["d"] if days else _midnight_after(day, timezone)
    if ends_at <= time.time():
        raise click.UsageError(f"--expires {words} is over")
    return ends_at


def _midnight_after(day: date, timezone: str) -> float:
    return datetime.combine(day + timedelta(days=1), clock_time(), zone_of(timezone)).timestamp()
