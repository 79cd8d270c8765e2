"""How much one person may ask for, over all that costs something."""

from __future__ import annotations

import pytest

from kiebot.errors import UserFault
from kiebot.services import generation, limits
from kiebot.store import accounts
from kiebot.store.db import close_store, open_store
from kiebot.store.order_models import Request


@pytest.fixture
def allowed(limits):
    return limits


def test_the_sixth_order_in_a_minute_is_refused_also_after_a_restart(rich, order, queue, allowed, data_dir):
    for number in range(5):
        job_id = generation.request(order(number), queue=queue, limits=allowed, billing_enabled=True)
        generation.cancel(job_id, rich.id)
    close_store()
    open_store(data_dir)
    with pytest.raises(UserFault) as fault:
        generation.request(order(6), queue=queue, limits=allowed, billing_enabled=True)
    assert fault.value.key == "limit-minute"
    assert 50 <= fault.value.sentence_args["seconds"] <= 60


def test_whatever_costs_credits_uses_up_the_same_minute(account, allowed):
    for kind in ("chat", "voice", "document", "generation"):
        limits.count(account.id, kind, cost=2)
    limits.check_pace(account, allowed)
    limits.count(account.id, "chat", cost=1)
    with pytest.raises(UserFault, match="limit-minute"):
        limits.check_pace(account, allowed)


def test_free_chat_never_uses_up_anything(account, allowed):
    for _ in range(100):
        limits.count(account.id, "chat")
    limits.check(account, "generation", allowed)


def test_each_person_has_a_minute_and_an_hour_of_their_own(account, allowed):
    for _ in range(20):
        limits.count(account.id, "generation")
    Request.update(created_at=Request.created_at - 100).execute()
    with pytest.raises(UserFault) as fault:
        limits.check_pace(account, allowed)
    assert (fault.value.key, fault.value.sentence_args) == ("limit-hour", {"limit": 20, "minutes": 59})
    limits.check_pace(accounts.of_user(8), allowed)
