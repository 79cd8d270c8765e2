"""The bot process: the only importer of pyrogram outside the sandbox."""
