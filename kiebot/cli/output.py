"""How commands speak: one JSON document for programs, a table for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from kiebot.catalog.names import number_words
from kiebot.catalog.wire import printable
from kiebot.services.moments import zone_of

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(document: Any) -> None:
    """One document, readable, with letters of all languages as they are."""
    say(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def say(line: str) -> None:
    """A line, whatever is in it: what no output can show (half of a character) is written as its number."""
    click.echo(printable(line))


def say_aside(line: str) -> None:
    """The same beside the output that a program reads."""
    click.echo(printable(line), err=True)


def print_table(rows: Sequence[dict[str, Any]], columns: Sequence[str], *, empty: str) -> None:
    """Rows in columns as wide as the terminal allows; plain when the output is no terminal. `empty` stands for no rows."""
    if not rows:
        click.echo(empty)
        return
    from rich.console import Console  # 90 ms that the JSON form and the other commands need not wait for
    from rich.table import Table

    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    width = None if sys.stdout.isatty() else 200
    Console(width=width, markup=False, highlight=False, emoji=False).print(table)


def print_facts(facts: dict[str, Any]) -> None:
    """One `name  value` a line."""
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        say(f"{name:<{width}}  {_cell(value)}".rstrip())


def local_time(seconds: float | None, timezone: str) -> str | None:
    """Unix seconds as the operator's clock shows them."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, zone_of(timezone)).strftime("%Y-%m-%d %H:%M:%S")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number_words(value)
    return printable(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value))
