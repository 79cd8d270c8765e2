"""`kiebot-admin models sync` and `check`: the catalogue against what KIE lists now."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from kiebot.catalog.loading import MODELS, Catalogue, load
from kiebot.catalog.openapi import Listed, read_listed
from kiebot.catalog.proposals import Proposal, propose
from kiebot.catalog.sync import compare
from kiebot.catalog.sync_docs import DOCS_URL, read_docs
from kiebot.cli.asking import agreed, change_options
from kiebot.cli.output import json_option, print_json
from kiebot.cli.state import opened
from kiebot.config import Config
from kiebot.config import load as load_config
from kiebot.errors import OperatorFault, ProviderError, ProviderErrorKind
from kiebot.http.client import HttpClient
from kiebot.providers.kie import Kie

OnStep = Callable[[int, int], None]
AT_ONCE = 8
WORDS_OF_ALARM = 50  # differences that an alarm quotes

folder_option = click.option(
    "--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=MODELS, help="The files of the catalogue."
)
pace_option = click.option(
    "--per-second", type=click.IntRange(1, 1000), default=1, show_default=True, help="How often to ask; KIE allows one a second."
)


@click.command()
@click.option("--alert", is_flag=True, help="Tell the bot's admins of a difference, once a day at most.")
@folder_option
@pace_option
@json_option
@click.pass_context
def check(ctx: click.Context, alert: bool, folder: Path, per_second: int, as_json: bool) -> None:
    """Whether the catalogue still says what KIE lists: models, parameters, types, values. Exit code 1 when it does not."""
    config, catalogue = load_config(ctx.obj), load(folder)
    listed = asyncio.run(_ask(config, catalogue, per_second))
    differences = compare(catalogue, listed)
    grave = [str(each) for each in differences if each.grave]
    if alert and grave:
        _alert(ctx.obj, grave)
    if as_json:
        print_json({"ok": not grave, "listed": len(listed), "differences": [asdict(each) for each in differences]})
    else:
        for line in grave or [f"the catalogue agrees with the {len(listed)} models that KIE lists"]:
            click.echo(line)
        if len(differences) > len(grave):
            click.echo(f"smaller differences, which `models sync` shows: {len(differences) - len(grave)}", err=True)
    ctx.exit(1 if grave else 0)


@click.command()
@click.option(
    "--from", "source", type=click.Choice(["api", "docs"]), default="api", show_default=True,
    help="docs: read KIE's published pages where its listing has no schema.",
)  # fmt: skip
@click.option("--docs-url", default=DOCS_URL, show_default=True, help="Where these pages are.")
@folder_option
@pace_option
@change_options
@json_option
@click.pass_obj
def sync(
    file: Path | None, source: str, docs_url: str, folder: Path, per_second: int, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Show as a patch what changed at KIE, and write it into the catalogue's files when you agree.

    New models are written as disabled: somebody has to describe them first. What would break a price or a rule is only told.
    """
    config, catalogue = load_config(file), load(folder)
    listed = asyncio.run(_ask(config, catalogue, per_second, with_new=True, docs_url=docs_url if source == "docs" else ""))
    differences = compare(catalogue, listed)
    proposal = propose(folder, differences, listed, datetime.now(UTC).date())
    if not as_json:
        _show(proposal)
    written = False
    if proposal.changed and agreed(f"Write this into {folder}?", dry_run=dry_run, yes=yes):
        _write(proposal, folder)
        written = True
    if as_json:
        found = [asdict(each) for each in differences]
        shown = {"diff": proposal.diff(), "by_hand": proposal.by_hand, "written": proposal.changed if written else []}
        print_json({"listed": len(listed), "differences": found, **shown})
    elif written:
        click.echo(f"written: {', '.join(proposal.changed)}")


def _show(proposal: Proposal) -> None:
    click.echo(proposal.diff() or "nothing to write: the files say what KIE lists")
    if proposal.by_hand:
        click.echo("\nFor you to decide:")
    for line in proposal.by_hand:
        click.echo(f"- {line}")


def _write(proposal: Proposal, folder: Path) -> None:
    try:
        proposal.write(folder)
    except OSError as exc:
        raise OperatorFault(f"{folder}: {exc.strerror or exc}; work on a checkout and name its folder: --folder") from exc


def _alert(file: Path | None, grave: list[str]) -> None:
    from kiebot.services.incidents import alarm  # only here: the store need not exist otherwise

    with opened(file):
        alarm(
            "catalogue-drift",
            f"{len(grave)} differences",
            process="admin",
            words="\n".join(grave[:WORDS_OF_ALARM]),
            context={"differences": len(grave)},
        )


async def _ask(
    config: Config, catalogue: Catalogue, per_second: int, *, with_new: bool = False, docs_url: str = ""
) -> list[Listed]:
    """KIE's list, with what each model takes: of ours that are current, and of the new ones when asked for."""
    try:
        async with connected(config, per_second) as kie:
            rows = {str(row.get("model", "")): row for row in await kie.list_models()}
            wanted = [name for name in rows if _is_wanted(catalogue, name, with_new)]
            documents = await _with_progress("asking KIE", len(wanted), lambda step: _schemas(kie, wanted, step))
    except ProviderError as error:
        raise OperatorFault(f"KIE was not asked to the end: {error}") from error
    if docs_url:
        lacking = [name for name in wanted if documents.get(name) is None]
        pages = docs_url.rstrip("/")
        documents |= await _with_progress("reading pages", 1, lambda step: read_docs(pages, lacking, on_page=step))
    return [read_listed(row, documents.get(name)) for name, row in rows.items()]


def _is_wanted(catalogue: Catalogue, name: str, with_new: bool) -> bool:
    model = catalogue.get(name)
    return with_new if model is None else model.status == "current"


async def _schemas(kie: Kie, names: list[str], on_step: OnStep) -> dict[str, Any]:
    """The models' documents; the provider's client keeps the pace, so that they may be asked for side by side."""
    found: dict[str, Any] = {}
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(name: str) -> None:
        async with gate:
            try:
                found[name] = await kie.model_schema(name)
            except ProviderError as error:
                if error.kind is not ProviderErrorKind.NOT_FOUND:
                    raise
                found[name] = None
        on_step(len(found), len(names))

    await asyncio.gather(*map(ask, names))
    return found


async def _with_progress(label: str, length: int, work: Callable[[OnStep], Any]) -> Any:
    """Run `work(on_step)` with a bar on a terminal's stderr; KIE's pace makes a listing take minutes."""
    with click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def step(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        return await work(step)


@asynccontextmanager
async def connected(config: Config, lists_per_s: int = 1) -> AsyncIterator[Kie]:
    """KIE with the configured key. Raises OperatorFault when there is none."""
    key = config.kie.api_key.get_secret_value()
    if not key:
        raise OperatorFault("kie.api_key is missing: without it KIE says nothing")
    http = HttpClient(timeout_s=30)
    try:
        yield Kie(http, key, config.kie.base_url, lists_per_s=lists_per_s)
    finally:
        await http.aclose()
