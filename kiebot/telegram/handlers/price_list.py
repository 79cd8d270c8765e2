"""What else than orders costs credits here, in people's words: answers, questions about files, listening, reading aloud."""

from __future__ import annotations

from kiebot.i18n import text
from kiebot.services.pricing import Tariff

BY_UNIT = {  # keys of the configuration, and the sentences about them
    "document_question": "price-document",
    "vision": "price-vision",
    "reference_prompt": "price-reference",
    "transcription_per_minute": "price-listening",
    "speech_per_1000_chars": "price-reading",
}


def price_list(tariff: Tariff, language: str) -> str:
    """A line for each thing that costs something; empty where only orders do."""
    if not tariff.enabled:
        return ""
    lines = [_answers(tariff, language)]
    for name, key in BY_UNIT.items():
        price = getattr(tariff.rates, name)
        lines.append(text(language, key, credits=price) if price else "")
    shown = [f"• {line}" for line in lines if line]
    return "\n".join([text(language, "price-list"), *shown]) if shown else ""


def _answers(tariff: Tariff, language: str) -> str:
    rates = tariff.rates
    if not rates.chat_per_1000_tokens:
        return ""
    line = text(language, "price-answer", credits=rates.chat_per_1000_tokens)
    free = text(language, "price-answer-free", count=rates.free_answers_per_day) if rates.free_answers_per_day else ""
    return f"{line}{free}"
