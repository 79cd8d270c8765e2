"""A group whose commands are imported when they are called: the help is instant, and the bot does not load what others need."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import click

from kiebot.errors import OperatorFault

FOR_ALL = "--config"  # the group takes it, for whatever command follows
Commands = Mapping[str, tuple[str, str]]  # name -> ("module:attribute", one line of help)


class LazyGroup(click.Group):
    """Knows its commands by name and one line; answers an OperatorFault with its sentence and exit code."""

    def __init__(self, *args: Any, lazy: Commands, fault_exit_code: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy
        self._fault_exit_code = fault_exit_code

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(_imported(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._lazy.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as wrong:
            if wrong.option_name != FOR_ALL or wrong.ctx is None:
                raise
            raise click.UsageError(_goes_first(wrong.ctx), wrong.ctx) from None
        except OperatorFault as fault:
            click.echo(f"{ctx.find_root().info_name}: {fault}", err=True)
            ctx.exit(fault.exit_code if self._fault_exit_code is None else self._fault_exit_code)


def _goes_first(ctx: click.Context) -> str:
    program = ctx.find_root().command_path
    command = ctx.command_path.removeprefix(program)
    return f"{FOR_ALL} goes before the command: {program} {FOR_ALL} FILE{command}"


def _imported(name: str) -> ModuleType:
    """Import with the garbage collector off, then let it forget what was loaded.

    The Telegram library makes a hundred thousand objects that live for ever. Looking through them takes 0.45 of the 1.5 s that
    loading them needs, and later stops the bot's loop for 100 ms at every full collection.
    """
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()
