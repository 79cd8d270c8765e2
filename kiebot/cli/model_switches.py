"""`kiebot-admin models enable` and `disable`: bot and worker see the change within a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kiebot.catalog.loading import load
from kiebot.catalog.schema import Model
from kiebot.cli.asking import agreed, change_options
from kiebot.cli.catalogue import model_of
from kiebot.cli.output import json_option, print_json
from kiebot.cli.state import opened
from kiebot.errors import OperatorFault
from kiebot.services.catalogue import override_of
from kiebot.store import overrides
from kiebot.store.db import transaction


@click.command()
@click.argument("model_id", metavar="MODEL")
@change_options
@json_option
@click.pass_obj
def enable(file: Path | None, model_id: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Offer MODEL again. Works at once."""
    with opened(file):
        before = _now(model_id)
        if before.status not in ("current", "disabled"):
            raise OperatorFault(
                f"{model_id} is {before.status} in the catalogue, which enabling does not change: {before.reason}"
            )
        if agreed(f"Offer {model_id} again?", dry_run=dry_run, yes=yes):
            _save(model_id, enabled=True, reason="")
        after = before if dry_run else _now(model_id)
    _tell(before, after, dry_run=dry_run, as_json=as_json, done="is offered", would="would be offered")
    if not dry_run and after.status != "current":
        raise OperatorFault(f"{model_id} is still disabled: {after.reason}")


@click.command()
@click.argument("model_id", metavar="MODEL")
@click.option("--reason", default="", help="Why, for whoever asks later.")
@change_options
@json_option
@click.pass_obj
def disable(file: Path | None, model_id: str, reason: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Offer MODEL no more. Works at once; jobs that were ordered go on."""
    with opened(file):
        before = _now(model_id)
        if agreed(f"Offer {model_id} to nobody any more?", dry_run=dry_run, yes=yes):
            _save(model_id, enabled=False, reason=reason)
        after = before if dry_run else _now(model_id)
    _tell(before, after, dry_run=dry_run, as_json=as_json, done="is not offered", would="would not be offered")


def _now(model_id: str) -> Model:
    """The model as it is with the operator's changes."""
    written = load()
    model_of(written, model_id)
    override = overrides.get(model_id)
    found = written.overlaid({} if override is None else {model_id: override_of(override)}).get(model_id)
    assert found is not None
    return found


def _save(model_id: str, **fields: Any) -> None:
    with transaction():
        overrides.save(model_id, **fields)


def _tell(before: Model, after: Model, *, dry_run: bool, as_json: bool, done: str, would: str) -> None:
    if as_json:
        print_json(
            {"model": before.id, "was": before.status, "status": after.status, "reason": after.reason, "changed": not dry_run}
        )
    else:
        click.echo(f"{before.id} {would if dry_run else done}")
