"""A film whose process is killed by SIGKILL at each dangerous place goes on where it was: nothing is made or paid twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiebot.services import billing, delivery
from kiebot.store import accounts, films
from kiebot.store.db import close_store, open_store
from kiebot.store.film_models import Film
from kiebot.store.models import OutboxRow
from tests.services.filming import SCENES, START, rich

ROOT = Path(__file__).parents[2]


def life(data_dir, until, failpoint=""):
    env = {**os.environ, "KIEBOT_FAILPOINT": failpoint}
    command = [sys.executable, "-m", "tests.services.film_life", str(data_dir), until]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def folder(tmp_path):
    open_store(tmp_path)
    delivery.bind_bell(lambda: None)
    rich(accounts.of_user(7, name="Ann", language_code="en"))
    close_store()
    return tmp_path


def check(data_dir, *, version, works):
    """The film is there once, each thing was made once, and paid once."""
    open_store(data_dir)
    try:
        made = Film.get()
        assert (made.state, made.version) == ("done", version)
        found = [(work.kind, work.number, work.round) for work in films.works(made.id)]
        assert len(found) == len(set(found)) == works
        assert OutboxRow.select().where(OutboxRow.dedup_key == f"film:{made.id}:{version}").count() == 1
        assert OutboxRow.select().where(OutboxRow.kind == "video", OutboxRow.dedup_key.startswith("film:")).count() == version
        assert billing.verify().problems == []
        assert billing.held(made.account_id) == 0
        assert START - billing.balance(made.account_id) == films.spent(made.id)
        assert films.spent(made.id) == sum(work.price for work in films.works(made.id))
    finally:
        close_store()


IN_ORDER = (
    "film-starting", "film-stage-entering", "film-local", "film-started", "film-outline-kept", "film-script-kept",
    "film-stage-done", "film-stage-over", "film-approved", "film-ordering", "film-advanced", "job-running", "job-storing",
    "job-finishing", "job-done", "film-voice-kept", "film-part-kept", "film-delivering",
)  # fmt: skip
OF_A_CHANGE = ("film-redo", "job-finishing", "film-ordering", "film-stage-entering", "film-part-kept", "film-delivering")


def killed_at(data_dir, until, failpoint):
    killed = life(data_dir, until, failpoint)
    assert killed.returncode == -signal.SIGKILL, f"{failpoint} was not reached: {killed.stderr[-2000:]}"


def ends(data_dir, until):
    last = life(data_dir, until)
    assert last.returncode == 0, last.stderr[-2000:]


def test_a_film_that_is_killed_at_every_place_is_delivered_once_and_so_is_a_change_of_it(folder):
    for failpoint in IN_ORDER:
        killed_at(folder, "done", failpoint)
    ends(folder, "done")
    check(folder, version=1, works=2 * SCENES + 4)
    for failpoint in OF_A_CHANGE:
        killed_at(folder, "version-2", failpoint)
    ends(folder, "version-2")
    check(folder, version=2, works=2 * SCENES + 4 + 3)
