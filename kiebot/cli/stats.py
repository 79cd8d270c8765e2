"""`kiebot-admin stats`: how much is used, by how many, what it brings and costs, and how things stand."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from kiebot.cli.catalogue import catalogue_now
from kiebot.cli.output import json_option, local_time, print_json
from kiebot.cli.spans import Span
from kiebot.cli.state import opened
from kiebot.config import Config
from kiebot.services import stats as figures

MOST_BARS = 60  # days in a chart; --json has all
MOST_MODELS = 20  # rows in a table; --json has all
GB, MB = 2**30, 2**20
Sheet = dict[str, Any]


@click.command()
@click.option("--since", "span_s", type=Span(), default="7d", show_default=True, help="How far to look back: 90m, 24h, 7d, 2w.")
@json_option
@click.pass_obj
def stats(file: Path | None, span_s: float, as_json: bool) -> None:
    """How much is used, by how many, what it brings and costs, and how things stand now. Money is in credits of this bot."""
    types = {model.id: model.type for model in catalogue_now(file).models.values()}
    with opened(file) as config:
        found = _read(config, time.time() - span_s, types)
        for error in found["errors"]["newest"]:
            error["last"] = local_time(error.pop("last_seen_at"), config.timezone)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _read(config: Config, since: float, types: dict[str, str]) -> Sheet:
    from kiebot.jobqueue import JobQueue  # Huey: 0.1 s that --help need not wait for

    found = figures.read(since, types=types, rate=config.billing.credit_price, timezone=config.timezone)
    with closing(JobQueue(config.data_dir, config.queue.url)) as queue:
        return {"since": local_time(since, config.timezone), **found, **figures.state(config.data_dir, queue)}


# -- for people ----------------------------------------------------------------------------------------------------------------


def _print(found: Sheet) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 160, markup=False, highlight=False)
    console.print(f"since {found['since']}\n")
    _print_days(console, found["days"])
    _print_facts(console, _facts(found))
    work = found["work"]
    _print_rows(console, "jobs by type", [{"type": name, **_ended(counts)} for name, counts in work["types"].items()])
    _print_rows(console, "models", [_model(row) for row in work["models"][:MOST_MODELS]])
    _print_rows(console, "payments", found["money"]["payments"])
    _print_rows(console, "newest errors", found["errors"]["newest"])


def _print_days(console: Any, days: list[Sheet]) -> None:
    """A chart of each figure, with its sum and its best day."""
    shown = days[-MOST_BARS:]
    lines = []
    for name in ("new", "messages", "jobs", "sold", "spent"):
        values = [day[name] for day in shown]
        best = max(shown, key=lambda day: day[name])["day"] if any(values) else ""
        lines.append(
            {"each day": name, "": figures.bars(values), "in all": sum(values), "most": max(values, default=0), "on": best}
        )
    _print_rows(console, "", lines)


def _print_facts(console: Any, facts: dict[str, Sheet]) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for name, values in facts.items():
        table.add_row(name, ", ".join(f"{word.replace('_', ' ')} {_said(value)}" for word, value in values.items()) or "none")
    console.print(table)


def _facts(found: Sheet) -> dict[str, Sheet]:
    work, money, queue = found["work"], found["money"], found["queue"]
    wait, answers = work["wait_s"], found["messages"]["wait_s"]
    earned = {name: money[name] for name in ("charged", "cost", "margin", "cost_unknown")}
    moved = {name: money[name] for name in ("sold", "given", "spent", "refunded", "taken_back")}
    return {
        "people": found["people"],
        "messages": {name: value for name, value in found["messages"].items() if name != "wait_s"} | _waited(answers),
        "tokens": found["tokens"],
        "jobs": found["jobs"],
        "success": {"of those that ended": _percent(work["success"])} | _waited(wait),
        "credits": moved,
        "jobs earned": earned,
        "promo codes": found["promo_codes"],
        "documents": found["documents"],
        "films": found["films"],
        "errors": {name: found["errors"][name] for name in ("kinds", "new")},
        "disk": {name.removesuffix("_bytes"): _size(value) for name, value in found["disk"].items()},
        "outbox": found["outbox"],
        "waiting": queue,
        "heard of": {name: "never" if age is None else f"{age:.0f} s ago" for name, age in found["heard_s"].items()},
    }


def _waited(wait: Sheet) -> Sheet:
    return {} if wait["median"] is None else {"median wait": f"{wait['median']} s", "95 % within": f"{wait['p95']} s"}


def _ended(counts: dict[str, int]) -> Sheet:
    return {name: counts.get(name, 0) for name in (*figures.OUTCOMES, figures.OPEN)}


def _model(row: Sheet) -> Sheet:
    wait = row["wait_s"]
    return {
        "model": row["model"],
        **_ended(row),
        "success": _percent(row["success"]),
        "median": wait["median"],
        "p95": wait["p95"],
        "charged": row["charged"],
        "cost": row["cost"],
        "margin": row["margin"],
        "👍": row["votes_up"],
        "👎": row["votes_down"],
    }


def _print_rows(console: Any, title: str, rows: list[Sheet]) -> None:
    """A table below its title; numbers stand on the right. Nothing when there are no rows."""
    if not rows:
        return
    from rich.table import Table

    if title:
        console.print(f"\n{title}")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, value in rows[0].items():
        table.add_column(name, justify="left" if isinstance(value, str) else "right", no_wrap=name == "")
    for row in rows:
        table.add_row(*(_said(value) for value in row.values()))
    console.print(table)
    if not title:
        console.print()


def _said(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.0f} %"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / GB:.1f} GiB" if size_bytes >= GB else f"{size_bytes / MB:.1f} MiB"
