"""Numbers of rows as people type them: of jobs, films, messages, payments, broadcasts."""

from __future__ import annotations

import re
from typing import Any

import click


class RowId(click.ParamType[int]):
    """A number that a row can have: SQLite has none beyond 2^63."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if re.fullmatch(r"[0-9]{1,18}", str(value)) is None:
            self.fail(f"{value!r} is no number, as 41", param, ctx)
        return int(value)


ROW_ID = RowId()
