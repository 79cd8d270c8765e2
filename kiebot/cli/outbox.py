"""`kiebot-admin outbox`: messages on their way to Telegram."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kiebot.cli.output import json_option, local_time, print_json, print_table
from kiebot.cli.state import opened
from kiebot.store import outbox as rows

COLUMNS = ("id", "state", "kind", "lane", "chat", "job", "attempts", "written", "sent", "error")
STATES = ("queued", "held", "sent", "failed", "blocked", "superseded")


@click.group()
def outbox() -> None:
    """List messages that wait, went or failed."""


@outbox.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only rows in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@click.pass_obj
def list_rows(file: Path | None, state: str | None, limit: int, as_json: bool) -> None:
    """The newest rows first. What the messages say is not shown."""
    with opened(file) as config:
        found = [_short(row, config.timezone) for row in rows.listed(state=state, limit=limit)]
    if as_json:
        print_json(found)
    else:
        print_table(found, COLUMNS, empty="no messages")


def _short(row: Any, timezone: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "kind": row.kind,
        "lane": rows.Lane(row.lane).name.lower(),
        "chat": row.chat_id,
        "job": row.job_id,
        "attempts": row.attempts,
        "written": local_time(row.created_at, timezone),
        "sent": local_time(row.sent_at, timezone),
        "message_id": row.message_id,
        "error": row.error,
    }
