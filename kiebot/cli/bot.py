"""`kiebot bot`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kiebot.cli.start import start
from kiebot.telegram import app


@click.command()
@click.pass_obj
def bot(file: Path | None) -> None:
    """The process that talks with Telegram."""
    sys.exit(app.main(start("bot", file, complete=True)))
