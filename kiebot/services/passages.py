"""Documents cut into passages, and the passages that answer a question.

SQLite's index finds every passage with a word of the question, in whatever form. Ranked are they here, by what is rare in these
very documents: the index counts the words of all documents of all people, where "install" is rare and in a manual of an
installer it is not.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kiebot.services.wordforms import stems
from kiebot.store import passages
from kiebot.store.passages import Candidate, Cut, Passage

MOST_QUOTED = 5
LEAST_CHARS, MOST_CHARS = 500, 1100
BREAKS = tuple(re.compile(pattern) for pattern in (r"\n\s*\n", r"[.!?…:;]\s*\n", r"[.!?…]\s", r"\n", r"\s"))  # the best first
MOST_TERMS = 24
BEGINNING = 5  # letters: "установк" and "установ" begin alike
SHORT_OF = 2  # what may follow the beginning of a longer stem
SATURATION, LENGTH_SHARE = 1.2, 0.6  # BM25's k1 and b
KIN_WEIGHT = 0.5  # of a word that only begins like the one asked for
BEFORE_WEIGHT = 0.3  # of a word that was said before the question
FEW_WORDS = 3  # a shorter question ("and the second?") is about what was said before
WORTH_QUOTING = 0.4  # of the best one's score: what comes far behind it only shares a frequent word


def cut(pages: Sequence[dict[str, Any]]) -> list[Cut]:
    """The passages of some pages, {"number", "text"}, each with its words ready for the index."""
    found = []
    for page in pages:
        for start, end in _spans(page["text"]):
            found.append(Cut(page["number"], start, end - start, " ".join(stems(page["text"][start:end]))))
    return found


def _spans(text: str) -> list[tuple[int, int]]:
    """Where passages begin and end: at the end of a paragraph if there is one in reach, else of a sentence, a line, a word."""
    spans, start = [], 0
    while start < len(text):
        end = len(text) if len(text) - start <= MOST_CHARS else _end(text, start)
        if text[start:end].strip():
            spans.append((start, end))
        start = end
    return spans


def _end(text: str, start: int) -> int:
    for pattern in BREAKS:
        ends = [match.end() for match in pattern.finditer(text, start + LEAST_CHARS, start + MOST_CHARS)]
        if ends:
            return ends[-1]
    return start + MOST_CHARS


def find(document_ids: Sequence[int], question: str, before: str = "", most: int = MOST_QUOTED) -> list[int]:
    """The ids of the passages that come closest to a question, the best first; none when no word of it is there."""
    terms = _terms(question, before)
    if not terms or not document_ids:
        return []
    beginnings = [beginning for term in terms if (beginning := _beginning(term))]
    candidates = passages.search(document_ids, list(terms), beginnings)
    scores = _scores(candidates, terms, passages.count(document_ids))
    ranked = sorted(range(len(candidates)), key=lambda place: -scores[place])[:most]
    return [candidates[place].id for place in ranked if scores[place] >= WORTH_QUOTING * scores[ranked[0]]]


def _terms(question: str, before: str) -> dict[str, float]:
    """Stems and what each weighs. A question of few words borrows from what was said before it."""
    terms = dict.fromkeys(list(dict.fromkeys(stems(question)))[:MOST_TERMS], 1.0)
    if len(terms) < FEW_WORDS:
        terms = dict.fromkeys(list(dict.fromkeys(stems(before)))[:MOST_TERMS], BEFORE_WEIGHT) | terms
    return terms


def _beginning(term: str) -> str:
    """What words of the same root begin with; empty for short words, which have too many strangers."""
    return term[: max(BEGINNING, len(term) - SHORT_OF)] if len(term) >= BEGINNING else ""


def _scores(candidates: Sequence[Candidate], terms: Mapping[str, float], total: int) -> list[float]:
    """BM25 over these documents alone, with a share for words of the same root."""
    meant = _Meant(list(terms))
    counted = [_counts(candidate.stems.split(), meant) for candidate in candidates]
    lengths = [len(candidate.stems) for candidate in candidates]
    usual = sum(lengths) / max(1, len(lengths))
    held = Counter(term for counts in counted for term in counts)
    weights = {term: weight * math.log(1 + (total - held[term] + 0.5) / (held[term] + 0.5)) for term, weight in terms.items()}
    return [
        sum(weights[term] * _saturated(times, length / usual) for term, times in counts.items())
        for counts, length in zip(counted, lengths, strict=True)
    ]


def _saturated(times: float, length: float) -> float:
    return times * (SATURATION + 1) / (times + SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length))


def _counts(words: Sequence[str], meant: _Meant) -> dict[str, float]:
    """How often each term stands there; a word that only begins like it counts less."""
    counts: dict[str, float] = {}
    for word in words:
        for term, weight in meant[word]:
            counts[term] = counts.get(term, 0.0) + weight
    return counts


class _Meant(dict[str, list[tuple[str, float]]]):
    """Word of a passage -> the terms of the question that it may stand for, with its weight; each word is compared once."""

    def __init__(self, terms: Sequence[str]) -> None:
        super().__init__()
        self._terms = [(term, _beginning(term)) for term in terms]

    def __missing__(self, word: str) -> list[tuple[str, float]]:
        weights = ((term, _kinship(word, term, beginning)) for term, beginning in self._terms)
        self[word] = [(term, weight) for term, weight in weights if weight]
        return self[word]


def _kinship(word: str, term: str, beginning: str) -> float:
    if word == term:
        return 1.0
    return KIN_WEIGHT if beginning and word.startswith(beginning) else 0.0


def read(passage_ids: Sequence[int]) -> list[Passage]:
    """Passages with their text, in the order of their documents."""
    return passages.by_ids(passage_ids) if passage_ids else []


def with_neighbours(passage_ids: Sequence[int]) -> list[int]:
    """Passages and what stands right before and after them: an answer often begins before its words or goes on after them."""
    return list(dict.fromkeys(near for passage_id in passage_ids for near in (passage_id, *passages.around(passage_id))))
