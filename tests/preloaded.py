"""What a bot and a worker import and read whenever they start; see tests/births.py."""

import gc

import kiebot.cli.bot
import kiebot.cli.main
import kiebot.cli.worker  # noqa: F401
from kiebot.catalog.loading import load
from kiebot.providers import openai_import

load()
openai_import.load()
gc.freeze()
