"""`kiebot`: the processes."""

from __future__ import annotations

from pathlib import Path

import click

from kiebot import __version__
from kiebot.cli.lazy import LazyGroup

COMMANDS = {
    "run": ("kiebot.cli.run:run", "Bot, worker and web together; without any configuration, the sandbox."),
    "bot": ("kiebot.cli.bot:bot", "The process that talks with Telegram."),
    "worker": ("kiebot.cli.worker:worker", "The process that does the jobs."),
    "web": ("kiebot.cli.web:web", "Health and metrics over HTTP."),
    "sandbox": (
        "kiebot.cli.sandbox:sandbox",
        "Everything on this machine, with a chat page in the browser. Needs no token and no key.",
    ),
    "version": ("kiebot.cli.main:version", "Print the version."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="The configuration file [default: ./config.toml].")
@click.pass_context
def kiebot(ctx: click.Context, config: Path | None) -> None:
    """Your own AI studio in Telegram."""
    ctx.obj = config


@click.command()
def version() -> None:
    """Print the version."""
    click.echo(__version__)
