"""JSON as text models write it: in a code block, after some words, with a comma too many, or cut off before its end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

THOUGHTS = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
CLOSING = {"{": "}", "[": "]"}
LONGEST = 2_000_000
DEEPEST = 64


def read_json(text: str) -> Any | None:
    """The first object or list in a text; None when there is none that can be read. What was cut off keeps its whole parts."""
    body = THOUGHTS.sub("", text)[:LONGEST]
    start = min((place for place in (body.find("{"), body.find("[")) if place >= 0), default=-1)
    if start < 0:
        return None
    for candidate in _candidates(body[start:]):
        try:
            return json.JSONDecoder(strict=False).raw_decode(candidate)[0]  # not strict: line ends inside of strings
        except (ValueError, RecursionError):
            continue
    return None


def _candidates(body: str) -> Iterator[str]:
    yield body
    mended = TRAILING_COMMA.sub("", body)
    yield mended
    yield _ended(mended)


def _ended(body: str) -> str:
    """The text up to the last element that is whole, with what is open closed."""
    stack: list[str] = []
    quoted = escaped = False
    whole = ""
    for place, sign in enumerate(body):
        if quoted:
            quoted = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            quoted = True
        elif sign in CLOSING:
            stack.append(CLOSING[sign])
            if len(stack) > DEEPEST:
                return ""
        elif stack and sign == stack[-1]:
            stack.pop()
            if sign == "}" or not stack:
                whole = body[: place + 1] + "".join(reversed(stack))
    return whole
