"""Orders that are paid through lava.top: ask for the invoice, then for what became of it. The rows say what is to be done.

One asyncio task, no thread per order. A webhook only makes an order be looked at now; without any webhook open orders are asked
about with growing pauses, and once a day lava.top's list is compared with ours, so that polling alone loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from kiebot.errors import ProviderError, ProviderErrorKind
from kiebot.payments.lavatop import NAME, Invoice, InvoiceOrder, Lavatop
from kiebot.services import incidents, lavatop
from kiebot.services.lavatop import Trouble
from kiebot.store import lavatop as orders
from kiebot.store.db import StoreBusy, close_store, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.worker.writing import WRITE_AGAIN_S

log = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 8
SAFETY_LOOK_S = 5.0  # how long it sleeps when nothing is due and nobody rings
LIST_EDGE_S = 300.0  # their clock and ours may differ
MOST_TRIES = 5
OPERATOR_PAUSE_S = 60.0
COMPARE_EVERY_S, COMPARE_BACK_S = 24 * 3600.0, 3 * 24 * 3600.0
STOP_WITHIN_S = 20.0
NOT_TAKEN = (ProviderErrorKind.RATE_LIMIT, ProviderErrorKind.TRANSIENT)


@dataclass(frozen=True, slots=True)
class Terms:
    """What all invoices have in common. `source` marks those of this bot: others may sell through the same account."""

    offer_id: str
    email: str
    source: str

    def order_of(self, payment: Any) -> InvoiceOrder:
        """The invoice of an order. Without an address of the operator's, one is made up that no letter can reach."""
        email = self.email or f"order-{payment.id}@example.org"
        return InvoiceOrder(
            self.offer_id, email, payment.amount, payment.currency, payment.language, source=self.source, token=payment.token
        )


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long an order is left alone. `margin_s`: it is asked about for so long after its link was withdrawn."""

    shortest_s: float = 5.0
    longest_s: float = 1800.0
    part_of_age: float = 10.0  # it is asked about again after a tenth of its age
    margin_s: float = 24 * 3600.0
    find_first_s: float = 2.0  # an invoice whose answer was lost is looked for in the list so soon,
    find_within_s: float = 40.0  # and for so long
    try_again_s: float = 2.0
    compare_first_s: float = 60.0
    compare_again_s: float = 600.0  # when lava.top could not be asked

    def after(self, age_s: float) -> float:
        """The pause of an order of this age."""
        return min(max(self.shortest_s, age_s / self.part_of_age), self.longest_s)


DEFAULT_PAUSES = Pauses()


class Cashier:
    """Looks at open orders. Lives on the worker's loop; `bell` is rung when there is something new."""

    def __init__(self, client: Lavatop, terms: Terms, bell: socket.socket, pauses: Pauses = DEFAULT_PAUSES) -> None:
        self._client = client
        self._terms = terms
        self._bell = bell
        self._pauses = pauses
        self._store = ThreadPoolExecutor(1, "payments-store")  # the loop never waits for a lock of the database
        self._rung = asyncio.Event()
        self._looking: dict[int, asyncio.Task[None]] = {}
        self._next: dict[int, float] = {}  # when to look at an order again (Unix seconds); one that is not here: now
        self._looked: dict[int, float] = {}
        self._tries: dict[int, int] = {}
        self._compare_at = time.monotonic() + pauses.compare_first_s
        self._stopping = asyncio.Event()
        self.beat = time.monotonic()  # the watchdog looks whether this goes on

    async def run(self) -> None:
        """Look at what is due until stop() is called."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._bell, self._heard)
        try:
            while not self._stopping.is_set():
                self.beat = time.monotonic()
                with self._loudly("payments tick"):
                    await self._tick()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._sleep_s()):
                        await self._rung.wait()
            if self._looking:  # an answer that nobody waits for would have to be looked for in the list
                await asyncio.wait(self._looking.values(), timeout=STOP_WITHIN_S)
        finally:
            loop.remove_reader(self._bell)
            self._bell.close()
            self._store.submit(close_store)
            self._store.shutdown(wait=False)

    def stop(self) -> None:
        """Take nothing new; run() ends when requests on their way have. To be called on the loop."""
        self._stopping.set()
        self._rung.set()

    def _heard(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._bell.recv(64):
                self._rung.set()

    async def _tick(self) -> None:
        self._rung.clear()
        now = utc_now()
        found = await self._in_store(orders.open_orders)
        for known in (self._next, self._looked, self._tries):
            for payment_id in known.keys() - {payment.id for payment in found}:
                del known[payment_id]
        due = [payment for payment in found if payment.id not in self._looking and self._is_due(payment, now)]
        for payment in due[: max(0, AT_ONCE - len(self._looking))]:
            self._begin(payment.id, self._look_at(payment))
        if time.monotonic() >= self._compare_at:
            self._compare_at = time.monotonic() + COMPARE_EVERY_S
            self._begin(0, self._compare())

    def _begin(self, payment_id: int, work: Any) -> None:
        task = asyncio.create_task(work)
        self._looking[payment_id] = task
        task.add_done_callback(partial(self._ended, payment_id))

    def _ended(self, payment_id: int, _task: object) -> None:
        self._looking.pop(payment_id, None)
        self._rung.set()

    def _is_due(self, payment: Any, now: float) -> bool:
        called_at = payment.detail.get("called_at") or 0.0
        return now >= self._next.get(payment.id, 0.0) or called_at > self._looked.get(payment.id, 0.0)

    def _sleep_s(self) -> float:
        waiting = [at for payment_id, at in self._next.items() if payment_id not in self._looking]
        return min(max(min(waiting, default=utc_now() + SAFETY_LOOK_S) - utc_now(), 0.05), SAFETY_LOOK_S)

    async def _look_at(self, payment: Any) -> None:
        self._looked[payment.id] = utc_now()
        self._next[payment.id] = utc_now() + OPERATOR_PAUSE_S
        with self._loudly("payment", payment=payment.id):
            try:
                if payment.state == "offered":
                    await self._ask(payment)
                elif payment.detail.get("sent_at"):
                    await self._find(payment)
                else:
                    await self._create(payment)
            except ProviderError as error:
                await self._unreadable(payment, error)

    async def _create(self, payment: Any) -> None:
        """Ask for the invoice, once. That the request leaves is committed before: no other life of the worker sends it again."""
        if payment.expires_at <= utc_now():
            await self._in_store(lambda: lavatop.no_link(payment.id, Trouble("", "it expired before it could be asked for")))
            return
        if not await self._in_store(lambda: lavatop.leaves(payment.id)):
            return
        failpoint("lavatop-sending")
        try:
            invoice = await self._client.create(self._terms.order_of(payment))
        except ProviderError as error:
            await self._not_created(payment, error)
            return
        failpoint("lavatop-created")
        trouble, what = _trouble(invoice, payment), f"payment={payment.id} contract={invoice.contract_id}"
        if trouble is None:
            await self._written(lambda: lavatop.invoiced(payment.id, invoice.contract_id, invoice.url), what)
            self._next[payment.id] = utc_now() + self._pauses.shortest_s
        else:
            await self._written(lambda: lavatop.no_link(payment.id, trouble, invoice.contract_id), what)

    async def _not_created(self, payment: Any, error: ProviderError) -> None:
        log.warning("invoice not made payment=%d kind=%s code=%s", payment.id, error.kind, error.code)
        if error.kind is ProviderErrorKind.UNKNOWN_OUTCOME:
            self._next[payment.id] = utc_now() + self._pauses.find_first_s
            return
        tries = self._tries[payment.id] = self._tries.get(payment.id, 0) + 1
        if error.kind in NOT_TAKEN and tries < MOST_TRIES:
            await self._written(lambda: lavatop.not_taken(payment.id), f"payment={payment.id} not taken")
            self._next[payment.id] = utc_now() + self._pauses.try_again_s * 2 ** (tries - 1)
            return
        kind = "" if error.kind in NOT_TAKEN else f"lavatop-{error.kind}"
        await self._written(
            lambda: lavatop.no_link(payment.id, Trouble(kind, str(error))), f"payment={payment.id} refused: {error}"
        )

    async def _find(self, payment: Any) -> None:
        """The answer to the request was lost: its invoice is looked for by our mark. The list does not tell links, so the order
        ends either way; but where there is an invoice, its contract is known from then on."""
        sent_at = payment.detail["sent_at"]
        late = utc_now() - sent_at > self._pauses.find_within_s
        try:
            found = await self._client.between(sent_at - LIST_EDGE_S, utc_now() + LIST_EDGE_S)
        except ProviderError:
            if not late:
                raise
            found = []
        contract_id = next((invoice.contract_id for invoice in found if self._is_of(invoice, payment)), None)
        if contract_id is None and not late:
            self._next[payment.id] = utc_now() + max(self._pauses.find_first_s, (utc_now() - sent_at) / 2)
            return
        words = "its answer was lost" if contract_id else "no answer, and it is not on the list"
        await self._written(
            lambda: lavatop.no_link(payment.id, Trouble("", words), contract_id), f"payment={payment.id} contract={contract_id}"
        )

    def _is_of(self, invoice: Invoice, payment: Any) -> bool:
        return (invoice.source, invoice.token) == (self._terms.source, payment.token)

    async def _ask(self, payment: Any) -> None:
        """What became of an invoice? Only this answer credits, whatever made us ask."""
        invoice = await self._client.get(payment.external_id)
        failpoint("lavatop-asked")
        if invoice.status == "completed":
            await self._credit(payment, invoice)
        elif invoice.status == "failed":
            await self._in_store(lambda: lavatop.declined(payment.id))
        else:
            await self._still_open(payment)

    async def _credit(self, payment: Any, invoice: Invoice) -> None:
        if invoice.is_for(payment.amount, payment.currency):
            await self._written(lambda: lavatop.completed(payment.id, invoice.contract_id), f"payment={payment.id} paid")
            return
        words = f"{_money(invoice)} instead of {payment.amount} {payment.currency}, contract {invoice.contract_id}"
        await self._in_store(lambda: lavatop.other_amount(payment.id, words))

    async def _still_open(self, payment: Any) -> None:
        now = utc_now()
        self._next[payment.id] = now + self._pauses.after(now - payment.created_at)
        if now > payment.expires_at + self._pauses.margin_s:
            await self._in_store(lambda: lavatop.expire(payment.id))
        elif now > payment.expires_at:
            await self._in_store(lambda: lavatop.withdraw(payment.id))
        else:
            self._next[payment.id] = min(self._next[payment.id], payment.expires_at + 1)

    async def _unreadable(self, payment: Any, error: ProviderError) -> None:
        """lava.top could not be asked. That says nothing of the order, but its time passes."""
        log.warning("payment unreadable payment=%d kind=%s code=%s", payment.id, error.kind, error.code)
        if error.kind is ProviderErrorKind.AUTH:
            await self._in_store(lambda: incidents.alarm("lavatop-auth", NAME, process="worker", words=str(error)))
            self._next[payment.id] = utc_now() + OPERATOR_PAUSE_S
            return
        if payment.state == "offered":
            await self._still_open(payment)
        self._next[payment.id] = utc_now() + self._pauses.after(utc_now() - payment.created_at)

    async def _compare(self) -> None:
        """lava.top's list of the last days against ours: every paid invoice with our mark has to be credited."""
        with self._loudly("payments comparison"):
            now = utc_now()
            try:
                listed = await self._client.between(now - COMPARE_BACK_S, now + LIST_EDGE_S)
            except ProviderError as error:
                log.warning("payments not compared kind=%s code=%s", error.kind, error.code)
                self._compare_at = time.monotonic() + self._pauses.compare_again_s
                return
            ours = [invoice for invoice in listed if invoice.source == self._terms.source and invoice.status == "completed"]
            for invoice in ours:
                await self._in_store(partial(_take_up, invoice))
            log.info("payments compared listed=%d ours=%d", len(listed), len(ours))

    @contextlib.contextmanager
    def _loudly(self, what: str, **context: int) -> Iterator[None]:
        """The store may be locked, an answer strange: go on, loudly. One order's trouble is not the others'."""
        try:
            yield
        except Exception as error:
            log.exception("%s failed %s", what, context)
            self._store.submit(_record, error, context)

    async def _written(self, write: Callable[[], object], what: str) -> None:
        """What nobody else knows is written as soon as the store takes it; only once the worker stops, the refusal is raised.
        `what`: for the log, which is all that is left of it then."""
        while True:
            try:
                await self._in_store(write)
            except StoreBusy as error:
                log.warning("not written, trying again: %s: %s", what, error)
                if self._stopping.is_set():
                    raise
                await asyncio.sleep(WRITE_AGAIN_S)
            else:
                return

    async def _in_store(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._store, function)


def _trouble(invoice: Invoice, payment: Any) -> Trouble | None:
    """Why the link of a new invoice must not be shown; None when all is well."""
    if not invoice.is_for(payment.amount, payment.currency):
        words = (
            f"asked for {payment.amount} {payment.currency}, the invoice says {_money(invoice)}: is the offer's price dynamic?"
        )
        return Trouble("lavatop-amount", words)
    return None if invoice.url else Trouble("lavatop-link", "an invoice without a link")


def _take_up(invoice: Invoice) -> None:
    """A paid invoice with our mark: it is looked at, or the operator hears that there is no order to it."""
    if not lavatop.listed_as_paid(invoice.token, invoice.contract_id):
        words = f"{_money(invoice)}, contract {invoice.contract_id}, {invoice.token}"
        incidents.alarm("lavatop-unknown", NAME, process="worker", words=words)


def _money(invoice: Invoice) -> str:
    return f"{invoice.amount} {invoice.currency}"


def _record(error: Exception, context: dict[str, int]) -> None:
    try:
        incidents.record(error, process="worker", context=dict(context))
    except Exception:
        log.exception("incident not recorded")
