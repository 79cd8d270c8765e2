"""Opening the file, the two durabilities, and what runs after a commit."""

from __future__ import annotations

import contextlib
import stat
import subprocess
import sys
import threading

import pytest

from kiebot.errors import OperatorFault
from kiebot.store import accounts
from kiebot.store.db import (
    MIGRATIONS,
    after_commit,
    applied_migrations,
    close_store,
    database,
    open_store,
    quick_check,
    transaction,
)
from kiebot.store.models import Account

OPEN = "import sys; from pathlib import Path; from kiebot.store.db import open_store; open_store(Path(sys.argv[1]))"


def test_the_file_is_for_its_owner_only(data_dir):
    assert stat.S_IMODE((data_dir / "kiebot.db").stat().st_mode) == 0o600
    assert quick_check() == []


def test_processes_that_start_together_on_an_empty_folder_all_get_a_store(tmp_path):
    started = [subprocess.Popen([sys.executable, "-c", OPEN, str(tmp_path)], stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[1] for process in started] == [b""] * 4
    assert [process.returncode for process in started] == [0] * 4


def test_a_store_of_a_newer_release_is_refused(data_dir):
    database.execute_sql("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2030-01-01')")
    with pytest.raises(OperatorFault, match="9999_later"):
        open_store(data_dir)


def test_a_store_knows_what_was_applied(data_dir):
    assert applied_migrations() == sorted(path.stem for path in MIGRATIONS.glob("0*.py"))


def test_a_durable_transaction_syncs_and_the_next_one_does_not(data_dir):
    with transaction(durable=True):
        assert database.execute_sql("PRAGMA synchronous").fetchone() == (2,)
    with transaction():
        assert database.execute_sql("PRAGMA synchronous").fetchone() == (1,)


def test_a_durable_promise_inside_an_ordinary_transaction_is_a_bug(data_dir):
    with pytest.raises(AssertionError, match="durable"), transaction(), transaction(durable=True):
        pass


def test_after_a_commit_it_rings_and_after_a_rollback_it_does_not(data_dir):
    rung = []
    with transaction():
        after_commit(lambda: rung.append("committed"))
        assert rung == []
    with contextlib.suppress(RuntimeError), transaction():
        after_commit(lambda: rung.append("rolled back"))
        raise RuntimeError
    assert rung == ["committed"]


def test_threads_that_write_at_once_all_succeed(data_dir):
    def write(first):
        for number in range(first, first + 50):
            with transaction():
                accounts.of_user(number)
        close_store()

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 1000, 2000, 3000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Account.select().count() == 200
