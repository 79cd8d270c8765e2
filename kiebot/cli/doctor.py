"""`kiebot-admin doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from kiebot.cli import checks, film_checks, running_checks
from kiebot.cli.asking import change_options
from kiebot.cli.catalogue import catalogue_now
from kiebot.cli.checks import Check
from kiebot.cli.output import json_option, print_json

MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


@click.command()
@click.option("--online", is_flag=True, help="Also ask the AI servers, KIE, lava.top and, by the bot, Telegram.")
@click.option(
    "--fix", "mend", is_flag=True,
    help="Make missing folders, close what others can read; with --online, remove a webhook left over (asks first).",
)  # fmt: skip
@change_options
@json_option
@click.pass_context
def doctor(ctx: click.Context, online: bool, mend: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Check this machine, the configuration and the data. Exit code 1 when something fails."""
    mend = mend and not dry_run
    found = examine(ctx.obj, online=online, mend=mend, agree=lambda question: mend and (yes or _agreed(question)))
    well = all(check.status != "fail" for check in found)
    if as_json:
        print_json({"ok": well, "checks": [asdict(check) for check in found]})
    else:
        for check in found:
            _say(check)
    ctx.exit(0 if well else 1)


def _agreed(question: str) -> bool:
    """Where nobody answers the report goes on without it."""
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        return False


def examine(file: Path | None, *, online: bool, mend: bool, agree: Callable[[str], bool]) -> list[Check]:
    """All checks that make sense here, in the order in which one would mend things. `agree`: to what cannot be undone."""
    judged, config = checks.configuration(file)
    found = [checks.python(), checks.sqlite(), checks.clock(), checks.ffmpeg(), checks.tesseract(), checks.walls(config)]
    found += [checks.fonts(), judged, checks.config_file_rights(file, mend=mend)]
    if config is None:
        return found
    found += [checks.vision(config), checks.payments(config), checks.data_dir(config, mend=mend), checks.disk(config)]
    found += [store := checks.database(file, config), checks.backups(config)]
    if store.status == "ok":  # what is on offer is written there, too
        found.append(film_checks.films(config, catalogue_now(file)))
    found += [checks.process(name, config) for name in ("bot", "worker")]
    found += [*running_checks.units(config), *running_checks.work(file, config)]
    if online:
        from kiebot.cli import probes  # an HTTP client that the other checks need not load

        found += probes.all_of(file, config, agree=agree)
    return found


def _say(check: Check) -> None:
    click.echo(f"{MARKS[check.status]}  {check.name}: {check.detail}")
    if check.status != "ok" and check.fix:
        click.echo(f"      {check.fix}")
