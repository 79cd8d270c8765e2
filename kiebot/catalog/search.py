"""Search for a model by words: names, ids, vendors and types, in both languages, with typing errors.

Words of both alphabets are folded to how they sound in Latin letters ("клинг" and Kling are the same word then). A word counts
fully when it stands somewhere as it is, less when it begins or is inside of a longer one, and less still with typing errors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from kiebot.catalog import names
from kiebot.catalog.loading import Catalogue
from kiebot.catalog.schema import LANGUAGES, Model

WORD = re.compile(r"[a-zа-яё]+|\d+(?:[.,]\d+)*")
LETTERS = str.maketrans({
    **dict(zip("абвгдеёзийклмнопрстуфхыэ", "abvgdeeziiklmnoprstufhie", strict=True)),
    "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "iu", "я": "ia",
    "q": "k", "w": "v", "x": "ks", "y": "i", "j": "zh",
})  # fmt: skip
SOUNDS = (  # how English and Russian spelling sounds, replaced in this order before the single letters
    ("ee", "i"), ("ea", "i"), ("oo", "u"), ("ou", "u"), ("ay", "ei"), ("ph", "f"), ("ck", "k"), ("kh", "h"), ("ch", "ч"),
    ("ce", "se"), ("ci", "si"), ("cy", "si"), ("c", "k"), ("ge", "je"), ("gi", "ji"), ("дж", "ж"), ("тс", "ц"),
)  # fmt: skip
WEIGHTS = {"name": 1.0, "vendor": 0.8, "type": 0.6, "about": 0.3}
BEGINNING, INSIDE, MISTYPED = 0.9, 0.75, 0.7
SHORTEST_INSIDE = 4
LEAST = 0.55  # of the best model's score: what is below is not worth showing


def search(catalogue: Catalogue, words: str, language: str = "en") -> list[Model]:
    """The offered models that fit the words, the best first; equals by their name in the language. All of them for no words."""
    index = _indexes.get(catalogue) or _indexes.setdefault(catalogue, _Index(catalogue))
    wanted = {fold(word) for word in _words(words)} - {""}
    if not wanted:
        return list(index.models)
    scores: Counter[int] = Counter()
    for word in wanted:
        for number, score in index.scores(word).items():
            scores[number] += score  # type: ignore[assignment]  # a Counter counts fractions too
    best = max(scores.values(), default=0)
    found = [number for number, score in scores.items() if score >= best * LEAST]
    exact = words.strip().lower()
    label = language if language in LANGUAGES else "en"

    def rank(number: int) -> tuple[bool, float, bool, str]:
        model = index.models[number]
        named = exact in (model.id, *(name.lower() for name in model.label.values()))
        return not named, -round(scores[number], 3), not model.default, model.label[label]

    return [index.models[number] for number in sorted(found, key=rank)]


def fold(word: str) -> str:
    """A word as it sounds, in Latin letters."""
    for spelling, sound in SOUNDS:
        word = word.replace(spelling, sound)
    return word.translate(LETTERS)


class _Index:
    """The words of the offered models: word -> number of the model -> weight."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.models = [model for model in catalogue.models.values() if model.offered]
        self._postings: dict[str, dict[int, float]] = {}
        for number, model in enumerate(self.models):
            for word, place in {(fold(word), place) for word, place in _words_of(model)}:
                models = self._postings.setdefault(word, {})
                models[number] = models.get(number, 0) + WEIGHTS[place]

    def scores(self, word: str) -> dict[int, float]:
        """How well each model fits one word."""
        found: dict[int, float] = {}
        for known, models in self._postings.items():
            likeness = _likeness(word, known)
            if likeness:
                for number, weight in models.items():
                    found[number] = max(found.get(number, 0), weight * likeness)
        return found


_indexes: WeakKeyDictionary[Catalogue, _Index] = WeakKeyDictionary()


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def _words_of(model: Model) -> Iterator[tuple[str, str]]:
    """Each word, and where it stands."""
    for text in (model.id, model.family, model.family.replace(" ", ""), *model.label.values()):
        yield from ((word, "name") for word in _words(text))
    yield from ((word, "vendor") for word in _words(model.vendor))
    for model_type in (model.type, *model.also):
        kind = names.table("types.yaml")[model_type]
        yield from ((word, "type") for language in LANGUAGES for text in kind["words"][language] for word in _words(text))
    yield from ((word, "about") for text in model.about.values() for word in _words(text) if len(word) > 3)


def _likeness(word: str, known: str) -> float:
    """From 0 to 1: how much a word that was typed is like a known one."""
    if word == known:
        return 1.0
    if known.startswith(word):
        return BEGINNING
    if len(word) >= SHORTEST_INSIDE and word in known:
        return INSIDE
    allowed = 0 if len(word) < 4 or word[0].isdigit() else 1 if len(word) < 6 else 2
    if abs(len(word) - len(known)) > allowed or len(set(word) - set(known)) > allowed:
        return 0.0
    errors = _typing_errors(word, known)
    return MISTYPED * (1 - errors / len(word)) if errors <= allowed else 0.0


def _typing_errors(one: str, other: str) -> int:
    """Letters that are missing, added, wrong or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]
