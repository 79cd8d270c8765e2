"""Opens the configured store for a command."""

from __future__ import annotations

import os
import pwd
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiebot.config import Config, load
from kiebot.errors import OperatorFault
from kiebot.store import db, folder
from kiebot.store.wake import Bell, socket_path

SANDBOX_CONFIG = Path("data/sandbox/config.toml")  # what `make run` writes when there is no configuration


@contextmanager
def opened(file: Path | None) -> Iterator[Config]:
    """The configuration, with its store open."""
    config = load(file)
    _ours(config.data_dir / "kiebot.db")
    with _in_words(config.data_dir / "kiebot.db"):
        db.open_store(config.data_dir)
        yield config


@contextmanager
def opened_as_it_is(file: Path | None) -> Iterator[Path]:
    """The path of the store, open whatever its schema."""
    config = load(file)
    _ours(config.data_dir / "kiebot.db")
    with _in_words(config.data_dir / "kiebot.db"):
        yield db.connect(config.data_dir)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Close the store in the end. Damage and a full disk are the operator's to mend; any other error of it is ours, a bug."""
    try:
        yield
    except (db.StoreError, sqlite3.Error) as exc:
        if db.is_damage(exc):
            raise OperatorFault(
                f"{path} is damaged: {exc}. Stop kiebot and bring a backup back: `kiebot-admin restore ARCHIVE`"
            ) from exc
        if db.is_passing(exc):
            raise OperatorFault(f"{path} cannot be used now: {exc}. Once that is over, do this again") from exc
        raise
    finally:
        db.close_store()


def ring_bot(config: Config) -> None:
    """The bot delivers what people are to read."""
    Bell(socket_path(config.data_dir, "bot")).ring()


def _ours(path: Path) -> None:
    """Refuse to make an empty store by a typing error, and to leave files in it that the bot's own user cannot write."""
    if reason := folder.why_not(path.parent):
        raise OperatorFault(f"data_dir: {reason}")
    if not path.is_file():
        sandbox = f" (of the sandbox? --config {SANDBOX_CONFIG})" if SANDBOX_CONFIG.is_file() else ""
        raise OperatorFault(f"{path} is not there: the bot or the worker makes it at first start{sandbox}")
    owner = path.stat().st_uid
    if owner != os.geteuid():
        name = pwd.getpwuid(owner).pw_name
        raise OperatorFault(f"{path} belongs to {name}: run this command as {name} (sudo -u {name} ...)")
