"""`kiebot-admin promo`: words that are worth credits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking import agreed, change_options
from kiebot.cli.output import json_option, local_time, print_facts, print_json, print_table
from kiebot.cli.spans import WITHOUT_END, end_in_words, ends_at, expires_option
from kiebot.cli.state import opened
from kiebot.errors import OperatorFault
from kiebot.services.promo import LONGEST, SHORTEST, folded, generated, is_code
from kiebot.store import promo as rows
from kiebot.store.db import transaction, utc_now

COLUMNS = ("code", "credits", "state", "used", "total", "per_user", "given", "expires", "created", "note")
COUNT = click.IntRange(1, 10**9)


@click.group()
def promo() -> None:
    """Make, list or disable promo codes."""


@promo.command()
@click.option("--credits", "amount", type=COUNT, required=True, help="What using the code gives.")
@click.option("--code", default="", help=f"{SHORTEST} to {LONGEST} letters and digits [default: one that nobody guesses].")
@expires_option
@click.option("--total", type=COUNT, help="How often it can be used [default: without a limit].")
@click.option("--per-user", type=COUNT, default=1, show_default=True, help="How often one person can use it.")
@click.option("--note", default="", help="For yourself.")
@change_options
@json_option
@click.pass_obj
def create(
    file: Path | None, amount: int, code: str, expires: str, total: int | None, per_user: int, note: str,
    dry_run: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Make a code. People use it by /promo CODE, or by the link t.me/<bot>?start=promo_CODE."""
    wanted = _new_code(code)
    with opened(file) as config:
        if rows.find(wanted) is not None:
            raise OperatorFault(f"there is a code {wanted} already")
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
        print_facts({**end_in_words(facts), **link})


def _new_code(code: str) -> str:
    """The code as it is kept. Raises UsageError when nobody could type it."""
    wanted = folded(code) if code else generated()
    if not is_code(wanted):
        raise click.UsageError(f"--code wants {SHORTEST} to {LONGEST} letters and digits")
    return wanted


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
    if as_json:
        print_json(found)
    else:
        print_table([end_in_words(facts) for facts in found], COLUMNS, empty="no codes")


@promo.command()
@click.argument("code")
@change_options
@json_option
@click.pass_obj
def disable(file: Path | None, code: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Take CODE no more. Works at once; what it has given stays."""
    with opened(file):
        row = rows.find(folded(code))
        if row is None:
            raise OperatorFault(f"there is no code {code}")
        changed = False
        if agreed(f"Take the code {row.code} no more?", dry_run=dry_run, yes=yes):
            with transaction(durable=True):
                changed = rows.disable(row.id)
    if as_json:
        print_json({"code": row.code, "was_disabled": row.disabled, "changed": changed})
    else:
        said = "would be disabled" if dry_run else "is disabled" if changed else "was disabled before"
        click.echo(f"{row.code} {said}, after {row.used} uses")


def _facts(row: Any, timezone: str) -> dict[str, Any]:
    return {
        "code": row.code,
        "credits": row.credits,
        "state": _state(row),
        "used": row.used,
        "total": row.total_limit,
        "per_user": row.per_user_limit,
        "given": row.used * row.credits,
        "expires": local_time(row.expires_at, timezone),
        "created": local_time(row.created_at, timezone),
        "note": row.note,
    }


def _state(row: Any) -> str:
    if row.disabled:
        return "disabled"
    if row.expires_at is not None and row.expires_at <= utc_now():
        return "expired"
    return "used-up" if row.total_limit is not None and row.used >= row.total_limit else "active"
