"""What the operator does with one person: ban, look at requests, export, delete. Each is on record, and stays there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking import agreed, change_options
from kiebot.cli.output import json_option, local_time, print_json, print_table, say
from kiebot.cli.people import person, short
from kiebot.cli.spans import Span
from kiebot.cli.state import opened, ring_bot
from kiebot.config import Config
from kiebot.errors import OperatorFault, UserFault
from kiebot.i18n import text
from kiebot.services import billing, erasure
from kiebot.services import export as exporting
from kiebot.store import access, accounts, activity
from kiebot.store.db import transaction

COLUMNS = ("time", "kind", "model", "outcome", "credits")


@click.command()
@click.argument("user")
@click.option("--reason", default="", help="For yourself; kept with the record.")
@change_options
@json_option
@click.pass_obj
def ban(file: Path | None, user: str, reason: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """USER gets nothing more, at once, and reads one sentence a day. Orders that are being made are delivered."""
    _set_banned(file, user, True, reason, dry_run, yes, as_json)


@click.command()
@click.argument("user")
@change_options
@json_option
@click.pass_obj
def unban(file: Path | None, user: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """USER can use the bot again."""
    _set_banned(file, user, False, "", dry_run, yes, as_json)


def _set_banned(file: Path | None, user: str, banned: bool, reason: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    with opened(file) as config:
        account = person(user)
        if banned and account.user_id in config.telegram.admins:
            raise OperatorFault(f"{short(account)} is an admin: take the id out of telegram.admins first")
        changed = account.banned is not banned
        if changed and agreed(f"{'Ban' if banned else 'Unban'} {short(account)}?", dry_run=dry_run, yes=yes):
            with transaction(durable=True):
                accounts.set_banned(account.id, banned)
                access.note_action("ban" if banned else "unban", account.id, **({"reason": reason} if reason else {}))
    if as_json:
        print_json({"account": account.id, "was_banned": account.banned, "banned": banned, "changed": changed and not dry_run})
    else:
        state = "banned" if banned else "not banned"
        click.echo(f"{short(account)} {'was' if not changed else 'would be' if dry_run else 'is'} {state}")


@click.command()
@click.argument("user")
@click.option("--since", type=Span(), default="30d", show_default=True, help="How far back, as 24h or 7d.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--text", "texts", is_flag=True, help="Also what was written and answered. That you looked is recorded for ever.")
@click.option("--reason", default="", help="Why you look; kept with the record.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def requests(file: Path | None, user: str, since: float, limit: int, texts: bool, reason: str, yes: bool, as_json: bool) -> None:
    """What USER asked for: kind, model, time, outcome, credits. The newest first."""
    with opened(file) as config:
        account = person(user)
        if texts:
            agreed(f"Read what {short(account)} wrote? That you did is recorded and cannot be removed.", dry_run=False, yes=yes)
            with transaction(durable=True):  # before anything is shown
                access.note_action("read-texts", account.id, since_s=since, limit=limit, reason=reason)
        found = activity.of_account(account.id, since=time.time() - since, limit=limit, texts=texts)
        rows = [{**row, "time": local_time(row["time"], config.timezone)} for row in found]
    if as_json:
        print_json(rows)
    else:
        print_table(rows, COLUMNS, empty="nothing")
        for row in rows if texts else ():
            say(f"\n{row['time']}  {row['kind']}")
            for line in _lines(row["text"]):
                say(f"  {line}")


def _lines(words: dict[str, Any]) -> list[str]:
    """What was written, then what was answered."""
    if "prompt" in words:
        return [words["prompt"] or str(words["input"])]
    asked = " ".join(part.get("text", f"[{part['type']}]") for part in words["content"])
    return [f"> {asked}", *([words["answer"]] if words["answer"] else [])]


@click.command()
@click.argument("user")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="The ZIP file [default: user-ID.zip here].")
@json_option
@click.pass_obj
def export(file: Path | None, user: str, output: Path | None, as_json: bool) -> None:
    """Write everything that is kept about USER into a ZIP file: the same that /export sends. It is recorded."""
    with opened(file):
        account = person(user)
        path = output or Path(f"user-{account.user_id}.zip")
        if path.exists():
            raise OperatorFault(f"{path} is there already")
        path.touch(mode=0o600)
        with transaction(durable=True):
            access.note_action("export", account.id)
        exporting.write(path, account.id)
        path.chmod(0o600)
    if as_json:
        print_json({"account": account.id, "file": str(path), "bytes": path.stat().st_size})
    else:
        click.echo(f"{path}: {path.stat().st_size} bytes")


@click.command()
@click.argument("user")
@change_options
@json_option
@click.pass_obj
def delete(file: Path | None, user: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase everything personal of USER in all tables and files, for ever. Ledger and payments keep their sums, without a name.

    Backups made before still hold it until they are rotated. What is sold is gone: give money back first (`payments refund`).
    """
    with opened(file) as config:
        account = person(user)
        if account.user_id in config.telegram.admins:
            raise OperatorFault(f"{short(account)} is an admin: take the id out of telegram.admins first")
        balance = billing.balance(account.id)
        if agreed(f"Erase {short(account)} for ever? The balance is {balance}.", dry_run=dry_run, yes=yes):
            _erase(account, config)
    if as_json:
        print_json({"account": account.id, "balance": balance, "deleted": not dry_run})
    else:
        click.echo(f"account {account.id} {'would be' if dry_run else 'is'} erased; its balance was {balance}")


def _erase(account: Any, config: Config) -> None:
    try:
        with transaction(durable=True):
            access.note_action("delete", account.id)
            erasure.erase(account.id, config.data_dir)
    except UserFault as fault:
        raise OperatorFault(text("en", fault.key, **fault.sentence_args)) from fault
    ring_bot(config)
