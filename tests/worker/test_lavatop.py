"""Orders by card against the sandbox's lava.top over real sockets: what is asked, shown, credited, and what never is."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from dataclasses import replace
from urllib.request import Request, urlopen

import pytest

from kiebot.config import Config
from kiebot.errors import UserFault
from kiebot.http.client import HttpClient
from kiebot.jobqueue import PAYMENTS
from kiebot.payments.lavatop import Lavatop
from kiebot.payments.orders import LAVATOP, Pack
from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.lavatop import DYNAMIC_OFFER, FIXED_OFFER
from kiebot.sandbox.ai.lavatop_webhooks import Cabinet
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.services import billing, lavatop, payments
from kiebot.services.delivery import Place
from kiebot.services.payments import Shop
from kiebot.store import accounts, erasing, outbox, referrals
from kiebot.store.db import database, transaction, utc_now
from kiebot.store.models import Incident, LedgerEntry
from kiebot.store.money_models import Payment
from kiebot.store.wake import listen, socket_path
from kiebot.web.app import create_app as create_web
from kiebot.worker.loop import LoopThread
from kiebot.worker.tasks.lavatop import Cashier, Pauses, Terms
from tests.fakes.serving import served
from tests.worker.conftest import said, wait_for
from tests.worker.test_locked_store import hold_for

KEY = "the key of the webhook"
PACK = Pack(500, 450, "RUB")
SOURCE = "kiebot-42"
TERMS = Terms(DYNAMIC_OFFER, "", SOURCE)
QUICK = Pauses(shortest_s=0.1, find_first_s=0.1, find_within_s=0.6, try_again_s=0.05, compare_first_s=3600)
ONLY_WHEN_CALLED = replace(QUICK, shortest_s=600.0)


class Service:
    """The sandbox's lava.top, and people who pay there."""

    def __init__(self, folder):
        self.behaviour = Behaviour()
        self.cabinet = Cabinet("api-key", webhook_key=KEY, pauses_s=(0.1, 0.1))
        self.app = create_app(folder, self.behaviour, Scripted(), cabinet=self.cabinet)
        self.url = ""

    def behaves(self, **wish):
        asyncio.run(self.behaviour.apply(wish))

    def pays(self, payment, action="pay", amount=""):
        form = f"action={action}&amount={amount}".encode()
        with urlopen(Request(Payment.get_by_id(payment.id).url, form)) as page:
            assert page.status == 200

    def asked(self, service):
        return self.behaviour.counters[f"requests.{service}"]

    @property
    def webhooks(self):
        return self.behaviour.counters["lavatop.webhooks"]


@pytest.fixture
def lava(tmp_path):
    service = Service(tmp_path / "ai")
    with served(service.app) as service.url:
        yield service


@pytest.fixture
def web(queue, lava):
    """kiebot web, where lava.top tells what happened. Without this fixture nobody is told."""
    section = {"enabled": True, "webhook_key": KEY}
    config = Config(telegram={"bot_token": "42:secret"}, payments={"lavatop": section})
    with served(create_web(queue, config)) as url:
        lava.cabinet.webhook_url = f"{url}/callback/lavatop"
        yield f"{url}/callback/lavatop"


@pytest.fixture
def cashier(data_dir, lava):
    """Start the part of the worker that takes money; all are stopped at the end."""
    running = []

    def start(pauses=QUICK, terms=TERMS, api_key="api-key"):
        loop = LoopThread()
        loop.start()

        async def build():
            http = HttpClient(timeout_s=2)
            client = Lavatop(http, api_key, lava.url, read_pauses_s=(0.01,))
            return http, Cashier(client, terms, listen(socket_path(data_dir, PAYMENTS)), pauses)

        http, cashier = loop.run(build())
        running.append((loop, http, cashier, loop.begin(cashier.run())))
        return cashier

    yield start
    for loop, http, cashier, over in running:
        loop.call(cashier.stop)
        over.result(20)
        loop.run(http.aclose())
        loop.stop()


@pytest.fixture
def ann(data_dir):
    return accounts.of_user(7, name="Ann", language_code="en")


@pytest.fixture
def buy(ann, queue):
    """Press a pack that is paid by card."""

    def press(minutes=60.0):
        with transaction(durable=True):
            payment = payments.offer(Shop(order_s=minutes * 60), ann.id, LAVATOP, PACK, Place(7, "en"))
            lavatop.begin(payment, queue=queue)
        return payment

    return press


def row(payment):
    return Payment.get_by_id(payment.id)


def state(payment):
    return row(payment).state


def message(payment):
    """What the order's message says now, and the address of its button."""
    first = row(payment).message_row
    last = max(
        (one for one in outbox.listed() if first in (one.id, one.edits_id) and one.state == "queued"), key=lambda one: one.id
    )
    buttons = [button for line in last.payload["buttons"] for button in line]
    return last.payload["key"], buttons[0].get("url", buttons[0].get("data")) if buttons else None


