"""A real store in a fresh folder, an account, and a queue that remembers whom it woke."""

from __future__ import annotations

import pytest

from kiebot.config.keys import Limits
from kiebot.services import billing
from kiebot.services.delivery import Place
from kiebot.services.generation import GenerationOrder
from kiebot.services.material import material_for
from kiebot.store import accounts, ledger, threads
from kiebot.store.db import transaction
from tests.services import filming


class RememberingQueue:
    """Stands where Huey stands."""

    def __init__(self):
        self.woken = []

    def wake(self, job_id):
        self.woken.append(job_id)

    wake_later = wake


@pytest.fixture
def queue():
    return RememberingQueue()


@pytest.fixture
def account(data_dir):
    return accounts.of_user(7, name="Ann", language_code="en")


@pytest.fixture
def rich(account):
    """The same account with 100 credits."""
    with transaction(durable=True):
        ledger.add(account.id, "bonus", 100, "grant:1")
    return account


@pytest.fixture
def limits():
    return Limits()


@pytest.fixture
def order(account):
    def make(number=1, **fields):
        given = {
            "account_id": account.id,
            "place": Place(7, "en"),
            "model_id": "boat-1",
            "prompt": "a red boat",
            "input": {"prompt": "a red boat"},
            "price": 30,
            "deadline_s": 300,
            "order_key": f"m:7:{number}",
            "label": "Boat 1",
            "message_id": number,
        }
        return GenerationOrder(**given | fields)

    return make


@pytest.fixture
def shown(account):
    """What of documents the model would be shown for a question in a conversation."""

    def shown(thread_id, question="What is it about?", room=10_000, **fields):
        number = threads.Turn.select().count() + 1000
        turn = threads.add_turn(
            thread=thread_id, account=account.id, chat_id=7, message_id=number, language="en",
            content=[{"type": "text", "text": question}], **fields,
        )  # fmt: skip
        text = material_for(turn.id, room).text
        threads.end_turn(turn.id, "failed")
        return text

    return shown


@pytest.fixture
def thread(data_dir):
    """The conversation of chat 7."""
    return threads.active(7, 0)


@pytest.fixture
def crew(account, data_dir, queue):
    """A film crew that works for somebody who has credits."""
    filming.studio(data_dir, queue)
    return filming.Crew(filming.rich(account), data_dir, queue)


@pytest.fixture
def spent(account):
    """What films have cost their person, when nothing is held and nothing is wrong."""

    def look():
        assert billing.verify().problems == []
        assert billing.held(account.id) == 0
        return filming.START - billing.balance(account.id)

    return look
