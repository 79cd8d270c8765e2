"""A value that conforms to a JSON schema, made of the words of the question: the sandbox's structured output."""

from __future__ import annotations

import json
from typing import Any

FORMATS = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "email": "sandbox@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
DEEPEST = 12


def conforming(schema: dict[str, Any], words: str) -> str:
    """JSON text for the schema. An empty schema gets an object that says where it comes from."""
    value = _value(schema, schema, words, 0) if schema else {"answer": words, "source": "sandbox"}
    return json.dumps(value, ensure_ascii=False)


def _value(schema: dict[str, Any], root: dict[str, Any], words: str, depth: int) -> Any:
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = _kind(schema)
    if kind == "object":
        return _object(schema, root, words, depth)
    if kind == "array":
        return _array(schema, root, words, depth)
    if kind == "string":
        return _string(schema, words)
    if kind in ("integer", "number"):
        return _number(schema, kind)
    return True if kind == "boolean" else None


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """The schema with references followed, alternatives chosen and parts joined."""
    for _ in range(DEEPEST):
        if isinstance(reference := schema.get("$ref"), str):
            target: Any = root
            for step in reference.removeprefix("#").strip("/").split("/"):
                target = target.get(step, {}) if step else target
            schema = target
        elif choices := schema.get("anyOf") or schema.get("oneOf"):
            schema = choices[0]
        elif parts := schema.get("allOf"):
            schema = {name: value for part in parts for name, value in part.items()}
        else:
            break
    return schema


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    return str(kind or ("object" if "properties" in schema else "array" if "items" in schema else "string"))


def _object(schema: dict[str, Any], root: dict[str, Any], words: str, depth: int) -> dict[str, Any]:
    """All properties, but only the required ones once a schema that contains itself has gone deep enough."""
    wanted = schema.get("properties", {})
    if depth >= DEEPEST:
        wanted = {name: wanted[name] for name in schema.get("required", ()) if name in wanted}
    return {name: _value(part, root, words, depth + 1) for name, part in wanted.items()}


def _array(schema: dict[str, Any], root: dict[str, Any], words: str, depth: int) -> list[Any]:
    count = int(schema.get("minItems", 0 if depth >= DEEPEST else min(2, schema.get("maxItems", 2))))
    return [_value(schema.get("items", {}), root, words, depth + 1) for _ in range(count)]


def _string(schema: dict[str, Any], words: str) -> str:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    text = words.strip() or "sandbox"
    while len(text) < int(schema.get("minLength", 0)):
        text += " " + text
    return text[: int(schema.get("maxLength", 200))]


def _number(schema: dict[str, Any], kind: str) -> float | int:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in schema else None)
    high = schema.get("maximum", schema.get("exclusiveMaximum", 0) - 1 if "exclusiveMaximum" in schema else None)
    value = low if low is not None else min(1, high) if high is not None else 1
    step = schema.get("multipleOf")
    if step:
        value = -(-value // step) * step
    return int(value) if kind == "integer" else float(value)
