"""`kiebot-admin models price`: what an order costs the operator and its person, and a price of the operator's own for a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kiebot.catalog.loading import load
from kiebot.catalog.model_rows import read_price
from kiebot.catalog.prices import provider_credits
from kiebot.catalog.rows import Row
from kiebot.catalog.schema import Model
from kiebot.catalog.validation import validate
from kiebot.cli.asking import agreed, change_options
from kiebot.cli.catalogue import catalogue_now, model_of, plain, tariff_now
from kiebot.cli.models import UNKNOWN, JsonObject, JsonText
from kiebot.cli.output import json_option, print_facts, print_json
from kiebot.cli.state import opened
from kiebot.errors import OperatorFault
from kiebot.services.pricing import Tariff
from kiebot.store import overrides
from kiebot.store.db import transaction

CENTS_PER_CREDIT = 0.5  # KIE sells its credits at 0.005 USD
MOST_CREDITS = 1_000_000
INCOMPLETE = ("required", "any_of", "one_of", "required_if", "requires")  # what is missing does not change a price


@click.command()
@click.argument("model_id", metavar="MODEL")
@click.option("--input", "given", type=JsonObject(), default="{}", metavar="JSON|@FILE", help="The input, or @FILE with it.")
@click.option("--media-seconds", type=float, help="How long the video or sound is that the input names.")
@click.option(
    "--set", "own", type=JsonText(), metavar="CREDITS|JSON|@FILE",
    help="From now on people pay this: credits for an order, or a price in the form of the catalogue's files.",
)  # fmt: skip
@click.option("--reset", is_flag=True, help="From now on people pay by the provider's price again.")
@change_options
@json_option
@click.pass_obj
def price(
    file: Path | None, model_id: str, given: dict[str, Any], media_seconds: float | None, own: str | None, reset: bool,
    dry_run: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """What an input costs; what is not given has its default. With --set or --reset: what people pay for MODEL from now on."""
    if own is not None and reset:
        raise click.UsageError("--set and --reset do not go together")
    if own is not None or reset:
        wanted = None if own is None else _price_in(own, model_of(load(), model_id))
        _change(file, model_id, wanted, dry_run=dry_run, yes=yes)
    model = model_of(catalogue_now(file), model_id)
    facts = _facts(tariff_now(file), model, given, media_seconds)
    if as_json:
        print_json(facts)
    else:
        print_facts({name: _words(name, value) for name, value in facts.items()})


def _words(name: str, value: Any) -> Any:
    """An amount that nobody knows is said so; other things are left out."""
    return UNKNOWN if value is None and name in ("provider_credits", "usd", "cost", "credits") else value


def _facts(tariff: Tariff, model: Model, given: dict[str, Any], media_s: float | None) -> dict[str, Any]:
    wrong = [error.message for error in validate(model, given) if error.code not in INCOMPLETE]
    if wrong:
        raise OperatorFault("; ".join(wrong))
    exact = provider_credits(model, given, media_s)
    return {
        "model": model.id,
        "provider_credits": plain(exact),
        "usd": None if exact is None else round(float(exact) * CENTS_PER_CREDIT / 100, 6),
        "cost": plain(tariff.cost_here(exact)),
        "margin": None if model.own_price else tariff.margin(model),
        "credits": tariff.price_of(model, given, media_s),
        "set_by_operator": model.own_price is not None,
        "unit": model.price.unit if model.price else None,
        "as_of": model.price.as_of if model.price else None,
    }


def _price_in(text: str, model: Model) -> dict[str, Any]:
    """The price that was written. Raises OperatorFault."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as exc:
        raise OperatorFault(f"--set takes a number of credits or JSON: {exc}") from exc
    if isinstance(found, int) and not isinstance(found, bool):
        found = {"unit": "request", "credits": found}
    if not isinstance(found, dict):
        raise OperatorFault("--set takes a number of credits or a price as in the catalogue's files")
    price = read_price(Row("--set", model.id, "", {"price": found}), model.input)
    if price is None or max(tier.credits for tier in price.tiers) > MOST_CREDITS:
        raise OperatorFault(f"--set takes at most {MOST_CREDITS:,} credits")
    return found


def _change(file: Path | None, model_id: str, wanted: dict[str, Any] | None, *, dry_run: bool, yes: bool) -> None:
    words = "by the provider's price" if wanted is None else json.dumps(wanted, ensure_ascii=False)
    with opened(file):
        model_of(load(), model_id)
        if agreed(f"Let people pay for {model_id} {words}?", dry_run=dry_run, yes=yes):
            with transaction():
                overrides.save(model_id, price=wanted)
    if dry_run:
        click.echo(f"would let people pay for {model_id} {words}", err=True)
