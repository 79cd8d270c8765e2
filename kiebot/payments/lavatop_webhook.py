"""lava.top's webhooks. Their body is not signed, so whatever they say, they are worth one thing: "look at this contract now"."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiebot.errors import KiebotError

KEY_HEADER = "x-api-key"
CONTRACT_ID = re.compile(r"[!-~]{1,200}")


class WebhookRefused(KiebotError):
    """Not a webhook of lava.top."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something happened to a contract. `source` says which bot sells by it, where the invoice had a mark."""

    contract_id: str
    source: str


def source_of(bot_token: str) -> str:
    """The mark (`utm_source`) of this bot's invoices: others may sell through the same account, and all hear of everything.

    Empty without a token: then nobody can tell whose an invoice is.
    """
    return f"kiebot-{bot_token.partition(':')[0]}" if bot_token else ""


def has_key(headers: Mapping[str, str], key: str) -> bool:
    """Whether the header holds the key that the operator chose in the account. The mapping has lower-case names."""
    # As bytes: compare_digest refuses strings that are not ASCII, and a stranger chooses this one.
    return hmac.compare_digest(key.encode(), headers.get(KEY_HEADER, "").strip().encode())


def read_webhook(body: bytes) -> Notice:
    """The contract that it is about. Raises WebhookRefused."""
    try:
        content: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise WebhookRefused("no JSON") from None
    contract_id = content.get("contractId") if isinstance(content, dict) else None
    if not isinstance(contract_id, str) or not CONTRACT_ID.fullmatch(contract_id):
        raise WebhookRefused("no contractId")
    mark = content.get("clientUtm")
    source = mark.get("utm_source") if isinstance(mark, dict) else ""
    return Notice(contract_id, source if isinstance(source, str) else "")
