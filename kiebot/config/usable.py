"""What the bot lacks, and what it cannot use though it is written as it should be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kiebot.config.keys import OPENAI_URL, Config
from kiebot.config.problems import Problem
from kiebot.store.folder import why_not

API_HASH = re.compile(r"[0-9a-fA-F]{32}")


def missing(config: Config) -> list[Problem]:
    """The keys without which the bot cannot work. They have no default, so a file without them is valid but not enough."""
    telegram = config.telegram
    needed = {
        "telegram.api_id": (telegram.api_id, "get one at my.telegram.org, API development tools"),
        "telegram.api_hash": (telegram.api_hash.get_secret_value(), "it stands beside api_id at my.telegram.org"),
        "telegram.bot_token": (telegram.bot_token.get_secret_value(), "ask @BotFather for one: /newbot"),
    }
    if config.text.base_url == OPENAI_URL:
        needed["text.api_key"] = (config.text.api_key.get_secret_value(), "the key of the text model's server")
    return [Problem("missing", key, hint) for key, (value, hint) in needed.items() if not value]


def unusable(config: Config) -> list[Problem]:
    """The keys with which no bot can work here: what Telegram never gave out, and what this machine has not."""
    return [Problem("unusable", key, words) for key, words in _unusable(config)]


def _unusable(config: Config) -> Iterator[tuple[str, str]]:
    telegram = config.telegram
    api_hash, key_file = telegram.api_hash.get_secret_value(), telegram.server_public_key_file
    if api_hash and telegram.server is None and not API_HASH.fullmatch(api_hash):  # another server may take any
        yield "telegram.api_hash", "must be 32 of the characters 0-9 and a-f, as it stands at my.telegram.org"
    if telegram.server is not None and key_file is not None and (words := _no_file(key_file)):
        yield "telegram.server_public_key_file", words
    if words := why_not(config.data_dir):
        yield "data_dir", words


def _no_file(file: Path) -> str | None:
    try:
        file.open("rb").close()
    except FileNotFoundError:
        return f"{file} is not there"
    except IsADirectoryError:
        return f"{file} is not a file"
    except OSError as exc:
        return f"{file} cannot be read: {exc.strerror}"
    return None
