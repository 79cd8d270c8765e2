"""How a server is told the form of an answer: by a JSON schema where it knows them, else by words.

Servers differ: some know strict schemas, some only such as they can, some "any JSON object", some nothing. What one does not
know it refuses by naming it, so each is tried once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

SHAPES = ("strict_schema", "json_schema", "json_object", "words")
NATIVE_SHAPES = SHAPES[:2]
REFUSED = ("response_format", "json_schema", "json_object", "structured output", "grammar")
NAME = "answer"


def next_shape(shape: str, refusal: str) -> str:
    """What to try after a refusal: one step less when it is about the form, else the same again."""
    words = refusal.lower()
    refused = any(word in words for word in REFUSED)
    return SHAPES[min(SHAPES.index(shape) + 1, len(SHAPES) - 1)] if refused else shape


def shape_arguments(shape: str, schema: Schema) -> dict[str, Any]:
    """The fields of a request that ask for the form."""
    if shape == "words":
        return {}
    if shape == "json_object":
        return {"response_format": {"type": "json_object"}}
    strict = shape == "strict_schema"
    return {"response_format": {"type": "json_schema", "json_schema": {"name": NAME, "strict": strict, "schema": schema}}}


def with_schema_in_words(messages: Sequence[dict[str, Any]], schema: Schema) -> list[dict[str, Any]]:
    """The messages with the form at the end of the last one."""
    words = f"Answer with one JSON object and nothing else. JSON schema: {json.dumps(schema, ensure_ascii=False)}"
    *before, last = messages
    content = last["content"]
    longer = f"{content}\n\n{words}" if isinstance(content, str) else [*content, {"type": "text", "text": words}]
    return [*before, {**last, "content": longer}]
