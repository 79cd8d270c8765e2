"""The one question that MTProto cannot answer: does a program get this bot's messages through the HTTP Bot API's webhook too?

A webhook, left over from a program that ran as this bot before, does not disturb the MTProto session, so nobody notices: both
programs answer every message. Asked and removed by the doctor, with the token alone: no session is opened, and the bot need not
run. The shapes are those of getWebhookInfo and deleteWebhook (core.telegram.org/bots/api).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from kiebot.http.client import HttpClient, HttpFault

TIMEOUT_S = 10.0


async def webhook_host(base_url: str, token: str) -> str:
    """Whose webhook it is; empty: none is set. Raises ValueError with words, without the token."""
    found = await _result("GET", base_url, token, "getWebhookInfo")
    if not isinstance(found, dict):
        raise ValueError("the Bot API answered without a webhook's state")
    return urlsplit(str(found.get("url", ""))).hostname or ""


async def remove_webhook(base_url: str, token: str) -> None:
    """The messages that wait there come by MTProto anyway. Raises ValueError with words, without the token."""
    if await _result("POST", base_url, token, "deleteWebhook") is not True:
        raise ValueError("the Bot API did not remove the webhook")


async def _result(verb: str, base_url: str, token: str, method: str) -> Any:
    http = HttpClient(timeout_s=TIMEOUT_S, connections=1)
    try:
        answer = await http.send(verb, f"{base_url}/bot{token}/{method}")
    except HttpFault as fault:
        raise ValueError(f"the Bot API does not answer: {fault}") from fault
    finally:
        await http.aclose()
    content = answer.json()
    if not isinstance(content, dict) or "result" not in content:
        raise ValueError(f"the Bot API answered {answer.status} to {method}")
    return content["result"]
