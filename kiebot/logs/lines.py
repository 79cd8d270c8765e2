"""An event and the line that shows it: JSON for machines, `key=value` for people. One record is one line, whatever is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

Event = MutableMapping[str, Any]

LONGEST_VALUE = 32 * 1024  # longer ones, tracebacks without end mostly, lose their middle
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")  # all but tab and newline
NEEDS_QUOTES = re.compile(r"[\s\"=]")
PRINTF_FIELD = re.compile(r"(?:^|\s)(\w+)=%[-+ #0]*\d*(?:\.\d+)?[sdifxr](\S*)")


def add_time(_logger: Any, _method: str, event: Event) -> Event:
    """When it happened, not when the line is made."""
    record = event.get("_record")
    created = record.created if record is not None else datetime.now(UTC).timestamp()
    return {"at": datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"), **event}


def fields_of_printf(_logger: Any, _method: str, event: Event) -> Event:
    """Turn "job done job=%d took=%.1fs" and its arguments into an event with fields. Other messages stay sentences."""
    arguments = event.pop("positional_args", ())
    template = str(event["_record"].msg)
    fields = list(PRINTF_FIELD.finditer(template))
    if not fields or not isinstance(arguments, tuple) or not len(fields) == len(arguments) == template.count("%"):
        return event
    if PRINTF_FIELD.sub("", template[fields[0].start() :]).strip():
        return event  # words between or after the values: a sentence
    values = {field[1]: _field_value(field, value) for field, value in zip(fields, arguments, strict=True)}
    return {
        **event,
        **{name: value for name, value in values.items() if name not in event},
        "event": template[: fields[0].start()],
    }


def _field_value(field: re.Match[str], value: Any) -> Any:
    """Numbers stay numbers unless the line gives them a form of its own, as "%.1fs" does."""
    if isinstance(value, bool | int | float) and field[0].endswith(("=%s", "=%d")):
        return value
    return field[0].strip().split("=", 1)[1] % (value,)


def shorten(_logger: Any, _method: str, event: Event) -> Event:
    """Cut values that no reader and no journal takes whole."""
    return {key: _short(value) if isinstance(value, str) else value for key, value in event.items()}


def _short(text: str) -> str:
    if len(text) <= LONGEST_VALUE:
        return text
    half = LONGEST_VALUE // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters ...]\n{text[-half:]}"


def for_machines(_logger: Any, _method: str, event: Mapping[str, Any]) -> str:
    """One line of JSON."""
    return CONTROL.sub(_escaped, json.dumps(event, ensure_ascii=False, default=str))


def for_people(_logger: Any, _method: str, event: Mapping[str, Any]) -> str:
    """Time of day, level and words. The process is what the terminal shows."""
    rest = {key: value for key, value in event.items() if key != "process"}
    return in_words(rest, str(event.get("at", ""))[11:19])


def in_words(event: Mapping[str, Any], begins: str) -> str:
    """`begins`, the level, the event and its values; a traceback follows, indented."""
    rest = {key: value for key, value in event.items() if key not in ("at", "level", "event", "exception")}
    level, sentence, traceback = (str(event.get(key, "")) for key in ("level", "event", "exception"))
    values = "".join(f" {key}={_value_for_people(value)}" for key, value in rest.items())
    line = f"{begins} {(level or 'info').upper():<7} {_one_line(sentence)}{values}"
    return line if not traceback else line + "\n" + _indented(traceback)


def _value_for_people(value: Any) -> str:
    text = str(value)
    if text and text.isprintable() and not NEEDS_QUOTES.search(text):
        return text
    return CONTROL.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _indented(text: str) -> str:
    return "\n".join("    " + _one_line(line) for line in text.split("\n"))


def _one_line(text: str) -> str:
    if text.isprintable():
        return text
    return CONTROL.sub(_escaped, text).replace("\n", "\\n")


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
