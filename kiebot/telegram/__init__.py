"""The bot process: the only importer of pyrogram outside the sandbox."""

from kiebot.telegram.schema import load_when_needed

load_when_needed()
