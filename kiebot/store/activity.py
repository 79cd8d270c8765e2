"""What one person asked for, in the order of time: orders and talk side by side. Texts only for whoever asks for them."""

from __future__ import annotations

import json
from typing import Any

from kiebot.store.db import database

_FACTS = """
    SELECT 'job' AS source, id, kind, model, created_at, CASE WHEN fail_code = '' THEN state ELSE state || ': ' || fail_code END,
        CASE WHEN state = 'done' THEN price ELSE 0 END, {job_text} FROM job WHERE account_id = :account AND created_at >= :since
    UNION ALL
    SELECT 'turn', id, CASE WHEN documents = '[]' THEN 'chat' ELSE 'document question' END, model, created_at,
        CASE WHEN fail_key = '' THEN state ELSE state || ': ' || fail_key END, price, {turn_text}
        FROM turn WHERE account_id = :account AND created_at >= :since
    ORDER BY 5 DESC LIMIT :limit
"""
NAMES = ("source", "id", "kind", "model", "time", "outcome", "credits")
_WITHOUT = _FACTS.format(job_text="NULL", turn_text="NULL")
_WITH = _FACTS.format(
    job_text="json_object('prompt', prompt, 'input', json(input))",
    turn_text="json_object('content', json(content), 'answer', answer)",
)


def of_account(account_id: int, *, since: float, limit: int, texts: bool) -> list[dict[str, Any]]:
    """The newest requests first, `time` in Unix seconds; with `texts` also what was written and answered."""
    values = {"account": account_id, "since": since, "limit": limit}
    found = database.execute_sql(_WITH if texts else _WITHOUT, values).fetchall()
    rows = [dict(zip(NAMES, row, strict=False)) for row in found]
    if texts:
        for row, (*_, text) in zip(rows, found, strict=True):
            row["text"] = json.loads(text)
    return rows
