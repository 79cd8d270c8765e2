"""The client of this bot, and its way in: what goes wrong there is told in words that say what to do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pyrogram
from pyrogram.errors import RPCError, Unauthorized

from kiebot.config import Config
from kiebot.errors import OperatorFault
from kiebot.process import EXIT_FAILED, sd_notify
from kiebot.telegram.client import build_client
from kiebot.telegram.line import Line

HANDLERS_AT_ONCE = 200  # coroutines, not threads; none of them waits on a model
TRANSMISSIONS = 3  # uploads and downloads at the same time; more slows the chats down


def make_client(config: Config, data_dir: Path) -> pyrogram.Client:
    """The client as the bot needs it: nothing skipped, nothing cached, nothing fetched that nobody asked for."""
    telegram = config.telegram
    return build_client(
        "kiebot",
        data_dir / "session",
        api_id=telegram.api_id,
        api_hash=telegram.api_hash.get_secret_value(),
        bot_token=telegram.bot_token.get_secret_value(),
        server=telegram.server,
        public_key_file=telegram.server_public_key_file,
        skip_updates=False,
        workers=HANDLERS_AT_ONCE,
        max_concurrent_transmissions=TRANSMISSIONS,
        max_message_cache_size=1,
        max_topic_cache_size=1,
        fetch_replies=False,
        fetch_topics=False,
        fetch_stories=False,
        fetch_stickers=False,
        protocol_factory=Line,
        loop=asyncio.get_running_loop(),
    )


async def log_in(client: pyrogram.Client, where: str) -> None:
    """Connect and log in; updates come from here on. `where`: whom we speak to, for people. Raises OperatorFault."""
    sd_notify("STATUS=waiting for Telegram")
    try:
        await client.start()
    except Unauthorized as exc:
        raise OperatorFault(f"Telegram does not know this bot: {exc}; check telegram.bot_token") from exc
    except RPCError as exc:
        if any(word in str(exc) for word in ("ACCESS_TOKEN", "API_ID")):
            raise OperatorFault(f"Telegram refuses the login: {exc}; check telegram.api_id, api_hash and bot_token") from exc
        raise
    except (OSError, KeyError) as exc:
        words = f"{where} does not answer: {_in_words(exc)}. Look at the network of this machine; it is tried again."
        raise OperatorFault(words, exit_code=EXIT_FAILED) from exc


def _in_words(error: OSError | KeyError) -> str:
    """A KeyError is the library's word for an answer of a kind that it does not know; nothing is of kind 0."""
    if isinstance(error, KeyError):
        return "its answer was empty or cut short" if error.args == (0,) else "its answer was not in Telegram's protocol"
    inner = next((cause for cause in error.args if isinstance(cause, OSError)), error)  # the library wraps some
    nothing_said = "nothing came in time" if isinstance(inner, TimeoutError) else "the connection broke"
    return inner.strerror or str(inner) or nothing_said
