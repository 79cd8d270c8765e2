"""Which encoding a text is in: the Unicode ones by their structure, the Russian ones by how Russian the result reads.

The five old encodings map the same bytes to different letters, so every one of them "succeeds". What tells them apart is
the frequency of letters and pairs of case: text of KOI8-R read as CP1251 is a row of rare capitals.
"""

from __future__ import annotations

import codecs
import math
import re

_SAMPLE_BYTES = 32 << 10
_RUSSIAN_ENCODINGS = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
_WESTERN = "cp1252"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Letters of Russian by falling frequency, with their share in percent.
_SHARES = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
        (10.97, 8.45, 8.01, 7.35, 6.70, 6.26, 5.47, 4.73, 4.54, 4.40, 3.49, 3.21, 2.98, 2.81, 2.62, 2.01, 1.90,
         1.74, 1.70, 1.65, 1.59, 1.44, 1.21, 0.97, 0.94, 0.73, 0.64, 0.48, 0.36, 0.32, 0.26, 0.04, 0.04),
        strict=True,
    )
)  # fmt: skip
_LETTER_SCORES = {letter: math.log(share / 100 * 33) for letter, share in _SHARES.items()}  # above 0: commoner than chance
_OTHER_CYRILLIC = frozenset("іїєґўђѓѕјљњћќџ")
_TYPOGRAPHY = frozenset("«»—–„“”’…№ ·§°•©")
_STRANGE_SYMBOL = -4.0
_STRANGE_CASE = -3.0
_RARITY = 0.4  # the Mac's quotation marks are rare capitals of CP1251, and so is the Mac's encoding
_TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1b\x1a")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_HIGH_RUN_IN_LATIN = re.compile(rb"[A-Za-z][\xc0-\xff]+|[\xc0-\xff]+[A-Za-z]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")


def encoding_of(data: bytes) -> str:
    """The name of the codec that reads `data`."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    sample = data[:_SAMPLE_BYTES]
    # UTF-16 first: as long as it holds only Latin and Cyrillic letters, its bytes are valid UTF-8 too.
    return _utf16_without_mark(sample) or ("utf-8" if _is_utf8(data) else _best_single_byte(sample))


def looks_like_text(head: bytes) -> bool:
    """Whether these first bytes of a file can be prose: next to no control characters in the encoding it seems to have."""
    encoding = encoding_of(head)
    if encoding.startswith("utf-") and encoding != "utf-8":
        decoded = head.decode(encoding, errors="replace")
        return len(_CONTROLS.findall(decoded)) + decoded.count("\ufffd") <= 2 + len(decoded) // 100
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)
    return b"\x00" not in head and controls <= len(head) // 200


def _is_utf8(data: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)  # a character cut at the end of a sample is no mistake
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(sample: bytes) -> str | None:
    """Latin, digits and spaces leave a zero in every second byte, Cyrillic a 4: one column is nearly constant."""
    if len(sample) < 4:
        return None
    for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        letters, punctuation = high.count(0) + high.count(4), high.count(0x20)
        if letters and (letters + punctuation) / len(high) > 0.9:
            return name
    return None


def _best_single_byte(sample: bytes) -> str:
    scores = {name: _how_russian(sample.decode(name, errors="replace")) for name in _RUSSIAN_ENCODINGS}
    scores["mac-cyrillic"] -= _RARITY
    best = max(scores, key=lambda name: scores[name])
    return _WESTERN if _accents_stand_in_latin_words(sample) else best


def _accents_stand_in_latin_words(sample: bytes) -> bool:
    """French and German have one or two high bytes next to Latin letters; Russian has whole words of them."""
    runs = _HIGH_RUN.findall(sample)
    in_latin_words = len(_HIGH_RUN_IN_LATIN.findall(sample))
    return in_latin_words * 2 > len(runs) and sum(map(len, runs)) <= 2 * len(runs)


def _how_russian(text: str) -> float:
    score, before = 0.0, " "
    for character in text:
        if character > "\x7f":
            score += _score(character, before)
        before = character
    return score


def _score(character: str, before: str) -> float:
    lower = character.lower()
    if lower in _LETTER_SCORES or lower in _OTHER_CYRILLIC:
        wrong_case = character != lower and before.islower()
        return _LETTER_SCORES.get(lower, -2.0) + (_STRANGE_CASE if wrong_case else 0.5)
    return 0.0 if character in _TYPOGRAPHY else _STRANGE_SYMBOL
