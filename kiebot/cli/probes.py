"""What `kiebot-admin doctor --online` asks the services that the configuration names.

Nothing that costs money, but for one small picture that the model which looks is shown.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from kiebot.catalog.names import number_words
from kiebot.cli import vision_probe
from kiebot.cli.asking_bot import ANSWER_S, wait
from kiebot.cli.checks import Check
from kiebot.cli.state import opened
from kiebot.config import Config
from kiebot.errors import OperatorFault, ProviderError
from kiebot.http.client import Answer, HttpClient, HttpFault
from kiebot.payments.lavatop import LEAST_AMOUNT, LONGEST_WEBHOOK_KEY, Lavatop, Offer
from kiebot.providers.kie import Kie
from kiebot.providers.openai_audio import Server
from kiebot.store import bot_calls
from kiebot.store.wake import Bell, socket_path
from kiebot.telegram.bot_api import remove_webhook, webhook_host

TIMEOUT_S = 15.0
CLOCK_TOLERANCE_S = 30.0
Agree = Callable[[str], bool]


async def services(config: Config) -> list[Check]:
    """Text, vision, transcription and speech, KIE, lava.top if it is used, and, by the answer of the first, the clock."""
    http = HttpClient(timeout_s=TIMEOUT_S)
    try:
        models = [*await _text(config, http), await vision_probe.seen(config), await _heard(config, http)]
        models += [await _spoken(config, http), await _kie(config, http)]
        return [*models, await _lavatop(config, http)] if config.payments.lavatop.enabled else models
    finally:
        await http.aclose()


async def _text(config: Config, http: HttpClient) -> list[Check]:
    """The list of models proves address and key."""
    server = Server(config.text.base_url, config.text.api_key.get_secret_value(), config.text.model)
    try:
        answer = await _models(server, http)
    except HttpFault as fault:
        return [Check("text model", "fail", f"{server.base_url}: {fault}", "look at text.base_url and the network")]
    return [_judge_models("text model", "text", server, answer), _judge_clock(answer)]


async def _heard(config: Config, http: HttpClient) -> Check:
    section = config.transcription
    server = Server(section.base_url, section.api_key.get_secret_value(), section.model)
    return await _sound_server("transcription", server, http, "voice messages are not understood")


async def _spoken(config: Config, http: HttpClient) -> Check:
    section = config.speech
    server = Server(section.base_url, section.api_key.get_secret_value(), section.model)
    return await _sound_server("speech", server, http, "answers are not read aloud")


async def _sound_server(section: str, server: Server, http: HttpClient, without: str) -> Check:
    """What is heard or spoken costs money: the list of models is all that is asked for."""
    if not server.there:
        return Check(section, "warn", f"no address: {without}", f"set {section}.base_url")
    try:
        answer = await _models(server, http)
    except HttpFault as fault:
        return Check(section, "fail", f"{server.base_url}: {fault}", f"look at {section}.base_url and the network")
    return _judge_models(section, section, server, answer)


async def _models(server: Server, http: HttpClient) -> Answer:
    return await http.send("GET", f"{server.base_url}/models", headers=server.headers)


def _judge_models(name: str, section: str, server: Server, answer: Answer) -> Check:
    if answer.status in (401, 403):
        return Check(name, "fail", f"the key was refused ({answer.status})", f"look at {section}.api_key")
    content = answer.json()
    rows = content.get("data") if isinstance(content, dict) else None
    if answer.status != 200 or not isinstance(rows, list):
        told = f"{server.base_url}/models answered {answer.status}: cannot tell whether the model is there"
        return Check(name, "warn", told)
    names = [row.get("id") for row in rows if isinstance(row, dict)]
    if server.model not in names:
        return Check(name, "warn", f"{server.model} is not among its {len(names)} models", f"look at {section}.model")
    return Check(name, "ok", f"{server.model} at {server.base_url}")


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
    return Check("kie", "ok", f"{number_words(credits)} credits")


async def _lavatop(config: Config, http: HttpClient) -> Check:
    """The offer has to be there and to take our amounts; the packs must not be too small."""
    section = config.payments.lavatop
    try:
        offers = await Lavatop(http, section.api_key.get_secret_value(), section.base_url).offers()
    except ProviderError as exc:
        return Check("lava.top", "fail", str(exc), "look at payments.lavatop.api_key and the network")
    offer = next((offer for offer in offers if offer.id == section.offer_id), None)
    if offer is None:
        return Check("lava.top", "fail", f"the account has no offer {section.offer_id!r}", _choice(offers))
    if not offer.dynamic:
        return Check("lava.top", "fail", f"{offer.name!r} has a fixed price: our amounts are ignored", _choice(offers))
    least = LEAST_AMOUNT[section.currency]
    if any(pack.amount < least for pack in section.packs):
        told = f"takes no less than {least} {section.currency}"
        return Check("lava.top", "fail", told, "make the packs in payments.lavatop.packs larger")
    if len(section.webhook_key.get_secret_value()) > LONGEST_WEBHOOK_KEY:
        told = f"takes no key of more than {LONGEST_WEBHOOK_KEY} characters for its webhook"
        return Check("lava.top", "warn", told, "choose a shorter payments.lavatop.webhook_key")
    return Check("lava.top", "ok", f"sells {offer.name!r}")


def _choice(offers: list[Offer]) -> str:
    """The offers that would do."""
    fit = [f"{offer.id} ({offer.name})" for offer in offers if offer.dynamic]
    if not fit:
        return "make a product with a price on request in the account, see docs/money.md"
    return f"set payments.lavatop.offer_id to {' or '.join(fit)}"


def telegram(file: Path | None) -> Check:
    """Ask the running bot who it is: nobody else has its session."""
    try:
        with opened(file) as config:
            asked = bot_calls.ask("get_me", {}, f"doctor:get_me:{secrets.token_hex(8)}")
            Bell(socket_path(config.data_dir, "bot")).ring()
            return _telegram_answer(wait(asked.id))
    except OperatorFault as fault:
        return Check("telegram", "warn", f"cannot ask: {fault}")


def _telegram_answer(call: Any) -> Check:
    if call is None:
        return Check("telegram", "warn", f"no answer in {ANSWER_S:.0f} s: the bot is down or has no connection", "kiebot run")
    if call.state == "failed":
        return Check("telegram", "fail", str(call.result.get("error")))
    return Check("telegram", "ok", f"@{call.result['username']} ({call.result['id']})")


async def webhook(config: Config, *, agree: Agree) -> Check:
    """Whether another program gets this bot's messages, and, where the operator agrees, no more."""
    token, bot_api = config.telegram.bot_token.get_secret_value(), config.telegram.bot_api
    if not token or not bot_api:
        lacking = "telegram.bot_token" if not token else "telegram.bot_api_url, which belongs to another telegram.server,"
        return Check("webhook", "ok", f"not asked for: {lacking} is not set")
    try:
        host = await webhook_host(bot_api, token)
        if not host:
            return Check("webhook", "ok", "none: no other program gets this bot's messages so")
        if agree(f"Remove the webhook? {host} then gets no more messages of this bot."):
            await remove_webhook(bot_api, token)
            return Check("webhook", "ok", f"removed: {host} got this bot's messages, too")
    except ValueError as fault:
        return Check("webhook", "warn", str(fault), "look at the network; a webhook that is left over makes two programs answer")
    told = f"{host} gets this bot's messages too, through a webhook left over from another program: both will answer"
    return Check("webhook", "warn", told, "kiebot-admin doctor --online --fix")


def all_of(file: Path | None, config: Config, *, agree: Agree) -> list[Check]:
    """Every probe. `agree`: whether the operator wants something removed."""
    found = asyncio.run(services(config))
    return [*found, telegram(file), asyncio.run(webhook(config, agree=agree))]
