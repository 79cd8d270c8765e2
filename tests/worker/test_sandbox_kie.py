"""The worker against the sandbox's own KIE: the same road that `make run` takes, and its bad days."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import pytest
import uvicorn

from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.store import jobs, outbox
from tests.worker.conftest import Parts, state, wait_for

VIDEO = "grok-imagine/text-to-video"


class Silent:
    """No text is asked for here."""

    async def stream(self, *args, **kwargs):
        raise AssertionError("no text is asked for here")


class Service:
    """The sandbox's services on a port of their own."""

    def __init__(self, folder):
        self.behaviour = Behaviour()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.url = f"http://{self.host}"
        app = create_app(folder, self.behaviour, Silent(), run_s={"image": 0.2, "video": 0.2})
        self.server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],), daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    def behaves(self, **wish):
        asyncio.run(self.behaviour.apply(wish))

    def stop(self):
        self.server.should_exit = True
        self.thread.join()


@pytest.fixture
def kie(tmp_path):
    service = Service(tmp_path / "ai")
    yield service
    service.stop()


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
    kie.behaves(**wish)
    job = ended()
    assert (job.state, job.fail_code) == (state, fail_code)
