"""What `kiebot-admin doctor --online` asks the services that the configuration names. Nothing that costs money."""

from __future__ import annotations

import asyncio
import secrets
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from kiebot.cli.checks import Check
from kiebot.cli.state import opened
from kiebot.config import Config
from kiebot.errors import OperatorFault, ProviderError
from kiebot.http.client import Answer, HttpClient, HttpFault
from kiebot.providers.kie import Kie
from kiebot.store import bot_calls
from kiebot.store.wake import Bell, socket_path

TIMEOUT_S = 15.0
CLOCK_TOLERANCE_S = 30.0


async def services(config: Config) -> list[Check]:
    """Text endpoint, KIE and, by the answer of the first, the clock."""
    http = HttpClient(timeout_s=TIMEOUT_S)
    try:
        return [*await _text(config, http), await _kie(config, http)]
    finally:
        await http.aclose()


async def _text(config: Config, http: HttpClient) -> list[Check]:
    """The list of models proves address and key."""
    key = config.text.api_key.get_secret_value()
    headers = {"authorization": f"Bearer {key}"} if key else {}
    try:
        answer = await http.send("GET", f"{config.text.base_url}/models", headers=headers)
    except HttpFault as fault:
        return [Check("text model", "fail", f"{config.text.base_url}: {fault}", "look at text.base_url and the network")]
    return [_judge_models(config, answer), _judge_clock(answer)]


def _judge_models(config: Config, answer: Answer) -> Check:
    if answer.status in (401, 403):
        return Check("text model", "fail", f"the key was refused ({answer.status})", "look at text.api_key")
    content = answer.json()
    rows = content.get("data") if isinstance(content, dict) else None
    if answer.status != 200 or not isinstance(rows, list):
        return Check(
            "text model",
            "warn",
            f"{config.text.base_url}/models answered {answer.status}: cannot tell whether the model is there",
        )
    names = [row.get("id") for row in rows if isinstance(row, dict)]
    if config.text.model not in names:
        return Check("text model", "warn", f"{config.text.model} is not among its {len(names)} models", "look at text.model")
    return Check("text model", "ok", f"{config.text.model} at {config.text.base_url}")


def _judge_clock(answer: Answer) -> Check:
    try:
        theirs = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return Check("clock, compared", "ok", "the server does not tell its time")
    off_s = time.time() - theirs
    if abs(off_s) > CLOCK_TOLERANCE_S:
        return Check("clock, compared", "warn", f"{off_s:+.0f} s against the text server", "sudo timedatectl set-ntp true")
    return Check("clock, compared", "ok", f"{off_s:+.0f} s against the text server")


async def _kie(config: Config, http: HttpClient) -> Check:
    key = config.kie.api_key.get_secret_value()
    if not key:
        return Check("kie", "warn", "no key: no pictures and videos", "set kie.api_key")
    try:
        credits = await Kie(http, key, config.kie.base_url).credits()
    except ProviderError as exc:
        return Check("kie", "fail", str(exc), "look at kie.api_key and the network")
    if credits <= 0:
        return Check("kie", "warn", "the account is empty", "top it up at kie.ai")
    return Check("kie", "ok", f"{credits:g} credits")


def telegram(file: Path | None) -> list[Check]:
    """Ask the running bot who it is and whether another program gets its messages: nobody else has its session."""
    try:
        with opened(file) as config:
            number = secrets.token_hex(8)
            asked = [bot_calls.ask(method, {}, f"doctor:{method}:{number}") for method in ("get_me", "webhook_info")]
            Bell(socket_path(config.data_dir, "bot")).ring()
            me = _telegram_answer(_wait(asked[0].id))
            return [me] if me.status != "ok" else [me, _judge_webhook(_wait(asked[1].id))]
    except OperatorFault as fault:
        return [Check("telegram", "warn", f"cannot ask: {fault}")]


def _wait(call_id: int) -> Any:
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        call = bot_calls.get(call_id)
        if call is not None and call.state != "queued":
            return call
        time.sleep(0.1)
    return None


def _telegram_answer(call: Any) -> Check:
    if call is None:
        return Check("telegram", "warn", f"no answer in {TIMEOUT_S:.0f} s: the bot is down or has no connection", "kiebot run")
    if call.state == "failed":
        return Check("telegram", "fail", str(call.result.get("error")))
    return Check("telegram", "ok", f"@{call.result['username']} ({call.result['id']})")


def _judge_webhook(call: Any) -> Check:
    if call is None:
        return Check("webhook", "warn", f"no answer in {TIMEOUT_S:.0f} s")
    if call.state == "failed":
        return Check("webhook", "ok", f"not known: {call.result.get('error')}")
    if call.result["host"]:
        told = f"{call.result['host']} gets this bot's messages too, through a webhook: both will answer"
        return Check("webhook", "warn", told, "stop the other program, and call deleteWebhook of the Bot API once")
    return Check("webhook", "ok", "none: no other program gets this bot's messages so")


def all_of(file: Path | None, config: Config) -> list[Check]:
    """Every probe."""
    return [*asyncio.run(services(config)), *telegram(file)]
