"""What the text model is shown of a conversation: what it is told, the files, the newest turns that fit, the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kiebot.services import pictures
from kiebot.services.document_questions import READ
from kiebot.store import threads


def text_of(content: Sequence[dict[str, Any]]) -> str:
    """The words of a message's parts."""
    return "\n".join(part["text"] for part in content if part.get("type") == "text")


def messages_of(thread: Any, turn: Any, prompts: Sequence[str], files: str, most_chars: int) -> tuple[list[dict[str, Any]], bool]:
    """The messages for a turn, about `most_chars` characters at most, and whether older turns fell out."""
    system = "\n\n".join(part for part in (*prompts, _remembered(thread.summary)) if part)
    room = most_chars - len(system) - len(files) - len(text_of(turn.content)) - pictures.chars_of(turn.content)
    alone = pictures.prompt_part(turn.content) is not None
    past, fallen_out = ([], False) if alone else _past(thread, turn.id, room)
    question = {"role": "user", "content": _content(turn.content)}
    return [{"role": "system", "content": system}, *_as_messages(files), *past, question], fallen_out


def _as_messages(files: str) -> list[dict[str, Any]]:
    """Files stand in a message of a person's, which has no say over the system's; the answer to it keeps the roles in turn."""
    return [{"role": "user", "content": files}, {"role": "assistant", "content": READ}] if files else []


def _remembered(summary: str) -> str:
    return f"Summary of the earlier conversation:\n{summary}" if summary else ""


def _content(parts: list[dict[str, Any]]) -> Any:
    """Plain text where there is only text: not every compatible server takes parts."""
    return text_of(parts) if all(part.get("type") == "text" for part in parts) else parts


def _past(thread: Any, before: int, room: int) -> tuple[list[dict[str, Any]], bool]:
    """The newest turns that fit into `room` characters, oldest first, and whether older ones fell out."""
    messages: list[dict[str, Any]] = []
    turns = threads.history(thread.id, thread.summarised_to, before)
    for number, turn in enumerate(reversed(turns)):
        room -= len(text_of(turn.content)) + len(turn.answer)
        if room < 0:
            return messages[::-1], number < len(turns)
        messages.append({"role": "assistant", "content": turn.answer})
        messages.append({"role": "user", "content": _content(turn.content)})
    return messages[::-1], False
