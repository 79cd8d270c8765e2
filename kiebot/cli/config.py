"""`kiebot-admin config`: is the configuration valid, and what is in force?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kiebot.cli.output import json_option, print_facts, print_json
from kiebot.config import ConfigFault, Problem, describe, find, load, missing, unusable


@click.group()
def config() -> None:
    """Check or show the configuration."""


@config.command()
@json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Say what is wrong with the configuration: all of it at once."""
    source, invalid, lacking = _judge(ctx.obj)
    if as_json:
        problems = [asdict(problem) for problem in (*invalid, *lacking)]
        print_json({"ok": not problems, "file": source, "problems": problems})
    else:
        for problem in (*invalid, *lacking):
            click.echo(str(problem))
        click.echo(f"{source or 'no configuration file'}: {_verdict(invalid, lacking)}")
    ctx.exit(1 if invalid or lacking else 0)


@config.command()
@json_option
@click.pass_obj
def show(file: Path | None, as_json: bool) -> None:
    """Print every key in force, defaults included; secrets are hidden."""
    tree = describe(load(file))
    if as_json:
        print_json(tree)
    else:
        print_facts(dict(_flat(tree)))


def _judge(file: Path | None) -> tuple[str | None, list[Problem], list[Problem]]:
    """The file, what cannot be used in it, and what a bot would lack."""
    source: str | None = None
    try:
        source = str(found) if (found := find(file)) else None
        loaded = load(file)
        return source, unusable(loaded), missing(loaded)
    except ConfigFault as fault:
        return source, fault.problems, []


def _verdict(invalid: list[Problem], lacking: list[Problem]) -> str:
    if invalid:
        return "not valid"
    return "valid, but not enough to start the bot" if lacking else "valid"


def _flat(tree: dict[str, Any], trail: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{trail}{key}.")
        else:
            yield f"{trail}{key}", value
