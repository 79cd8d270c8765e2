"""`kiebot-admin`: look after a running kiebot, or one that does not run. Exit codes: 0 done, 1 failed or invalid, 2 wrong use."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import click

from kiebot.cli.lazy import LazyGroup

COMMANDS = {
    "stats": ("kiebot.cli.stats:stats", "How much is used, and by how many."),
    "doctor": ("kiebot.cli.doctor:doctor", "Check this machine, the configuration and the data."),
    "logs": ("kiebot.cli.logs:logs", "What the processes logged."),
    "errors": ("kiebot.cli.errors:errors", "Errors that nobody expected: list, show, look for the cause."),
    "config": ("kiebot.cli.config:config", "Check or show the configuration."),
    "db": ("kiebot.cli.db:db", "Check or migrate the database."),
    "backup": ("kiebot.cli.backup:backup", "Write a backup while kiebot runs."),
    "restore": ("kiebot.cli.restore:restore", "Put a backup back."),
    "models": ("kiebot.cli.models:models", "The catalogue of models: list, check, change, try."),
    "jobs": ("kiebot.cli.jobs:jobs", "List, show, repeat or cancel jobs."),
    "films": ("kiebot.cli.films:films", "Films that are made: list, show, let one go on."),
    "broadcast": ("kiebot.cli.broadcast:broadcast", "Write to many people at once; watch, pause, cancel."),
    "users": ("kiebot.cli.users:users", "Who writes to the bot; give them credits."),
    "access": ("kiebot.cli.access:access", "Who may use the bot: open, on a list, by invite code."),
    "ledger": ("kiebot.cli.ledger:ledger", "Show or check the movements of credits."),
    "feedback": ("kiebot.cli.feedback:feedback", "What people say of the bot: list or export it."),
    "promo": ("kiebot.cli.promo:promo", "Make, list or disable promo codes."),
    "payments": ("kiebot.cli.payments:payments", "List payments, give one back, compare them with Telegram's list."),
    "documents": ("kiebot.cli.documents:documents", "Read a document as the bot does."),
    "outbox": ("kiebot.cli.outbox:outbox", "List messages that wait, went or failed."),
}


class AdminGroup(LazyGroup):
    """Answers what the machine refuses with a sentence, too: a folder that is not there, a full disk."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as fault:
            if fault.errno in (None, errno.EPIPE):  # a bug, or whoever read the output has gone, which click knows
                raise
            place = "" if fault.filename is None else f"{fault.filename}: "
            click.echo(f"{ctx.find_root().info_name}: {place}{fault.strerror}", err=True)
            ctx.exit(1)


@click.group(cls=AdminGroup, lazy=COMMANDS, fault_exit_code=1, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "file", type=click.Path(path_type=Path), help="The configuration file [default: ./config.toml].")
@click.version_option(package_name="kiebot", message="%(version)s")
@click.pass_context
def admin(ctx: click.Context, file: Path | None) -> None:
    """Look after a kiebot."""
    ctx.obj = file
