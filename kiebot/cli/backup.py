"""`kiebot-admin backup`: one archive with everything that cannot be made again, written while kiebot runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kiebot.cli.output import json_option, local_time, print_json, print_table
from kiebot.cli.state import opened_as_it_is
from kiebot.config import Config, load
from kiebot.config.copying import as_toml, left_out
from kiebot.errors import OperatorFault
from kiebot.store import backup as archives
from kiebot.store.backup import Settings

COLUMNS = ("file", "made", "release", "bytes", "secrets")


@click.group(invoke_without_command=True)
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="The folder [default: backup.folder].")
@click.option("--keep", type=click.IntRange(1), help="How many backups stay in the folder [default: backup.keep].")
@click.option("--with-secrets", is_flag=True, help="Keep the token and the keys in it too: keep the archive as safe as these.")
@click.option("--without-session", is_flag=True, help="Leave out Telegram's session, which is as good as the token.")
@click.option("--dry-run", is_flag=True, help="Say where it would be written and what would be removed; change nothing.")
@json_option
@click.pass_context
def backup(
    ctx: click.Context,
    output: Path | None,
    keep: int | None,
    with_secrets: bool,
    without_session: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write a backup, read it again to be sure, and remove the oldest ones. kiebot may go on running."""
    if ctx.invoked_subcommand is not None:
        return
    file: Path | None = ctx.obj
    config = load(file)
    folder, most = output or folder_of(config), keep or config.backup.keep
    with opened_as_it_is(file):  # refuses a store that is not there or belongs to somebody else
        pass
    if dry_run:
        _say({"folder": str(folder), "file": None, "bytes": 0, "removed": _names(archives.listed(folder)[most - 1 :])}, as_json)
        return
    hidden = [] if with_secrets else left_out(config)
    settings = Settings(as_toml(config, with_secrets=with_secrets), with_secrets, hidden)
    made = archives.make(config.data_dir, folder, settings, with_session=not without_session)
    removed = _names(archives.rotate(folder, most))
    _say({"folder": str(folder), "file": str(made), "bytes": made.stat().st_size, "removed": removed}, as_json)


@backup.command("list")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Another folder than backup.folder.")
@json_option
@click.pass_obj
def list_backups(file: Path | None, folder: Path | None, as_json: bool) -> None:
    """The backups that are there, the newest first. `restore FILE --dry-run` reads one to its end."""
    config = load(file)
    found = [_short(path, config.timezone) for path in archives.listed(folder or folder_of(config))]
    if as_json:
        print_json(found)
    else:
        print_table(found, COLUMNS, empty="no backups")


def _short(path: Path, timezone: str) -> dict[str, Any]:
    """What an archive says of itself at its beginning."""
    told: dict[str, Any] = {"file": str(path), "made": local_time(archives.made_at(path), timezone), "bytes": path.stat().st_size}
    try:
        manifest = archives.manifest_of(path)
    except OperatorFault as fault:
        return told | {"release": f"not readable: {fault}", "secrets": None}
    return told | {"release": manifest.version, "secrets": manifest.with_secrets}


def folder_of(config: Config) -> Path:
    """Where this installation keeps its backups."""
    return config.backup.folder or config.data_dir / "backups"


def _names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def _say(report: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    removed = report["removed"]
    click.echo(f"{report['file']}: {report['bytes']} bytes, verified" if report["file"] else f"would write to {report['folder']}")
    if isinstance(removed, list) and removed:
        click.echo(f"{'removed' if report['file'] else 'would remove'} {', '.join(removed)}")
