"""`kiebot-admin payments`: what was bought; to give it back, and to compare it with Telegram's list."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking import agreed, change_options
from kiebot.cli.asking_bot import ask
from kiebot.cli.ids import ROW_ID
from kiebot.cli.output import json_option, local_time, print_json, print_table
from kiebot.cli.people import telegram_id
from kiebot.cli.spans import Span
from kiebot.cli.state import opened, ring_bot
from kiebot.config import Config
from kiebot.errors import OperatorFault
from kiebot.payments.orders import LAVATOP, STARS, price_in_words
from kiebot.payments.stars import Findings, Transaction
from kiebot.services import payments as services
from kiebot.store import ledger
from kiebot.store import payments as rows
from kiebot.store.erasing import is_gone

COLUMNS = ("id", "state", "way", "user", "credits", "price", "offered", "paid", "refunded", "external_id", "note")
PROVIDERS = (STARS, LAVATOP)


@click.group()
def payments() -> None:
    """List payments, give one back, compare them with Telegram's list."""


@payments.command("list")
@click.option("--state", type=click.Choice(rows.STATES), help="Only payments in this state.")
@click.option("--way", type=click.Choice(PROVIDERS), help="Only what was paid in this way.")
@click.option("--user", type=ROW_ID, help="Only those of this Telegram user.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@click.pass_obj
def list_payments(file: Path | None, state: str | None, way: str | None, user: int | None, limit: int, as_json: bool) -> None:
    """The newest first; also offers that nobody has paid."""
    with opened(file) as config:
        found = [_short(row, config.timezone) for row in rows.listed(state=state, provider=way, user_id=user, limit=limit)]
    if as_json:
        print_json(found)
    else:
        print_table(found, COLUMNS, empty="no payments")


def _short(row: Any, timezone: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "way": row.provider,
        "account": row.account_id,
        "user": telegram_id(row.account),
        "credits": row.credits,
        "amount": row.amount,
        "currency": row.currency,
        "price": price_in_words(row.amount, row.currency),
        "offered": local_time(row.created_at, timezone),
        "paid": local_time(row.paid_at, timezone),
        "refunded": local_time(row.refunded_at, timezone),
        "external_id": row.external_id,
        "note": _note(row),
    }


def _note(row: Any) -> str:
    """What the columns do not say of a payment."""
    if row.detail.get("never_credited"):
        return "went back before it was heard of: its credits were never given"
    short = -ledger.balance(row.account_id) if row.state == "refunded" and is_gone(row.account) else 0
    return f"of account {row.account_id}, which is deleted and {short} credits below zero: a loss" if short > 0 else ""


@payments.command()
@click.argument("payment_id", type=ROW_ID)
@click.option("--paid-back", is_flag=True, help="For lava.top: you gave the money back in its account; take the credits.")
@change_options
@json_option
@click.pass_obj
def refund(file: Path | None, payment_id: int, paid_back: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Give PAYMENT_ID back and take its credits, even below zero: the person then has to buy before spending again."""
    with opened(file) as config:
        payment = _refundable(payment_id, paid_back)
        if agreed(_question(payment), dry_run=dry_run, yes=yes):
            _give_back(payment, config)
        ended = payment if dry_run else _refunded(payment_id)
    told = {"payment": payment_id, "credits": payment.credits, "amount": payment.amount, "currency": payment.currency}
    if as_json:
        print_json({**told, "state": ended.state})
    else:
        price, would = price_in_words(payment.amount, payment.currency), "would go" if dry_run else "went"
        click.echo(f"payment {payment_id}: {price} {would} back for {payment.credits} credits")


def _refunded(payment_id: int) -> Any:
    """The payment, once it is written down that it went back: the bot may still be at it. Raises OperatorFault."""
    payment = rows.get(payment_id)
    if payment is None or payment.state != "refunded":
        raise OperatorFault(f"payment {payment_id} went back, but its credits are not taken yet: see `payments list` in a minute")
    return payment


def _refundable(payment_id: int, paid_back: bool) -> Any:
    """The payment, if it can be given back. Raises OperatorFault."""
    payment = rows.get(payment_id)
    if payment is None:
        raise OperatorFault(f"there is no payment {payment_id}")
    if payment.state != "paid":
        raise OperatorFault(f"payment {payment_id} is {payment.state}: only what was paid can be given back")
    if payment.provider == STARS and is_gone(payment.account):
        raise OperatorFault(
            f"payment {payment_id} is of an account that is deleted: whom to give it back to is not kept any more"
        )
    if payment.provider != STARS and not paid_back:
        raise OperatorFault(
            f"{payment.provider} gives money back only in its own account: do it there, then add --paid-back here"
        )
    return payment


def _question(payment: Any) -> str:
    price = price_in_words(payment.amount, payment.currency)
    whose = f"account {payment.account_id}, which is deleted," if is_gone(payment.account) else f"user {payment.account.user_id}"
    return f"Give {whose} {price} back and take {payment.credits} credits?"


def _give_back(payment: Any, config: Config) -> None:
    """Stars go back through the bot, which then takes the credits as well."""
    if payment.provider == STARS:
        ask(config, "refund_stars", {"user_id": payment.account.user_id, "charge_id": payment.external_id})
    else:
        services.refunded(payment.provider, payment.external_id)
        ring_bot(config)


@payments.command()
@click.option("--since", "span_s", type=Span(), default="35d", show_default=True, help="How far to look back: 24h, 35d, 52w.")
@change_options
@json_option
@click.pass_obj
def reconcile(file: Path | None, span_s: float, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Compare our payments in Stars with Telegram's list, as the bot does each night: credit what we missed, take back what went
    back, name what only you can decide. Exit code 1 when there is such a payment."""
    since = time.time() - span_s
    with opened(file) as config:
        listed = _listed_since(config, since)
        found = services.compare_stars(listed, since)
        if (found.credit or found.reverse) and agreed(_wish(found), dry_run=dry_run, yes=yes):
            rates = services.shop_of(config.payments, billing=config.billing.enabled).star_rates
            found = services.reconcile_stars(listed, since, rates)
            ring_bot(config)
    if as_json:
        print_json(_as_json(found, len(listed), mended=not dry_run))
    else:
        _tell(found, len(listed), dry_run)
    click.get_current_context().exit(1 if found.missing or found.doubtful else 0)


def _listed_since(config: Config, since: float) -> list[Transaction]:
    """Telegram's list, page by page."""
    found: list[Transaction] = []
    offset = ""
    while True:
        page = ask(config, "list_stars", {"offset": offset})
        lines = [Transaction.of(line) for line in page["transactions"]]
        found += [line for line in lines if line.date >= since]
        offset = page["next_offset"]
        if not offset or any(line.date < since for line in lines):
            return found


def _wish(found: Findings) -> str:
    return f"Credit {len(found.credit)} payments and take {len(found.reverse)} back?"


def _as_json(found: Findings, listed: int, *, mended: bool) -> dict[str, Any]:
    return {
        "listed": listed,
        "credited" if mended else "to_credit": [line.id for line in found.credit],
        "reversed" if mended else "to_reverse": [line.id for line in found.reverse],
        "missing": [payment.id for payment in found.missing],
        "doubtful": [line.id for line in found.doubtful],
        "foreign": [line.id for line in found.foreign],
    }


def _tell(found: Findings, listed: int, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    click.echo(f"{listed} transactions at Telegram")
    for line in found.credit:
        click.echo(f"{would}credited: {line.stars} ⭐ of user {line.user_id}, {line.id}")
    for line in found.reverse:
        click.echo(f"{would}taken back: {line.id}")
    for payment in found.missing:
        click.echo(f"not at Telegram: payment {payment.id}, {payment.charge_id}")
    for line in found.doubtful:
        click.echo(f"another payment for an offer that is paid: {line.stars} ⭐ of user {line.user_id}, {line.id}")
    if found.foreign:
        click.echo(f"{len(found.foreign)} payments were not made for this program's offers; they are left alone")
    if not found:
        click.echo("nothing differs")
