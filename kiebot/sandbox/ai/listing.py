"""The models as KIE lists them. The facts lie in openapi/, one file a vendor, and owe nothing to the product's own catalogue.

On request the listing differs: a model more, a model less, other parameters, no schema. So the comparison with the catalogue
is tried.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kiebot.sandbox.ai.behaviour import Behaviour, Rule

OPENAPI = Path(__file__).with_name("openapi")
LISTED = "current"  # the other models are known to createTask only, to be refused in the right words


@dataclass(frozen=True, slots=True, eq=False)
class ListedModel:
    """One model: how it is listed, what it takes (an OpenAPI schema), what it makes and costs."""

    id: str
    title: str
    provider: str
    task_types: tuple[str, ...]
    status: str
    output: str
    result: dict[str, Any]
    price: dict[str, Any]
    input: dict[str, Any]
    has_schema: bool = True

    @property
    def properties(self) -> dict[str, Any]:
        """The parameters and their schemas."""
        found: dict[str, Any] = self.input.get("properties", {})
        return found

    @property
    def slug(self) -> str:
        """What stands in the address of its page; not a name to order by."""
        return self.id.replace("/", "-").replace(".", "-")

    @property
    def price_text(self) -> str:
        """The price as prose, which is how KIE gives it."""
        rows = self.price.get("tiers") or [{"when": {}, "credits": self.price["credits"]}]
        parts = [f"{row['credits']:g} credits" + (f" ({_words(row['when'])})" if row["when"] else "") for row in rows]
        return f"{'; '.join(parts)} per {self.price['unit'].replace('_', ' ')}"

    def openapi(self) -> dict[str, Any]:
        """The whole document of GET /models/{model}/schema."""
        body = {
            "type": "object",
            "required": ["model", "input"],
            "properties": {
                "model": {"type": "string", "enum": [self.id], "default": self.id},
                "callBackUrl": {"type": "string", "format": "uri"},
                "input": _published(self.input),
            },
        }
        post = {
            "summary": self.title,
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {"200": {"description": "The task was accepted, or `code` says why not."}},
        }
        paths = {"/api/v1/jobs/createTask": {"post": post}}
        return {"openapi": "3.0.1", "info": {"title": self.title, "version": "1.0.0"}, "paths": paths}


def load(folder: Path = OPENAPI) -> dict[str, ListedModel]:
    """All models by name."""
    found = {}
    for file in sorted(folder.glob("*.json")):
        for name, about in json.loads(file.read_text("utf-8")).items():
            types = tuple(about.pop("taskType"))
            found[name] = ListedModel(id=name, task_types=types, **about)
    return found


class Listing:
    """What KIE would say it has at this moment."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._models = load()

    def all(self) -> dict[str, ListedModel]:
        """Every model that createTask knows, with the changes that were asked for."""
        models = self._models
        for rule in self._behaviour.standing("listing"):
            models = _changed(models, rule)
        return models

    def get(self, model_id: str) -> ListedModel | None:
        """One model that createTask knows."""
        return self.all().get(model_id)

    def listed(self) -> list[ListedModel]:
        """What GET /models shows."""
        return [model for model in self.all().values() if model.status == LISTED]


def row(model: ListedModel) -> dict[str, Any]:
    """A model as GET /models shows it."""
    return {
        "model": model.id,
        "slug": model.slug,
        "title": model.title,
        "provider": model.provider,
        "taskType": list(model.task_types),
        "description": f"{model.title} by {model.provider}, drawn by the sandbox.",
        "pricingDesc": model.price_text,
    }


def _published(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema as KIE's pages have it: what OpenAPI has no word for is said in prose, and rules between parameters not at all."""
    shown = {name: value for name, value in schema.items() if not name.startswith("x-") and name != "allOf"}
    if words := _file_words(schema):
        shown["description"] = words
    if "properties" in shown:
        shown["properties"] = {name: _published(about) for name, about in shown["properties"].items()}
    if "items" in shown:
        shown["items"] = _published(shown["items"])
    return shown


def _file_words(schema: dict[str, Any]) -> str:
    accepted = f"Accepted types: {', '.join(schema['x-accept'])}. " if "x-accept" in schema else ""
    size = f"Max size: {schema['x-max-mb']:g}MB" if "x-max-mb" in schema else ""
    return f"{accepted}{size}".strip()


def _changed(models: dict[str, ListedModel], rule: Rule) -> dict[str, ListedModel]:
    name = rule.model or ""
    if rule.action == "remove":
        return {key: model for key, model in models.items() if key != name}
    base = models.get(name) or models.get(rule.like) or next(iter(models.values()))
    if rule.action == "no_schema":
        return {**models, name: replace(base, has_schema=False)}
    properties = {key: value for key, value in {**base.properties, **rule.input}.items() if value is not None}
    required = [key for key in base.input.get("required", ()) if key in properties]
    status = LISTED if rule.action == "add" else base.status
    changed = replace(base, id=name, status=status, input={**base.input, "properties": properties, "required": required})
    return {**models, name: changed}


def _words(when: dict[str, Any]) -> str:
    return ", ".join(f"{name} {json.dumps(value)}" for name, value in when.items())
