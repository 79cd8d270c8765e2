"""Ten thousand movements of credits with a SIGKILL between any two statements: afterwards the books are in order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiebot.services import billing, chat, generation, voices
from kiebot.store import jobs, ledger, threads
from kiebot.store.db import close_store, open_store
from kiebot.store.models import Account, Job, LedgerEntry
from tests.e2e.studio import ROOT

OPERATIONS = 10_000


@pytest.mark.soak
def test_the_ledger_is_in_order_after_ten_thousand_movements_and_hundreds_of_kills(tmp_path: Path) -> None:
    seed = os.environ.get("KIEBOT_SOAK_SEED", "20261122")
    command = [sys.executable, "-m", "tests.soak.movements", str(tmp_path), str(OPERATIONS), seed]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=3000)
    print(f"\nseed {seed}: {done.stdout}")
    assert json.loads(done.stdout)["kills"] > 100
    assert_in_order(tmp_path)


def test_the_ledger_is_in_order_after_a_few_kills(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.soak.movements", str(tmp_path), "150", "7"]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    assert_in_order(tmp_path)


def assert_in_order(folder: Path) -> None:
    """The books, as the last life left them, and once more when all that was open has ended."""
    open_store(folder)
    try:
        assert billing.verify().problems == []
        _end_everything()
        assert billing.verify().problems == []
        for account in Account.select():
            moved = sum(entry.credits for entry in LedgerEntry.select().where(LedgerEntry.account == account.id))
            assert (billing.balance(account.id), ledger.held(account.id)) == (moved, 0)
    finally:
        close_store()


def _end_everything() -> None:
    for job in Job.select().where(Job.state.in_(jobs.OPEN_STATES)):
        assert voices.fail(job, "voice-failed-service") if job.kind == "voice" else generation.fail(job, "stuck")
    for turn in threads.open_turns():
        assert chat.fail_answer(turn.id, "chat-empty-answer")
