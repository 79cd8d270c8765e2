"""What people say of the bot: kept, and told to the admins in at most one message a minute.

Questions about payments are kept here, too; the admins are told of those at once (services/payments.py).
"""

from __future__ import annotations

import logging
from typing import Any

from kiebot.services import delivery
from kiebot.services.accounts import Person
from kiebot.services.delivery import Place
from kiebot.services.languages import pick
from kiebot.store import accounts, feedback, outbox
from kiebot.store.db import transaction, utc_now

log = logging.getLogger(__name__)

LONGEST = 4000  # characters
MOST_AN_HOUR = 10  # of one person
TELL_EVERY_S = 60.0
LINES_TOLD = 10
LONGEST_LINE = 240  # characters of each in a message to the admins, which has room for ten; `feedback list` has all


def take(person: Person, chat_id: int, words: str, *, reply_to: int = 0) -> str:
    """Keep what somebody said, about the result that it replies to. Returns the sentence for them."""
    kept = keep(person, chat_id, words, job_id=_job_of(chat_id, reply_to))
    return "feedback-thanks" if kept is not None else "feedback-enough"


def keep(person: Person, chat_id: int, words: str, *, job_id: int | None = None, told: bool = False) -> int | None:
    """Keep what somebody said, `told` if the admins hear of it otherwise. None: the person said enough within an hour."""
    with transaction():
        if feedback.count_of(person.account_id, utc_now() - 3600) >= MOST_AN_HOUR:
            return None
        row = feedback.add(person.account_id, chat_id, words[:LONGEST], job_id)
        if told:
            feedback.mark_told([row])
    log.info("feedback account=%d", person.account_id)
    return int(row.id)


def _job_of(chat_id: int, message_id: int) -> int | None:
    row = outbox.by_message(chat_id, message_id) if message_id else None
    return None if row is None else row.job_id


def tell_admins() -> int:
    """Tell the admins what they have not heard yet, unless they heard something within a minute. Returns how much was told."""
    if utc_now() - feedback.last_told_at() < TELL_EVERY_S or not feedback.untold():
        return 0
    with transaction():
        rows, admins = feedback.untold(), accounts.admins()
        if not admins:
            return 0  # whoever becomes one hears it then
        lines = "\n\n".join(_line(row) for row in rows[:LINES_TOLD])
        args: dict[str, str | int] = {"count": len(rows), "lines": lines, "more": max(0, len(rows) - LINES_TOLD)}
        for admin in admins:
            where = Place(admin.user_id, admin.language or pick(admin.language_code))
            delivery.say(where, "feedback-digest", args, dedup_key=f"{feedback.TOLD}{rows[0].id}:{admin.id}")
        feedback.mark_told(rows)
    return len(rows)


def _line(row: Any) -> str:
    about = f", {row.job.label or row.job.kind}" if row.job_id is not None else ""
    line = f"{row.account.name or '…'} ({row.account.user_id}{about}): {row.text}"
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"
