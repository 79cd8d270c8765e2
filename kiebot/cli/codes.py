"""What codes have in common, whether they are worth credits or let people in: a word, an end, a number of uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from kiebot.cli.output import local_time, print_json, print_table
from kiebot.cli.spans import WITHOUT_END
from kiebot.errors import OperatorFault
from kiebot.services.promo import LONGEST, SHORTEST, folded, generated, is_code
from kiebot.store.db import utc_now

Command = Callable[..., Any]
Facts = dict[str, Any]


def code_options(command: Command) -> Command:
    """The options `--code`, `--expires` and `--note` of a new code."""
    command = click.option("--note", default="", help="For yourself.")(command)
    command = click.option(
        "--expires", default="", metavar="DATE|DAYSd",
        help=f"The last day, as 2026-12-31, or 30d for 30 days from now [default: {WITHOUT_END}].",
    )(command)  # fmt: skip
    code_help = f"{SHORTEST} to {LONGEST} letters and digits [default: one that nobody guesses]."
    return click.option("--code", default="", help=code_help)(command)


def new_code(code: str, find: Callable[[str], Any], *, latin: bool = False) -> str:
    """The code as it is kept. Raises UsageError: nobody could type it; OperatorFault: there is one like it."""
    wanted = folded(code) if code else generated()
    if not is_code(wanted) or (latin and not wanted.isascii()):
        raise click.UsageError(f"--code wants {SHORTEST} to {LONGEST} {'Latin ' if latin else ''}letters and digits")
    if find(wanted) is not None:
        raise OperatorFault(f"there is a code {wanted} already")
    return wanted


def known_code(code: str, find: Callable[[str], Any]) -> Any:
    """The code's row. Raises OperatorFault."""
    row = find(folded(code))
    if row is None:
        raise OperatorFault(f"there is no code {code}")
    return row


def facts_of(row: Any, timezone: str, *, ended: str, most: int | None, **own: Any) -> Facts:
    """What a code is. `ended`: the word for one that was taken back, else ""; `most`: how often it can be used."""
    facts = {"code": row.code, "state": _state(row, ended, most), "used": row.used, **own}
    times = {"expires": local_time(row.expires_at, timezone), "created": local_time(row.created_at, timezone)}
    return {**facts, **times, "note": row.note}


def _state(row: Any, ended: str, most: int | None) -> str:
    if ended:
        return ended
    if row.expires_at is not None and row.expires_at <= utc_now():
        return "expired"
    return "used-up" if most is not None and row.used >= most else "active"


def in_words(facts: Facts) -> Facts:
    """The same for a person to read: one that never ends says so."""
    return {**facts, "expires": facts["expires"] or WITHOUT_END}


def print_codes(found: Sequence[Facts], columns: Sequence[str], *, as_json: bool) -> None:
    """All of them."""
    if as_json:
        print_json(found)
    else:
        print_table([in_words(facts) for facts in found], columns, empty="no codes")


def say_taken(row: Any, word: str, *, changed: bool, dry_run: bool, more: str = "") -> None:
    """What became of a code that was to be taken no more; `word`: disabled, revoked."""
    said = f"would be {word}" if dry_run else f"is {word}" if changed else f"was {word} before"
    click.echo(f"{row.code} {said}, after {row.used} uses{more}")
