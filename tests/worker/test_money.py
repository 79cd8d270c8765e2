"""A job without a result, however it came to that: the balance is what it was, and the books are in order."""

from __future__ import annotations

import pytest

from kiebot.services import billing, generation
from kiebot.services.generation import CancelOutcome
from kiebot.store import jobs, overrides
from kiebot.store.models import Job, LedgerEntry
from tests.worker.conftest import MODEL, state, wait_for


class Road:
    """Drives one job of Ann's through the worker's real parts."""

    def __init__(self, parts, kie, order, account):
        self.parts, self.kie, self.account = parts, kie, account
        self.order = order
        self.job_id = 0

    def send(self, **fields):
        self.job_id = self.order(**fields)
        assert billing.held(self.account.id) == 30
        self.parts.runner.run(self.job_id)

    def refused_for(self, code):
        self.kie.answers = [code]
        self.send()

    def provider_has_no_credits(self):
        self.refused_for(402)

    def provider_refuses_the_input(self):
        self.refused_for(422)

    def provider_is_busy_until_the_deadline(self):
        self.kie.answers = [429]
        self.send(deadline_s=0.001)

    def provider_never_answers(self):
        self.kie.answers = ["silent"]
        self.send(deadline_s=0.01)
        self.parts.sweeps.heal()

    def provider_fails_after_a_while(self):
        self.kie.fails_with = "500"
        self.send()
        self.parts.poll()
        wait_for(lambda: state(self.job_id) == "failed")

    def it_takes_too_long(self):
        self.kie.run_s = 60
        self.send(deadline_s=1)
        self.parts.poll()
        wait_for(lambda: state(self.job_id) == "failed")

    def provider_cannot_be_read_any_more(self):
        self.send(deadline_s=0.01)
        jobs.change(self.job_id, next_poll_at=jobs.get(self.job_id).deadline_at + 3600)
        self.parts.sweeps.heal()

    def the_result_is_no_picture(self):
        self.kie.file = b"<html>sorry</html>"
        self.send()
        self.parts.poll()
        wait_for(lambda: state(self.job_id) == "storing")
        self.parts.runner.run(self.job_id)

    def the_result_breaks_the_worker(self):
        self.job_id = self.order()
        Job.update(state="storing", handle={"results": [{"nonsense": 1}]}).where(Job.id == self.job_id).execute()
        for _ in range(4):
            self.parts.runner.run(self.job_id)
            jobs.change(self.job_id, next_poll_at=0)

    def the_model_was_switched_off(self):
        self.job_id = self.order()
        overrides.save(MODEL, enabled=False, reason="bad pictures")
        self.parts.runner.run(self.job_id)

    def the_person_cancels_before_it_is_sent(self):
        self.job_id = self.order()
        assert generation.cancel(self.job_id, self.account.id) is CancelOutcome.CANCELLED
        self.parts.runner.run(self.job_id)

    def the_operator_stops_it(self):
        self.send()
        assert generation.fail(jobs.get(self.job_id), "stopped")


WAYS = [name for name in vars(Road) if name.startswith(("provider_", "it_", "the_"))]


@pytest.mark.parametrize("way", WAYS)
def test_a_job_without_a_result_leaves_the_balance_as_it_was(parts, kie, order, account, way):
    road = Road(parts, kie, order, account)
    getattr(road, way)()
    assert state(road.job_id) in ("failed", "cancelled")
    assert (billing.balance(account.id), billing.held(account.id)) == (100, 0)
    assert [entry.kind for entry in LedgerEntry.select().order_by(LedgerEntry.id)] == ["bonus", "hold", "release"]
    assert billing.verify().problems == []
