"""The whole ledger recomputed: each problem is one sentence that says what is wrong. Nothing is changed here.

What holds: an entry's key names its reason, and the reason is there. A hold has at most one release and one capture, the capture
is at most the hold, and both come together. What has ended holds nothing, what is open and has a price holds it. A finished job
is charged its price, one without a result nothing; of a film each thing that was made (film_audit.py). Spending never took a
balance below zero. Nothing can be edited.

What adds up and still wants a word is a note: a loss that nobody can even out any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kiebot.store import film_audit
from kiebot.store.db import database
from kiebot.store.erasing import GONE
from kiebot.store.models import Account, LedgerEntry

TRIGGERS = ("ledger_entry_no_update", "ledger_entry_no_delete", "ledger_entry_no_replace")
KEYS = {  # what the key of an entry of a kind begins with
    "topup": ("topup:",),
    "bonus": ("start:", "promo:", "referral:", "grant:"),
    "refund": ("refund:",),
    "hold": ("hold:",),
    "release": ("release:",),
    "capture": ("capture:",),
    "reversal": ("reversal:", "grant:"),
}
TURN = "turn:"

# All holds with their ends. The subject is what stands behind "hold:": a job's number, or "turn:17" and "turn:17:2".
_HOLDS = """
    SELECT substr(own.idempotency_key, 6), own.account_id, -own.credits, gone.credits, -taken.credits,
        gone.account_id, taken.account_id
    FROM ledger_entry AS own
    LEFT JOIN ledger_entry AS gone ON gone.idempotency_key = 'release:' || substr(own.idempotency_key, 6)
    LEFT JOIN ledger_entry AS taken ON taken.idempotency_key = 'capture:' || substr(own.idempotency_key, 6)
    WHERE own.kind = 'hold'
