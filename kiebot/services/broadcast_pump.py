"""The pump: outbox rows for the next recipients, never many ahead, and what became of those written before.

Each step is one durable transaction: a recipient and the outbox row of that recipient are written together, so nobody is missed
and nobody gets two, whenever a process is killed. The bot keeps the pace.
"""

from __future__ import annotations

import logging
from typing import Any

from kiebot.services import broadcast as service
from kiebot.services import delivery
from kiebot.services.accounts import person_of
from kiebot.services.broadcast import Progress, progress
from kiebot.services.delivery import Args, Button, Place
from kiebot.services.languages import pick
from kiebot.services.moments import sentence_of
from kiebot.store import accounts, broadcasts
from kiebot.store.db import transaction, utc_now

log = logging.getLogger(__name__)

MOST_AHEAD = 50  # outbox rows of all broadcasts that are written and not sent
TELL_EVERY_S = 10.0  # the author's progress message changes so often
CALLS_END_S = 8.0  # what was on its way when it was cancelled is in the chat by then, or never
REFUSED_AT_ONCE = 20  # the first so many refused, and none sent: the post is at fault
MINUTE_S = 60.0


def pump(rate: float, timezone: str = "UTC") -> bool:
    """One step of every broadcast; `timezone` is the operator's. Returns whether there is more to do at once."""
    if broadcasts.due(utc_now()):
        with transaction(durable=True):
            broadcasts.start_due(utc_now())
    unfinished = broadcasts.unfinished()
    room = MOST_AHEAD
    for row in unfinished:
        _settle(row)
        room -= broadcasts.ahead(row.id)
    for row in unfinished:
        room -= _step(row, max(0, room), rate, timezone)
    return any(row.state != "paused" for row in unfinished)


def _settle(broadcast: Any) -> None:
    """What the bot has sent, or found that it cannot."""
    ended = [found for found in broadcasts.outcomes(broadcast.id) if found[2] != "skipped" or _is_over(broadcast)]
    if not ended:
        return
    with transaction():
        for account_id, row_id, state, at in ended:
            broadcasts.settle(broadcast.id, account_id, state, at)
            broadcasts.shorten(row_id, broadcast.id, broadcast.language)


def _is_over(broadcast: Any) -> bool:
    """Whether nothing of a cancelled broadcast can arrive any more."""
    return broadcast.state == "cancelled" and utc_now() - (broadcast.ended_at or 0) > CALLS_END_S


def _step(broadcast: Any, room: int, rate: float, timezone: str) -> int:
    """Write further rows, or end it. Returns how many rows were written."""
    counts, running = broadcasts.counts(broadcast.id), broadcast.state == "running"
    if _is_over(broadcast) or (running and not broadcasts.still_to_come(counts)):
        _end(broadcast)
        return 0
    if running and counts.get("failed", 0) >= REFUSED_AT_ONCE and not counts.get("sent"):
        _stop_refused(broadcast)
        return 0
    _tell(broadcast, rate, timezone)
    return _fill(broadcast, room) if running else 0


def _fill(broadcast: Any, room: int) -> int:
    """Outbox rows for the next recipients. Returns how many."""
    if not room:
        return 0
    written = 0
    with transaction(durable=True):
        fresh = broadcasts.get(broadcast.id)
        if fresh is None or fresh.state != "running":  # paused or cancelled a moment ago
            return 0
        for account in broadcasts.waiting(broadcast.id, room):
            state = "skipped" if account.banned else "blocked" if account.blocked_at is not None else ""
            if state:
                broadcasts.settle(broadcast.id, account.id, state, utc_now())
                continue
            place = Place(account.user_id, person_of(account).language)
            broadcasts.queued(broadcast.id, account.id, service.write(fresh, account.id, place))
            written += 1
    return written


def _stop_refused(broadcast: Any) -> None:
    with transaction(durable=True):
        if service.pause(broadcast.id, "refused"):
            _say(broadcast, "broadcast-refused", {"id": str(broadcast.id), "failed": REFUSED_AT_ONCE}, f"refused:{utc_now():.0f}")


def _end(broadcast: Any) -> None:
    """Report to the author, once."""
    with transaction(durable=True):
        broadcasts.skip_rest(broadcast.id)
        counts, moment = broadcasts.counts(broadcast.id), utc_now()
        state = "done" if broadcast.state == "running" else "cancelled"
        ended_at = broadcast.ended_at or moment
        if not broadcasts.move(broadcast.id, (broadcast.state,), state, ended_at=ended_at, reported_at=moment):
            return
        took_s = ended_at - (broadcast.started_at or ended_at)
        args = {
            "id": str(broadcast.id),
            "state": state,
            "total": broadcast.total,
            "minutes": round(took_s / MINUTE_S),
            **{name: counts.get(name, 0) for name in ("sent", "blocked", "failed", "skipped")},
        }
        _show(broadcast, "broadcast-over", {"id": str(broadcast.id)}, [])
        _say(broadcast, "broadcast-report", args, "report")
    log.info(
        "broadcast %s broadcast=%d sent=%d blocked=%d failed=%d took=%.0fs",
        state, broadcast.id, args["sent"], args["blocked"], args["failed"], took_s,
    )  # fmt: skip


def _tell(broadcast: Any, rate: float, timezone: str) -> None:
    """Keep the author's progress message fresh."""
    due = not broadcast.told_at or (broadcast.state == "running" and utc_now() - broadcast.told_at > TELL_EVERY_S)
    if broadcast.status_row is None or broadcast.state == "cancelled" or not due:
        return
    with transaction():
        broadcasts.change(broadcast.id, told_at=utc_now())
        _show(broadcast, *status_of(broadcast, progress(broadcast, rate), timezone))


def status_of(broadcast: Any, now: Progress, timezone: str) -> tuple[str, Args, list[list[Button]]]:
    """How far it is, with the buttons that pause, resume and cancel it: key, arguments, buttons."""
    args = {
        "id": str(broadcast.id),
        "state": broadcast.state,
        "when": sentence_of(broadcast.start_at, timezone),
        "settled": now.settled,
        "total": now.total,
        "percent": 100 * now.settled // max(1, now.total),
        "blocked": now.blocked,
        "failed": now.failed,
        "rate": round(now.per_second, 1),
        "minutes": -1 if now.seconds_left is None else round(now.seconds_left / MINUTE_S),
    }
    pause: Button = {"key": "broadcast-pause-button", "data": f"bc:{broadcast.id}:pause"}
    resume: Button = {"key": "broadcast-resume-button", "data": f"bc:{broadcast.id}:resume"}
    cancel: Button = {"key": "broadcast-cancel-button", "data": f"bc:{broadcast.id}:cancel"}
    row = [resume if broadcast.state == "paused" else pause, cancel]
    return "broadcast-status", args, [row] if broadcast.state in broadcasts.LIVE else []


def _show(broadcast: Any, key: str, args: Args, buttons: list[list[Button]]) -> None:
    if broadcast.status_row is not None:
        delivery.change(Place(broadcast.chat_id, broadcast.language), broadcast.status_row, key, args, buttons=buttons)


def _say(broadcast: Any, key: str, args: Args, word: str) -> None:
    """Tell the author; what came from the command line is told to all admins."""
    if broadcast.chat_id:
        places = [Place(broadcast.chat_id, broadcast.language)]
    else:
        places = [Place(admin.user_id, admin.language or pick(admin.language_code)) for admin in accounts.admins()]
    for place in places:
        delivery.say(place, key, args, dedup_key=f"broadcast:{broadcast.id}:{word}:{place.chat_id}")