def topups():
    return [entry.idempotency_key for entry in LedgerEntry.select().where(LedgerEntry.kind == "topup")]


def alarms():
    return {incident.kind for incident in Incident.select()}


def settled():
    """Time for what must not happen."""
    time.sleep(0.4)


def test_a_pack_becomes_a_link_and_the_link_becomes_credits(cashier, buy, lava, web, ann):
    cashier(ONLY_WHEN_CALLED)
    payment = buy()
    wait_for(lambda: state(payment) == "offered")
    key, link = message(payment)
    assert (key, link) == ("lavatop-link", row(payment).url)
    assert row(payment).external_id
    assert "450 RUB" in urlopen(link).read().decode()
    lava.pays(payment)
    wait_for(lambda: state(payment) == "paid")
    assert billing.balance(ann.id) == 500
    assert topups() == [f"topup:lavatop:{row(payment).external_id}"]
    assert message(payment) == ("lavatop-paid", None)
    assert said("payment-receipt") == ["payment-receipt"]


@pytest.mark.parametrize("wish", [{"action": "duplicate"}, {"action": "delay", "delay_ms": 300}, None], ids=str)
def test_a_webhook_however_often_it_comes_credits_once(cashier, buy, lava, web, ann, wish):
    cashier(ONLY_WHEN_CALLED)
    payment = buy()
    wait_for(lambda: state(payment) == "offered")
    if wish:
        lava.behaves(service="lavatop_webhook", **wish)
    lava.pays(payment)
    wait_for(lambda: state(payment) == "paid")
    event = {"eventType": "payment.success", "contractId": row(payment).external_id, "status": "completed"}
    for _ in range(3):
        request = Request(web, json.dumps(event).encode(), {"x-api-key": KEY, "content-type": "application/json"})
        assert urlopen(request).status == 200
    settled()
    assert len(topups()) == 1
    assert billing.balance(ann.id) == 500
    assert said("payment-receipt") == ["payment-receipt"]


def test_a_webhook_for_an_unpaid_invoice_credits_nothing(cashier, buy, lava, web, ann):
    cashier(ONLY_WHEN_CALLED)
    payment = buy()
    wait_for(lambda: state(payment) == "offered")
    before = lava.asked("lavatop_read")
    event = {"eventType": "payment.success", "contractId": row(payment).external_id, "amount": 450, "status": "completed"}
    urlopen(Request(web, json.dumps(event).encode(), {"x-api-key": KEY}))
    wait_for(lambda: lava.asked("lavatop_read") > before)
    settled()
    assert (state(payment), billing.balance(ann.id)) == ("offered", 0)


def test_a_forged_webhook_changes_nothing_and_the_next_poll_finds_the_payment(cashier, buy, lava, web, ann):
    cashier(replace(QUICK, shortest_s=1.5))
    payment = buy()
    wait_for(lambda: state(payment) == "offered")
    lava.behaves(service="lavatop_webhook", action="forged")
    lava.pays(payment)
    wait_for(lambda: lava.webhooks == 3)  # refused, and sent again
    assert billing.balance(ann.id) == 0
    wait_for(lambda: state(payment) == "paid")
    assert billing.balance(ann.id) == 500


def test_without_any_webhook_the_polls_find_the_payment(cashier, buy, lava, ann):
    cashier()
    payment = buy()
    wait_for(lambda: state(payment) == "offered")
    lava.pays(payment)
    wait_for(lambda: state(payment) == "paid")
    assert (lava.webhooks, billing.balance(ann.id)) == (0, 500)


def test_an_invoice_for_another_amount_is_never_shown(cashier, buy, lava):
    lava.behaves(service="lavatop", action="wrong_amount")
    cashier()
    payment = buy()
    wait_for(lambda: state(payment) == "failed")
    assert message(payment) == ("lavatop-no-link", "buy:menu")
    assert (row(payment).url, alarms()) == ("", {"lavatop-amount"})
    assert row(payment).external_id, "the contract is kept"


def test_an_offer_with_a_fixed_price_is_never_shown(cashier, buy):
    cashier(terms=replace(TERMS, offer_id=FIXED_OFFER))
    payment = buy()
    wait_for(lambda: state(payment) == "failed")
    assert "lavatop-amount" in alarms()
    assert "dynamic" in row(payment).detail["why"]


def test_another_amount_than_ours_is_not_credited_and_somebody_hears_of_it(cashier, buy, lava, ann):
    cashier()
    payment = buy()
    wait_for(lambda: state(payment) == "offered")
    lava.pays(payment, amount="50")
    wait_for(lambda: state(payment) == "failed")
    settled()
    assert (billing.balance(ann.id), topups()) == (0, [])
    assert message(payment) == ("lavatop-other-amount", None)
    assert "lavatop-amount" in alarms()


