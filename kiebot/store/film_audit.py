"""The part of the audit that is about films: what is held for them, and that each thing that was made is charged once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kiebot.store.db import database
from kiebot.store.films import MAKING

KINDS = {"script": "script", "pictures": "picture", "animation": "clip", "voice": "voice", "music": "music"}
ORDER = ("script", "pictures", "animation", "voice", "assembly")
PRICES = {"pictures": "picture", "animation": "clip", "voice": "voice", "music": "music"}

# All holds of films with their ends: the subject is "film:<id>:<stage>", held anew "film:<id>:<stage>:<number>".
_HOLDS = """
    SELECT substr(own.idempotency_key, 11), own.account_id, -own.credits, gone.id IS NULL, coalesce(-taken.credits, 0)
    FROM ledger_entry AS own
    LEFT JOIN ledger_entry AS gone ON gone.idempotency_key = 'release:' || substr(own.idempotency_key, 6)
    LEFT JOIN ledger_entry AS taken ON taken.idempotency_key = 'capture:' || substr(own.idempotency_key, 6)
    WHERE own.idempotency_key GLOB 'hold:film:*'
"""
_WORKS = """
    SELECT work.film_id, work.kind, work.round, work.price, work.job_id, job.state
    FROM film_work AS work JOIN job ON job.id = work.job_id WHERE work.paid AND work.price > 0
"""
_UNMADE = """
    SELECT count(*), coalesce(sum(picture IS NULL), 0), coalesce(sum(treatment = 'clip' AND clip IS NULL), 0)
    FROM film_scene WHERE film_id = ? AND treatment <> 'left_out'
"""


@dataclass(slots=True)
class Books:
    """What the ledger says of one stage of a film, and what the film says."""

    open: list[int] = field(default_factory=list)
    charged: int = 0
    due: int = 0


def problems() -> Iterator[str]:
    """A sentence for each thing that is wrong."""
    books: dict[tuple[int, str], Books] = {}
    rows = "SELECT id, account_id, state, stage, rounds FROM film"
    films = {row[0]: row for row in database.execute_sql(rows).fetchall()}
    for subject, account, credits, is_open, charged in database.execute_sql(_HOLDS).fetchall():
        number, stage = subject.split(":")[:2]
        film = films.get(int(number))
        if film is None:
            yield f"film {number}: {credits} credits were held for its {stage}, but there is no such film"
        elif film[1] != account:
            yield f"film {number}: belongs to account {film[1]}, but account {account} paid for its {stage}"
        book = books.setdefault((int(number), stage), Books())
        book.charged += charged
        book.open += [credits] if is_open else []
    for film_id, kind, round_, price, job, state in database.execute_sql(_WORKS).fetchall():
        stage = f"redo{round_}" if round_ else next((stage for stage, of in KINDS.items() if of == kind), kind)
        books.setdefault((film_id, stage), Books()).due += price
        if state != "done":
            yield f"film {film_id}: job {job}, which is {state}, was charged {price} credits for a {kind}"
    for (film_id, stage), book in sorted(books.items()):
        yield from _stage(film_id, stage, book, films.get(film_id))
    for film in films.values():
        yield from _unheld(film, books)


def _stage(film_id: int, stage: str, book: Books, film: Any) -> Iterator[str]:
    state = "gone" if film is None else film[2]
    name = f"film {film_id} ({state})"
    if book.charged != book.due:
        yield f"{name}: what was made for its {stage} costs {book.due} credits, but {book.charged} were charged"
    if len(book.open) > 1:
        yield f"{name}: {len(book.open)} holds of {sum(book.open)} credits stand open for its {stage}"
    if book.open and state not in MAKING:
        yield f"{name}: nothing is being made, but its hold of {sum(book.open)} credits for its {stage} stands open"


def _unheld(film: Any, books: dict[tuple[int, str], Books]) -> Iterator[str]:
    """A film in the making holds what its later stages cost. A change of a finished one holds it under one name."""
    film_id, _, state, stage, rounds = film
    if state not in MAKING or rounds or stage not in ORDER:
        return
    for later, credits in _to_come(film):
        if credits and not books.get((film_id, later), Books()).open:
            yield f"film {film_id} ({state}): its {later} costs {credits} credits, but nothing is held for it"


def _to_come(film: Any) -> Iterator[tuple[str, int]]:
    """The stages after the present one, and what is to be paid there at least."""
    prices = database.execute_sql(
        "SELECT json_extract(prices, '$.picture'), json_extract(prices, '$.clip'), json_extract(prices, '$.voice'),"
        " json_extract(prices, '$.music') * (json_extract(memo, '$.music') IS NULL) FROM film WHERE id = ?",
        (film[0],),
    ).fetchone()
    known, pictures, clips = database.execute_sql(_UNMADE, (film[0],)).fetchone()
    wanted = {"pictures": pictures or not known, "animation": clips or not known, "voice": True, "music": True}
    for stage, credits in zip(PRICES, prices, strict=True):
        place = ORDER.index("voice" if stage == "music" else stage)
        if place > ORDER.index(film[3]) and wanted[stage]:
            yield stage, int(credits or 0)
