"""A chat request as the backends read it: who said what, in which language, with which pictures and which shape of answer."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import Any

RUSSIAN = re.compile(r"[а-яё]", re.IGNORECASE)
SCHEMA_IN_WORDS = "JSON schema: "  # how kiebot tells a server that knows no response_format
QUOTE = "> "  # how the bot marks what a person replies to
LATIN = re.compile(r"[a-z]", re.IGNORECASE)


class QuestionFault(ValueError):
    """The request is malformed; the text is for the answer's error object."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message: its text, and its pictures (an address instead of bytes when it was only linked)."""

    role: str
    text: str
    pictures: tuple[bytes | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be answered. `schema` is the JSON schema of the answer; an empty one asks for any JSON object."""

    turns: tuple[Turn, ...]
    model: str = ""
    schema: dict[str, Any] | None = None
    tools: tuple[str, ...] = field(default=())

    @property
    def last(self) -> Turn:
        """The last thing the person said, or the last message of all."""
        return next((turn for turn in reversed(self.turns) if turn.role == "user"), self.turns[-1])

    @property
    def own_words(self) -> str:
        """What the person wrote last, without the message that they quote with it."""
        return "\n".join(line for line in self.last.text.splitlines() if not line.startswith(QUOTE)).strip()

    @property
    def is_first(self) -> bool:
        """Whether nobody has answered in this conversation yet."""
        return not any(turn.role == "assistant" for turn in self.turns)

    @property
    def language(self) -> str:
        """ "ru" or "en", by the letters of the last message, or of all that the person wrote when it has none."""
        written = " ".join(turn.text for turn in self.turns if turn.role == "user")
        return language_of(self.own_words) or language_of(written) or "en"


def language_of(text: str) -> str:
    """ "ru" or "en", by the letters of a text; nothing when it has none."""
    russian, latin = len(RUSSIAN.findall(text)), len(LATIN.findall(text))
    if not russian and not latin:
        return ""
    return "ru" if russian >= latin / 4 else "en"


def read_question(body: dict[str, Any]) -> Question:
    """The question in a request to /v1/chat/completions. Raises QuestionFault."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise QuestionFault("'messages' must be a list with at least one message")
    turns = tuple(_turn(message) for message in messages)
    tools = tuple(str(tool.get("function", {}).get("name", "")) for tool in body.get("tools") or ())
    schema = _schema(body.get("response_format")) or _schema_in_words(turns[-1].text) or _any_object(body.get("response_format"))
    return Question(turns, str(body.get("model", "")), schema, tools)


def _turn(message: Any) -> Turn:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise QuestionFault("each message needs a 'role'")
    content = message.get("content")
    if content is None or isinstance(content, str):
        return Turn(message["role"], content or "")
    if not isinstance(content, list):
        raise QuestionFault("'content' must be a text or a list of parts")
    texts = [str(part.get("text", "")) for part in content if part.get("type") == "text"]
    pictures = tuple(_picture(part.get("image_url")) for part in content if part.get("type") == "image_url")
    return Turn(message["role"], "\n".join(texts), pictures)


def _picture(image_url: Any) -> bytes | str:
    url = image_url.get("url", "") if isinstance(image_url, dict) else str(image_url)
    if not url.startswith("data:"):
        return url
    try:
        return base64.b64decode(url.partition(",")[2], validate=True)
    except (binascii.Error, ValueError) as exc:
        raise QuestionFault("the picture is no valid base64") from exc


def _schema(response_format: Any) -> dict[str, Any] | None:
    if not isinstance(response_format, dict) or response_format.get("type") != "json_schema":
        return None
    schema = (response_format.get("json_schema") or {}).get("schema")
    if not isinstance(schema, dict):
        raise QuestionFault("response_format.json_schema.schema is missing")
    return schema


def _schema_in_words(text: str) -> dict[str, Any] | None:
    """The schema at the end of a message."""
    _, found, written = text.rpartition(SCHEMA_IN_WORDS)
    try:
        schema = json.loads(written) if found else None
    except ValueError:
        return None
    return schema if isinstance(schema, dict) else None


def _any_object(response_format: Any) -> dict[str, Any] | None:
    return {} if isinstance(response_format, dict) and response_format.get("type") == "json_object" else None
