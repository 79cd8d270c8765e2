"""The worker against the sandbox's own KIE: the same road that `make run` takes, and its bad days."""

from __future__ import annotations

import pytest

from kiebot.store import jobs, outbox
from tests.fakes.serving import Services
from tests.worker.conftest import Parts, state, wait_for

VIDEO = "grok-imagine/text-to-video"


@pytest.fixture
def kie(tmp_path):
    with Services(tmp_path / "ai", run_s={"image": 0.2, "video": 0.2}) as services:
        yield services


@pytest.fixture
def ended(data_dir, queue, kie, order):
    """Bring a job as far as it comes."""
    parts = Parts(data_dir, queue, kie)
    parts.poll()

    def run(**fields):
        job_id = order(**fields)
        parts.runner.run(job_id)
        wait_for(lambda: state(job_id) != "running")
        parts.runner.run(job_id)
        return jobs.get(job_id)

    yield run
    parts.close()


@pytest.mark.parametrize(("model", "kind"), [("google/nano-banana", "photo"), (VIDEO, "video")])
def test_what_the_sandbox_makes_reaches_the_outbox(ended, model, kind):
    job = ended(model=model)
    assert job.state == "done"
    assert [row.kind for row in outbox.results_of(job.id)] == [kind]


@pytest.mark.parametrize(
    ("wish", "state", "fail_code"),
    [
        ({"service": "kie", "action": "lost"}, "unclear", ""),
        ({"service": "kie", "action": "fail", "fail_code": "500"}, "failed", "transient"),
        ({"service": "kie", "action": "error", "code": 422}, "failed", "input"),
        ({"service": "kie", "action": "error", "code": 429}, "queued", ""),
        ({"service": "kie_file", "action": "expired"}, "failed", "result"),
        ({"service": "kie_file", "action": "oversized"}, "failed", "result"),
        ({"service": "kie_file", "action": "cut", "after_bytes": 100}, "storing", ""),
        ({"service": "kie_poll", "action": "html"}, "done", ""),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else str(value),
)
def test_each_bad_day_of_kie_ends_as_it_should(ended, kie, wish, state, fail_code):
    kie.behave(**wish)
    job = ended()
    assert (job.state, job.fail_code) == (state, fail_code)
