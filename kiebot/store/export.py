"""Everything that the tables hold about one person, as plain rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kiebot.store.db import database

# What is ours and no fact about the person: keys of our own making, Telegram's references, where files lie on this machine.
LEFT_OUT = frozenset({
    "handle", "callback_token", "boot_id", "attempt", "finished_steps", "stuck_claims", "polls", "status_row", "placeholder",
    "answer_row", "order_key", "idempotency_key", "file_id", "path", "remote_url", "remote_until", "next_poll_at", "token",
    "message_row", "approval_row", "result", "memo", "picture", "clip", "voice", "part",
})  # fmt: skip
JOBS_OF = "SELECT id FROM job WHERE account_id = :account"
PRIVATE_CHAT = "SELECT user_id FROM account WHERE id = :account"
TABLES = {
    "account": "SELECT * FROM account WHERE id = :account",
    "chat_settings": f"SELECT * FROM chat WHERE chat_id = ({PRIVATE_CHAT})",  # noqa: S608
    "conversations": f"SELECT * FROM thread WHERE chat_id = ({PRIVATE_CHAT}) ORDER BY id",  # noqa: S608
    "messages": "SELECT * FROM turn WHERE account_id = :account ORDER BY id",
    "documents": "SELECT * FROM document WHERE account_id = :account ORDER BY id",
    "jobs": "SELECT * FROM job WHERE account_id = :account ORDER BY id",
    "job_events": f"SELECT * FROM job_event WHERE job_id IN ({JOBS_OF}) ORDER BY id",  # noqa: S608
    "job_votes": "SELECT * FROM job_vote WHERE account_id = :account",
    "feedback": "SELECT * FROM feedback WHERE account_id = :account ORDER BY id",
    "ledger": "SELECT * FROM ledger_entry WHERE account_id = :account ORDER BY id",
    "payments": "SELECT * FROM payment WHERE account_id = :account ORDER BY id",
    "promo_codes": (
        "SELECT promo_code.code, used.number, used.created_at FROM promo_redemption AS used"
        " JOIN promo_code ON promo_code.id = used.promo_id WHERE used.account_id = :account"
    ),
    "came_by_invitation": "SELECT created_at, paid_at, invited_credits FROM referral WHERE account_id = :account",
    "invited": "SELECT created_at, paid_at, inviter_credits FROM referral WHERE inviter_id = :account",
    "requests": "SELECT * FROM request WHERE account_id = :account ORDER BY id",
    "films": "SELECT * FROM film WHERE account_id = :account ORDER BY id",
    "film_scenes": (
        "SELECT * FROM film_scene WHERE film_id IN (SELECT id FROM film WHERE account_id = :account) ORDER BY film_id, number"
    ),
    "given_files": "SELECT * FROM input_file WHERE account_id = :account ORDER BY id",
    "recordings": "SELECT * FROM voice WHERE account_id = :account ORDER BY id",
    "half_filled_orders": "SELECT * FROM order_form WHERE account_id = :account",
    "let_in": "SELECT created_at FROM admission WHERE account_id = :account",
    "looks_of_the_operator": "SELECT action, detail, created_at FROM operator_action WHERE account_id = :account ORDER BY id",
    "remembered_parameters": "SELECT * FROM model_preference WHERE account_id = :account",
}


def tables(account_id: int) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Names and rows, one table after the other."""
    for name, query in TABLES.items():
        yield name, _rows(query, account_id)


def _rows(query: str, account_id: int) -> Iterator[dict[str, Any]]:
    cursor = database.execute_sql(query, {"account": account_id})
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield {name: value for name, value in zip(names, row, strict=True) if name not in LEFT_OUT}
