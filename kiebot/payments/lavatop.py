"""lava.top: an invoice for a card payment, what became of it, and what the account there sells.

Its API has no idempotency key and no order id. A create is sent once, whatever comes back: one that may have arrived is
UNKNOWN_OUTCOME, never repeated here, and has to be looked for by its mark (`utm_content`, which the list shows). Reads are
repeated, since the API answers 500 now and then. Prices live in the account's catalogue: only an offer with a dynamic price
takes the amount that we ask for, every other one ignores it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.http.client import Answer, HttpClient, HttpFault

NAME = "lavatop"
BASE_URL = "https://gate.lava.top"
LEAST_AMOUNT = {"RUB": 50, "USD": 5, "EUR": 5}  # smaller invoices are refused
LONGEST_WEBHOOK_KEY = 80
READ_PAUSES_S = (0.5, 2.0)
LIST_SIZE = 50
SHORTEST_WINDOW_S = 2.0  # a list is not cut into shorter times than this
MOST_PAGES = 20
BUYER_LANGUAGES = ("EN", "RU", "ES")

Kind = ProviderErrorKind
KINDS = {
    400: Kind.INPUT,
    401: Kind.AUTH,
    403: Kind.AUTH,
    404: Kind.NOT_FOUND,
    409: Kind.INPUT,
    422: Kind.INPUT,
    429: Kind.RATE_LIMIT,
}


@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """What is to be paid, in whole units of the currency. `source` and `token` come back in everything that is read."""

    offer_id: str
    email: str
    amount: int
    currency: str
    language: str
    source: str
    token: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """One contract of lava.top. `status` is one of new, inprogress, completed, failed; only a create tells the `url`."""

    contract_id: str
    status: str
    amount: Decimal | None
    currency: str
    source: str = ""
    token: str = ""
    url: str = ""

    def is_for(self, amount: int, currency: str) -> bool:
        """Whether it is about exactly this money."""
        return self.amount == amount and self.currency == currency


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that the account sells. `dynamic`: for the amount that an invoice says."""

    id: str
    name: str
    dynamic: bool


