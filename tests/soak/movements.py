"""Random movements of credits by short lives: processes that are killed between two statements, wherever those are.

`python -m tests.soak.movements FOLDER OPERATIONS SEED` does so many, two lives at a time, and prints what happened as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiebot.config.keys import Billing, Limits
from kiebot.errors import UserFault
from kiebot.payments.orders import STARS, XTR, Pack
from kiebot.services import accounts as services
from kiebot.services import billing, bonuses, chat, delivery, erasure, forgetting, generation, payments, promo, sending, voices
from kiebot.services.bonuses import Bonuses
from kiebot.services.chat import Answer
from kiebot.services.delivery import Place
from kiebot.services.generation import GenerationOrder
from kiebot.services.incoming import Incoming, Sender
from kiebot.services.metering import Charge, Meter
from kiebot.services.payments import Shop
from kiebot.services.pricing import Tariff
from kiebot.store import accounts, jobs, threads
from kiebot.store.db import database, open_store, transaction
from kiebot.store.models import Account, Job, Turn
from kiebot.store.money_models import Payment, PromoCode

PEOPLE = 6
GROUP = -500
LIVES_AT_ONCE = 2
LONGEST_LIFE = 600  # statements
BOUNDLESS = Limits(requests_per_minute=10**9, requests_per_hour=10**9, jobs_at_once=10**9)
TARIFF = Tariff(Billing(enabled=True, chat_per_1000_tokens=3, free_answers_per_day=2, transcription_per_minute=4))
METER = Meter(TARIFF, most_tokens=2000)
SHOP = Shop(billing=True, stars=(Pack(60, 50, XTR), Pack(200, 150, XTR)))
GIFTS = Bonuses(20, 15, 10)
NOTHING_TO_DO = (UserFault, LookupError, ValueError)


class SilentQueue:
    """Nobody listens: the lives take what they find."""

    def wake(self, job_id: int) -> None: ...
    def wake_later(self, job_id: int) -> None: ...


@dataclass
class Life:
    """One process. It knows nothing of those before it but what stands in the file."""

    folder: Path
    rng: random.Random
    name: str
    queue: SilentQueue = field(default_factory=SilentQueue)

    def act(self) -> None:
        """One operation."""
        acts: dict[Callable[[], None], int] = {
            self.order: 8, self.bring_on: 14, self.cancel: 2, self.retry: 2, self.ask: 5, self.answer: 7, self.ask_again: 2,
            self.speak: 2, self.hear: 2, self.buy: 3, self.pay: 5, self.refund: 1, self.refund_first: 1, self.redeem: 2,
            self.grant: 2, self.invite: 1, self.forget: 2, self.delete: 1,
        }  # fmt: skip
        act = self.rng.choices(list(acts), list(acts.values()))[0]
        try:
            act()
        except NOTHING_TO_DO:
            return

    # -- who and what ---------------------------------------------------------------------------------------------------

    def someone(self) -> Any:
        return self.rng.choice(list(Account.select().where(Account.user_id > 0)))

    def some(self, query: Any) -> Any:
        return self.rng.choice(list(query.limit(40)))

    def key(self) -> str:
        return f"{self.name}:{self.rng.getrandbits(60):x}"

    # -- jobs ---------------------------------------------------------------------------------------------------------------

    def order(self) -> None:
        account = self.someone()
        order = GenerationOrder(
            account.id, Place(account.user_id, "en"), "m", "a boat", {}, self.rng.randint(1, 40), 300, self.key()
        )
        generation.request(order, queue=self.queue, limits=BOUNDLESS, billing_enabled=True)

    def bring_on(self) -> None:
        """The next step of an open job, with one of its outcomes."""
        job = self.some(Job.select().where(Job.kind == "generation", Job.state.in_(jobs.OPEN_STATES)))
        {
            "queued": self._send,
            "submitting": lambda job: sending.broke_while_sending(job, why="killed", not_before=0),
            "running": self._make,
            "storing": self._store,
            "unclear": lambda job: generation.fail(job, "unknown_outcome"),
        }[job.state](job)

    def _send(self, job: Any) -> None:
        with transaction(durable=True):
            claimed = jobs.claim(job.id, "queued", "submitting", self.name, provider="kie")
        if claimed is None:
            return
        if self.rng.random() < 0.3:
            generation.lower_price(claimed, self.rng.randint(0, claimed.price))
        if self.rng.random() < 0.2:
            generation.fail(claimed, self.rng.choice(("longer", "provider_funds", "input")))
        elif sending.leaves(claimed):
            if self.rng.random() < 0.15:
                sending.mark_unclear(claimed, why="no answer")
            else:
                sending.sent(claimed, remote_id=self.key(), handle={}, next_poll_at=0)

    def _make(self, job: Any) -> None:
        if self.rng.random() < 0.25:
            generation.fail(job, "deadline")
        else:
            generation.made(job, [{"url": "https://example.com/1.png"}], 4.5, queue=self.queue)

    def _store(self, job: Any) -> None:
        with transaction(durable=True):
            Job.update(boot_id="").where(Job.id == job.id).execute()
            claimed = jobs.claim(job.id, "storing", "storing", self.name)
        if claimed is None:
            return
        if self.rng.random() < 0.2:
            generation.quarantine(claimed)
        else:
            generation.finish(claimed, [{"text": "a boat"}])

    def cancel(self) -> None:
        job = self.some(Job.select().where(Job.state.in_(jobs.OPEN_STATES)))
        generation.cancel(job.id, job.account_id)

    def retry(self) -> None:
        old = self.some(Job.select().where(Job.kind == "generation", Job.state.in_(("failed", "cancelled"))))
        for _ in range(2):
            generation.retry(old.id, old.account_id, price=old.price, queue=self.queue, limits=BOUNDLESS, billing_enabled=True)

    # -- answers and recordings ---------------------------------------------------------------------------------------------

    def ask(self) -> None:
        account = self.someone()
        chat_id = self.rng.choice((account.user_id, GROUP))
        with transaction():
            turn = threads.add_turn(
                thread=threads.active(chat_id, 0).id, account=account.id, chat_id=chat_id,
                message_id=self.rng.getrandbits(40), language="en", content=[{"type": "text", "text": "hi"}],
            )  # fmt: skip
        self._begin(turn)

    def _begin(self, turn: Any) -> Any:
        return chat.begin_answer(turn.id, prompts=lambda turn: ["system"], most_chars=10_000, meter=METER)

    def answer(self) -> None:
        turn = self.some(Turn.select().where(Turn.state.in_(threads.OPEN_STATES)))
        question = self._begin(turn)
        if question is None:
            return
        if self.rng.random() < 0.3:
            chat.fail_answer(turn.id, "chat-empty-answer")
            return
        words, tokens = self.rng.choice(("", "hello", "hello")), self.rng.randint(1, 4000)
        price = question.charge.price(tokens)
        chat.end_answer(turn.id, Answer(words, "stopped", "m", tokens, 0, charge=question.charge, price=price))

    def ask_again(self) -> None:
        turn = self.some(Turn.select().where(Turn.state.not_in(threads.OPEN_STATES)))
        if threads.reopen_turn(turn.id):
            self._begin(threads.turn(turn.id))

    def speak(self) -> None:
        account, number = self.someone(), self.rng.getrandbits(40)
        incoming = Incoming(account.user_id, "private", "", number, Sender(account.user_id, "", "", "en"), "voice")
        recording = voices.Recording("f", 1000, self.rng.randint(1, 200))
        voices.receive(
            services.person_of(account), Place(account.user_id, "en"), incoming, recording,
            talk=False, limits=BOUNDLESS, tariff=TARIFF, order_key=self.key(),
        )  # fmt: skip

    def hear(self) -> None:
        job = self.some(Job.select().where(Job.kind == "voice", Job.state.in_(jobs.OPEN_STATES)))
        if job.state == "queued":
            Job.update(state="storing", boot_id=self.name).where(Job.id == job.id, Job.state == "queued").execute()
        job = jobs.get(job.id)
        part = {"start_s": 0.0, "end_s": 9.0, "silent": False, "path": "p"}
        if self.rng.random() < 0.3:
            voices.fail(job, "voice-failed-service")
        elif voices.keep_parts(job, [part], done=True, duration_s=self.rng.randint(1, 300)):
            voices.keep_text(job, 1, "hello")
            voices.finish(job)

    # -- credits that come and go ---------------------------------------------------------------------------------------------

    def buy(self) -> None:
        account = self.someone()
        payments.offer(SHOP, account.id, STARS, self.rng.choice(SHOP.stars), Place(account.user_id, "en"))

    def pay(self) -> None:
        """The payment system tells it three times."""
        payment = self.some(Payment.select().where(Payment.state == "created"))
        user_id = accounts.get(payment.account_id).user_id
        for _ in range(3):
            payments.paid(STARS, payment.token, f"charge-{payment.id}", payment.amount, XTR, user_id, packs=SHOP.stars)

    def refund(self) -> None:
        payment = self.some(Payment.select().where(Payment.state == "paid"))
        for _ in range(2):
            payments.refunded(STARS, payment.external_id)

    def refund_first(self) -> None:
        """The way back is heard of before the payment, and the offer is paid once more after that."""
        payment = self.some(Payment.select().where(Payment.state == "created"))
        user_id, charge = accounts.get(payment.account_id).user_id, self.key()
        payments.refunded(STARS, charge, user_id=user_id, amount=payment.amount, currency=XTR)
        for name in (charge, charge, f"again-{charge}"):
            payments.paid(STARS, payment.token, name, payment.amount, XTR, user_id, packs=SHOP.stars)

    def redeem(self) -> None:
        promo.redeem(self.someone().id, "SUN")

    def grant(self) -> None:
        account = self.someone()
        with transaction(durable=True):
            bonuses.grant(account.id, self.rng.choice((30, 5, -10)), "because")
            bonuses.welcome(services.person_of(account), GIFTS)

    def invite(self) -> None:
        host = self.someone()
        with transaction(durable=True):
            guest = accounts.of_user(self.rng.randint(10**6, 10**9))
            bonuses.invite(guest.id, bonuses.invite_code(host.id), GIFTS)

    def forget(self) -> None:
        """While answers are being made, of which something may have come."""
        account = self.someone()
        if self.rng.random() < 0.5:
            forgetting.forget_here(account.id, self.rng.choice((account.user_id, GROUP)), self.folder, self._so_far)
        else:
            forgetting.forget_everywhere(account.id, account.user_id, self.folder, self._so_far)

    def _so_far(self, turn_id: int) -> Answer | None:
        if self.rng.random() < 0.5:
            return None
        charge = Charge(TARIFF.answer(), billing.held_for_answer(turn_id))
        return Answer(self.rng.choice(("", "half")), "stopped", "m", charge=charge, price=charge.price(self.rng.randint(1, 9000)))

    def delete(self) -> None:
        """Whoever may go goes, with orders that can be paid or go back later; somebody comes instead."""
        account = self.someone()
        erasure.check(account)
        erasure.erase(account.id, self.folder, self._so_far)
        accounts.of_user(self.rng.randint(10**6, 10**9))


def prepare(folder: Path) -> None:
    """People, and a code that all of them may use a few times."""
    open_store(folder)
    delivery.bind_bell(lambda: None)
    for number in range(1, PEOPLE + 1):
        accounts.of_user(number)
    PromoCode.create(code="SUN", credits=7, per_user_limit=30, total_limit=150)
    database.close()


def live(folder: Path, seed: str, told: int) -> None:
    """Act until a statement is the last one. Each finished operation is told with a dot."""
    rng = random.Random(seed)
    open_store(folder)
    delivery.bind_bell(lambda: None)
    left = rng.randint(1, LONGEST_LIFE)

    def count(statement: str) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    database.connection().set_trace_callback(count)
    life = Life(folder, rng, seed)
    while True:
        life.act()
        os.write(told, b".")


def run(folder: Path, operations: int, seed: int) -> dict[str, int]:
    """Lives, one after another and two at a time, until so many operations are finished."""
    prepare(folder)
    finished, lives, running = 0, 0, dict[int, int]()
    while finished < operations or running:
        while finished < operations and len(running) < LIVES_AT_ONCE:
            lives += 1
            reading, writing = os.pipe()
            child = os.fork()
            if not child:
                os.close(reading)
                live(folder, f"{seed}-{lives}", writing)
            os.close(writing)
            running[child] = reading
        child, status = os.wait()
        reading = running.pop(child)
        finished += len(os.read(reading, 1 << 16))
        os.close(reading)
        if os.WTERMSIG(status) != signal.SIGKILL:
            raise SystemExit(f"life {lives} ended with {status}: see its traceback above")
    return {"operations": finished, "kills": lives}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
