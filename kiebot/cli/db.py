"""`kiebot-admin db`: the database's soundness and schema."""

from __future__ import annotations

from pathlib import Path

import click

from kiebot.cli.output import json_option, print_facts, print_json
from kiebot.cli.state import opened_as_it_is
from kiebot.store import db as store


@click.group()
def db() -> None:
    """Check or migrate the database."""


@db.command()
@json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Ask SQLite whether the file is sound, and compare its schema with this release."""
    with opened_as_it_is(ctx.obj) as path:
        damage, pending, applied = store.quick_check(), store.pending_migrations(), store.applied_migrations()
    report = {"ok": not damage and not pending, "file": str(path), "damage": damage, "pending": pending, "applied": applied}
    if as_json:
        print_json(report)
    else:
        print_facts(report)
    ctx.exit(0 if report["ok"] else 1)


@db.command()
@click.option("--dry-run", is_flag=True, help="Say what would be applied; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def migrate(file: Path | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Bring the schema to this release. Take a copy of the data directory first: there is no way back."""
    with opened_as_it_is(file):
        pending = store.pending_migrations()
        if pending and not dry_run and not yes:
            click.confirm(f"Apply {', '.join(pending)}?", abort=True, err=True)
        applied = [] if dry_run else store.migrate_store()
    if as_json:
        print_json({"pending": pending, "applied": applied})
    elif not pending:
        click.echo("nothing to do: the schema is of this release")
    else:
        click.echo(f"{'would apply' if dry_run else 'applied'} {', '.join(pending if dry_run else applied)}")
