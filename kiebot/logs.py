"""Logs: `key=value` lines for people at a terminal, JSON lines for everything else, and no secret in either.

The whole project logs through the standard library, event first, then its values:

    log.info("job done job=%d kind=%s", job.id, job.kind)

which a terminal shows as written and JSON as {"event": "job done", "job": 41, "kind": "image", ...}. One record is one line,
whatever text is in it, and no line can begin with "<0>", which journald would take for an alarm. On a terminal a traceback
follows, indented.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from kiebot.config import Config, secrets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


@contextmanager
def _without_rich() -> Iterator[None]:
    """structlog loads rich, when it is there, to paint tracebacks: 5 MiB and 0.1 s that no daemon needs."""
    loaded = sys.modules.get("rich")
    sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.modules.pop("rich")
        if loaded is not None:
            sys.modules["rich"] = loaded


with _without_rich():
    import structlog

Event = MutableMapping[str, Any]

# They log whole URLs, request bodies or SQL with people's words in it
QUIET = (
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "openai",
    "pyrogram",
    "huey",
    "peewee",
    "asyncio",
    "uvicorn",
    "multipart",
    "PIL",
    "pypdf",
)
HIDDEN = "<hidden>"
SHORTEST_SECRET = 6  # a shorter one would blot out ordinary words
SECRET_NAME = re.compile(r"token(?!s)|secret|password|authorization|cookie|api_?key|api_?hash", re.IGNORECASE)
SECRET_SHAPES = (
    (re.compile(r"\b\d{6,12}:[A-Za-z0-9_-]{30,}"), HIDDEN),  # the token of a bot
    (re.compile(r"\b(?:sk|pk|rk|key|kie|gsk|xai|r8)[-_][A-Za-z0-9_-]{16,}"), HIDDEN),
    (re.compile(r"\bBearer [A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), f"Bearer {HIDDEN}"),
    (re.compile(r"(\bauthorization[\"']?\s*[:=]\s*[\"']?)[^\"'\n,}]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@\"']+@", re.IGNORECASE), rf"\1{HIDDEN}@"),  # user:password@
    (re.compile(r"(\b(?:https?|wss?)://[^\s?\"'<>]+)\?[^\s\"'<>]+", re.IGNORECASE), rf"\1?{HIDDEN}"),  # signed links
    (
        re.compile(
            r"(\b[\w-]*(?:token(?!s)|secret|password|api_?key|api_?hash)[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&}]{4,}", re.I
        ),
        rf"\1{HIDDEN}",
    ),
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")  # all but tab and newline
PRINTF_FIELD = re.compile(r"(?:^|\s)(\w+)=%[-+ #0]*\d*(?:\.\d+)?[sdifxr](\S*)")

_own_secrets: list[str] = []


def set_up(process: str, config: Config) -> None:
    """Send everything this process logs to standard error, in the form that the configuration asks for."""
    _own_secrets[:] = sorted((value for value in secrets(config) if len(value) >= SHORTEST_SECRET), key=len, reverse=True)
    console = config.logging.format == "console" or (config.logging.format == "auto" and sys.stderr.isatty())
    start(process, config.logging.level, console=console)


def start(process: str, level: str, *, console: bool, stream: TextIO | None = None) -> None:
    """The part of `set_up` that needs no configuration."""

    def name_process(_logger: Any, _method: str, event: Event) -> Event:
        return {"process": process, **event}

    first: list[Any] = [structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, _add_time]
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_fields_of_printf, *first],
            pass_foreign_args=True,
            processors=[
                name_process,
                structlog.processors.format_exc_info,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                hide_secrets,
                _for_people if console else _for_machines,
            ],
        )
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for library in QUIET:
        logging.getLogger(library).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    _log_what_nobody_caught()


def redact(text: str) -> str:
    """`text` without this installation's secrets, without what looks like anybody's, and without the queries of URLs."""
    for secret in _own_secrets:
        text = text.replace(secret, HIDDEN)
    for shape, instead in SECRET_SHAPES:
        text = shape.sub(instead, text)
    return text


def hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Redact every value; a value whose name says that it is secret goes entirely."""
    return {key: HIDDEN if SECRET_NAME.search(key) and isinstance(value, str) else _hidden(value) for key, value in event.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return hide_secrets(None, "", {str(key): item for key, item in value.items()})
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value))


def _add_time(_logger: Any, _method: str, event: Event) -> Event:
    record = event.get("_record")
    created = record.created if record is not None else datetime.now(UTC).timestamp()
    return {"at": datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"), **event}


def _fields_of_printf(_logger: Any, _method: str, event: Event) -> Event:
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
    if isinstance(value, bool | int) and not field[2]:
        return value
    return field[0].strip().split("=", 1)[1] % (value,)


def _for_machines(_logger: Any, _method: str, event: Event) -> str:
    return CONTROL.sub(_escaped, json.dumps(event, ensure_ascii=False, default=str))


def _for_people(_logger: Any, _method: str, event: Event) -> str:
    rest = dict(event)
    rest.pop("process", None)
    time, level = rest.pop("at", "")[11:19], rest.pop("level", "info").upper()
    sentence, traceback = str(rest.pop("event", "")), str(rest.pop("exception", ""))
    values = "".join(f" {key}={_value_for_people(value)}" for key, value in rest.items())
    line = f"{time} {level:<7} {_one_line(sentence)}{values}"
    return line if not traceback else line + "\n" + _indented(traceback)


def _value_for_people(value: Any) -> str:
    text = str(value)
    if text and not re.search(r"[\s\"=]", text):
        return CONTROL.sub(_escaped, text)
    return CONTROL.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _indented(text: str) -> str:
    return "\n".join("    " + _one_line(line) for line in text.split("\n"))


def _one_line(text: str) -> str:
    return CONTROL.sub(_escaped, text).replace("\n", "\\n")


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


class _Handler(logging.StreamHandler[TextIO]):
    """A line that cannot be made must not print its raw arguments, as logging does, nor vanish."""

    def handleError(self, record: logging.LogRecord) -> None:
        fault = sys.exc_info()[1]
        if not isinstance(fault, OSError):  # standard error itself is gone: nobody to tell
            self.stream.write(f"a log line of {record.name} line {record.lineno} could not be written: {type(fault).__name__}\n")


def _log_what_nobody_caught() -> None:
    log = logging.getLogger("kiebot")

    def of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("the process ends by an error nobody caught", exc_info=(kind, error, trace))

    def of_thread(args: Any) -> None:
        if args.exc_type is not SystemExit:
            log.error("a thread ended by an error nobody caught", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))

    sys.excepthook = of_process
    threading.excepthook = of_thread
