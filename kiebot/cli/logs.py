"""`kiebot-admin logs`: what the processes logged, out of the journal and the log files, as one stream."""

from __future__ import annotations

import base64
import json
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import click

from kiebot.cli.output import json_option, local_time, say
from kiebot.cli.spans import Span
from kiebot.config import load
from kiebot.logs import file_source, records
from kiebot.logs.journal_source import BOOTED, JournalFault, JournalSource
from kiebot.logs.lines import for_machines
from kiebot.logs.records import LEVELS, Places, Record, Source, Wanted

LINES = 50
PROCESSES = ("bot", "worker", "web")
LOOK_EVERY_S = 0.2
UPPER_LEVELS = [level.upper() for level in LEVELS]


class Pattern(click.ParamType[re.Pattern[str]]):
    """A regular expression."""

    name = "pattern"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> re.Pattern[str]:
        try:
            return re.compile(str(value))
        except re.error as error:
            self.fail(f"{value!r} is no regular expression: {error}", param, ctx)


class Cursor(click.ParamType[Places]):
    """Where a page ended, as the page before said it."""

    name = "cursor"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Places:
        try:
            places = json.loads(base64.urlsafe_b64decode(str(value)))
        except ValueError:
            places = None
        if not isinstance(places, dict) or not all(isinstance(place, str) for place in places.values()):
            self.fail("is not what `older lines: ...` said", param, ctx)
        return places


@click.command()
@click.option("--tail", is_flag=True, help="Go on with what is logged from now on, until Ctrl-C.")
@click.option("--since", "span_s", type=Span(), help="Only what is younger than 30s, 10m, 24h, 7d: all of it, or --lines.")
@click.option("--grep", "pattern", type=Pattern(), help="Only lines in which this regular expression is found.")
@click.option("--level", type=click.Choice(UPPER_LEVELS, case_sensitive=False), default="DEBUG", help="This level and above.")
@click.option("--lines", type=click.IntRange(0, 1_000_000), help=f"How many, the newest [default: {LINES}].")
@click.option("--service", "services", type=click.Choice(PROCESSES), multiple=True, help="Only of this process.")
@click.option("--before", type=Cursor(), help="The page before: what `older lines` of the last page said.")
@json_option
@click.pass_obj
def logs(
    file: Path | None,
    tail: bool,
    span_s: float | None,
    pattern: re.Pattern[str] | None,
    level: str,
    lines: int | None,
    services: tuple[str, ...],
    before: Places | None,
    as_json: bool,
) -> None:
    """Show what the processes logged, the newest lines last. --json prints an event a line."""
    config = load(file)
    wanted = Wanted(pattern, level.lower(), frozenset(services))
    since = 0.0 if span_s is None else time.time() - span_s
    with _sources(config.data_dir.resolve()) as sources:
        try:
            if span_s is not None and lines is None and before is None:
                _print_all(records.every(sources, wanted, since=since), config.timezone, as_json, paged=not tail)
            else:
                page = records.last(sources, wanted, LINES if lines is None else lines, since=since, before=before or {})
                _print_all(page.records, config.timezone, as_json, paged=False)
                if page.before is not None and not tail:
                    click.echo(f"older lines: --before {_cursor(page.before)}", err=True)
            if tail:
                _follow(sources, wanted, config.timezone, as_json)
        except JournalFault as fault:
            raise click.ClickException(f"the journal cannot be read: {fault}") from fault


@contextmanager
def _sources(data_dir: Path) -> Iterator[list[Source]]:
    """Files of every process, and the journal of a machine that systemd runs. A process writes to one of the two."""
    with ExitStack() as stack:
        found: list[Source] = []
        for process in sorted({*PROCESSES, *file_source.processes(data_dir)}):  # one without files may begin to write
            found.append(stack.enter_context(closing(file_source.FileSource(data_dir, process))))
        if BOOTED.is_dir() and shutil.which("journalctl"):
            try:
                found.append(stack.enter_context(closing(JournalSource(data_dir))))
            except JournalFault as fault:
                click.echo(f"without the journal: {fault} (run this as root, or join the group systemd-journal)", err=True)
        yield found


def _follow(sources: list[Source], wanted: Wanted, timezone: str, as_json: bool) -> None:
    try:
        while True:
            for record in records.new(sources, wanted):
                say(_line(record, timezone, as_json))
            time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        return


def _print_all(found: Iterable[Record], timezone: str, as_json: bool, *, paged: bool) -> None:
    """A line at a time; at a terminal a long range goes through the pager, which asks for more as it is read."""
    shown = (_line(record, timezone, as_json) for record in found)
    if paged and sys.stdout.isatty():
        click.echo_via_pager(f"{line}\n" for line in shown)
        return
    for line in shown:
        say(line)


def _line(record: Record, timezone: str, as_json: bool) -> str:
    return for_machines(None, "", record.event) if as_json else record.shown(local_time(record.at, timezone) or "")


def _cursor(places: Places) -> str:
    return base64.urlsafe_b64encode(json.dumps(places, separators=(",", ":")).encode()).decode()
