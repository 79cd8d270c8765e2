"""JSON as text models write it: in a code block, after some words, with a comma too many, or cut off before its end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

THOUGHTS = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
START = re.compile(r"[{\[]")
WITH_CONTENT = re.compile(r"\{\s*\"|\[\s*\{")  # words in brackets begin otherwise
CLOSING = {"{": "}", "[": "]"}
LONGEST = 500_000
DEEPEST = 64


def read_json(text: str) -> Any | None:
    """The first object or list in a text; None when there is none that can be read. What was cut off keeps its whole parts."""
    body = THOUGHTS.sub("", text)[:LONGEST]
    for candidate in _candidates(body):
        try:
            found = json.JSONDecoder(strict=False).raw_decode(candidate)[0]  # not strict: line ends inside of strings
        except (ValueError, RecursionError):
            continue
        if found:
            return found
    return None


def _candidates(body: str) -> Iterator[str]:
    """What may be JSON: from the first bracket on that has something in it, as it stands and then mended."""
    start = WITH_CONTENT.search(body) or START.search(body)
    if start is None:
        return
    begun = body[start.start() :]
    yield begun
    mended = TRAILING_COMMA.sub("", begun)
    yield mended
    yield _ended(mended)


def _ended(body: str) -> str:
    """The text up to the last value that is whole, with what is open closed."""
    stack: list[str] = []
    quoted = escaped = False
    whole, closing = 0, ""
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
        elif sign == ",":
            whole, closing = place, "".join(reversed(stack))
        elif stack and sign == stack[-1]:
            stack.pop()
            whole, closing = place + 1, "".join(reversed(stack))
    return body[:whole] + closing
