"""`kiebot-admin ledger`: every movement of an account, and whether all of them add up."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from kiebot.cli.output import json_option, local_time, print_facts, print_json, print_table
from kiebot.cli.people import WAYS, person, telegram_id
from kiebot.cli.state import opened
from kiebot.services import billing
from kiebot.store import movements

COLUMNS = ("id", "at", "kind", "credits", "balance", "job", "reason", "key")


@click.group()
def ledger() -> None:
    """Show or check the movements of credits."""


@ledger.command(help=f"The newest movements of an account, as they were written. {WAYS}.")
@click.argument("account", metavar="USER")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@click.pass_obj
def show(file: Path | None, account: str, limit: int, as_json: bool) -> None:
    with opened(file) as config:
        found = person(account)
        facts = {
            "account": found.id,
            "user": telegram_id(found),
            "balance": billing.balance(found.id),
            "held": billing.held(found.id),
            "entries": _entries(found.id, limit, config.timezone),
        }
    if as_json:
        print_json(facts)
        return
    entries = facts.pop("entries")
    print_facts(facts)
    click.echo()
    print_table(entries, COLUMNS, empty="no movements")


def _entries(account_id: int, limit: int, timezone: str) -> list[dict[str, Any]]:
    """Each with the balance after it."""
    entries = movements.entries(account_id, limit)
    balance, shown = movements.sum_before(account_id, entries[0].id) if entries else 0, []
    for entry in entries:
        balance += entry.credits
        shown.append(
            {
                "id": entry.id,
                "at": local_time(entry.created_at, timezone),
                "kind": entry.kind,
                "credits": entry.credits,
                "balance": balance,
                "job": entry.job_id,
                "reason": entry.reason,
                "key": entry.idempotency_key,
            }
        )
    return shown


@ledger.command()
@json_option
@click.pass_obj
def verify(file: Path | None, as_json: bool) -> None:
    """Recompute all balances and holds. Exit code 1 when something does not add up; a note is no problem."""
    with opened(file):
        verdict = billing.verify()
    ok = not verdict.problems
    if as_json:
        told = {"accounts": verdict.accounts, "entries": verdict.entries, "problems": verdict.problems, "notes": verdict.notes}
        print_json({"ok": ok, **told})
    else:
        for line in (*verdict.problems, *(f"note: {note}" for note in verdict.notes)):
            click.echo(line)
        click.echo(f"{verdict.entries} entries of {verdict.accounts} accounts: {'all add up' if ok else 'they do not add up'}")
    if not ok:
        sys.exit(1)
