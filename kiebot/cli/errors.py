"""`kiebot-admin errors`: what broke without anybody expecting it, how often, and what was probably the cause."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import click

from kiebot.cli import fixing, walled
from kiebot.cli.output import json_option, local_time, print_facts, print_json, print_table, say, say_aside
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
@click.option("--analyze-only", is_flag=True, help="Change nothing: the default.")
@click.option("--apply", "applying", is_flag=True, help="Try the patch in a copy, once you have read it and typed its hash.")
@click.option("--no-model", is_flag=True, help="Only rules; do not ask the text model.")
@json_option
@click.pass_obj
def diagnose(file: Path | None, code: str, analyze_only: bool, applying: bool, no_model: bool, as_json: bool) -> None:
    """Say where error CODE happened, why probably, and what would mend it. Without --apply nothing is changed.

    Rules come first. What they do not know, the configured text model is asked: it gets the traceback, without secrets, and the
    source around the line. With --apply the patch goes into a copy of this release, which has to compile and to pass the smoke
    tests behind walls (systemd); only then you are asked whether to switch to it.
    """
    if applying and (analyze_only or as_json):
        raise click.UsageError("--apply asks a person: it goes neither with --analyze-only nor with --json")
    if applying:
        walled.check_walls()
    with opened(file) as config:
        row = _known(code)
    found = diagnosis.diagnose(row.kind, row.traceback, row.version)
    if not found.cause and not no_model:
        found = _asked(config, row, found)
    facts = {"code": row.code, "kind": row.kind, "process": row.process, "times": row.count, **asdict(found)}
    if as_json:
        print_json(facts)
        return
    _tell(facts, say_aside if applying else say, patch=not applying)
    if applying:
        fixing.fix_checkout(found.patch, config.data_dir)


@errors.command("fix-release", hidden=True)
@click.argument("diagnosed", type=click.File(encoding="utf-8"))
@click.argument("release", type=click.Path(exists=True, file_okay=False, path_type=Path))
def fix_release(diagnosed: TextIO, release: Path) -> None:
    """For scripts/apply-fix, as root: what `diagnose --json` printed becomes a release beside RELEASE, whose name is printed."""
    walled.check_walls()
    facts = json.load(diagnosed)
    _tell(facts, say_aside, patch=False)
    click.echo(fixing.fix_release(facts["patch"], release))


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


def _tell(facts: dict[str, Any], say: Callable[[str], None], *, patch: bool) -> None:
    """A diagnosis for people. `patch`: with the patch as it was proposed."""
    say(f"{facts['code']}: {facts['kind']} in {facts['process']}, {facts['times']} times")
    if facts["file"]:
        say(f"{facts['file']}:{facts['line']} in {facts['function']}")
    if facts["source"]:
        say(f"    {facts['source']}")
    known = f"cause: {_safe(facts['cause'])} ({facts['by']})"
    say(known if facts["cause"] else "cause: not known; `errors show` has the traceback")
    if facts["advice"]:
        say(f"do: {_safe(facts['advice'])}")
    if facts["patch"] and patch:
        say(f"patch, proposed and not applied:\n\n{_safe(facts['patch'])}")


def _safe(text: str) -> str:
    """What others wrote must not steer the terminal."""
    return CONTROL.sub("\ufffd", text)
