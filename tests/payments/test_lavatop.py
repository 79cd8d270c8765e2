"""lava.top's API: what is sent, what its answers and its silence mean, what is sent again and what never."""

from __future__ import annotations

import calendar
import json
import time
from decimal import Decimal

import pytest

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.payments.lavatop import InvoiceOrder, Lavatop, Offer
from tests.fakes.wire import wire
from tests.providers.conftest import saying

Kind = ProviderErrorKind
ORDER = InvoiceOrder("offer-1", "order-7@example.org", 450, "RUB", "ru", source="kiebot-1", token="kb500.abc")
TOTAL = {"amount": 450.00, "currency": "RUB"}
CREATED = {"id": "contract-1", "status": "in-progress", "amountTotal": TOTAL, "paymentUrl": "https://app.lava.top/pay/x"}
MARK = {"utm_source": "kiebot-1", "utm_content": "kb500.abc"}
READ = {"id": "contract-1", "type": "INVOICE", "status": "COMPLETED", "receipt": {**TOTAL, "fee": 40.0}, "clientUtm": MARK}


def client(http, server):
    return Lavatop(http, "the-key", server.url, read_pauses_s=(0.01, 0.01))


async def hang_up(exchange):
    return None


async def test_an_invoice_says_what_is_bought_by_whom_and_for_which_order(http):
    async with wire(saying(CREATED, status=201)) as server:
        invoice = await client(http, server).create(ORDER)
        (request,) = server.requests
    assert (request.method, request.path, request.headers["x-api-key"]) == ("POST", "/api/v3/invoice", "the-key")
    assert json.loads(request.body) == {
        "email": "order-7@example.org",
        "offerId": "offer-1",
        "currency": "RUB",
        "amount": 450,
        "periodicity": "ONE_TIME",
        "buyerLanguage": "RU",
        "clientUtm": MARK,
    }
    assert (invoice.contract_id, invoice.status, invoice.url) == ("contract-1", "inprogress", "https://app.lava.top/pay/x")
    assert invoice.is_for(450, "RUB")
    assert not invoice.is_for(451, "RUB")
    assert not invoice.is_for(450, "USD")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Kind.INPUT),
        (401, Kind.AUTH),
        (403, Kind.AUTH),
        (404, Kind.NOT_FOUND),
        (429, Kind.RATE_LIMIT),
        (500, Kind.UNKNOWN_OUTCOME),
        (502, Kind.UNKNOWN_OUTCOME),
    ],
)
async def test_a_refused_invoice_is_sent_once_and_its_kind_tells_whether_it_may_exist(http, status, kind):
    refusal = {"error": "Incorrect email to purchase", "details": {"email": "is yours"}}
    async with wire(saying(refusal, status=status)) as server:
        with pytest.raises(ProviderError) as caught:
            await client(http, server).create(ORDER)
        assert len(server.requests) == 1
    assert (caught.value.kind, caught.value.code) == (kind, str(status))
    assert caught.value.message == "Incorrect email to purchase; email: is yours"


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"", b"[]", b'{"status": "in-progress"}'])
async def test_an_accepted_invoice_that_cannot_be_read_may_exist(http, body):
    async with wire(saying(body, status=201)) as server:
        with pytest.raises(ProviderError) as caught:
            await client(http, server).create(ORDER)
        assert len(server.requests) == 1
    assert caught.value.kind is Kind.UNKNOWN_OUTCOME


async def test_a_line_that_breaks_leaves_an_unknown_outcome_and_a_server_that_is_not_there_does_not(http):
    async with wire(hang_up) as server:
        with pytest.raises(ProviderError) as lost:
            await client(http, server).create(ORDER)
        assert len(server.requests) == 1
    with pytest.raises(ProviderError) as unreachable:
        await client(http, server).create(ORDER)  # it is closed now
    assert (lost.value.kind, unreachable.value.kind) == (Kind.UNKNOWN_OUTCOME, Kind.TRANSIENT)


async def test_an_invoice_for_nothing_has_no_link(http):
    async with wire(saying({**CREATED, "paymentUrl": None}, status=201)) as server:
        assert (await client(http, server).create(ORDER)).url == ""


@pytest.mark.parametrize("status", ["COMPLETED", "completed", "Completed"])
async def test_statuses_are_compared_without_capitals(http, status):
    async with wire(saying({**READ, "status": status})) as server:
        invoice = await client(http, server).get("contract-1")
    assert (invoice.status, invoice.source, invoice.token) == ("completed", "kiebot-1", "kb500.abc")
    assert invoice.amount == Decimal(450)


