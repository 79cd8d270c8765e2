"""`kiebot-admin users`: who writes to the bot, what they have, and giving credits. The rest is in user_changes.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking import agreed, change_options
from kiebot.cli.output import json_option, local_time, print_facts, print_json, print_table
from kiebot.cli.people import WAYS, person, row, short
from kiebot.cli.state import opened, ring_bot
from kiebot.cli.user_changes import ban, delete, export, requests, unban
from kiebot.config import Config
from kiebot.errors import OperatorFault
from kiebot.services import bonuses, promo
from kiebot.store import accounts, ledger, movements, referrals
from kiebot.store.db import transaction

COLUMNS = ("account", "user", "name", "username", "role", "free", "banned", "balance", "held", "first", "last")
MOST_CREDITS = 10**9
LONGEST_REASON = 200  # it stands in a line of /balance


@click.group(help=f"List and show people; give them credits; ban, export or erase them. {WAYS}.")
def users() -> None: ...


for command in (ban, unban, requests, export, delete):
    users.add_command(command)


@users.command("list")
@click.option("--find", "words", default="", help="Only those whose name or @username holds this.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@click.pass_obj
def list_users(file: Path | None, words: str, limit: int, as_json: bool) -> None:
    """Those who wrote last first."""
    with opened(file) as config:
        found = accounts.listed(words.removeprefix("@"), limit)
        balances = movements.balances([account.id for account in found])
        rows = [row(account, balances, config.timezone) for account in found]
    if as_json:
        print_json(rows)
    else:
        print_table(rows, COLUMNS, empty="nobody")


@users.command()
@click.argument("user")
@json_option
@click.pass_obj
def show(file: Path | None, user: str, as_json: bool) -> None:
    """One person, without anything they wrote."""
    with opened(file) as config:
        facts = _facts(person(user), config)
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)


def _facts(account: Any, config: Config) -> dict[str, Any]:
    came, bought = referrals.brought_by(account.id)
    referral = referrals.get(account.id)
    return {
        **row(account, movements.balances([account.id]), config.timezone),
        "language": account.language or account.language_code,
        "blocked_the_bot": local_time(account.blocked_at, config.timezone),
        "invited_by": referral and referral.inviter_id,
        "invited": came,
        "invited_bought": bought,
        "wrong_promo_codes_24h": promo.wrong_codes(account.id),
    }


@users.command()
@click.argument("user")
@click.option("--credits", "amount", type=click.IntRange(-MOST_CREDITS, MOST_CREDITS), required=True, help="Below 0: taken away.")
@click.option("--reason", required=True, help="Kept with the entry and shown to the person.")
@change_options
@json_option
@click.pass_obj
def grant(file: Path | None, user: str, amount: int, reason: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Give USER credits, or take some away: even more than there are, then the balance is below zero."""
    if not amount or not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise click.UsageError(f"--credits is not 0, and --reason says something, in up to {LONGEST_REASON} characters")
    with opened(file) as config:
        account = person(user)
        before = ledger.balance(account.id)
        if agreed(_question(account, amount, before), dry_run=dry_run, yes=yes):
            with transaction(durable=True):
                bonuses.grant(account.id, amount, reason.strip())
            ring_bot(config)
        after = before + amount if dry_run else ledger.balance(account.id)
    if as_json:
        print_json({"account": account.id, "credits": amount, "was": before, "balance": after, "changed": not dry_run})
    else:
        click.echo(f"{short(account)}: the balance {'would be' if dry_run else 'is'} {after}, it was {before}")


def _question(account: Any, amount: int, before: int) -> str:
    if account.user_id < 0:
        raise OperatorFault("this account stands for a group: nobody can spend its credits")
    action = f"Give {short(account)} {amount}" if amount > 0 else f"Take from {short(account)} {-amount}"
    return f"{action} credits? The balance is {before}."
