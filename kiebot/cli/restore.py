"""`kiebot-admin restore`: put a backup back, here or on a machine that has nothing yet."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking import agreed, change_options
from kiebot.cli.output import json_option, local_time, print_facts, print_json
from kiebot.config import find, load
from kiebot.errors import OperatorFault
from kiebot.process import only_one
from kiebot.store import backup as archives
from kiebot.store.backup import Restored

PROCESSES = ("bot", "worker", "web")


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--data-dir", type=click.Path(file_okay=False, path_type=Path), help="Where to [default: as configured, else ./data]."
)
@change_options
@json_option
@click.pass_obj
def restore(file: Path | None, archive: Path, data_dir: Path | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Put the backup ARCHIVE in the place of the data directory. What was there is kept beside it.

    The whole archive is checked before anything is replaced. Without a configuration the one in the archive is written. kiebot
    must not run.
    """
    place, config_file, configured = _places(file, data_dir)
    manifest = archives.read(archive)
    moment = local_time(manifest.created_at, "UTC")
    question = f"Put the backup of {moment} UTC (release {manifest.version}) in the place of what is in {place}?"
    facts: dict[str, Any] = {
        "archive": str(archive),
        "made": f"{moment} UTC",
        "release": manifest.version,
        "data_dir": str(place),
    }
    if agreed(question, dry_run=dry_run, yes=yes):
        with _nobody_uses(place):
            restored = archives.restore(archive, place)
        if not configured:
            _write_config(config_file, restored.config, place)
        facts |= _told(restored, config_file, written=not configured)
    else:
        facts |= {"files": manifest.names, "restored": False}
    print_json(facts) if as_json else print_facts(facts)


def _places(file: Path | None, data_dir: Path | None) -> tuple[Path, Path, bool]:
    """The data directory, the configuration file, and whether there is one already."""
    environ = dict(os.environ)
    named = file or (Path(environ["KIEBOT_CONFIG"]) if environ.get("KIEBOT_CONFIG") else None)
    if named is not None and not named.is_file():
        environ.pop("KIEBOT_CONFIG", None)
        place = data_dir or Path(environ.get("KIEBOT_DATA_DIR") or named.absolute().parent / "data")
        return place.absolute(), named, False
    found = find(named, environ)
    return (data_dir or load(named, environ).data_dir).absolute(), found or Path("config.toml"), found is not None


@contextmanager
def _nobody_uses(data_dir: Path) -> Iterator[None]:
    """Hold the places of all processes, so that none starts meanwhile."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if data_dir.stat().st_uid != os.geteuid():
        raise OperatorFault(f"{data_dir} belongs to another user: run this command as that user", exit_code=1)
    with ExitStack() as stack:
        for process in PROCESSES:
            stack.enter_context(only_one(process, data_dir))
        yield


def _write_config(file: Path, text: str, data_dir: Path) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(f"# Written by `kiebot-admin restore`.\ndata_dir = {json.dumps(str(data_dir), ensure_ascii=False)}\n{text}")


def _told(restored: Restored, config_file: Path, *, written: bool) -> dict[str, Any]:
    manifest = restored.manifest
    return {
        "files": manifest.names,
        "restored": True,
        "kept": str(restored.before) if restored.before.is_dir() else None,
        "migrated": restored.migrated,
        "config": f"{config_file}, written" if written else f"{config_file}, as it was",
        "set_again": manifest.secrets_left_out if written else [],
        "next": "kiebot-admin doctor; then start kiebot",
    }