@pytest.mark.parametrize("status", ["IN_PROGRESS", "in-progress", "InProgress"])
async def test_statuses_are_compared_without_dashes(http, status):
    async with wire(saying({**READ, "status": status})) as server:
        assert (await client(http, server).get("contract-1")).status == "inprogress"


async def test_a_read_is_repeated_when_the_server_stumbles(http):
    answers = [(500, b"oops"), (502, b"<html>"), (200, json.dumps(READ).encode())]

    async def stumble(exchange):
        status, body = answers.pop(0)
        await exchange.answer(body, status=status)

    async with wire(stumble) as server:
        assert (await client(http, server).get("contract-1")).status == "completed"
        assert [request.path for request in server.requests] == ["/api/v2/invoices/contract-1"] * 3


@pytest.mark.parametrize(("status", "requests"), [(404, 1), (401, 1), (500, 3)])
async def test_a_read_that_stays_wrong_ends_and_only_a_stumble_is_repeated(http, status, requests):
    async with wire(saying({"error": "no"}, status=status)) as server:
        with pytest.raises(ProviderError):
            await client(http, server).get("contract-1")
        assert len(server.requests) == requests


async def test_an_answer_about_another_contract_is_not_taken(http):
    async with wire(saying({**READ, "id": "contract-2"})) as server:
        with pytest.raises(ProviderError):
            await client(http, server).get("contract-1")


@pytest.mark.parametrize("amount", [None, True, "many", [450], {"value": 450}, float("nan")])
async def test_an_amount_that_is_none_is_nobodys_money(http, amount):
    async with wire(saying({**READ, "receipt": {"amount": amount, "currency": "RUB"}})) as server:
        assert not (await client(http, server).get("contract-1")).is_for(450, "RUB")


async def test_a_contract_id_cannot_lead_to_another_address(http):
    async with wire(saying({"error": "not found"}, status=404)) as server:
        with pytest.raises(ProviderError):
            await client(http, server).get("../products?x=1")
        assert server.requests[0].path == "/api/v2/invoices/..%2Fproducts%3Fx%3D1"


async def test_a_full_page_of_the_list_is_asked_for_again_in_halves(http):
    now = time.time()
    made = {f"contract-{number}": now - number for number in range(130)}

    async def listing(exchange):
        query = dict(pair.split("=") for pair in exchange.path.partition("?")[2].replace("%3A", ":").split("&"))
        since, until = (calendar.timegm(time.strptime(query[end], "%Y-%m-%dT%H:%M:%SZ")) for end in ("beginDate", "endDate"))
        found = [name for name, at in made.items() if since <= at <= until][: int(query["size"])]
        await exchange.answer(json.dumps({"items": [{**READ, "id": name} for name in found]}).encode())

    async with wire(listing) as server:
        found = await client(http, server).between(now - 200, now)
    assert {invoice.contract_id for invoice in found} == set(made)


async def test_offers_are_read_in_both_shapes_over_all_pages_hidden_ones_too(http):
    flat = {"id": "p1", "title": "Credits", "isDynamicPrice": True, "offers": [{"id": "o1", "name": "any", "prices": []}]}
    wrapped = {"type": "PRODUCT", "data": {"id": "p2", "title": "Course", "offers": [{"id": "o2"}, {"id": "o3", "name": "full"}]}}
    odd = {"type": "PRODUCT", "data": {"id": "p3", "offers": None}}

    async def catalogue(exchange):
        if exchange.path.endswith("feedVisibility=ONLY_HIDDEN"):
            page = {"items": [flat], "nextPage": None}
        elif exchange.path.endswith("page=2"):
            page = {"items": [odd, "nonsense"], "nextPage": "https://elsewhere.example/steal"}
        else:
            page = {"items": [wrapped], "nextPage": f"http://{exchange.headers['host']}/api/v2/products?page=2"}
        await exchange.answer(json.dumps(page).encode())

    async with wire(catalogue) as server:
        offers = await client(http, server).offers()
    assert offers == [Offer("o2", "Course", False), Offer("o3", "Course: full", False), Offer("o1", "Credits: any", True)]
    assert len(server.requests) == 3, "the key went nowhere else"
