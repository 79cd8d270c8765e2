"""Logs: `key=value` lines for people at a terminal, JSON lines for everything else, and no secret in either.

The whole project logs through the standard library, event first, then its values:

    log.info("job done job=%d kind=%s", job.id, job.kind)

which a terminal shows as written and JSON as {"event": "job done", "job": 41, "kind": "image", ...}. structlog makes the
event and the line. No line can begin with "<0>", which journald would take for an alarm.

Where the lines go: under systemd to the journal, with fields of its own (journal.py); else to standard error, and as JSON to
`data_dir`/logs/PROCESS.log (files.py). `reading.py` finds them again for `kiebot-admin logs`.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from kiebot.config import Config, secrets
from kiebot.logs.files import LogFile, path_of
from kiebot.logs.journal import JournalHandler, is_stderr
from kiebot.logs.lines import add_time, fields_of_printf, for_machines, for_people, shorten
from kiebot.logs.redaction import HIDDEN, hide_secrets, know, redact

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

__all__ = ["HIDDEN", "redact", "set_up", "start"]

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
OWN = "kiebot"
FIRST: tuple[Any, ...] = (structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, add_time)


def set_up(process: str, config: Config) -> None:
    """Send everything this process logs to where it is read later, in the form that the configuration asks for."""
    know(secrets(config))
    if is_stderr():
        in_journal = _formed(JournalHandler(process, config.data_dir), process, for_machines)
        _begin(_level(config.logging.level, console=False), in_journal)
        return
    console = config.logging.format == "console" or (config.logging.format == "auto" and sys.stderr.isatty())
    shown = _formed(_Handler(sys.stderr), process, for_people if console else for_machines)
    kept = _formed(LogFile(path_of(config.data_dir.resolve(), process)), process, for_machines)
    _begin(_level(config.logging.level, console=console), shown, kept)


def start(process: str, level: str, *, console: bool, stream: TextIO | None = None) -> None:
    """The part of `set_up` that needs no configuration: lines on standard error or on `stream`."""
    shown = _formed(_Handler(stream or sys.stderr), process, for_people if console else for_machines)
    _begin(_level(level, console=console), shown)


def _level(level: str, *, console: bool) -> str:
    """People at a terminal develop; production writes for machines."""
    return level if level != "auto" else "DEBUG" if console else "INFO"


def _formed(handler: logging.Handler, process: str, line_of: Any) -> logging.Handler:
    """The handler, writing lines of `line_of` in the name of `process`."""

    def name_process(_logger: Any, _method: str, event: Event) -> Event:
        return {"process": process, **event}

    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[fields_of_printf, *FIRST],
            pass_foreign_args=True,
            processors=[
                name_process,
                structlog.processors.format_exc_info,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                hide_secrets,
                shorten,
                line_of,
            ],
        )
    )
    return handler


def _begin(level: str, *handlers: logging.Handler) -> None:
    """From now on these handlers get what is logged, and nobody else."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *FIRST, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    before, root.handlers[:] = root.handlers[:], handlers
    for handler in before:
        if isinstance(handler, LogFile):
            handler.close()
    root.setLevel(level)
    own = root.level
    root.setLevel(max(logging.INFO, own))  # what libraries say at DEBUG is not for us, and may be people's words
    logging.getLogger(OWN).setLevel(own)
    for library in QUIET:
        logging.getLogger(library).setLevel(max(logging.WARNING, own))
    logging.captureWarnings(True)
    _log_what_nobody_caught()


class _Handler(logging.StreamHandler[TextIO]):
    """A line that cannot be made must not print its raw arguments, as logging does, nor vanish."""

    def handleError(self, record: logging.LogRecord) -> None:
        fault = sys.exc_info()[1]
        if not isinstance(fault, OSError):  # standard error itself is gone: nobody to tell
            self.stream.write(f"a log line of {record.name} line {record.lineno} could not be written: {type(fault).__name__}\n")


def _log_what_nobody_caught() -> None:
    log = logging.getLogger(OWN)

    def of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("the process ends by an error nobody caught", exc_info=(kind, error, trace))

    def of_thread(args: Any) -> None:
        if args.exc_type is not SystemExit:
            log.error("a thread ended by an error nobody caught", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))

    sys.excepthook = of_process
    threading.excepthook = of_thread
