"""A real store, queue and KIE-shaped server; the worker's parts in this process, or the whole worker in one of its own."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace

import pytest

from kiebot.catalog import loading
from kiebot.config.keys import Billing, Limits
from kiebot.confined.runner import Confined
from kiebot.documents import ReadingLimits
from kiebot.http.client import HttpClient
from kiebot.jobqueue import JobQueue
from kiebot.providers.kie import Kie
from kiebot.services import generation
from kiebot.services.catalogue import LiveCatalogue
from kiebot.services.delivery import Place
from kiebot.services.generation import GenerationOrder
from kiebot.services.pricing import Tariff
from kiebot.store import accounts, jobs, ledger
from kiebot.store.db import transaction
from kiebot.store.models import OutboxRow
from kiebot.worker.loop import LoopThread
from kiebot.worker.poller import Poller
from kiebot.worker.runner import Runner
from kiebot.worker.sweeps import Keep, Sweeps
from kiebot.worker.tasks.documents import DocumentTasks
from kiebot.worker.tasks.generation import GenerationTasks
from kiebot.worker.tasks.lengths import Lengths
from kiebot.worker.tasks.results import Storage
from tests import births
from tests.births import born
from tests.fakes.kie import running_kie

MODEL = "google/nano-banana"


@pytest.fixture
def kie():
    with running_kie() as kie:
        yield kie


@pytest.fixture
def queue(data_dir):
    queue = JobQueue(data_dir)
    yield queue
    queue.close()


@pytest.fixture
def account(data_dir):
    """Ann with 100 credits."""
    account = accounts.of_user(7, name="Ann", language_code="en")
    with transaction(durable=True):
        ledger.add(account.id, "bonus", 100, "grant:1")
    return account


@pytest.fixture
def order(account, queue):
    """Order a picture for 30 credits."""

    def order(number=1, *, model=MODEL, deadline_s=300, price=30):
        wanted = GenerationOrder(
            account.id,
            Place(7, "en"),
            model,
            "a red boat",
            {"prompt": "a red boat"},
            price,
            deadline_s,
            f"m:7:{number}",
            "Boat",
            number,
        )
        limits = Limits(jobs_at_once=100, requests_per_minute=1000, requests_per_hour=1000)
        return generation.request(wanted, queue=queue, limits=limits, billing_enabled=True)

    return order


class Parts:
    """The worker's parts, driven by the test instead of Huey."""

    def __init__(self, data_dir, queue, kie):
        self.loop = LoopThread()
        self.loop.start()
        self.http = self.loop.run(self.client())
        self.providers = {"kie": Kie(self.http, "key", kie.url)}
        self.poller = self.loop.run(self.make_poller(queue, data_dir))
        self.polling = None
        confined = Confined()
        tasks = GenerationTasks(
            catalogue=LiveCatalogue(loading.load()),
            providers=self.providers,
            loop=self.loop,
            storage=Storage(self.loop, confined, frozenset([kie.host])),
            lengths=Lengths(self.loop, confined, Tariff(Billing(enabled=True)), data_dir, 100 << 20, frozenset([kie.host])),
            queue=queue,
            data_dir=data_dir,
            on_running=lambda: self.loop.call(self.poller.ring),
        )
        documents = DocumentTasks(confined=confined, limits=ReadingLimits(), queue=queue)
        self.steps = tasks.steps() | documents.steps()
        self.tasks = tasks
        self.documents = documents
        self.runner = Runner(self.steps, "this life", lambda: self.loop.call(self.poller.ring))
        self.sweeps = Sweeps("this life", queue, data_dir, Keep(24, 2**30))

    def calls_back(self, address):
        """From now on providers are given an address to call."""
        steps = replace(self.tasks, callback_url=address).steps() | self.documents.steps()
        self.runner = Runner(steps, "this life", lambda: self.loop.call(self.poller.ring))

    async def client(self):
        return HttpClient(timeout_s=2)

    async def make_poller(self, queue, data_dir):
        return Poller(self.providers, queue, data_dir)

    def poll(self):
        self.polling = self.loop.begin(self.poller.run())

    def close(self):
        self.loop.run(self.http.aclose())
        self.loop.stop()


@pytest.fixture
def parts(data_dir, queue, kie):
    parts = Parts(data_dir, queue, kie)
    yield parts
    parts.close()


@pytest.fixture
def worker(data_dir, kie):
    """Start whole workers on the data directory; those that still run are stopped at the end."""
    processes = []

    def start(failpoint="", env=None, **sections):
        config = {
            "data_dir": str(data_dir),
            "kie": {"api_key": "key-of-kie", "base_url": kie.url},
            "media": {"allowed_hosts": [kie.host]},
            "logging": {"format": "console"},
            **sections,
        }
        environ = os.environ | {"KIEBOT_FAILPOINT": failpoint} | (env or {})
        process = born(births.worker, config, environ=environ, output=data_dir / "worker.log")
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def wait_for(condition, timeout_s=15.0):
    """Wait until `condition()` is true."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


def state(job_id):
    return jobs.get(job_id).state


def said(*keys):
    """Keys of the new messages in the outbox (not of changes), of those given when any are."""
    rows = OutboxRow.select().where(OutboxRow.kind != "edit").order_by(OutboxRow.id)
    found = [_innermost(row.payload).get("key") for row in rows]
    return [key for key in found if not keys or key in keys]


def _innermost(said):
    """A sentence that only frames another stands for that one."""
    args = said.get("args", {})
    inner = args.get("reason") or args.get("sentence")
    return _innermost(inner) if inner else said


@pytest.fixture
def loop():
    """An event loop in a thread of its own."""
    loop = LoopThread()
    loop.start()
    yield loop
    loop.stop()
