"""Webhooks of the sandbox's lava.top: what ended is told again and again until the other side takes it.

Any answer of 2xx or 3xx counts as taken. Only addresses of this machine are called.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from kiebot.http.client import HttpClient, HttpFault
from kiebot.sandbox.ai.background import Background
from kiebot.sandbox.ai.behaviour import Behaviour, pause
from kiebot.sandbox.ai.lavatop_invoices import PayInvoice
from kiebot.sandbox.ai.uploads import LOOPBACK

log = logging.getLogger(__name__)

TIMEOUT_S = 15
PAUSES_S = (1.0, 5.0, 15.0, *[60.0] * 11, *[3600.0] * 5)  # before the 19 further attempts
DUPLICATES = 3
FORGED_KEY = "somebody else's key"


@dataclass(slots=True)
class Cabinet:
    """What the operator has set in the account. An empty `api_key` takes any key, without a `webhook_url` nobody is told."""

    api_key: str = ""
    webhook_url: str = ""
    webhook_key: str = ""
    pauses_s: tuple[float, ...] = PAUSES_S


class Webhooks:
    """Tells the one address of the account. `save` keeps what became of a delivery."""

    def __init__(self, cabinet: Cabinet, behaviour: Behaviour, save: Callable[[PayInvoice], None]) -> None:
        self._cabinet = cabinet
        self._behaviour = behaviour
        self._save = save
        self._http: HttpClient | None = None
        self._background = Background()

    def tell(self, invoice: PayInvoice) -> None:
        """Tell how it ended, in the background."""
        if urlsplit(self._cabinet.webhook_url).hostname not in LOOPBACK:
            return
        self._background.start(self._tell(invoice))

    async def stop(self) -> None:
        """Forget who was to be told; the next start remembers."""
        await self._background.stop()
        if self._http is not None:
            await self._http.aclose()

    async def _tell(self, invoice: PayInvoice) -> None:
        rule = self._behaviour.take("lavatop_webhook")
        action = rule.action if rule is not None else ""
        await pause(rule)
        if action != "drop":
            key = FORGED_KEY if action == "forged" else self._cabinet.webhook_key
            await asyncio.gather(*(self._deliver(invoice, key) for _ in range(DUPLICATES if action == "duplicate" else 1)))
        invoice.owed = False
        await asyncio.to_thread(self._save, invoice)

    async def _deliver(self, invoice: PayInvoice, key: str) -> None:
        for pause_s in (0.0, *self._cabinet.pauses_s):
            await asyncio.sleep(pause_s)
            status = await self._answer(invoice, key)
            invoice.deliveries.append(status)
            if 200 <= status < 400:
                return
        log.info("webhook given up contract=%s", invoice.id)

    async def _answer(self, invoice: PayInvoice, key: str) -> int:
        """The status of the answer; 0 when there was none."""
        self._behaviour.counters["lavatop.webhooks"] += 1
        self._http = self._http or HttpClient(timeout_s=TIMEOUT_S)
        try:
            answer = await self._http.send("POST", self._cabinet.webhook_url, headers={"x-api-key": key}, body=invoice.webhook())
        except HttpFault:
            return 0
        return answer.status
