"""`kiebot sandbox`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from kiebot import logs
from kiebot.cli.run import bring_up_to_date, children_environ
from kiebot.errors import OperatorFault
from kiebot.process import EXIT_DONE, AlreadyRunning, only_one
from kiebot.sandbox.app import DATA, Ports, Sandbox, page_of

PORT = click.IntRange(0, 65_535)
FIRST_LOGIN_S = 15.0


@click.command()
@click.option("--headless", is_flag=True, help="For programs: scripted answers only, and the addresses as one line of JSON.")
@click.option("--telegram-port", type=PORT, help="Port of the data centre [default: any free one].")
@click.option("--ai-port", type=PORT, help="Port of the AI services [default: any free one].")
@click.option("--page-port", type=PORT, help="Port of the chat page [default: 8090 when it is free].")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where everything is kept [default: data/sandbox].")
@click.option("--alone", is_flag=True, help="Without bot, worker and web: those you start yourself find their config.toml there.")
def sandbox(
    headless: bool, telegram_port: int | None, ai_port: int | None, page_port: int | None, data_dir: Path | None, alone: bool
) -> None:
    """Telegram, the AI services and a chat page on this machine, with the real bot and worker between them."""
    console = sys.stderr.isatty()
    logs.start("sandbox", os.environ.get("KIEBOT_LOGGING__LEVEL", "auto"), console=console)
    folder = data_dir or Path(os.environ.get("KIEBOT_DATA_DIR", "data")) / "sandbox"
    with _only_sandbox(folder):
        bring_up_to_date(folder / DATA)
        ports = Ports(telegram_port, ai_port, page_port)
        sys.exit(asyncio.run(_serve_alone(folder, ports, headless) if alone else _serve(folder, ports, headless, console)))


@contextmanager
def _only_sandbox(folder: Path) -> Iterator[None]:
    """Be the only sandbox of this folder. Whoever starts a second one wants the page of the first."""
    with ExitStack() as alone:
        try:
            alone.enter_context(only_one("sandbox", folder))
        except AlreadyRunning as running:
            page = page_of(folder)
            raise OperatorFault(
                f"{running}; its chat page: {page}" if page else str(running), exit_code=running.exit_code
            ) from None
        yield


async def _serve(folder: Path, ports: Ports, headless: bool, console: bool) -> int:
    around = await Sandbox.open(folder, ports, scripted=headless)
    try:
        addresses = await around.start()
        running = asyncio.create_task(around.run(children_environ(os.environ, None, console=console)))
        met = asyncio.create_task(around.bot_met(FIRST_LOGIN_S))  # who writes to a bot that never logged in is not heard
        await asyncio.wait({met, running}, return_when=asyncio.FIRST_COMPLETED)
        met.cancel()
        if not running.done():
            _say(addresses, around.text_models, headless)
        return await running
    finally:
        await around.stop()


async def _serve_alone(folder: Path, ports: Ports, headless: bool) -> int:
    """Everything that lies around a kiebot, until SIGTERM or Ctrl-C."""
    around = await Sandbox.open(folder, ports, scripted=headless)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        addresses = await around.start()
        _say({**addresses, "config": str(around.write_config())}, around.text_models, headless)
        await stop.wait()
    finally:
        await around.stop()
    return EXIT_DONE


def _say(addresses: dict[str, str], models: tuple[str, ...], headless: bool) -> None:
    if headless:
        click.echo(json.dumps(addresses))
        return
    click.echo(f"\n  Open the chat page:  {addresses['page']}")
    click.echo(f"  Text is answered by: {', '.join(models)} (on this machine)")
    if "config" in addresses:
        click.echo(f"  Start the rest with: KIEBOT_CONFIG={addresses['config']} kiebot run")
    click.echo("  Ctrl-C stops everything.\n")
