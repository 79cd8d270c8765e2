"""`kiebot-admin models sanity`: does each type of work really work, with this account, now?"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

from kiebot.catalog.loading import Catalogue
from kiebot.catalog.schema import TYPES
from kiebot.cli.asking import agreed, change_options
from kiebot.cli.catalogue import catalogue_now
from kiebot.cli.model_sync import connected
from kiebot.cli.output import json_option, print_json
from kiebot.cli.samples import SAMPLES, make
from kiebot.cli.trial import DONE, FAILED, NOT_CONFIGURED, RUNNING, WAITING, Check, Outcome, Trial, cost, plan
from kiebot.config import Config
from kiebot.config import load as load_config
from kiebot.errors import OperatorFault, ProviderError
from kiebot.http.client import HttpClient
from kiebot.providers.openai_audio import Server, Transcriber

REFRESH_S = 0.5
WIDTH = 160  # of a table that goes into a file
STYLES = {DONE: "green", FAILED: "red", RUNNING: "cyan"}
USD_PER_CREDIT = 0.005


@click.command()
@click.option("--all", "everything", is_flag=True, help="Every current model, not one of each type.")
@click.option("--type", "only", type=click.Choice(TYPES), help="Only this type.")
@click.option("--parallel", type=click.IntRange(1, 64), default=4, show_default=True, help="How many run at the same time.")
@click.option("--poll", "poll_s", type=click.FloatRange(0.05, 60), default=3.0, show_default=True, help="Seconds between looks.")
@change_options
@json_option
@click.pass_context
def sanity(
    ctx: click.Context, everything: bool, only: str | None, parallel: int, poll_s: float, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Order the smallest possible work of each type and check what comes back. This costs KIE credits.

    Types that nobody serves are listed as such. Exit code 1 when something failed.
    """
    config, catalogue = load_config(ctx.obj), catalogue_now(ctx.obj)
    checks = plan(catalogue, everything=everything, only=only, transcribes=bool(config.transcription.base_url))
    outcomes: list[Outcome] = [_untried(check) for check in checks]
    if agreed(f"Order from {_bill(catalogue, checks)}?", dry_run=dry_run, yes=yes):
        outcomes = asyncio.run(_try(config, catalogue, checks, parallel, poll_s, live=not as_json))
    elif not as_json:
        click.echo(f"would order from {_bill(catalogue, checks)}")
    failed = any(outcome.ok is False for outcome in outcomes)
    if as_json:
        rows = [_row(check, outcome) for check, outcome in zip(checks, outcomes, strict=True)]
        print_json({"ok": not failed, "credits": cost(catalogue, checks)[0], "rows": rows})
    elif dry_run or not sys.stdout.isatty():
        _console().print(_table(checks, outcomes))
    ctx.exit(1 if failed else 0)


def _untried(check: Check) -> Outcome:
    return Outcome() if check.by else Outcome(NOT_CONFIGURED, detail="no model does this, and nothing else is configured")


def _bill(catalogue: Catalogue, checks: Sequence[Check]) -> str:
    credits, unknown = cost(catalogue, checks)
    models = len({check.model.id for check in checks if check.model is not None})
    besides = f", and {unknown} whose price is not known" if unknown else ""
    return f"{models} models for about {credits} KIE credits ({credits * USD_PER_CREDIT:.2f} USD){besides}"


async def _try(
    config: Config, catalogue: Catalogue, checks: Sequence[Check], parallel: int, poll_s: float, *, live: bool
) -> list[Outcome]:
    """Try everything at once, as far as `parallel` allows. Row by row in the order of the checks."""
    hosts = frozenset(config.media.allowed_hosts)
    with tempfile.TemporaryDirectory() as folder:
        async with connected(config) as kie:
            trial = Trial(kie, catalogue, Path(folder), hosts, parallel, poll_s)
            outcomes = [_untried(check) for check in checks]

            async def run(number: int, check: Check) -> None:
                if check.model is not None:
                    outcomes[number] = await trial.outcome(check.model)
                elif check.by:
                    outcomes[number] = await _transcribed(config, Path(folder))

            async with _shown(trial, checks, outcomes, live=live and sys.stdout.isatty()):
                await asyncio.gather(*(run(number, check) for number, check in enumerate(checks)))
    return outcomes


async def _transcribed(config: Config, folder: Path) -> Outcome:
    """Let the configured server write down a sample."""
    server, started = config.transcription, time.monotonic()
    http = HttpClient()
    try:
        place = Path(tempfile.mkdtemp(dir=folder))
        path = await make("audio", place)
        transcriber = Transcriber(http, Server(server.base_url, server.api_key.get_secret_value(), server.model), server.language)
        await transcriber.transcribe(path, name=path.name, mime=SAMPLES["audio"].mime)
    except (ProviderError, OperatorFault) as fault:
        return Outcome(FAILED, False, time.monotonic() - started, str(fault))
    finally:
        await http.aclose()
    return Outcome(DONE, True, time.monotonic() - started, "text")


@asynccontextmanager
async def _shown(trial: Trial, checks: Sequence[Check], outcomes: Sequence[Outcome], *, live: bool) -> AsyncIterator[None]:
    """Keep a table on the terminal up to date."""
    if not live:
        yield
        return
    with Live(_table(checks, outcomes), console=_console(), refresh_per_second=1 / REFRESH_S) as view:

        async def refresh() -> None:
            while True:
                await asyncio.sleep(REFRESH_S)
                view.update(_table(checks, _now(trial, checks, outcomes)))

        refreshing = asyncio.create_task(refresh())
        try:
            yield
        finally:
            refreshing.cancel()
            view.update(_table(checks, outcomes))


def _now(trial: Trial, checks: Sequence[Check], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes, and for what is not over yet how far it is."""
    states = [trial.states.get(check.model.id, WAITING) if check.model else WAITING for check in checks]
    return [
        Outcome(state) if outcome.state == WAITING and state == RUNNING else outcome
        for outcome, state in zip(outcomes, states, strict=True)
    ]


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDTH, markup=False, highlight=False)


def _table(checks: Sequence[Check], outcomes: Sequence[Outcome]) -> Table:
    table = Table("model", "type", "state", "ok/fail", "time", "", box=None, header_style="bold", pad_edge=False)
    for check, outcome in zip(checks, outcomes, strict=True):
        row = _row(check, outcome)
        seconds = "" if outcome.seconds is None else f"{outcome.seconds:.1f} s"
        verdict = {True: "ok", False: "fail", None: ""}[outcome.ok]
        name = f"{row['model']} (nearest)" if check.by == "nearest" else row["model"]
        table.add_row(name, check.type, outcome.state, verdict, seconds, outcome.detail, style=STYLES.get(outcome.state))
    return table


def _row(check: Check, outcome: Outcome) -> dict[str, Any]:
    """A row for machines. `model` is what serves the type, `by` how: model, nearest, transcription, or "" for nobody."""
    return {
        "model": check.model.id if check.model else "[transcription]" if check.by else "-",
        "type": check.type,
        "by": check.by,
        "state": outcome.state,
        "ok": outcome.ok,
        "seconds": None if outcome.seconds is None else round(outcome.seconds, 1),
        "detail": outcome.detail,
    }
