"""`kiebot-admin models`: what can be ordered, whether an input is right and what it costs. These need no configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kiebot.catalog import schema
from kiebot.catalog.names import number_words
from kiebot.catalog.schema import Parameter
from kiebot.catalog.validation import validate as find_errors
from kiebot.cli.catalogue import UnknownModel, catalogue_now, model_of, plain, row, tariff_now
from kiebot.cli.lazy import LazyGroup
from kiebot.cli.output import json_option, print_facts, print_json, print_table, say

COMMANDS = {
    "list": ("kiebot.cli.models:list_models", "All models, or some of them."),
    "show": ("kiebot.cli.models:show", "One model with its parameters, prices and rules."),
    "validate": ("kiebot.cli.models:validate", "Whether an input may be sent."),
    "price": ("kiebot.cli.model_prices:price", "What an input costs; set what people pay for a model."),
    "enable": ("kiebot.cli.model_switches:enable", "Offer a model again. Works at once."),
    "disable": ("kiebot.cli.model_switches:disable", "Offer a model no more. Works at once."),
    "sync": ("kiebot.cli.model_sync:sync", "Write what changed at KIE into the catalogue's files."),
    "check": ("kiebot.cli.model_sync:check", "Whether the catalogue still says what KIE lists."),
    "sanity": ("kiebot.cli.sanity:sanity", "Run one model of each type, for real."),
}
COLUMNS = ("id", "label", "vendor", "type", "price", "status")
APART = ("input", "rules", "price", "own_price", "people_pay")  # shown below the other facts
PARAMETER_COLUMNS = ("parameter", "type", "required", "default", "takes")
UNKNOWN = "not known"
SHOWN_APART = ("name", "type", "required", "default", "label", "items", "of")  # of a parameter: not among what it takes
MOST_DIGITS = 1000  # of a whole number; Python reads 4,300 at most


class NoJson(ValueError):
    """The text is no JSON object that an input could be."""


class JsonText(click.ParamType[str]):
    """JSON, or @FILE with JSON in it (@- is the standard input): the text as it is."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return _content(value[1:]) if value.startswith("@") else str(value)
        except (OSError, ValueError) as exc:
            self.fail(f"{exc}", param, ctx)


