"""Whether letters read like words: text layers of PDFs lie, and OCR sees letters in photographs of grass.

Fonts without a table of letters give codes instead ("7KLV LV"), private characters or one alphabet in place of another. Only
Latin and Cyrillic words are judged; other scripts are taken as they are.
"""

from __future__ import annotations

import re

_STRANGE = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f\x7f-\x9f]")
_WORD = re.compile(r"[^\W_]{3,}")
_LATIN, _CYRILLIC = re.compile(r"[A-Za-zÀ-ɏ]"), re.compile(r"[А-Яа-яЁёІіЇїЄєҐґЎў]")
_VOWELS = re.compile(r"[aeiouyæœøаеиоуыэюяіїєёAEIOUYАЕИОУЫЭЮЯІЇЄЁÀ-ÆÈ-ÏÒ-ÖØ-ßà-æè-ïò-öø-ÿĀ-ɏ]")
_CASE = re.compile(r"[a-zа-яё][A-ZА-ЯЁ]")
_DIGIT_INSIDE = re.compile(r"[^\W\d]\d+[^\W\d]|^\d+[^\W\d]{2,}")
_I = re.compile("[iіIІ]")
_LETTERS_A_CAPITAL = 4
_SYMBOLS = re.compile(r"[^\w\s.…·_\-–—=|+*/<>()\[\]{},;:«»“”„‘’]")
_WESTERN_LETTERS = re.compile(r"[À-ÿ¸¨]")
_MOST_STRANGE = 0.1
_MOST_SYMBOLS = 0.4
_MOST_BAD_WORDS = 0.5
_ENOUGH_WORDS = 6
_JUDGED_WORDS = 80
_FEWEST_VOWELS = 0.2  # Russian and English have 0.4
_ENOUGH_LETTERS = 40


def is_garbage(text: str) -> bool:
    """Whether these characters cannot be what stands on the page."""
    visible = len(text) - sum(map(text.count, " \n\t"))
    if not visible:
        return False
    if len(_STRANGE.findall(text)) > visible * _MOST_STRANGE or len(_SYMBOLS.findall(text)) > visible * _MOST_SYMBOLS:
        return True
    return _are_bad(_sample(text))


def _are_bad(sample: list[str]) -> bool:
    """Whether words of Latin and Cyrillic letters are none. In a text of another script the few of them prove nothing."""
    judged = [word for word in sample if _LATIN.search(word) or _CYRILLIC.search(word)]
    joined = "".join(judged)
    if len(joined) * 2 < sum(map(len, sample)):
        return False
    if len(joined) >= _ENOUGH_LETTERS and len(_VOWELS.findall(joined)) < len(joined) * _FEWEST_VOWELS:
        return True
    bad = sum(_is_bad(word) for word in judged)
    return len(judged) >= _ENOUGH_WORDS and bad > len(judged) * _MOST_BAD_WORDS


def _sample(text: str) -> list[str]:
    """Words from all over the page, as many as it takes to judge it."""
    found = _WORD.findall(text)
    return found[:: max(1, len(found) // _JUDGED_WORDS)]


def words(text: str) -> int:
    """How many words there are that can be words."""
    return sum(not _is_bad(word) for word in _WORD.findall(text))


def mended(text: str) -> str:
    """Text whose font says "Western" and means Windows Cyrillic ("Ïðèâåò"), with its true letters; else as it was."""
    if not _WESTERN_LETTERS.search(text):
        return text
    letters = sum(map(str.isalpha, text))
    if letters < 3 or len(_WESTERN_LETTERS.findall(text)) < letters * 0.6:
        return text
    mapped = "".join(_cyrillic(character) for character in text)
    return mapped if len(_CYRILLIC.findall(mapped)) > letters * 0.6 and not is_garbage(mapped) else text


def _is_bad(word: str) -> bool:
    plain = _I.sub("", word)  # fonts of Ukrainian often share this letter with Latin
    latin, cyrillic = bool(_LATIN.search(plain)), bool(_CYRILLIC.search(plain))
    if latin and cyrillic:
        return True
    if (not latin and not cyrillic) or (word.isupper() and len(word) <= 5):
        return False  # another script, or an abbreviation
    changes = len(_CASE.findall(word)) * _LETTERS_A_CAPITAL  # two in CamelCase, many in what is none
    return bool(not _VOWELS.search(word) or changes > len(word) or _DIGIT_INSIDE.search(word))


def _cyrillic(character: str) -> str:
    try:
        return character.encode("cp1252").decode("cp1251")
    except UnicodeError:
        return character
