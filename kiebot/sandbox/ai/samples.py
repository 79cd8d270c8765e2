"""Markdown to try the rendering with, by what a message asks for."""

from __future__ import annotations

import re

LONG_CHARACTERS = 12_000

WISHES = {
    "code": re.compile(r"\bcode\b|\bpython\b|\bкод|программ|функци", re.IGNORECASE),
    "table": re.compile(r"\btables?\b|таблиц", re.IGNORECASE),
    "list": re.compile(r"\blists?\b|список|списк|перечисл", re.IGNORECASE),
    "formula": re.compile(r"formula|equation|формул|уравнени", re.IGNORECASE),
    "long": re.compile(r"\blong\b|длинн|подробн", re.IGNORECASE),
}

SAMPLES = {
    "en": {
        "code": (
            "Here is a small **Python** program; run it with `python primes.py`:\n\n"
            "```python\ndef primes(limit: int) -> list[int]:\n"
            '    """All primes below the limit."""\n'
            "    sieve = [True] * limit\n"
            "    for n in range(2, int(limit**0.5) + 1):\n"
            "        if sieve[n]:\n"
            "            sieve[n * n :: n] = [False] * len(sieve[n * n :: n])\n"
            "    return [n for n in range(2, limit) if sieve[n]]\n\n\n"
            'print(primes(50))  # <b>not bold</b> & "quoted"\n```\n\n'
            "And its output:\n\n```\n[2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47]\n```\n"
        ),
        "table": (
            "| Planet | Radius, km | Moons |\n|:--|--:|:-:|\n| Mercury | 2 440 | 0 |\n| Earth | 6 371 | 1 |\n"
            "| Mars | 3 390 | 2 |\n| Jupiter | 69 911 | 95 |\n"
        ),
        "list": (
            "1. First, **boil** the water\n2. Then:\n   - warm the pot\n   - add *two* spoons of tea\n     - or three\n"
            "3. Wait four minutes\n\n- [x] done\n- [ ] still to do\n"
        ),
        "formula": (
            "The roots of $ax^2 + bx + c = 0$ are\n\n$$x_{1,2} = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$\n\n"
            "and Euler wrote \\(e^{i\\pi} + 1 = 0\\).\n"
        ),
    },
    "ru": {
        "code": (
            "Вот небольшая программа на **Python**; запустите её командой `python primes.py`:\n\n"
            "```python\ndef primes(limit: int) -> list[int]:\n"
            '    """Все простые числа меньше предела."""\n'
            "    sieve = [True] * limit\n"
            "    for n in range(2, int(limit**0.5) + 1):\n"
            "        if sieve[n]:\n"
            "            sieve[n * n :: n] = [False] * len(sieve[n * n :: n])\n"
            "    return [n for n in range(2, limit) if sieve[n]]\n\n\n"
            'print(primes(50))  # <b>не жирный</b> и "кавычки"\n```\n\n'
            "Она напечатает:\n\n```\n[2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47]\n```\n"
        ),
        "table": (
            "| Планета | Радиус, км | Спутники |\n|:--|--:|:-:|\n| Меркурий | 2 440 | 0 |\n| Земля | 6 371 | 1 |\n"
            "| Марс | 3 390 | 2 |\n| Юпитер | 69 911 | 95 |\n"
        ),
        "list": (
            "1. Сначала **вскипятите** воду\n2. Затем:\n   - согрейте чайник\n   - положите *две* ложки чая\n     - или три\n"
            "3. Подождите четыре минуты\n\n- [x] сделано\n- [ ] ещё предстоит\n"
        ),
        "formula": (
            "Корни уравнения $ax^2 + bx + c = 0$ таковы:\n\n$$x_{1,2} = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$\n\n"
            "а Эйлер записал \\(e^{i\\pi} + 1 = 0\\).\n"
        ),
    },
}
PARAGRAPHS = {
    "en": "This is paragraph {number} of a long answer of the sandbox. It has *some* **marked** words, `a bit of code`, and a "
    "[link](https://example.com/{number}), so that one sees where a messenger cuts it and whether every mark survives.",
    "ru": "Это абзац {number} длинного ответа песочницы. В нём есть *выделенные* и **жирные** слова, `немного кода` и "
    "[ссылка](https://example.com/{number}): так видно, где мессенджер разрежет его и переживёт ли разрез каждая пометка.",
}
HEADINGS = {"en": "Part", "ru": "Часть"}


def wished(text: str) -> list[str]:
    """The samples that a message asks for."""
    return [name for name, pattern in WISHES.items() if pattern.search(text)]


def sample(name: str, language: str) -> str:
    """One sample of Markdown."""
    return long_text(language) if name == "long" else SAMPLES[language][name]


def long_text(language: str, characters: int = LONG_CHARACTERS) -> str:
    """Headings, paragraphs, now and then a code block: about so many characters."""
    parts: list[str] = []
    size = number = 0
    while size < characters:
        number += 1
        heading = f"## {HEADINGS[language]} {number // 5 + 1}\n\n" if number % 5 == 1 else ""
        code = f"\n\n```python\nprint({number})\n```" if number % 7 == 0 else ""
        parts.append(f"{heading}{PARAGRAPHS[language].format(number=number)}{code}\n\n")
        size += len(parts[-1])
    return "".join(parts)
