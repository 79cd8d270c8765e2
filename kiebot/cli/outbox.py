"""`kiebot-admin outbox`: messages on their way to Telegram."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking import agreed, change_options
from kiebot.cli.ids import ROW_ID
from kiebot.cli.output import json_option, local_time, print_json, print_table
from kiebot.cli.state import opened, ring_bot
from kiebot.errors import OperatorFault
from kiebot.store import outbox as rows
from kiebot.store.db import transaction

COLUMNS = ("id", "state", "kind", "lane", "chat", "job", "attempts", "written", "sent", "error")
STATES = ("queued", "held", "sent", "failed", "blocked", "superseded")


@click.group()
def outbox() -> None:
    """List messages that wait, went or failed; try a failed one again."""


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


@outbox.command()
@click.argument("row_id", type=ROW_ID)
@change_options
@json_option
@click.pass_obj
def retry(file: Path | None, row_id: int, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Send message ROW_ID after all, which failed. The error it failed with is in the list: mend its cause first."""
    with opened(file) as config:
        row = rows.get(row_id)
        if row is None:
            raise OperatorFault(f"there is no message {row_id} in the outbox")
        if row.state != "failed":
            raise OperatorFault(f"message {row_id} is {row.state}: only what failed can be tried again")
        if row.lane >= rows.Lane.BROADCAST:
            raise OperatorFault(f"message {row_id} belongs to a broadcast, which counts it as failed: it cannot be tried again")
        again = agreed(f"Try again to send message {row_id} ({row.kind}, {row.error})?", dry_run=dry_run, yes=yes)
        if again:
            with transaction(durable=True):
                again = rows.try_again(row_id)
            ring_bot(config)
    if as_json:
        print_json({"id": row_id, "retried": again})
    else:
        click.echo(f"message {row_id}: {'queued' if again else 'left as it is'}")


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
