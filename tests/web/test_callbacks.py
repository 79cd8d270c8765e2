"""What a stranger's POST can do: make a running job be looked at now, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import pytest
from starlette.testclient import TestClient

from kiebot.config import Config
from kiebot.store import accounts, jobs
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Job
from kiebot.web.app import create_app
from kiebot.web.callbacks import LONGEST_BODY_BYTES

KEY = "a webhook key"
BODY = {"code": 200, "msg": "done", "data": {"taskId": "task-1", "state": "success", "resultJson": "{}"}}


@pytest.fixture
def job(queue):
    """A job that runs and would be looked at in a minute."""
    account = accounts.of_user(7)
    with transaction(durable=True):
        job = jobs.add(order_key="m:7:1", account=account.id, kind="generation", chat_id=7, language="en")
        Job.update(state="running", callback_token="token-1", remote_id="task-1", next_poll_at=utc_now() + 60).execute()
    return job


def client(queue, key=""):
    return TestClient(create_app(queue, Config(kie={"webhook_key": key})))


def signed(task_id="task-1", at=None, key=KEY):
    timestamp = str(int(time.time() if at is None else at))
    signature = hmac.new(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest()
    return {"x-webhook-timestamp": timestamp, "x-webhook-signature": base64.b64encode(signature).decode()}


def due_in_s(job):
    return Job.get_by_id(job.id).next_poll_at - utc_now()


def state_of(job):
    row = Job.get_by_id(job.id)
    return row.state, row.results, row.handle, row.progress


def test_a_callback_makes_its_job_due_and_tells_the_worker(queue, job):
    before = state_of(job)
    assert client(queue).post("/callback/kie/token-1", json=BODY).status_code == 200
    assert due_in_s(job) < 1
    assert queue.depth() == 1
    assert state_of(job) == before, "what it says of the result is not believed"


def test_a_storm_of_callbacks_is_one_look(queue, job):
    http = client(queue)
    for _ in range(50):
        assert http.post("/callback/kie/token-1", json=BODY).status_code == 200
    assert queue.depth() == 1


def test_a_right_signature_is_taken(queue, job):
    assert client(queue, KEY).post("/callback/kie/token-1", json=BODY, headers=signed()).status_code == 200
    assert queue.depth() == 1


@pytest.mark.parametrize(
    "headers",
    [{}, signed(key="another key"), signed("task-2"), {**signed(), "x-webhook-timestamp": "now"}],
    ids=["none", "wrong key", "another task", "no time"],
)
def test_a_wrong_signature_changes_nothing(queue, job, headers):
    assert client(queue, KEY).post("/callback/kie/token-1", json=BODY, headers=headers).status_code == 401
    assert (queue.depth(), due_in_s(job) > 30) == (0, True)


@pytest.mark.parametrize("off_s", [-301, 320])  # the time of the test itself goes by, too
def test_an_old_callback_played_again_changes_nothing(queue, job, off_s):
    headers = signed(at=time.time() + off_s)
    assert client(queue, KEY).post("/callback/kie/token-1", json=BODY, headers=headers).status_code == 401
    assert queue.depth() == 0


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", json.dumps({"data": {"taskId": 7}}).encode(), b"\xff" * 100])
def test_nonsense_is_refused(queue, job, body):
    assert client(queue).post("/callback/kie/token-1", content=body).status_code == 400
    assert queue.depth() == 0


def test_a_large_body_is_refused_however_it_comes(queue, job):
    http = client(queue)
    assert http.post("/callback/kie/token-1", content=b"x" * (LONGEST_BODY_BYTES + 1)).status_code == 413
    assert http.post("/callback/kie/token-1", content=(b"x" * 65536 for _ in range(100))).status_code == 413
    assert queue.depth() == 0


def test_a_token_nobody_knows_looks_the_same_and_changes_nothing(queue, job):
    answer = client(queue).post("/callback/kie/guessed", json=BODY)
    assert (answer.status_code, answer.text, queue.depth()) == (200, "ok\n", 0)


@pytest.mark.parametrize("state", ["queued", "submitting", "storing", "done", "failed", "cancelled"])
def test_a_job_that_does_not_run_is_left_alone(queue, job, state):
    Job.update(state=state, next_poll_at=None).execute()
    assert client(queue).post("/callback/kie/token-1", json=BODY).status_code == 200
    assert (Job.get_by_id(job.id).state, queue.depth()) == (state, 0)


def test_only_post_is_served(queue, job):
    assert client(queue).get("/callback/kie/token-1").status_code == 405
