"""An account is deleted, by its person or by the operator: everything personal goes, in all tables and files.

Sums stay in the ledger and among the payments, under a number that says nothing. Backups made before keep what they have until
they are rotated.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import billing, documents, film_sweep, forgetting, generation
from kiebot.services.forgetting import DAY_S, Ended, SoFar, nothing_shown
from kiebot.store import accounts, erasing, jobs, lavatop
from kiebot.store.db import after_commit, transaction, utc_now


def check(account: Any) -> None:
    """Raise UserFault when the person cannot delete the account now: forget-account-admin, forget-account-later,
    forget-account-debt, forget-account-link."""
    if account.role == "admin":
        raise UserFault("forget-account-admin")
    if account.returned and account.created_at > utc_now() - DAY_S:  # or limits and free answers would begin anew each minute
        raise UserFault("forget-account-later")
    if billing.balance(account.id) < 0:  # what was paid back after it was spent would be forgotten with it
        raise UserFault("forget-account-debt")
    if lavatop.count_payable(account.id, utc_now()):  # whoever pays it then would get nothing
        raise UserFault("forget-account-link")


def erase(account_id: int, data_dir: Path, so_far: SoFar = nothing_shown) -> Ended:
    """Delete the account. Raises UserFault forget-account-busy while a provider works on its orders: their results would come."""
    with transaction(durable=True):
        generation.cancel_all(account_id)
        if working := len(jobs.open_of(account_id)) + len(jobs.open_of(account_id, jobs.INNER)):
            raise UserFault("forget-account-busy", jobs=working)
        account = accounts.get(account_id)
        paths = [*erasing.files_of(account_id), *(documents.folder(data_dir, job) for job in erasing.jobs_of(account_id))]
        paths += film_sweep.folders_of_account(account_id, data_dir)
        ended = forgetting.forget_everywhere(account_id, account.user_id, data_dir, so_far)
        erasing.erase(account_id, account.user_id, banned=account.banned)
        after_commit(lambda: _remove(paths))
    return ended


def _remove(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
