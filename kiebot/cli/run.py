"""`kiebot run`: bot, worker and web as children of one process; the sandbox where nothing is configured."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from kiebot.cli.start import start
from kiebot.config import Config, find, load
from kiebot.store.db import close_store, open_store
from kiebot.supervisor import Child, Supervisor


@click.command()
@click.pass_context
def run(ctx: click.Context) -> None:
    """Bot, worker and, if enabled, web together; one Ctrl-C stops them. Without any configuration: the sandbox."""
    file: Path | None = ctx.obj
    if not _configured(file):
        from kiebot.cli.sandbox import sandbox  # a configured bot has no use for it

        click.echo("No configuration found (config.toml): starting the sandbox. It needs no token and no key.")
        ctx.invoke(sandbox)
        return
    config = start("run", file, complete=True)
    bring_up_to_date(config.data_dir)
    sys.exit(asyncio.run(_run(config, find(file))))


def _configured(file: Path | None) -> bool:
    """Whether there is a file or, without one, a bot in the environment."""
    return find(file) is not None or bool(load().telegram.bot_token.get_secret_value())


async def _run(config: Config, file: Path | None) -> int:
    names = ["bot", "worker", *(["web"] if config.web.enabled else [])]
    environ = children_environ(os.environ, file, console=config.logging.format == "auto" and sys.stderr.isatty())
    return await Supervisor([Child.of_kiebot(name, environ) for name in names]).run()


def bring_up_to_date(data_dir: Path) -> None:
    """Make or migrate the store before the first child opens it, so that none of them meets an older schema."""
    open_store(data_dir, migrate=True)
    close_store()


def children_environ(environ: Mapping[str, str], file: Path | None, *, console: bool) -> dict[str, str]:
    """The environment for children. Their output goes through this process, so they cannot see the terminal themselves."""
    child = dict(environ)
    if file is not None:
        child["KIEBOT_CONFIG"] = str(file.absolute())
    if console:
        child["KIEBOT_LOGGING__FORMAT"] = "console"
    return child
