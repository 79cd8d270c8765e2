"""`kiebot web`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kiebot.cli.start import start
from kiebot.web import app


@click.command()
@click.pass_obj
def web(file: Path | None) -> None:
    """Health and metrics over HTTP."""
    sys.exit(app.main(start("web", file)))