"""


@dataclass(frozen=True)
class Verdict:
    """What recomputing the whole ledger found."""

    accounts: int
    entries: int
    problems: list[str]
    notes: list[str] = field(default_factory=list)


def verify(open_jobs: tuple[str, ...], open_turns: tuple[str, ...]) -> Verdict:
    """Recompute everything. In the given states of jobs and turns something may be held."""
    with database.atomic("DEFERRED"):  # one moment of the file, while others go on writing
        checks: tuple[Callable[[], Iterator[str]], ...] = (
            _protection,
            _keys,
            _lonely_ends,
            _ends,
            lambda: _jobs(open_jobs),
            lambda: _turns(open_turns),
            film_audit.problems,
            _payments,
            _promos,
            _referrals,
            _balances,
        )
        problems = [problem for check in checks for problem in check()]
        return Verdict(Account.select().count(), LedgerEntry.select().count(), problems, list(_losses()))


def _rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    return list(database.execute_sql(query, values).fetchall())


def _protection() -> Iterator[str]:
    """That entries cannot be changed, deleted, overwritten or written twice."""
    there = {name: str(sql) for name, sql in _rows("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'ledger_entry'")}
    for name in TRIGGERS:
        if "RAISE(ABORT" not in there.get(name, ""):
            yield f"the trigger {name} is missing: entries could have been edited"
    unique = _rows("SELECT 1 FROM pragma_index_list('ledger_entry') WHERE \"unique\" AND name = 'ledger_entry_idempotency_key'")
    if not unique:
        yield "the unique index on the keys of entries is missing: something could have been written twice"


def _keys() -> Iterator[str]:
    """That each entry says by its key what it is for."""
    query = "SELECT id, account_id, kind, credits, idempotency_key FROM ledger_entry ORDER BY id"
    for number, account, kind, credits, key in _rows(query):
        if not key.startswith(KEYS.get(kind, ())) or (key.startswith("start:") and key != f"start:{account}"):
            yield f"entry {number} ({kind}, {credits:+d}): its key {key!r} names no reason for a {kind} of account {account}"
        elif (credits > 0) is (kind in ("hold", "capture", "reversal")) or not credits:
            yield f"entry {number} ({kind}): {credits:+d} has the wrong sign"


def _lonely_ends() -> Iterator[str]:
    query = (
        "SELECT id, kind, idempotency_key FROM ledger_entry AS own WHERE kind IN ('release', 'capture') AND NOT EXISTS (SELECT 1"
        " FROM ledger_entry WHERE idempotency_key = 'hold:' || substr(own.idempotency_key, length(own.kind) + 2))"
    )
    for number, kind, key in _rows(query):
        yield f"entry {number}: {key!r} is the {kind} of something that was never held"


def _ends() -> Iterator[str]:
    for subject, account, held, released, captured, gone_to, taken_from in _rows(_HOLDS):
        if released is not None and released != held:
            yield f"{_what(subject)}: {held} credits were held, but {released} released"
        if captured is not None and released is None:
            yield f"{_what(subject)}: {captured} credits were charged while {held} are still held for it"
        if captured is not None and captured > held:
            yield f"{_what(subject)}: {captured} credits were charged, more than the {held} that were held"
        if {gone_to, taken_from} - {None, account}:
            yield f"{_what(subject)}: held of account {account}, but ended with another account"


def _what(subject: str) -> str:
    return f"job {subject}" if subject.isdecimal() else " ".join(subject.split(":")[:2])


def _jobs(open_states: tuple[str, ...]) -> Iterator[str]:
    query = """
        SELECT job.id, job.state, job.price, job.account_id, -own.credits, gone.credits, -taken.credits, own.account_id
        FROM job
        LEFT JOIN ledger_entry AS own ON own.idempotency_key = 'hold:' || job.id
        LEFT JOIN ledger_entry AS gone ON gone.idempotency_key = 'release:' || job.id
        LEFT JOIN ledger_entry AS taken ON taken.idempotency_key = 'capture:' || job.id
        WHERE job.price > 0 OR own.id IS NOT NULL
    """
    for job, state, price, account, held, released, captured, paid_by in _rows(query):
        name = f"job {job} ({state})"
        if held is not None and paid_by != account:
            yield f"{name}: belongs to account {account}, but account {paid_by} paid"
        wrong = _open_job(price, held, released) if state in open_states else _ended_job(state, price, held, released, captured)
        if wrong:
            yield f"{name}: {wrong}"


def _open_job(price: int, held: int | None, released: int | None) -> str:
    if price and (held is None or released is not None):
        return f"costs {price} credits, but nothing is held for it"
    return f"costs {price} credits, but only {held} are held for it" if held is not None and price > held else ""


def _ended_job(state: str, price: int, held: int | None, released: int | None, captured: int | None) -> str:
    if held is not None and released is None:
        return f"has ended, but its hold of {held} credits stands open"
    if state == "done" and (captured or 0) != price:
        return f"costs {price} credits, but {captured or 0} were charged"
    return f"has no result, but {captured} credits were charged" if state != "done" and captured else ""


def _turns(open_states: tuple[str, ...]) -> Iterator[str]:
    """An answer can be asked for again: its turn has a hold for each time, and its price is what all of them cost."""
    found: dict[int, list[tuple[int, int | None, int | None]]] = {}
    for subject, _, held, released, captured, _, _ in _rows(f"{_HOLDS} AND own.idempotency_key GLOB 'hold:{TURN}*'"):
        found.setdefault(int(subject.split(":")[1]), []).append((held, released, captured))
    paid = "price > 0 OR EXISTS (SELECT 1 FROM ledger_entry WHERE idempotency_key = 'hold:turn:' || turn.id)"
    turns = {turn: (state, price) for turn, state, price in _rows(f"SELECT id, state, price FROM turn WHERE {paid}")}  # noqa: S608
    for turn in sorted({*found, *turns}):
        state, price = turns.get(turn, ("forgotten", None))
        holds = found.get(turn, [])
        still = [held for held, released, _ in holds if released is None]
        captured = sum(taken or 0 for _, _, taken in holds)
        if still and (state not in open_states or len(still) > 1):
            yield f"turn {turn} ({state}): {len(still)} holds of {sum(still)} credits stand open"
        if price is not None and price != captured:
            yield f"turn {turn} ({state}): says that it cost {price} credits, but {captured} were charged"


def _payments() -> Iterator[str]:
    """That money and credits came and went together. A refund that came before its payment moved no credits."""
    query = """
        SELECT payment.id, payment.state, payment.credits, payment.account_id, topup.credits, topup.account_id, -reversal.credits
        FROM payment LEFT JOIN ledger_entry AS topup
            ON topup.idempotency_key = 'topup:' || payment.provider || ':' || payment.external_id
        LEFT JOIN ledger_entry AS reversal
            ON reversal.idempotency_key = 'reversal:' || payment.provider || ':' || payment.external_id
    """
    for number, state, credits, account, added, added_to, taken in _rows(query):
        name = f"payment {number} ({state})"
        if state == "paid" and added is None:
            yield f"{name}: its {credits} credits were never added"
        if added is not None and state not in ("paid", "refunded"):
            yield f"{name}: {added} credits were added although it was not paid"
        if added is not None and (added, added_to) != (credits, account):
            yield f"{name}: {credits} credits for account {account}, but {added} were added to account {added_to}"
        if state == "refunded" and (added is None) is not (taken is None):
            yield f"{name}: {added or 0} credits were added, but {taken or 0} taken back"
        if state != "refunded" and taken is not None:
            yield f"{name}: {taken} credits were taken back although it was not refunded"
    lonely = (
        "SELECT id, kind, credits, idempotency_key FROM ledger_entry AS own WHERE (kind = 'topup' OR idempotency_key GLOB"
        " 'reversal:*') AND NOT EXISTS (SELECT 1 FROM payment WHERE own.idempotency_key IN ('topup:' || provider || ':' ||"
        " external_id, 'reversal:' || provider || ':' || external_id))"
    )
    for number, kind, credits, key in _rows(lonely):
        yield f"entry {number} ({kind}, {credits:+d}): no payment belongs to {key!r}"


def _promos() -> Iterator[str]:
    key = "'promo:' || used.promo_id || ':' || used.account_id || ':' || used.number"
    missing = f"""
        SELECT used.promo_id, used.account_id, used.number, promo_code.credits, entry.credits, entry.account_id
        FROM promo_redemption AS used JOIN promo_code ON promo_code.id = used.promo_id
        LEFT JOIN ledger_entry AS entry ON entry.idempotency_key = {key}
        WHERE entry.id IS NULL OR entry.account_id <> used.account_id OR entry.credits <> promo_code.credits
    """  # noqa: S608
    for promo, account, number, credits, added, _ in _rows(missing):
        yield f"promo code {promo}: use {number} of account {account} is worth {credits} credits, but {added or 0} were added"
    lonely = f"""
        SELECT id, credits, idempotency_key FROM ledger_entry WHERE idempotency_key GLOB 'promo:*'
        AND idempotency_key NOT IN (SELECT {key} FROM promo_redemption AS used)
    """  # noqa: S608
    for number, credits, written in _rows(lonely):
        yield f"entry {number} (bonus, {credits:+d}): nobody used a promo code for {written!r}"
    counted = """
        SELECT id, used, (SELECT COUNT(*) FROM promo_redemption WHERE promo_id = promo_code.id) AS times
        FROM promo_code WHERE used <> times
    """
    for promo, used, times in _rows(counted):
        yield f"promo code {promo}: counts {used} uses, but {times} are written down"


def _referrals() -> Iterator[str]:
    """That who was invited and who invited got what they were promised, once and not before the first purchase."""
    promised = """
        SELECT account_id AS guest, 'invited' AS side, invited_credits AS credits, account_id AS account, paid_at FROM referral
        UNION ALL SELECT account_id, 'inviter', inviter_credits, inviter_id, paid_at FROM referral
    """
    query = f"""
        SELECT guest, side, promised.credits, promised.account, paid_at, entry.credits, entry.account_id
        FROM ({promised}) AS promised
        LEFT JOIN ledger_entry AS entry ON entry.idempotency_key = 'referral:' || side || ':' || guest
    """  # noqa: S608
    for guest, side, credits, account, paid_at, added, added_to in _rows(query):
        due = credits if paid_at is not None else 0
        if (added or 0) != due or (added is not None and added_to != account):
            yield f"invitation of account {guest}: {due} credits are due to the {side}, but {added or 0} were added"
    lonely = f"""
        SELECT id, credits, idempotency_key FROM ledger_entry WHERE idempotency_key GLOB 'referral:*'
        AND idempotency_key NOT IN (SELECT 'referral:' || side || ':' || guest FROM ({promised}))
    """  # noqa: S608
    for number, credits, key in _rows(lonely):
        yield f"entry {number} (bonus, {credits:+d}): nobody was invited for {key!r}"


def _balances() -> Iterator[str]:
    """That no spending took a balance below zero, in the order in which everything was written."""
    query = """
        SELECT id, account_id, after, idempotency_key FROM (
            SELECT id, account_id, kind, idempotency_key,
                SUM(credits) OVER (PARTITION BY account_id ORDER BY id) AS after FROM ledger_entry
        ) WHERE kind = 'hold' AND after < 0
    """
    for number, account, after, key in _rows(query):
        yield f"account {account}: entry {number} ({key!r}) left a balance of {after}: more was spent than there was"
    negative = (
        "SELECT account_id, SUM(credits) AS total FROM ledger_entry GROUP BY account_id"
        " HAVING total < 0 AND NOT SUM(kind = 'reversal')"
    )
    for account, total in _rows(negative):
        yield f"account {account}: its balance is {total}, and nothing was ever taken back from it"


def _losses() -> Iterator[str]:
    """Debts of accounts that were deleted: a payment went back when nobody was left to take its credits from."""
    query = """
        SELECT account.id, -SUM(credits) AS short,
            (SELECT group_concat(id, ', ') FROM payment WHERE account_id = account.id AND state = 'refunded')
        FROM ledger_entry JOIN account ON account.id = ledger_entry.account_id
        WHERE account.user_id < ? GROUP BY account.id HAVING short > 0
    """
    for account, short, payments in _rows(query, GONE):
        went_back = f" by what went back to its person (payments {payments})" if payments else ""
        yield f"account {account} is deleted and {short} credits below zero{went_back}: a loss that nobody is left to even out"
