"""What every long-running process does first: read the configuration, refuse what cannot work, log as told."""

from __future__ import annotations

from pathlib import Path

from kiebot import logs
from kiebot.config import Config, ConfigFault, load, missing, unusable


def start(process: str, file: Path | None, *, complete: bool = False) -> Config:
    """The configuration for a process, with its logs set up. `complete`: all that a bot needs must be there."""
    config = load(file)
    problems = [*missing(config), *unusable(config)] if complete else []
    if problems:
        raise ConfigFault(problems)
    logs.set_up(process, config)
    return config
