"""Telegram's own command menu, in each language."""

from __future__ import annotations

from pyrogram import raw

from kiebot.i18n import LANGUAGES, text
from kiebot.telegram.calls import Calls
from kiebot.telegram.handlers.table import COMMANDS


async def set_commands(calls: Calls, *, money: bool) -> None:
    """Tell Telegram which commands there are; `money`: people pay here. The empty language code is for all others."""
    for code in ("", *LANGUAGES):
        language = code or LANGUAGES[0]
        commands = [
            raw.types.BotCommand(command=name, description=text(language, f"command-{name}"))
            for name, command in COMMANDS.items()
            if command.menu and (money or not command.money)
        ]
        scope = raw.types.BotCommandScopeDefault()
        await calls.invoke(raw.functions.bots.SetBotCommands(scope=scope, lang_code=code, commands=commands))
