"""What commands that change something have in common: `--dry-run` changes nothing, `--yes` skips the question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


def change_options(command: Command) -> Command:
    """The options `--dry-run` and `--yes` (dry_run, yes)."""
    command = click.option("--yes", is_flag=True, help="Do not ask.")(command)
    return click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")(command)


def agreed(question: str, *, dry_run: bool, yes: bool) -> bool:
    """Whether to go on. A refusal ends the command with exit code 1."""
    if not dry_run and not yes:
        click.confirm(question, abort=True, err=True)
    return not dry_run
