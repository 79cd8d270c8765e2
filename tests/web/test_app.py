"""The web process as its callers see it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import kiebot
from kiebot.config import Config
from kiebot.services import delivery
from kiebot.services.delivery import Place
from kiebot.store import accounts, heartbeats, jobs
from kiebot.store.db import applied_migrations, database, transaction
from kiebot.store.models import Job, OutboxRow, Setting
from kiebot.web.app import create_app

START = """
import json, sys
from kiebot.config.keys import Config
from kiebot.web.app import main
sys.exit(main(Config(**json.loads(sys.argv[1]))))
"""


@pytest.fixture
def client(queue):
    for process in ("bot", "worker"):
        heartbeats.beat(process)
    with TestClient(create_app(queue, Config())) as client:
        yield client


@pytest.fixture
def job(data_dir):
    account = accounts.of_user(7)
    with transaction(durable=True):
        return jobs.add(order_key="m:7:1", account=account.id, kind="generation", chat_id=7, language="en", prompt="a red boat")


def test_a_well_kiebot_answers_200_with_its_figures(client, job, queue):
    queue.wake(job.id)
    answer = client.get("/api/health")
    report = answer.json()
    assert answer.status_code == 200
    assert (report["ok"], report["version"], report["problems"]) == (True, kiebot.__version__, [])
    assert (report["jobs"], report["queue_depth"], report["accounts"]) == ({"queued": 1}, 1, 1)
    assert (report["outbox_depth"], set(report["heartbeats"])) == (0, {"bot", "worker"})
    assert report["schema"] == applied_migrations()[-1]


def test_alive_is_said_without_looking_at_anything(client):
    database.execute_sql("ALTER TABLE job RENAME TO lost")
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "alive\n")


@pytest.mark.parametrize("process", ["bot", "worker"])
def test_a_process_that_shows_no_life_is_dead(client, process):
    Setting.update(changed_at=Setting.changed_at - 61).where(Setting.key == f"heartbeat:{process}").execute()
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()["problems"]) == (503, [f"{process}-dead"])
    assert f'kiebot_heartbeat_seconds{{process="{process}"}} 61' in client.get("/metrics").text


def test_a_process_that_was_never_seen_is_dead(client):
    Setting.delete().execute()
    assert client.get("/api/health").json()["problems"] == ["bot-dead", "worker-dead"]


def test_a_job_nobody_takes_means_that_the_worker_is_late(client, job):
    Job.update(created_at=Job.created_at - 120).execute()
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["worker-late"])


def test_a_message_nobody_sends_means_that_the_bot_is_late(client, data_dir):
    delivery.say(Place(7, "en"), key="job-unclear", args={"job": "1"})
    OutboxRow.update(created_at=OutboxRow.created_at - 120).execute()
    assert client.get("/api/health").json()["problems"] == ["bot-late"]


def test_a_message_that_has_to_wait_for_telegram_is_not_late(client, data_dir):
    delivery.say(Place(7, "en"), key="job-unclear", args={"job": "1"})
    OutboxRow.update(created_at=OutboxRow.created_at - 120, not_before=OutboxRow.created_at + 1000).execute()
    assert client.get("/api/health").status_code == 200


def test_a_database_that_cannot_be_read_is_said_so(client):
    database.execute_sql("ALTER TABLE job RENAME TO lost")
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["database"])


def test_metrics_are_prometheus_text(client, job):
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'kiebot_jobs{state="queued"} 1.0' in answer.text
    assert f'kiebot_info{{version="{kiebot.__version__}"}} 1.0' in answer.text
    assert re.search(r"^kiebot_oldest_job_seconds 0\.\d", answer.text, re.MULTILINE)


def test_neither_page_tells_anything_of_people(client, job):
    assert "red boat" not in client.get("/api/health").text + client.get("/metrics").text


def start(config):
    return subprocess.Popen(
        [sys.executable, "-c", START, json.dumps(config)], cwd=Path(__file__).parents[2], stderr=subprocess.PIPE, text=True
    )


def address_of(process):
    for line in process.stderr:
        if found := re.search(r"address=([\d.]+:\d+)", line):
            return f"http://{found[1]}"
    raise AssertionError("it does not listen")


def test_the_process_serves_stops_in_order_and_is_alone_on_its_directory(tmp_path):
    config = {"data_dir": str(tmp_path), "web": {"port": 0}, "logging": {"format": "console"}}
    process = start(config)
    address = address_of(process)
    deadline = time.monotonic() + 10
    while True:
        try:
            with urllib.request.urlopen(f"{address}/healthz") as answer:
                assert answer.read() == b"alive\n"
            break
        except urllib.error.URLError:
            assert time.monotonic() < deadline
    second = start(config)
    assert second.wait(20) == 0
    assert f"pid {process.pid}" in second.stderr.read()
    taken = start(config | {"data_dir": str(tmp_path / "other"), "web": {"port": int(address.rpartition(":")[2])}})
    assert taken.wait(20) == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    for stopped in (process, second, taken):
        stopped.stderr.close()


def test_a_client_that_never_ends_its_request_does_not_hold_up_the_stop(tmp_path):
    process = start({"data_dir": str(tmp_path), "web": {"port": 0}, "logging": {"format": "console"}})
    host, port = address_of(process).removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as dawdler:
        dawdler.sendall(b"POST /callback/kie/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{")
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    process.stderr.close()
