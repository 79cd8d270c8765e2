"""`kiebot-admin feedback`: what people said with /feedback, and their 👍 and 👎 below results."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import click

from kiebot.cli.output import json_option, local_time, print_json, print_table, say
from kiebot.cli.spans import Span
from kiebot.cli.state import opened
from kiebot.logs.lines import CONTROL
from kiebot.store import feedback as rows

COLUMNS = ("at", "kind", "user", "name", "job", "model", "vote", "text")
KINDS = ("text", "vote")
ALL = 1_000_000_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet run a cell that somebody else wrote

since_option = click.option("--since", "span_s", type=Span(), help="Only what came in the last 24h, 7d, 2w.")
kind_option = click.option("--kind", type=click.Choice(KINDS), help="Only words, or only votes.")


@click.group()
def feedback() -> None:
    """List or export what people say of the bot: their words by /feedback and /paysupport, and their votes on results."""


@feedback.command("list")
@since_option
@kind_option
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@click.pass_obj
def list_feedback(file: Path | None, span_s: float | None, kind: str | None, limit: int, as_json: bool) -> None:
    """The newest first. What people ordered or asked is not shown, only what they said here."""
    found = _read(file, span_s, kind, limit)
    if as_json:
        print_json(found)
    else:
        print_table([_shown(row) for row in found], COLUMNS, empty="no feedback")


@feedback.command()
@since_option
@kind_option
@click.option("--format", "form", type=click.Choice(("csv", "jsonl")), default="csv", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A file to write [default: standard output].")
@json_option
@click.pass_obj
def export(file: Path | None, span_s: float | None, kind: str | None, form: str, output: Path | None, as_json: bool) -> None:
    """Everything, the oldest first, for a spreadsheet or a program."""
    found = _read(file, span_s, kind, ALL)[::-1]
    document = _csv(found) if form == "csv" else "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in found)
    if output is None:
        if as_json:
            print_json(found)
        else:
            say(document.removesuffix("\n"))
        return
    output.touch(mode=0o600)  # names and opinions: nobody else's business
    output.write_text(document, encoding="utf-8")
    if as_json:
        print_json({"file": str(output), "rows": len(found)})
    else:
        click.echo(f"{output}: {len(found)} rows")


def _read(file: Path | None, span_s: float | None, kind: str | None, limit: int) -> list[dict[str, Any]]:
    with opened(file) as config:
        since = 0.0 if span_s is None else time.time() - span_s
        found = rows.listed(since, limit, kind or "")
        return [{**row, "at": local_time(row["at"], config.timezone)} for row in found]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row for the terminal, which what others wrote must not steer."""
    words = {name: CONTROL.sub("\ufffd", row[name] or "") for name in ("name", "text")}
    return {**row, **words, "vote": _sign(row["vote"])}


def _sign(vote: int | None) -> str:
    return "" if vote is None else "👍" if vote > 0 else "👎"


def _csv(found: list[dict[str, Any]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(row[column]) for column in COLUMNS] for row in found)
    return written.getvalue()


def _harmless(value: Any) -> Any:
    """Words that a spreadsheet would take for a formula begin with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
