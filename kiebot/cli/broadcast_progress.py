"""A broadcast on its way, as the terminal shows it: a bar, the rate, what is left."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from kiebot.services.broadcast import Progress, progress
from kiebot.store import broadcasts

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

LOOK_EVERY_S = 1.0
OVER = ("done", "cancelled")
LOG_EVERY_S = 30.0  # a line so often where there is no terminal


def watch(broadcast_id: int, rate: float) -> None:
    """Follow it until it is over. Ctrl-C ends the look, not the broadcast."""
    try:
        if sys.stdout.isatty():
            _draw(broadcast_id, rate)
        else:
            _log(broadcast_id, rate)
    except KeyboardInterrupt:
        click.echo(f"\nit goes on without you: kiebot-admin broadcast status {broadcast_id} --watch")


def _now(broadcast_id: int, rate: float) -> Progress:
    row = broadcasts.get(broadcast_id)
    assert row is not None, "a broadcast that was confirmed is never deleted"
    return progress(row, rate)


def _draw(broadcast_id: int, rate: float) -> None:
    with _bar() as bar:
        task = bar.add_task("", total=None, speed=0.0, eta="")
        while True:
            now = _now(broadcast_id, rate)
            bar.update(task, total=now.total, completed=now.settled, description=_state(now), speed=now.per_second, eta=_eta(now))
            if now.state in OVER:
                break
            time.sleep(LOOK_EVERY_S)
    click.echo(_summary(broadcast_id, now))


def _bar() -> Bar:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # a tenth of a second that others need not wait

    speed, left = TextColumn("{task.fields[speed]:.1f}/s"), TextColumn("{task.fields[eta]}")
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), speed, left)


def _log(broadcast_id: int, rate: float) -> None:
    told_at = -LOG_EVERY_S
    while True:
        now = _now(broadcast_id, rate)
        if now.state in OVER:
            click.echo(_summary(broadcast_id, now))
            return
        if time.monotonic() - told_at > LOG_EVERY_S:
            told_at = time.monotonic()
            click.echo(f"{_state(now)}: {now.settled}/{now.total}, {now.per_second:.1f}/s, {_eta(now)}")
        time.sleep(LOOK_EVERY_S)


def _state(now: Progress) -> str:
    return {"running": "sending", "scheduled": "waiting"}.get(now.state, now.state)


def _eta(now: Progress) -> str:
    return "" if now.seconds_left is None else f"{_clock(now.seconds_left)} left"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _summary(broadcast_id: int, now: Progress) -> str:
    row = broadcasts.get(broadcast_id)
    took_s = (row.ended_at or 0) - (row.started_at or 0) if row is not None and row.started_at else 0
    pace = f" in {_clock(took_s)} ({now.sent / max(1.0, took_s):.1f}/s)" if took_s > 0 else ""
    return f"{now.state}: {now.sent} sent{pace}, {now.blocked} blocked the bot, {now.failed} failed, {now.skipped} not sent"
