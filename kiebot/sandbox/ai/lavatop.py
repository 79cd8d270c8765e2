"""A lava.top: products, invoices, and the page on which they are paid. No money moves.

As the real one it ignores the amount for an offer with a fixed price, tells an invoice's link only once, and puts some products
under `data` and others not.
"""

from __future__ import annotations

import re
import time
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from kiebot.sandbox.ai.behaviour import Behaviour, Rule, pause
from kiebot.sandbox.ai.faults import Cut, faulty
from kiebot.sandbox.ai.kie import json_object
from kiebot.sandbox.ai.lavatop_invoices import PayInvoice, PayInvoices, said
from kiebot.sandbox.ai.lavatop_webhooks import Cabinet, Webhooks

DYNAMIC_OFFER = "2b0c3c0a-5f0e-4d5c-9a64-6d1f6a1f0001"
FIXED_OFFER = "2b0c3c0a-5f0e-4d5c-9a64-6d1f6a1f0002"
FIXED_PRICE = 990
OWNER = "owner@sandbox.example"  # the account's own address, which buys nothing
LEAST = {"RUB": 50, "USD": 5, "EUR": 5}
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LISTED_MOST = 100
PAGE_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "cache-control": "no-store",
}
STYLE = (
    "body{font:17px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem;text-align:center}"
    "button{font:inherit;padding:.6rem 1.4rem;margin:.3rem;border:0;border-radius:.6rem;cursor:pointer}"
    "button[value=pay]{background:#1a7f4b;color:#fff}b{font-size:2rem}small{color:#666}"
)
WORDS = {
    "EN": {
        "note": "This is the sandbox: no money moves.",
        "pay": "Pay",
        "decline": "Decline",
        "COMPLETED": "Paid. You can go back to the chat.",
        "FAILED": "The payment was declined. You can go back to the chat.",
    },
    "RU": {
        "note": "Это песочница: деньги не списываются.",
        "pay": "Оплатить",
        "decline": "Отклонить",
        "COMPLETED": "Оплачено. Можно вернуться в чат.",
        "FAILED": "Платёж отклонён. Можно вернуться в чат.",
    },
}


