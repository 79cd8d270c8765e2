"""Calls that only the running bot can make, and the wait for their results."""

from __future__ import annotations

import secrets
import time
from typing import Any

from kiebot.config import Config
from kiebot.errors import OperatorFault
from kiebot.process import is_running
from kiebot.store import bot_calls
from kiebot.store.wake import Bell, socket_path

ANSWER_S = 15.0
LOOK_EVERY_S = 0.1


def ask(config: Config, method: str, arguments: dict[str, Any], *, within_s: float = ANSWER_S) -> Any:
    """The result of a call. Raises OperatorFault: the bot does not run or does not answer, and the call stays queued; or Telegram
    refuses it."""
    call = bot_calls.ask(method, arguments, f"cli:{method}:{secrets.token_hex(8)}")
    Bell(socket_path(config.data_dir, "bot")).ring()
    done = wait(call.id, within_s) if is_running("bot", config.data_dir) else None
    if done is None:
        why = f"has not answered in {within_s:.0f} s" if is_running("bot", config.data_dir) else "does not run"
        raise OperatorFault(f"the bot {why}: the call stays queued, and the bot makes it as soon as it can", exit_code=1)
    if done.state == "failed":
        raise OperatorFault(f"Telegram refused: {done.result.get('error')}", exit_code=1)
    return done.result


def wait(call_id: int, within_s: float = ANSWER_S) -> Any | None:
    """The call once it is done or failed, or None."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        call = bot_calls.get(call_id)
        if call is not None and call.state != "queued":
            return call
        time.sleep(LOOK_EVERY_S)
    return None
