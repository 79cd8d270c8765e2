"""Lengths of time as people type them."""

from __future__ import annotations

import re
from typing import Any

import click

UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Span(click.ParamType[float]):
    """A length of time such as 90m, 24h, 7d or 2w, in seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"(\d{1,6})([smhdw])", str(value))
        if found is None:
            self.fail(f"{value!r} is no time such as 90m, 24h, 7d or 2w", param, ctx)
        return float(found[1]) * UNIT_S[found[2]]
