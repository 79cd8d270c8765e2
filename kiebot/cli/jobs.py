"""`kiebot-admin jobs`: what was ordered, where it stands, and how it went."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kiebot.cli.output import json_option, local_time, print_facts, print_json, print_table
from kiebot.cli.state import opened
from kiebot.errors import OperatorFault
from kiebot.store import jobs as rows

COLUMNS = ("id", "state", "kind", "model", "user", "ordered", "finished", "polls", "fail_code")


@click.group()
def jobs() -> None:
    """List or show jobs."""


@jobs.command("list")
@click.option("--state", type=click.Choice([*rows.OPEN_STATES, *rows.ENDED_STATES]), help="Only jobs in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@click.pass_obj
def list_jobs(file: Path | None, state: str | None, limit: int, as_json: bool) -> None:
    """The newest jobs first."""
    with opened(file) as config:
        found = [_short(row, config.timezone) for row in rows.listed(state=state, limit=limit)]
    if as_json:
        print_json(found)
    else:
        print_table(found, COLUMNS, empty="no jobs")


@jobs.command()
@click.argument("job_id", type=int)
@json_option
@click.pass_obj
def show(file: Path | None, job_id: int, as_json: bool) -> None:
    """One job with all that happened to it."""
    with opened(file) as config:
        row = rows.get(job_id)
        if row is None:
            raise OperatorFault(f"there is no job {job_id}")
        facts = _long(row, config.timezone)
        events = [
            {"at": local_time(event.created_at, config.timezone), "state": event.state, "detail": event.detail}
            for event in rows.events(job_id)
        ]
    if as_json:
        print_json({**facts, "events": events})
        return
    print_facts(facts)
    click.echo()
    print_table(events, ("at", "state", "detail"), empty="no events")


def _short(row: Any, timezone: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "kind": row.kind,
        "model": row.model,
        "user": row.account.user_id,
        "ordered": local_time(row.created_at, timezone),
        "finished": local_time(row.finished_at, timezone),
        "polls": row.polls,
        "fail_code": row.fail_code,
    }


def _long(row: Any, timezone: str) -> dict[str, Any]:
    """Everything but the person's words, which an admin has no need to read here."""
    times = {name: local_time(getattr(row, name), timezone) for name in ("submitted_at", "next_poll_at", "deadline_at")}
    names = ("chat_id", "message_id", "provider", "remote_id", "attempt", "stuck_claims", "progress", "price", "provider_cost")
    rest = {name: getattr(row, name) for name in (*names, "results", "fail_message", "notify")}
    return {**_short(row, timezone), **times, **rest, "retry_of": row.retry_of_id}
