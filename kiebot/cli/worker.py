"""`kiebot worker`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kiebot.cli.start import start
from kiebot.worker import app


@click.command()
@click.pass_obj
def worker(file: Path | None) -> None:
    """The process that does the jobs."""
    sys.exit(app.main(start("worker", file)))
