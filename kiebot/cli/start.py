"""What every long-running process does first: read the configuration, refuse what cannot work, log as told."""

from __future__ import annotations

from pathlib import Path

from kiebot import logs
from kiebot.config import Config, ConfigFault, load, missing


def start(process: str, file: Path | None, *, complete: bool = False) -> Config:
    """The configuration for a process, with its logs set up. `complete`: keys without a default must be there."""
    config = load(file)
    problems = missing(config) if complete else []
    if problems:
        raise ConfigFault(problems)
    logs.set_up(process, config)
    return config
