"""Which of our languages a person reads."""

from __future__ import annotations

LANGUAGES = ("en", "ru")  # the default first

# Telegram tells the language of a person's app; these read Russian more surely than English
RUSSIAN_READERS = frozenset({"ru", "uk", "be", "kk"})


def pick(language_code: str | None) -> str:
    """The language to speak with somebody whose Telegram app runs in `language_code` ("ru", "pt-br", None)."""
    primary = (language_code or "").lower().replace("_", "-").split("-")[0]
    return "ru" if primary in RUSSIAN_READERS else "en"
