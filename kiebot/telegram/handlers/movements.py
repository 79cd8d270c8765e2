"""Movements of credits in people's words."""

from __future__ import annotations

from datetime import datetime

from kiebot.i18n import text
from kiebot.services import pictures
from kiebot.services.film_money import STAGES
from kiebot.services.moments import zone_of
from kiebot.store import movements
from kiebot.store.movements import Movement

NAMES = {  # by the first words of the key, the more exact ones first
    "topup:stars": "movement-stars",
    "topup:lavatop": "movement-card",
    "topup": "movement-topup",
    "reversal": "movement-paid-back",
    "refund": "movement-refund",
    "start": "movement-start",
    "promo": "movement-promo",
    "referral:invited": "movement-invited",
    "referral:inviter": "movement-inviter",
}
FILM = "hold:film:"  # then its number and a stage, or the change that was made to the finished film
JOBS = {"speech": "movement-speech", "voice": "movement-voice"}  # their labels are signs only


def line(movement: Movement, language: str, timezone: str) -> str:
    """When, how much, what for."""
    at = datetime.fromtimestamp(movement.at, zone_of(timezone))
    date = text(language, "movement-date", day=at.day, month=at.month)
    sign = "+" if movement.credits > 0 else "\N{MINUS SIGN}"
    return text(language, "movement-line", date=date, sign=sign, credits=abs(movement.credits), what=what(movement, language))


def what(movement: Movement, language: str) -> str:
    """What moved the credits."""
    if movement.kind == "hold":
        return _work(movement, language)
    if movement.key.startswith("grant:"):
        key = "movement-granted" if movement.credits > 0 else "movement-taken"
    else:
        key = next((name for start, name in NAMES.items() if movement.key.startswith(f"{start}:")), "movement-other")
    return text(language, key, reason=movement.reason)


def _work(movement: Movement, language: str) -> str:
    """What was made, or that it is still being made."""
    words = _made(movement, language)
    return words if movement.charged else text(language, "movement-held", what=words)


def _made(movement: Movement, language: str) -> str:
    job = movements.job_of(movement)
    if job is not None:
        name = JOBS.get(job.kind)
        words = text(language, name) if name else job.label or text(language, "movement-order")
        return text(language, "movement-job", what=words, job=str(job.id))
    if movement.key.startswith(FILM):
        film, stage = movement.key.removeprefix(FILM).split(":")[:2]
        part = text(language, f"movement-film-{stage if stage in STAGES else 'redo'}")
        return text(language, "movement-film", film=film, part=part)
    turn = movements.turn_of(movement)
    if turn is None:
        return text(language, "movement-other")
    if pictures.instructions(turn.content):
        return text(language, "movement-prompt")
    if pictures.files_in(turn.content):
        return text(language, "movement-picture")
    return text(language, "movement-documents" if turn.documents or turn.task else "movement-answer")
