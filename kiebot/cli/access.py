"""`kiebot-admin access`: who may use the bot. Works at once; what is set here wins over the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking import agreed, change_options
from kiebot.cli.codes import code_options, facts_of, in_words, known_code, new_code, print_codes, say_taken
from kiebot.cli.output import json_option, print_facts, print_json, print_table
from kiebot.cli.people import person
from kiebot.cli.spans import ends_at
from kiebot.cli.state import opened
from kiebot.config import Config
from kiebot.services.access import GROUPS, MODES, Rules
from kiebot.store import access as rows
from kiebot.store import accounts
from kiebot.store.db import transaction

COLUMNS = ("code", "state", "used", "uses", "expires", "created", "note")
KEYS = ("mode", "users", "groups", "group_ids")
NUMBER_LISTS = ("users", "group_ids")
CONFIGURED = "configured"
NUMBERS_BELOW_ZERO = {"ignore_unknown_options": True}  # -100123 is a group and no option


@click.group()
def access() -> None:
    """Who may use the bot: show it, change it live, invite people."""


@access.command()
@json_option
@click.pass_obj
def show(file: Path | None, as_json: bool) -> None:
    """What holds now, and what of it was changed live."""
    with opened(file) as config:
        facts = _facts(config)
    if as_json:
        print_json(facts)
    else:
        print_facts({name: value for name, value in facts.items() if name != "known_groups"})
        print_table(facts["known_groups"], ("group", "title", "listed"), empty="the bot is in no group")


def _facts(config: Config) -> dict[str, Any]:
    live = Rules.of(config.access).live()
    groups = [{"group": row.chat_id, "title": row.title, "listed": row.chat_id in live.group_ids} for row in rows.groups()]
    return {
        "mode": live.mode,
        "users": sorted(live.users),
        "groups": live.groups,
        "group_ids": sorted(live.group_ids),
        "let_in": rows.admitted(),
        "admins": sorted({*config.telegram.admins, *(row.user_id for row in accounts.admins())}),
        "changed_live": sorted(rows.overrides()),
        "known_groups": groups,
    }


@access.command("set", context_settings=NUMBERS_BELOW_ZERO)
@click.argument("key", type=click.Choice(KEYS))
@click.argument("value")
@click.option("--keep-known", is_flag=True, help="With `mode`: also let in everybody who has written so far and is not banned.")
@change_options
@json_option
@click.pass_obj
def set_key(file: Path | None, key: str, value: str, keep_known: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Set KEY (mode, users, groups, group_ids) to VALUE, at once. Lists are numbers with commas; the VALUE `configured` takes the
    change back: what config.toml says holds again."""
    if keep_known and key != "mode":
        raise click.UsageError("--keep-known goes with mode")
    wanted = None if value == CONFIGURED else _value(key, value)
    with opened(file) as config:
        was = _facts(config)[key]
        kept = 0
        if agreed(f"Set {key} to {value}? It is {_words(was)}.", dry_run=dry_run, yes=yes):
            with transaction(durable=True):
                _write({key: wanted})
                kept = rows.admit_all_known() if keep_known else 0
        now = _facts(config)[key]
    if as_json:
        print_json({"key": key, "was": was, "value": now, "kept": kept, "changed": not dry_run})
    else:
        said = f"would be set to {value}" if dry_run else f"is {_words(now)}"
        click.echo(f"{key} {said}" + (f"; {kept} people were let in" if keep_known and not dry_run else ""))


def _value(key: str, value: str) -> Any:
    """The value as it is kept. Raises UsageError when it is none for this key."""
    if key in NUMBER_LISTS:
        return sorted({_number(word) for word in value.replace(",", " ").split()})
    allowed = MODES if key == "mode" else GROUPS
    if value not in allowed:
        raise click.UsageError(f"{key} is {', '.join(allowed)} or {CONFIGURED}, not {value!r}")
    return value


def _number(word: str) -> int:
    if not word.removeprefix("-").isdecimal() or len(word) > 18:
        raise click.UsageError(f"{word!r} is no number of Telegram")
    return int(word)


def _words(value: Any) -> str:
    return ",".join(map(str, value)) or "empty" if isinstance(value, list) else str(value)


def _write(changes: dict[str, Any]) -> None:
    """Change the live setting; None takes a change back. Call it in a transaction."""
    setting = {name: value for name, value in {**rows.overrides(), **changes}.items() if value is not None}
    accounts.change_setting(rows.KEY, setting)
    rows.note_action("access", None, **changes)


# -- single people and groups --------------------------------------------------------------------------------------------------


@access.command(context_settings=NUMBERS_BELOW_ZERO)
@click.argument("who", nargs=-1, required=True)
@change_options
@json_option
@click.pass_obj
def allow(file: Path | None, who: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool) -> None:
    """Put people (Telegram ids, @usernames of who has written) or groups (their ids are below zero) on the list."""
    _change_lists(file, who, True, dry_run, yes, as_json)