def test_a_declined_payment_is_said_once_and_can_be_tried_again(cashier, buy, lava, web, queue, ann):
    cashier(ONLY_WHEN_CALLED)
    payment = buy()
    wait_for(lambda: state(payment) == "offered")
    lava.pays(payment, "decline")
    wait_for(lambda: state(payment) == "failed")
    assert message(payment) == ("lavatop-failed", "buy:menu")
    assert billing.balance(ann.id) == 0
    said_before = len(outbox.listed())
    assert lavatop.called_back(row(payment).external_id, queue=queue)
    wait_for(lambda: state(payment) == "failed")
    assert len(outbox.listed()) == said_before


def test_an_expired_link_is_taken_back_and_still_credits_when_it_was_paid(cashier, buy, lava, ann):
    cashier()
    payment = buy(minutes=1 / 60)
    wait_for(lambda: row(payment).url)
    link = row(payment).url
    wait_for(lambda: message(payment) == ("lavatop-expired", "buy:menu"))
    assert state(payment) == "offered"
    Payment.update(url=link).execute()
    lava.pays(payment)
    wait_for(lambda: state(payment) == "paid")
    assert billing.balance(ann.id) == 500


def test_who_pays_for_an_account_that_was_deleted_is_known_to_the_operator(cashier, buy, lava, ann):
    cashier()
    payment = buy()
    wait_for(lambda: row(payment).url)
    link = row(payment).url
    with transaction(durable=True):
        erasing.erase(ann.id, 7, banned=False)
        Payment.update(url=link).execute()
    lava.pays(payment)
    wait_for(lambda: state(payment) == "paid")
    assert alarms() == {"lavatop-nobody"}


def test_an_order_that_nobody_pays_is_forgotten_after_a_while_and_a_late_webhook_remembers_it(cashier, buy, lava, queue, ann):
    cashier(replace(QUICK, margin_s=0.3))
    payment = buy(minutes=0.3 / 60)
    wait_for(lambda: row(payment).url)
    link = row(payment).url
    wait_for(lambda: state(payment) == "expired")
    reads = lava.asked("lavatop_read")
    settled()
    assert lava.asked("lavatop_read") == reads
    urlopen(Request(link, b"action=pay"))
    assert lavatop.called_back(row(payment).external_id, queue=queue)
    wait_for(lambda: state(payment) == "paid")
    assert billing.balance(ann.id) == 500


def test_an_invoice_whose_answer_was_lost_is_looked_for_and_never_asked_for_again(cashier, buy, lava, ann):
    lava.behaves(service="lavatop", action="lost")
    cashier()
    payment = buy()
    wait_for(lambda: state(payment) == "failed")
    assert lava.asked("lavatop") == 1
    assert message(payment) == ("lavatop-no-link", "buy:menu")
    assert row(payment).external_id, "its contract was found on the list"


def test_a_request_that_came_to_nothing_is_looked_for_and_given_up(cashier, buy, lava):
    lava.behaves(service="lavatop", action="error", code=500)
    cashier()
    payment = buy()
    wait_for(lambda: state(payment) == "failed")
    assert lava.asked("lavatop") == 1
    assert (row(payment).external_id, message(payment)[0]) == (None, "lavatop-no-link")
    assert alarms() == set()


def test_a_request_that_was_not_taken_is_made_again(cashier, buy, lava):
    lava.behaves(service="lavatop", action="error", code=429, times=2)
    cashier()
    payment = buy()
    wait_for(lambda: state(payment) == "offered")
    assert lava.asked("lavatop") == 3


@pytest.mark.parametrize(
    ("change", "alarm"),
    [({"api_key": "wrong"}, "lavatop-auth"), ({"terms": replace(TERMS, offer_id="gone")}, "lavatop-not_found")],
    ids=["key", "offer"],
)
def test_what_only_the_operator_can_mend_is_said_to_the_operator(cashier, buy, lava, change, alarm):
    cashier(**change)
    payment = buy()
    wait_for(lambda: state(payment) == "failed")
    assert alarms() == {alarm}
    assert message(payment)[0] == "lavatop-no-link"


def test_an_order_that_waited_too_long_for_the_worker_is_not_asked_for(cashier, buy, lava):
    payment = buy()
    Payment.update(expires_at=utc_now() - 1).execute()
    cashier()
    wait_for(lambda: state(payment) == "failed")
    assert lava.asked("lavatop") == 0