class JsonObject(JsonText):
    """The same as an object."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return value if isinstance(value, dict) else _object_in(super().convert(value, param, ctx))
        except NoJson as fault:
            self.fail(f"{fault}", param, ctx)


def _object_in(text: str) -> dict[str, Any]:
    """The JSON object that is written there. Raises NoJson."""
    try:
        found = json.loads(text, object_pairs_hook=_once_each, parse_int=_whole_number)
    except RecursionError as exc:
        raise NoJson("the JSON has too many values inside of each other") from exc
    except json.JSONDecodeError as exc:
        raise NoJson(f"broken JSON: {exc}") from exc
    if not isinstance(found, dict):
        raise NoJson('must be a JSON object, as {"prompt": "a red boat"}')
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:  # readers of JSON do not agree which of the two counts
            raise NoJson(f"{json.dumps(name)} stands there twice")
        found[name] = value
    return found


def _whole_number(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise NoJson(f"a number has {len(digits)} digits")
    return int(digits)


def _content(name: str) -> str:
    with click.open_file(name, encoding="utf-8") as file:
        return str(file.read())


@click.group(cls=LazyGroup, lazy=COMMANDS, fault_exit_code=1)
def models() -> None:
    """The catalogue of models."""


@click.command("list")
@click.option("--type", "model_type", type=click.Choice(schema.TYPES), help="Only models that serve this type.")
@click.option("--vendor", help="Only models of this vendor.")
@click.option("--status", type=click.Choice(schema.STATUSES), help="Only models with this status.")
@click.option("--all/--offered", "everything", default=True, help="All that is known [default], or what people may choose.")
@json_option
@click.pass_obj
def list_models(
    file: Path | None, model_type: str | None, vendor: str | None, status: str | None, everything: bool, as_json: bool
) -> None:
    """All models, or some of them. Only those with the status "current" are offered."""
    found = [
        model
        for model in catalogue_now(file).models.values()
        if (model_type is None or model.serves(model_type))
        and (vendor is None or model.vendor.casefold() == vendor.casefold())
        and (status is None or model.status == status)
        and (everything or model.offered)
    ]
    tariff = tariff_now(file)
    rows = [row(tariff, model) for model in found]
    if as_json:
        print_json(rows)
    else:
        print_table([{**each, "price": _price_words(each["price"])} for each in rows], COLUMNS, empty="no models")


def _price_words(price: dict[str, Any] | None) -> str:
    return f"from {price['from']} ({number_words(price['per_unit'])} per {price['unit'].replace('_', ' ')})" if price else ""


@click.command()
@click.argument("model_id", metavar="MODEL")
@json_option
@click.pass_obj
def show(file: Path | None, model_id: str, as_json: bool) -> None:
    """One model with its parameters, prices and rules."""
    model = model_of(catalogue_now(file), model_id)
    whole = plain(model) | {"people_pay": row(tariff_now(file), model)["price"]}
    if as_json:
        print_json(whole)
        return
    words = {name: " / ".join(whole[name][language] for language in ("en", "ru")) for name in ("label", "about")}
    print_facts({name: words.get(name, value) for name, value in whole.items() if name not in APART})
    click.echo()
    print_table([_parameter_row(each) for each in model.input.values()], PARAMETER_COLUMNS, empty="takes nothing")
    click.echo()
    print_facts(_price_facts(whole))
    for rule in whole.get("rules", []):
        say(f"rule  {' '.join(_rule_words(rule))}")


def _price_facts(whole: dict[str, Any]) -> dict[str, Any]:
    """What the provider takes and what people pay, as far as that is known."""
    own = {"set by the operator": whole["own_price"]} if whole.get("own_price") else {}
    people = _price_words(whole["people_pay"]) or f"{UNKNOWN}: only while billing is off"
    return {"the provider takes": whole.get("price") or UNKNOWN, **own, "people pay": people}


def _rule_words(rule: dict[str, Any]) -> Iterator[str]:
    """One rule as in the catalogue's files."""
    yield f"{rule['kind']}:"
    for part in ("names", "groups", "when"):
        if part in rule:
            yield f"{'when ' if part == 'when' and 'names' in rule else ''}{json.dumps(rule[part], ensure_ascii=False)}"


def _parameter_row(parameter: Parameter) -> dict[str, Any]:
    shown = plain(parameter)
    kind = parameter.items and f"array of {parameter.items}"
    limits = {name: value for name, value in shown.items() if name not in SHOWN_APART}
    return {
        "parameter": parameter.name,
        "type": kind or parameter.format or parameter.type,
        "required": "yes" if parameter.required else "",
        "default": json.dumps(parameter.default, ensure_ascii=False) if parameter.default is not None else "",
        "takes": ", ".join(
            f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in limits.items() if name != "format"
        ),
    }


@click.command()
@click.argument("model_id", metavar="MODEL")
@click.option("--input", "text", type=JsonText(), required=True, metavar="JSON|@FILE", help="The input, or @FILE with it.")
@json_option
@click.pass_context
def validate(ctx: click.Context, model_id: str, text: str, as_json: bool) -> None:
    """Whether an input may be sent: exit code 0, or 1 with everything that is wrong."""
    note = ""
    try:
        given = _object_in(text)
        model = model_of(catalogue_now(ctx.obj), model_id)
    except NoJson as broken:
        if not as_json:
            raise click.BadParameter(str(broken), ctx, param_hint="'--input'") from broken
        errors = [schema.InputError("", "json", str(broken))]
    except UnknownModel as fault:
        errors = [schema.InputError("model", "unknown_model", str(fault))]
    else:
        errors = find_errors(model, given)
        note = "" if model.status == "current" else f", but the model is not offered ({model.status}: {model.reason})"
    if as_json:
        print_json({"valid": not errors, "errors": [asdict(error) for error in errors]})
    elif errors:
        for error in errors:
            say(f"{error.field or 'input'}: {error.message} [{error.code}]")
    else:
        say(f"valid{note}")
    ctx.exit(1 if errors else 0)