class LavatopService:
    """The endpoints under /api/v2 and /api/v3 that lava.top has, and its payment page."""

    def __init__(self, behaviour: Behaviour, invoices: PayInvoices, cabinet: Cabinet) -> None:
        self._behaviour = behaviour
        self._invoices = invoices
        self._cabinet = cabinet
        self._webhooks = Webhooks(cabinet, behaviour, invoices.save)

    def routes(self) -> list[Route]:
        """Where everything is served."""
        return [
            Route("/api/v3/invoice", self.create, methods=["POST"]),
            Route("/api/v2/invoices", self.listed),
            Route("/api/v2/invoices/{contract}", self.read),
            Route("/api/v2/products", self.products),
            Route("/lavatop/pay/{contract}", self.page),
            Route("/lavatop/pay/{contract}", self.end, methods=["POST"]),
        ]

    def start(self) -> None:
        """Tell what an earlier life of the sandbox could not."""
        for invoice in self._invoices.all.values():
            if invoice.owed:
                self._webhooks.tell(invoice)

    async def stop(self) -> None:
        """Send nothing more."""
        await self._webhooks.stop()

    async def create(self, request: Request) -> Response:
        """POST /api/v3/invoice."""
        body = await json_object(request)
        rule = self._behaviour.take("lavatop")
        await pause(rule)
        accepted = rule is not None and rule.accepted
        if not accepted and (fault := self._refused(request, rule)):
            return fault
        if wrong := _mistake(body):
            return wrong
        invoice = self._add(body, rule)
        if accepted and (fault := self._refused(request, rule)):
            return fault
        return JSONResponse(invoice.created(str(request.base_url)), 201)

    def _add(self, body: dict[str, Any], rule: Rule | None) -> PayInvoice:
        fixed = body["offerId"] == FIXED_OFFER
        amount = float(FIXED_PRICE if fixed else body["amount"])
        if rule is not None and rule.action == "wrong_amount":
            amount += 1
        mark = body.get("clientUtm")
        return self._invoices.add(
            amount=amount,
            currency=str(body["currency"]),
            email=str(body["email"]),
            product="Course" if fixed else "Credits",
            language=str(body.get("buyerLanguage") or "EN"),
            mark=mark if isinstance(mark, dict) else {},
        )

    async def read(self, request: Request) -> Response:
        """GET /api/v2/invoices/{id}."""
        if fault := await self._read_fault(request):
            return fault
        invoice = self._invoices.all.get(request.path_params["contract"])
        return _error(404, "Invoice not found") if invoice is None else JSONResponse(invoice.record())

    async def listed(self, request: Request) -> Response:
        """GET /api/v2/invoices?beginDate=&endDate=&size=."""
        if fault := await self._read_fault(request):
            return fault
        query = request.query_params
        found = self._invoices.between(query.get("beginDate", ""), query.get("endDate", ""))
        size = min(int(query.get("size", "20")), LISTED_MOST)
        return JSONResponse(
            {"items": [invoice.record() for invoice in found[:size]], "page": 1, "size": size, "total": len(found)}
        )

    async def products(self, request: Request) -> Response:
        """GET /api/v2/products: two pages; with feedVisibility=ONLY_HIDDEN what the shop's page does not show."""
        if fault := await self._read_fault(request):
            return fault
        if request.query_params.get("feedVisibility") == "ONLY_HIDDEN":
            return JSONResponse({"items": [_product("Credits", DYNAMIC_OFFER, 0, dynamic=True)], "nextPage": None})
        if request.query_params.get("page") == "2":
            return JSONResponse({"items": [], "nextPage": None})
        wrapped = {"type": "PRODUCT", "data": _product("Course", FIXED_OFFER, FIXED_PRICE, dynamic=False)}
        return JSONResponse({"items": [wrapped], "nextPage": f"{request.base_url}api/v2/products?page=2"})

    async def page(self, request: Request) -> Response:
        """GET /lavatop/pay/{id}: what a person sees who pressed the link."""
        invoice = self._invoices.all.get(request.path_params["contract"])
        if invoice is None:
            return HTMLResponse("<h1>404</h1>", 404, PAGE_HEADERS)
        return HTMLResponse(_page(invoice), headers=PAGE_HEADERS)

    async def end(self, request: Request) -> Response:
        """POST /lavatop/pay/{id} with action=pay or decline; `amount`: another amount is paid, as by a code for a discount."""
        invoice = self._invoices.all.get(request.path_params["contract"])
        async with request.form() as form:
            action, amount = str(form.get("action", "")), str(form.get("amount", ""))
        if invoice is None or action not in ("pay", "decline"):
            return HTMLResponse("<h1>400</h1>", 400, PAGE_HEADERS)
        if invoice.status == "IN_PROGRESS":
            invoice.status = "COMPLETED" if action == "pay" else "FAILED"
            invoice.amount = float(amount) if amount else invoice.amount
            invoice.owed = True
            self._invoices.save(invoice)
            self._webhooks.tell(invoice)
        return RedirectResponse(request.url.path, 303)

    async def _read_fault(self, request: Request) -> Response | None:
        rule = self._behaviour.take("lavatop_read")
        await pause(rule)
        return self._refused(request, rule)

    def _refused(self, request: Request, rule: Rule | None) -> Response | None:
        """A fault that was asked for, or the wrong key."""
        if rule is not None and rule.action == "cut":
            return Cut(b"", 200, "application/json")
        if rule is not None and rule.action in ("error", "http"):
            return _error(rule.code, rule.message or f"The sandbox was told to answer {rule.code}.")
        if fault := faulty(self._behaviour, rule):
            return fault
        key = request.headers.get("x-api-key", "")
        return None if key and self._cabinet.api_key in ("", key) else _error(401, "Invalid API key")


def _mistake(body: dict[str, Any]) -> Response | None:
    """What is wrong with an order, as the real one says it."""
    email, currency, amount = str(body.get("email", "")), str(body.get("currency", "")), body.get("amount")
    if not ADDRESS.fullmatch(email) or email == OWNER:
        return _error(400, "Incorrect email to purchase", {"email": "is not allowed"})
    if currency not in LEAST:
        return _error(400, "Invalid request", {"currency": "must be one of RUB, USD, EUR"})
    if body.get("offerId") == FIXED_OFFER:
        return None
    if body.get("offerId") != DYNAMIC_OFFER:
        return _error(404, "Offer not found")
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < LEAST[currency]:
        return _error(400, "Invalid request", {"amount": f"must be at least {LEAST[currency]}"})
    return None


def _error(status: int, message: str, details: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": message, "details": details or {}, "timestamp": said(time.time())}, status)


def _product(title: str, offer_id: str, amount: int, *, dynamic: bool) -> dict[str, Any]:
    prices = [{"amount": amount, "currency": currency, "periodicity": "ONE_TIME"} for currency in LEAST]
    offer = {"id": offer_id, "name": "any" if dynamic else "full", "prices": prices}
    return {"id": f"product-{title}", "title": title, "type": "PRODUCT", "isDynamicPrice": dynamic, "offers": [offer]}


def _page(invoice: PayInvoice) -> str:
    words = WORDS.get(invoice.language, WORDS["EN"])
    if invoice.status == "IN_PROGRESS":
        ends = "".join(f'<button name="action" value="{action}">{words[action]}</button>' for action in ("pay", "decline"))
        below = f'<form method="post">{ends}</form>'
    else:
        below = f"<p>{words[invoice.status]}</p>"
    price = f"{invoice.amount:g} {escape(invoice.currency)}"
    language = escape(invoice.language.lower())
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{escape(invoice.product)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<h1>{escape(invoice.product)}</h1><p><b>{price}</b></p>{below}<p><small>{words['note']}</small></p></html>"
    )
