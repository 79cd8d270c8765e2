"""`kiebot-admin stats`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from kiebot.cli.output import json_option, print_facts, print_json
from kiebot.cli.spans import Span
from kiebot.cli.state import opened
from kiebot.services import promo
from kiebot.store import stats as counts


@click.command()
@click.option("--since", "span_s", type=Span(), default="7d", show_default=True, help="How far to look back: 90m, 24h, 7d, 2w.")
@json_option
@click.pass_obj
def stats(file: Path | None, span_s: float, as_json: bool) -> None:
    """How much is used, and by how many."""
    with opened(file):
        moment = time.time() - span_s
        found = {**counts.since(moment), "promo_codes": promo.counts(moment)}
    if as_json:
        print_json(found)
    else:
        print_facts({name: _in_words(value) for name, value in found.items()})


def _in_words(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in value.items()) or "none"