def test_a_server_that_stumbles_for_a_while_costs_only_time(cashier, buy, lava, ann):
    cashier()
    payment = buy()
    wait_for(lambda: state(payment) == "offered")
    lava.behaves(service="lavatop_read", action="error", code=500, times=6)
    lava.pays(payment)
    wait_for(lambda: state(payment) == "paid")
    assert billing.balance(ann.id) == 500


def test_an_invoice_that_was_made_while_the_store_is_locked_is_written_down_afterwards(cashier, buy, lava, data_dir, caplog):
    payment = buy()
    database.obj.timeout = 0.1  # of connections from now on; ours is 10 s
    lava.behaves(service="lavatop", action="delay", delay_ms=300)
    running = cashier()
    wait_for(lambda: row(payment).detail.get("sent_at"))
    held = threading.Event()
    holder = threading.Thread(target=hold_for, args=(data_dir, 1.0, held))
    holder.start()
    assert held.wait(10)
    beat = running.beat
    wait_for(lambda: running.beat > beat)
    holder.join()
    wait_for(lambda: state(payment) == "offered")
    assert lava.asked("lavatop") == 1
    assert "not written, trying again: payment=1 contract=" in caplog.text


def test_the_daily_list_finds_what_polls_and_webhooks_have_missed(cashier, buy, lava, ann):
    first = cashier(replace(QUICK, compare_first_s=3600))
    payment = buy()
    wait_for(lambda: row(payment).url)
    link = row(payment).url
    Payment.update(state="expired").execute()
    urlopen(Request(link, b"action=pay"))
    settled()
    assert (state(payment), lava.webhooks) == ("expired", 0)
    assert first.beat
    cashier(replace(QUICK, compare_first_s=0.0))
    wait_for(lambda: state(payment) == "paid")
    assert billing.balance(ann.id) == 500


def test_the_daily_list_finds_a_payment_whose_contract_we_never_learned(cashier, buy, lava, ann):
    cashier()
    payment = buy()
    wait_for(lambda: row(payment).url)
    urlopen(Request(row(payment).url, b"action=pay"))
    with transaction():
        Payment.update(state="failed", external_id=None).execute()
    cashier(replace(QUICK, compare_first_s=0.0))
    wait_for(lambda: state(payment) == "paid")
    assert billing.balance(ann.id) == 500


def test_a_list_that_cannot_be_read_is_read_later(cashier, buy, lava):
    lava.behaves(service="lavatop_read", action="error", code=503, times=2)
    cashier(replace(ONLY_WHEN_CALLED, compare_first_s=0.0, compare_again_s=0.1))
    wait_for(lambda: lava.asked("lavatop_read") > 2)
    settled()
    assert (lava.asked("lavatop_read"), alarms()) == (3, set())


def test_a_person_with_many_unpaid_links_gets_no_further_one(buy, ann):
    for _ in range(lavatop.MOST_PAYABLE):
        buy()
    with pytest.raises(UserFault, match="lavatop-too-many"):
        buy()
    assert Payment.select().count() == lavatop.MOST_PAYABLE
    Payment.update(expires_at=utc_now() - 1).where(Payment.id == 1).execute()
    assert buy().id


def test_money_of_an_order_that_we_do_not_have_is_an_alarm(cashier, buy, lava):
    cashier(ONLY_WHEN_CALLED)
    payment = buy()
    wait_for(lambda: row(payment).url)
    urlopen(Request(row(payment).url, b"action=pay"))
    Payment.delete().execute()
    cashier(replace(QUICK, compare_first_s=0.0))
    wait_for(lambda: "lavatop-unknown" in alarms())


def test_invoices_of_another_bot_are_left_alone(cashier, buy, lava):
    cashier(ONLY_WHEN_CALLED, terms=replace(TERMS, source="kiebot-43"))
    payment = buy()
    wait_for(lambda: row(payment).url)
    urlopen(Request(row(payment).url, b"action=pay"))
    Payment.delete().execute()
    before = lava.asked("lavatop_read")
    cashier(replace(QUICK, compare_first_s=0.0))
    wait_for(lambda: lava.asked("lavatop_read") > before)
    settled()
    assert alarms() == set()


def test_pauses_grow_with_age():
    pauses = Pauses()
    assert [pauses.after(age_s) for age_s in (0, 30, 600, 3600, 10**6)] == [5, 5, 60, 360, 1800]


def test_the_first_purchase_by_card_pays_the_invitation_once(cashier, buy, lava, ann):
    bob = accounts.of_user(8)
    with transaction():
        referrals.add(ann.id, bob.id, inviter_credits=20, invited_credits=10)
    cashier()
    for bought in (1, 2):
        payment = buy()
        wait_for(lambda payment=payment: row(payment).url)
        lava.pays(payment)
        wait_for(lambda payment=payment: state(payment) == "paid")
        assert billing.balance(ann.id) == 500 * bought + 10
    assert billing.balance(bob.id) == 20
