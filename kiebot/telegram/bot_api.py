"""The one question that MTProto cannot answer: does a program get this bot's messages through the HTTP Bot API's webhook too?

A webhook does not disturb the MTProto session, so nobody notices: both programs answer every message. The answer's shape is
that of getWebhookInfo (core.telegram.org/bots/api).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 10.0


async def webhook_info(base_url: str, token: str) -> dict[str, Any]:
    """{"host", "pending", "error"}; `host` is empty when no webhook is set. Raises ValueError with words, without the token."""
    from kiebot.http.client import HttpClient, HttpFault  # only the doctor asks: the bot's memory need not carry it

    http = HttpClient(timeout_s=TIMEOUT_S, connections=1)
    try:
        answer = await http.send("GET", f"{base_url}/bot{token}/getWebhookInfo")
    except HttpFault as fault:
        raise ValueError(f"the Bot API does not answer: {fault}") from fault
    finally:
        await http.aclose()
    content = answer.json()
    found = content.get("result") if isinstance(content, dict) else None
    if not isinstance(found, dict):
        raise ValueError(f"the Bot API answered {answer.status} without a webhook's state")
    host = urlsplit(str(found.get("url", ""))).hostname or ""
    pending, error = found.get("pending_update_count", 0), found.get("last_error_message", "")
    return {"host": host, "pending": pending if isinstance(pending, int) else 0, "error": str(error)}
