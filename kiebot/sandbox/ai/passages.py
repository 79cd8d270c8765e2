"""The files that a prompt quotes, searched by words: what stands there comes closest to a question?

The bot shows the text of a conversation's files in a message of their own, between two lines `===== 41a0… begin =====` and
`===== 41a0… end =====`: `File "name", N pages:` and then `[p. 1]` with the page's text, and so on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kiebot.sandbox.ai.question import Question

HEADING = re.compile(r'^(?:File "(?P<file>.*)", \d+ pages:|\[p\. (?P<page>\d+)\])$')
MATERIAL = re.compile(r"^===== (?P<mark>[0-9a-f]+) begin =====\n(?P<text>.*)^===== (?P=mark) end =====", re.MULTILINE | re.DOTALL)
ABOUT_THE_TEXT = re.compile(r"^\[Shown are only [^\]]*\]$")
SENTENCE_END = re.compile(  # the end of a line only where it is short, as a heading, and the next does not go on in small letters
    r"(?<=[.!?…])\s+|\n\s*\n|(?<![^\n]{40})\n(?![a-zа-яё])"
)
WORD = re.compile(r"\w{3,}")
FREQUENT = frozenset(
    WORD.findall(
        "and are but can does for from had has have how into not that the their there they this was were what when where which "
        "who why will with you your tell about file page document "
        "без был была было были все для его если ещё или как кто мне над нет она они при про так там тут что чем это где когда "
        "какая какие какой сколько почему расскажи файл файле страница документ документе"
    )
)
ENDING, SHORTEST_STEM, LONGEST_STEM = 2, 4, 6
MOST_QUOTES = 2
WORTH_QUOTING = 0.6  # of the best one's score


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence of a file, and where it stands."""

    file: str
    page: int
    text: str


def passages_in(question: Question) -> list[Passage]:
    """All sentences of the files that the prompt quotes; none when it quotes no file."""
    found = (MATERIAL.search(turn.text) for turn in question.turns if turn is not question.last)
    return [passage for material in found if material for passage in _passages(material["text"])]


def closest(passages: list[Passage], text: str) -> list[Passage]:
    """The sentences that share most words with the text, rare words before frequent ones; none when no word is shared."""
    asked = _stems(text)
    shared = [asked & _stems(passage.text) for passage in passages]
    seen = Counter(stem for stems in shared for stem in stems)
    scores = [sum(1 / seen[stem] for stem in stems) for stems in shared]
    best = max(scores, default=0)
    ranked = sorted(range(len(passages)), key=lambda number: -scores[number])
    return [passages[number] for number in ranked[:MOST_QUOTES] if best and scores[number] >= best * WORTH_QUOTING]


def _passages(material: str) -> Iterator[Passage]:
    for file, page, text in _pages(material):
        sentences = (" ".join(sentence.split()) for sentence in SENTENCE_END.split(text))
        yield from (Passage(file, page, sentence) for sentence in sentences if sentence)


def _pages(material: str) -> Iterator[tuple[str, int, str]]:
    """The pages of all files: name, number, text."""
    file, page, lines = "", 0, list[str]()
    for line in material.splitlines():
        heading = HEADING.match(line)
        if heading is None and ABOUT_THE_TEXT.match(line) is None:
            lines.append(line)
            continue
        if page:
            yield file, page, "\n".join(lines)
        lines, page = [], int(heading["page"] or 0) if heading else 0
        file = heading["file"] or file if heading else file
    if page:
        yield file, page, "\n".join(lines)


def _stems(text: str) -> frozenset[str]:
    """The words without their endings, roughly: keeper and keeps are one, as are маяк and маяка."""
    words = (word for word in WORD.findall(text.casefold()) if word not in FREQUENT)
    return frozenset(word[: max(SHORTEST_STEM, min(LONGEST_STEM, len(word) - ENDING))] for word in words)
