"""`kiebot-admin promo`: words that are worth credits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking import agreed, change_options
from kiebot.cli.codes import code_options, facts_of, in_words, known_code, new_code, print_codes, say_taken
from kiebot.cli.output import json_option, local_time, print_facts, print_json
from kiebot.cli.spans import WITHOUT_END, ends_at
from kiebot.cli.state import opened
from kiebot.store import promo as rows
from kiebot.store.db import transaction

COLUMNS = ("code", "credits", "state", "used", "total", "per_user", "given", "expires", "created", "note")
COUNT = click.IntRange(1, 10**9)


@click.group()
def promo() -> None:
    """Make, list or disable promo codes."""


@promo.command()
@click.option("--credits", "amount", type=COUNT, required=True, help="What using the code gives.")
@click.option("--total", type=COUNT, help="How often it can be used [default: without a limit].")
@click.option("--per-user", type=COUNT, default=1, show_default=True, help="How often one person can use it.")
@code_options
@change_options
@json_option
@click.pass_obj
def create(
    file: Path | None, amount: int, code: str, expires: str, total: int | None, per_user: int, note: str,
    dry_run: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Make a code. People use it by /promo CODE, or by the link t.me/<bot>?start=promo_CODE."""
    with opened(file) as config:
        wanted = new_code(code, rows.find)
        limits = {"expires_at": ends_at(expires, config.timezone), "total_limit": total, "per_user_limit": per_user}
        until = local_time(limits["expires_at"], config.timezone)
        if agreed(_question(wanted, amount, total, until), dry_run=dry_run, yes=yes):
            with transaction(durable=True):
                rows.add(wanted, amount, **limits, note=note)
        row = rows.find(wanted)
        facts = {"code": wanted, "credits": amount} if row is None else _facts(row, config.timezone)
    link = {"start": f"promo_{wanted}"} if wanted.isascii() else {}
    if as_json:
        print_json({**facts, **link, "created": not dry_run})
    elif dry_run:
        click.echo(f"would make the code {wanted}, worth {amount} credits, {_until(until)}")
    else:
        print_facts({**in_words(facts), **link})


def _question(code: str, amount: int, total: int | None, until: str | None) -> str:
    often = f"up to {total} times" if total else "as often as people come"
    return f"Make the code {code}, worth {amount} credits, {often}, {_until(until)}?"


def _until(moment: str | None) -> str:
    return f"until {moment}" if moment else WITHOUT_END


@promo.command("list")
@click.option("--active", is_flag=True, help="Only codes that can be used now.")
@json_option
@click.pass_obj
def list_codes(file: Path | None, active: bool, as_json: bool) -> None:
    """The newest codes first."""
    with opened(file) as config:
        every = [_facts(row, config.timezone) for row in rows.listed()]
    found = [facts for facts in every if facts["state"] == "active" or not active]
    print_codes(found, COLUMNS, as_json=as_json)


@promo.command()
@click.argument("code")
@change_options
@json_option
@click.pass_obj
def disable(file: Path | None, code: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Take CODE no more. Works at once; what it has given stays."""
    with opened(file):
        row = known_code(code, rows.find)
        changed = False
        if agreed(f"Take the code {row.code} no more?", dry_run=dry_run, yes=yes):
            with transaction(durable=True):
                changed = rows.disable(row.id)
    if as_json:
        print_json({"code": row.code, "was_disabled": row.disabled, "changed": changed})
    else:
        say_taken(row, "disabled", changed=changed, dry_run=dry_run)


def _facts(row: Any, timezone: str) -> dict[str, Any]:
    own = {"credits": row.credits, "total": row.total_limit, "per_user": row.per_user_limit, "given": row.used * row.credits}
    return facts_of(row, timezone, ended="disabled" if row.disabled else "", most=row.total_limit, **own)
