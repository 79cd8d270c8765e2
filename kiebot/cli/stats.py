"""`kiebot-admin stats`."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import click

from kiebot.cli.output import json_option, print_facts, print_json
from kiebot.cli.state import opened
from kiebot.store import stats as counts

UNIT_S = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Span(click.ParamType[float]):
    """A length of time such as 90m, 24h, 7d or 2w, in seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"(\d{1,6})([mhdw])", str(value))
        if found is None:
            self.fail(f"{value!r} is no time such as 90m, 24h, 7d or 2w", param, ctx)
        return float(found[1]) * UNIT_S[found[2]]


@click.command()
@click.option("--since", "span_s", type=Span(), default="7d", show_default=True, help="How far to look back: 90m, 24h, 7d, 2w.")
@json_option
@click.pass_obj
def stats(file: Path | None, span_s: float, as_json: bool) -> None:
    """How much is used, and by how many."""
    with opened(file):
        found = counts.since(time.time() - span_s)
    if as_json:
        print_json(found)
    else:
        print_facts({name: _in_words(value) for name, value in found.items()})


def _in_words(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in value.items()) or "none"