class Lavatop:
    """The public API of one account. `read_pauses_s`: how long to wait before a read is repeated, each time."""

    def __init__(
        self, http: HttpClient, api_key: str, base_url: str = BASE_URL, *, read_pauses_s: Sequence[float] = READ_PAUSES_S
    ) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        self._headers = {"x-api-key": api_key}
        self._read_pauses_s = read_pauses_s

    async def create(self, order: InvoiceOrder) -> Invoice:
        """Make one invoice. Raises ProviderError: RATE_LIMIT and TRANSIENT were not taken, UNKNOWN_OUTCOME may have been."""
        content = await self._once("POST", "/api/v3/invoice", body=_body(order), unclear=Kind.UNKNOWN_OUTCOME)
        invoice = _invoice(content)
        if invoice is None:
            raise ProviderError(Kind.UNKNOWN_OUTCOME, NAME, "accepted without an id")
        return invoice

    async def get(self, contract_id: str) -> Invoice:
        """What became of a contract. Raises NOT_FOUND for one that lava.top does not know."""
        invoice = _invoice(await self._read(f"/api/v2/invoices/{quote(contract_id, safe='')}"))
        if invoice is None or invoice.contract_id != contract_id:
            raise ProviderError(Kind.TRANSIENT, NAME, "an answer without the invoice", code="empty")
        return invoice

    async def between(self, since: float, until: float) -> list[Invoice]:
        """All invoices that were made between two times (Unix seconds).

        How its pages are counted is not published: where one is full, both halves of the time are asked for.
        """
        window = {"beginDate": _moment(since), "endDate": _moment(until + 1), "size": str(LIST_SIZE)}
        rows = _items(await self._read("/api/v2/invoices", window))
        if len(rows) < LIST_SIZE or until - since < SHORTEST_WINDOW_S:
            return [invoice for row in rows if (invoice := _invoice(row)) is not None]
        middle = (since + until) / 2
        found = [*await self.between(since, middle), *await self.between(middle, until)]
        return list({invoice.contract_id: invoice for invoice in found}.values())

    async def offers(self) -> list[Offer]:
        """Everything that can be sold, what is hidden from the shop's page too."""
        shown = await self._products("/api/v2/products")
        hidden = await self._products("/api/v2/products?feedVisibility=ONLY_HIDDEN")
        return list({offer.id: offer for row in (*shown, *hidden) for offer in _offers(row)}.values())

    async def _products(self, path: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            content = await self._read(path)
            rows += _items(content)
            following = content.get("nextPage")
            if not isinstance(following, str) or not following.startswith(f"{self._base}/"):  # the key goes nowhere else
                break
            path = following.removeprefix(self._base)
        return rows

    async def _read(self, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        for pause_s in self._read_pauses_s:
            try:
                return await self._once("GET", path, params=params)
            except ProviderError as error:
                if error.kind is not Kind.TRANSIENT:
                    raise
            await asyncio.sleep(pause_s)
        return await self._once("GET", path, params=params)

    async def _once(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: object = None,
        unclear: ProviderErrorKind = Kind.TRANSIENT,
    ) -> dict[str, Any]:
        """Send one request. `unclear` is the kind of an error after which nobody knows whether it was taken."""
        try:
            answer = await self._http.send(method, self._base + path, headers=self._headers, params=params, body=body)
        except HttpFault as fault:
            kind = unclear if fault.sent else Kind.TRANSIENT
            raise ProviderError(kind, NAME, str(fault), code="no_answer" if fault.sent else "unreachable") from fault
        content = answer.json()
        if answer.status in (200, 201) and isinstance(content, dict):
            return content
        raise ProviderError(KINDS.get(answer.status, unclear), NAME, _words(answer, content), code=str(answer.status))


def _body(order: InvoiceOrder) -> dict[str, Any]:
    language = order.language.upper()
    return {
        "email": order.email,
        "offerId": order.offer_id,
        "currency": order.currency,
        "amount": order.amount,
        "periodicity": "ONE_TIME",
        "buyerLanguage": language if language in BUYER_LANGUAGES else "EN",
        "clientUtm": {"utm_source": order.source, "utm_content": order.token},
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _items(content: dict[str, Any]) -> list[dict[str, Any]]:
    rows = content.get("items")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _invoice(row: dict[str, Any]) -> Invoice | None:
    """A row of the list, an answer to a create or to a read; None when it has no id."""
    contract_id = row.get("id")
    if not isinstance(contract_id, str) or not contract_id:
        return None
    money, mark = _object(row.get("receipt") or row.get("amountTotal")), _object(row.get("clientUtm"))
    url = row.get("paymentUrl")
    return Invoice(
        contract_id,
        status=_plain(row.get("status")),
        amount=_decimal(money.get("amount")),
        currency=str(money.get("currency") or "").upper(),
        source=str(mark.get("utm_source") or ""),
        token=str(mark.get("utm_content") or ""),
        url=url if isinstance(url, str) and url.startswith(("https://", "http://")) else "",
    )


def _offers(row: dict[str, Any]) -> list[Offer]:
    """The offers of a product, which stands in the list by itself or under `data`."""
    product = _object(row.get("data")) or row
    offers = product.get("offers")
    title, dynamic = str(product.get("title") or ""), product.get("isDynamicPrice") is True
    return [
        Offer(offer["id"], f"{title}: {offer.get('name') or ''}".rstrip(": "), dynamic or offer.get("isDynamicPrice") is True)
        for offer in (offers if isinstance(offers, list) else [])
        if isinstance(offer, dict) and isinstance(offer.get("id"), str)
    ]


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _plain(status: object) -> str:
    """A status without what differs from call to call: capitals, dashes and underscores."""
    return str(status or "").lower().replace("-", "").replace("_", "")


def _decimal(value: object) -> Decimal | None:
    try:
        return None if isinstance(value, bool) or not isinstance(value, int | float | str) else Decimal(str(value))
    except InvalidOperation:
        return None


def _words(answer: Answer, content: object) -> str:
    """What lava.top says of an error, with the fields that it names."""
    told = _object(content)
    if not told:
        return f"not an answer of lava.top: {answer.body[:200].decode(errors='replace')}"
    details = _object(told.get("details"))
    return "; ".join([str(told.get("error") or ""), *(f"{field}: {why}" for field, why in details.items())])
