"""Everything of one person leaves the tables. What stays is what the books need: sums, models, times, without name and number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kiebot.store import erased, feedback
from kiebot.store.db import database, utc_now
from kiebot.store.models import Account
from kiebot.store.outbox import NOBODY

GONE = -(10**17)  # an erased account's number: below those of all groups, and never a person's
_OWN_JOBS = "(SELECT id FROM job WHERE account_id = :account)"
STATEMENTS = (
    "DELETE FROM job_vote WHERE account_id = :account",
    "DELETE FROM request WHERE account_id = :account",
    "DELETE FROM order_form WHERE account_id = :account",
    "DELETE FROM model_preference WHERE account_id = :account",
    "DELETE FROM voice WHERE account_id = :account",
    # Of films the books keep what was made, when and for how many credits.
    "DELETE FROM film_scene WHERE film_id IN (SELECT id FROM film WHERE account_id = :account)",
    "UPDATE film SET chat_id = :nobody, topic_id = 0, message_id = 0, idea = '', title = '', look = '{}', choices = '{}',"
    " memo = '{}', result = NULL, status_row = NULL, approval_row = NULL, cleaned_at = coalesce(cleaned_at, :now)"
    " WHERE account_id = :account",
    f"DELETE FROM job_input WHERE job_id IN {_OWN_JOBS}",  # noqa: S608
    "DELETE FROM input_file WHERE account_id = :account",
    "DELETE FROM turn WHERE account_id = :account",
    "DELETE FROM admission WHERE account_id = :account",
    "DELETE FROM referral WHERE paid_at IS NULL AND :account IN (account_id, inviter_id)",  # who is gone is paid nothing
    "UPDATE broadcast_recipient SET state = 'skipped', settled_at = :now"
    " WHERE account_id = :account AND state IN ('pending', 'queued')",
    "DELETE FROM document_page WHERE document_id IN (SELECT id FROM document WHERE account_id = :account)",
    "UPDATE document SET state = 'forgotten', chat_id = :nobody, name = '', mime = '', album = '' WHERE account_id = :account",
    # Jobs keep what the books and the figures need: model, times, state, credits.
    "UPDATE job SET chat_id = :nobody, topic_id = 0, message_id = 0, prompt = '', input = '{}', results = '[]', handle = NULL,"
    " remote_id = NULL, callback_token = NULL, fail_message = '', label = '', status_row = NULL, notify = 0,"
    " order_key = 'erased:' || id WHERE account_id = :account",
    f"UPDATE job_event SET detail = json_remove(detail, '$.message', '$.remote_id') WHERE job_id IN {_OWN_JOBS}",  # noqa: S608
    f"UPDATE outbox_row SET payload = :nothing, file_id = '', error = '' WHERE job_id IN {_OWN_JOBS}",  # noqa: S608
    "DELETE FROM outbox_row WHERE chat_id = :user",
    "UPDATE payment SET chat_id = :nobody, url = '', message_row = NULL, detail = '{}' WHERE account_id = :account",
    "DELETE FROM chat WHERE chat_id = :user",
    "DELETE FROM thread WHERE chat_id = :user",
    "DELETE FROM seen_update WHERE key GLOB 'm:' || :user || ':*' AND created_at < :now - 60",  # a replay may still come
    "DELETE FROM seen_update WHERE key GLOB 'n:' || :account || ':*'",
    "UPDATE incident SET context = '{}' WHERE instr(context, :user) > 0",
    "UPDATE bot_call SET arguments = '{}', result = NULL WHERE state IN ('done', 'failed') AND instr(arguments, :user) > 0",
)
NOTHING = '{"text":"…","language":"en","buttons":[]}'


def is_gone(account: Any) -> bool:
    """Whether this is the row of an account that was deleted."""
    return bool(account.user_id < GONE)


def files_of(account_id: int) -> list[Path]:
    """Where the files that the person gave lie."""
    found = database.execute_sql("SELECT path FROM input_file WHERE account_id = ? AND path <> ''", (account_id,)).fetchall()
    return [Path(path) for (path,) in found]


def jobs_of(account_id: int) -> list[int]:
    """Numbers of all the person's jobs: their folders go."""
    return [
        int(job_id) for (job_id,) in database.execute_sql("SELECT id FROM job WHERE account_id = ?", (account_id,)).fetchall()
    ]


def erase(account_id: int, user_id: int, *, banned: bool) -> None:
    """Take everything away, and the name and number from the account's row."""
    values = {"account": account_id, "user": user_id, "now": utc_now(), "nobody": NOBODY, "nothing": NOTHING}
    database.execute_sql("PRAGMA secure_delete = ON")  # what is deleted is overwritten in the file, too
    feedback.forget(account_id)
    _forget_films(account_id)
    for statement in STATEMENTS:
        database.execute_sql(statement, {name: value for name, value in values.items() if f":{name}" in statement})
    erased.remember(user_id, banned=banned)
    anonymous = {"name": "", "username": "", "language": "", "language_code": "", "role": "user", "free": False}
    Account.update(user_id=GONE - account_id, **anonymous).where(Account.id == account_id).execute()


def _forget_films(account_id: int) -> None:
    """What was said of films in groups, where the bot's messages belong to nobody's chat: by number, key and title."""
    rows = database.execute_sql(
        "SELECT id, chat_id, title FROM film WHERE account_id = ? AND chat_id < 0", (account_id,)
    ).fetchall()
    for film, chat_id, title in rows:
        written = json.dumps(title)[1:-1] or f"film:{film}:"  # as payloads are written
        query = (
            "UPDATE outbox_row SET payload = ?, file_id = '', error = '' WHERE chat_id = ? AND"
            " (dedup_key GLOB ? OR instr(payload, ?) OR instr(payload, ?))"
        )
        database.execute_sql(query, (NOTHING, chat_id, f"film:{film}:*", f'"film":"{film}"', written))


def sweep() -> int:
    """Messages that were sent to people who have no account any more: the last one, which said goodbye."""
    query = (
        "DELETE FROM outbox_row WHERE chat_id > 0 AND state NOT IN ('queued', 'held')"
        " AND chat_id NOT IN (SELECT user_id FROM account)"
    )
    return int(database.execute_sql(query).rowcount)
