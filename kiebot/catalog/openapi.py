"""What a provider lists and describes by OpenAPI, read into the catalogue's own terms. Nothing that it says is trusted.

Of a document only the request body of createTask matters: `properties.input` of its JSON schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.catalog.schema import Parameter

CREATE = "/jobs/createTask"
MIME_LIST = re.compile(r"[Aa]ccepted types?: ((?:\w+/[\w.+-]+(?:, *)?)+)")
MAX_SIZE = re.compile(r"[Mm]ax size: ([\d.]+) ?MB")
EARLIER_NAMES = {"task_id": "task", "taskId": "task", "audio_id": "track"}
DEEPEST = 20
KINDS = (  # by what a parameter is called, the first that fits
    ("video", ("video", "clip")),
    ("audio", ("audio", "voice", "sound", "music", "song")),
    ("image", ("image", "img", "frame", "picture", "photo", "mask", "input", "reference")),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One model as the provider lists it. `input` is None when nobody says what it takes."""

    id: str
    title: str
    vendor: str
    types: tuple[str, ...]
    price_words: str
    input: Mapping[str, Parameter] | None = None


def read_listed(row: Mapping[str, Any], openapi: Mapping[str, Any] | None) -> Listed:
    """A row of the listing, with the model's own document."""
    types = row.get("taskType")
    return Listed(
        id=str(row.get("model", "")),
        title=str(row.get("title") or row.get("model", "")),
        vendor=str(row.get("provider") or ""),
        types=tuple(str(each).replace("-", "_") for each in types) if isinstance(types, list) else (),
        price_words=str(row.get("pricingDesc") or ""),
        input=None if openapi is None else read_input(openapi),
    )


def read_input(openapi: Mapping[str, Any]) -> dict[str, Parameter] | None:
    """The parameters that a document describes; None when it describes no order."""
    schema = _Reader(openapi).schema(_body(openapi).get("schema"))
    described = _Reader(openapi).schema(_table(schema.get("properties")).get("input"))
    if not isinstance(described.get("properties"), Mapping):
        return None
    return _Reader(openapi).parameters(described)


def model_of(openapi: Mapping[str, Any]) -> str | None:
    """The model that a page is about. Its example wins: some pages have a neighbour's name in the enum."""
    body = _body(openapi)
    about = _table(_table(_table(body.get("schema")).get("properties")).get("model"))
    examples = [body.get("example"), *(_table(each).get("value") for each in _table(body.get("examples")).values())]
    values = about.get("enum")
    named = [_table(example).get("model") for example in examples]
    named += [about.get("default"), *(values if isinstance(values, list) else [])]
    return next((name for name in named if isinstance(name, str) and name), None)


def _body(openapi: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON body of createTask: its schema and examples."""
    for path, item in _table(openapi.get("paths")).items():
        if str(path).endswith(CREATE):
            request = _table(_table(_table(item).get("post")).get("requestBody"))
            return _table(_table(request.get("content")).get("application/json"))
    return {}


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


class _Reader:
    """Reads schemas of one document, whose references lead into itself."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def schema(self, value: object, depth: int = 0) -> Mapping[str, Any]:
        """A schema with its reference followed and its alternatives (a value or null, a range or -1) put together."""
        schema = _table(value)
        if depth > DEEPEST:
            return {}
        if isinstance(schema.get("$ref"), str):
            return self.schema(self._target(schema["$ref"]), depth + 1)
        parts = [self.schema(each, depth + 1) for key in ("allOf", "anyOf", "oneOf") for each in _list(schema.get(key))]
        found: dict[str, Any] = {}
        for part in parts:
            if part.get("type") == "null":
                continue
            if "enum" in part and "minimum" in {**found, **schema}:
                found["also_allowed"] = part["enum"]
            else:
                found = {**part, **found}
        return {**found, **schema}

    def _target(self, reference: str) -> object:
        target: object = self._document
        for name in reference.removeprefix("#/").split("/"):
            target = _table(target).get(name.replace("~1", "/").replace("~0", "~"))
        return target

    def parameters(self, described: Mapping[str, Any], depth: int = 0) -> dict[str, Parameter]:
        """The properties of an object."""
        required = _list(described.get("required"))
        properties = _table(described.get("properties")) if depth < DEEPEST else {}
        return {
            str(name): self._parameter(str(name), self.schema(each), name in required, depth) for name, each in properties.items()
        }

    def _parameter(self, name: str, schema: Mapping[str, Any], required: bool, depth: int) -> Parameter:
        kind, values = _type(schema), tuple(each for each in _list(schema.get("enum")) if isinstance(each, str | int | float))
        found: dict[str, Any] = {"name": name, "type": kind, "required": required, "default": _default(schema)}
        if values and kind != "boolean":
            found |= {"type": "enum", "values": values}
        elif kind == "array":
            found |= self._array(name, schema, depth)
        elif kind == "string":
            found |= _string(name, schema)
        elif kind in ("integer", "number"):
            found |= {"min": schema.get("minimum"), "max": schema.get("maximum"), "multiple_of": schema.get("multipleOf")}
            found["also_allowed"] = tuple(_list(schema.get("also_allowed")))
        return Parameter(**found)

    def _array(self, name: str, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        items = self.schema(schema.get("items"))
        word = _item_word(name, items, _words(schema))
        inner = self.parameters(items, depth + 1) if word == "object" else {}
        limits = {"min_items": schema.get("minItems"), "max_items": schema.get("maxItems"), "item_properties": inner}
        return {"items": word, **limits, **_media(word, schema)}


def _string(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    form = _url_word(name, _words(schema)) if schema.get("format") in ("uri", "url") else EARLIER_NAMES.get(name, "")
    lengths = {"min_length": schema.get("minLength"), "max_length": schema.get("maxLength")}
    return {"format": form, **lengths, **_media(form, schema)}


def _media(word: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """What the pages say of files only in prose."""
    if not word.startswith("url-"):
        return {}
    return {"accept": _accepted(_words(schema)), "max_mb": _number(MAX_SIZE.search(_words(schema)))}


def _words(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description") or "")


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "string")
    return kind if kind in ("integer", "number", "boolean", "array", "object") else "string"


def _item_word(name: str, items: Mapping[str, Any], words: str) -> str:
    kind = _type(items)
    if kind == "object":
        return "object" if _table(items.get("properties")) else "string"
    if kind == "string" and items.get("format") in ("uri", "url"):
        return _url_word(name, words)
    return kind if kind != "boolean" else "string"


def _url_word(name: str, words: str) -> str:
    """A guess that a person looks over: OpenAPI knows URLs, but not what is behind them."""
    family = (_accepted(words) or ("",))[0].partition("/")[0]
    if family in ("image", "video", "audio"):
        return f"url-{family}"
    return next((f"url-{kind}" for kind, parts in KINDS if any(part in name.lower() for part in parts)), "url-file")


def _accepted(words: str) -> tuple[str, ...]:
    found = MIME_LIST.search(words)
    return tuple(kind for each in found[1].split(",") if (kind := each.strip(" .\n"))) if found else ()


def _number(found: re.Match[str] | None) -> float | None:
    if found is None:
        return None
    number = float(found[1].rstrip("."))
    return int(number) if number.is_integer() else number


def _default(schema: Mapping[str, Any]) -> Any:
    """An empty text or list is what is there without any default."""
    default = schema.get("default")
    return None if default in ("", [], {}) else default


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