@access.command(context_settings=NUMBERS_BELOW_ZERO)
@click.argument("who", nargs=-1, required=True)
@change_options
@json_option
@click.pass_obj
def disallow(file: Path | None, who: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool) -> None:
    """Take them off the list; whoever came by a code is put out, too. `users ban` also works where everybody is let in."""
    _change_lists(file, who, False, dry_run, yes, as_json)


def _change_lists(file: Path | None, who: tuple[str, ...], allowed: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    with opened(file) as config:
        numbers = sorted({int(person(word).user_id) if word.startswith("@") else _number(word) for word in who})
        sentence = f"{'Allow' if allowed else 'No more allow'} {_words(numbers)}?"
        if agreed(sentence, dry_run=dry_run, yes=yes):
            with transaction(durable=True):
                _move(config, numbers, allowed)
        facts = _facts(config)
    if as_json:
        print_json({"users": facts["users"], "group_ids": facts["group_ids"], "changed": not dry_run})
    else:
        click.echo(
            f"users {_words(facts['users'])}, group_ids {_words(facts['group_ids'])}" + (": not changed" if dry_run else "")
        )


def _move(config: Config, numbers: list[int], allowed: bool) -> None:
    live = Rules.of(config.access).live()
    people, groups = {n for n in numbers if n > 0}, {n for n in numbers if n < 0}
    users = live.users | people if allowed else live.users - people
    group_ids = live.group_ids | groups if allowed else live.group_ids - groups
    _write({"users": sorted(users)} if people else {})
    _write({"group_ids": sorted(group_ids)} if groups else {})
    for row in filter(None, map(accounts.by_user, () if allowed else people)):
        rows.put_out(row.id)


# -- invite codes --------------------------------------------------------------------------------------------------------------


@access.group()
def invite() -> None:
    """Codes that let people in where the mode is `invite`."""


@invite.command()
@click.option("--uses", type=click.IntRange(1, 10**9), help="How many people it lets in [default: as many as come].")
@code_options
@change_options
@json_option
@click.pass_obj
def create(
    file: Path | None, code: str, uses: int | None, expires: str, note: str, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Make a code. People send it to the bot, or come by the link t.me/<bot>?start=CODE."""
    with opened(file) as config:
        wanted = new_code(code, rows.find_code, latin=True)
        limits = {"uses": uses, "expires_at": ends_at(expires, config.timezone)}
        often = f"{uses} people" if uses else "whoever has it"
        if agreed(f"Make the code {wanted}, which lets in {often}?", dry_run=dry_run, yes=yes):
            with transaction(durable=True):
                rows.add_code(wanted, **limits, note=note)
        row = rows.find_code(wanted)
        facts = {"code": wanted} if row is None else _code_facts(row, config.timezone)
        mode = Rules.of(config.access).live().mode
    if as_json:
        print_json({**facts, "start": wanted, "mode": mode, "created": not dry_run})
    elif dry_run:
        click.echo(f"would make the code {wanted}")
    else:
        print_facts({**in_words(facts), "start": wanted})
        if mode != "invite":
            click.echo(f"the mode is {mode}: codes are asked for after `kiebot-admin access set mode invite`", err=True)


@invite.command("list")
@json_option
@click.pass_obj
def list_codes(file: Path | None, as_json: bool) -> None:
    """The newest codes first."""
    with opened(file) as config:
        found = [_code_facts(row, config.timezone) for row in rows.codes()]
    print_codes(found, COLUMNS, as_json=as_json)


@invite.command()
@click.argument("code")
@click.option("--with-people", is_flag=True, help="Also put out everybody who came by it.")
@change_options
@json_option
@click.pass_obj
def revoke(file: Path | None, code: str, with_people: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Take CODE no more, at once. Who came by it stays, unless --with-people."""
    with opened(file):
        row = known_code(code, rows.find_code)
        changed, put_out = False, 0
        if agreed(f"Take the code {row.code} no more?", dry_run=dry_run, yes=yes):
            with transaction(durable=True):
                changed = rows.revoke(row.id)
                put_out = rows.put_out_guests_of(row.id) if with_people else 0
                rows.note_action("access", None, revoked=row.code, put_out=put_out)
    if as_json:
        print_json({"code": row.code, "was_revoked": row.revoked, "put_out": put_out, "changed": changed})
    else:
        more = f"; {put_out} people were put out" if put_out else ""
        say_taken(row, "revoked", changed=changed, dry_run=dry_run, more=more)


def _code_facts(row: Any, timezone: str) -> dict[str, Any]:
    return facts_of(row, timezone, ended="revoked" if row.revoked else "", most=row.uses, uses=row.uses)
