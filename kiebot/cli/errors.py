"""`kiebot-admin errors`: what broke without anybody expecting it, how often, and what was probably the cause."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kiebot.cli.output import json_option, local_time, print_facts, print_json, print_table, say
from kiebot.cli.spans import Span
from kiebot.cli.state import opened
from kiebot.config import Config
from kiebot.errors import OperatorFault
from kiebot.logs.lines import CONTROL
from kiebot.services import diagnosis
from kiebot.services.diagnosis import Diagnosis
from kiebot.store import incidents as rows

COLUMNS = ("code", "times", "kind", "place", "process", "version", "last")


@click.group()
def errors() -> None:
    """List errors that nobody expected, show one, look for its cause."""


@errors.command("list")
@click.option("--since", "span_s", type=Span(), help="Only what happened in the last 10m, 24h, 7d, 2w.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@click.pass_obj
def list_errors(file: Path | None, span_s: float | None, limit: int, as_json: bool) -> None:
    """One line for each kind of error, the last seen first. People and admins are told the code."""
    with opened(file) as config:
        since = 0.0 if span_s is None else time.time() - span_s
        found = [_short(row, config.timezone) for row in rows.listed(limit, since)]
    if as_json:
        print_json(found)
    else:
        print_table(found, COLUMNS, empty="no errors")


@errors.command()
@click.argument("code")
@json_option
@click.pass_obj
def show(file: Path | None, code: str, as_json: bool) -> None:
    """Everything that is known of error CODE. Its traceback has no values, and nothing in it that looks like a secret."""
    with opened(file) as config:
        row = _known(code)
        facts = _short(row, config.timezone) | {"context": row.context}
    if as_json:
        print_json(facts | {"traceback": row.traceback})
        return
    print_facts(facts)
    say("\n" + _safe(row.traceback).rstrip())


@errors.command()
@click.argument("code")
@click.option("--analyze-only", is_flag=True, expose_value=False, help="Change nothing: the default, and all this release does.")
@click.option("--no-model", is_flag=True, help="Only rules; do not ask the text model.")
@json_option
@click.pass_obj
def diagnose(file: Path | None, code: str, no_model: bool, as_json: bool) -> None:
    """Say where error CODE happened, why probably, and what would mend it. Nothing is changed: a patch is only printed.

    Rules come first. What they do not know, the configured text model is asked: it gets the traceback, without secrets, and the
    source around the line.
    """
    with opened(file) as config:
        row = _known(code)
    found = diagnosis.diagnose(row.kind, row.traceback, row.version)
    if not found.cause and not no_model:
        found = _asked(config, row, found)
    if as_json:
        print_json({"code": row.code, "kind": row.kind, "times": row.count, **asdict(found)})
    else:
        _print(row, found)


def _known(code: str) -> Any:
    row = rows.by_code(code)
    if row is None:
        raise OperatorFault(f"there is no error {code.upper()}", exit_code=1)
    return row


def _short(row: Any, timezone: str) -> dict[str, Any]:
    return {
        "code": row.code,
        "times": row.count,
        "kind": row.kind,
        "place": row.location,
        "process": row.process,
        "version": row.version,
        "first": local_time(row.first_seen_at, timezone),
        "last": local_time(row.last_seen_at, timezone),
    }


def _asked(config: Config, row: Any, found: Diagnosis) -> Diagnosis:
    from kiebot.cli.opinion import ask  # the client of the text model: 0.5 s that rules do not need

    return ask(config, row, found)


def _print(row: Any, found: Diagnosis) -> None:
    say(f"{row.code}: {row.kind} in {row.process}, {row.count} times")
    if found.file:
        say(f"{found.file}:{found.line} in {found.function}")
    if found.source:
        say(f"    {found.source}")
    say(f"cause: {_safe(found.cause)} ({found.by})" if found.cause else "cause: not known; `errors show` has the traceback")
    if found.advice:
        say(f"do: {_safe(found.advice)}")
    if found.patch:
        say(f"patch, proposed and not applied:\n\n{_safe(found.patch)}")


def _safe(text: str) -> str:
    """What others wrote must not steer the terminal."""
    return CONTROL.sub("\ufffd", text)
