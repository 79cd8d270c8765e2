"""Which scenes a person names: "scene 12", "сцены 3-5 и 7", "12-ю сцену", "the last two scenes"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

TOKEN = re.compile(r"\d+|[^\W\d]+|[-–—,&№#]")
SCENE = re.compile(r"scenes?|shots?|segments?|сцен\w*|кадр\w*|сегмент\w*|эпизод\w*|фрагмент\w*")
SEVERAL = re.compile(r"(?:scene|shot|segment)s|(?:сцен|кадр|сегмент|эпизод|фрагмент)(?:ы|ов|ам|ами|ах|)")
SINGULAR_TOO = frozenset({"кадр", "сегмент", "эпизод", "фрагмент"})
WHOLE = re.compile(
    r"all|every|everywhere|whole|entire|rest|others?|вс[её]|весь|всю|всех|всем|всеми|везде|кажд\w+|целиком|остальн\w+"
)
TO = frozenset({"-", "–", "—", "to", "through", "till", "until", "по", "до"})
AND = frozenset({",", "and", "or", "и", "или", "&"})
FILLER = frozenset({"№", "#", "number", "no", "номер", "под", "номером", "from", "the", "с", "со", "в"})
ENDINGS = frozenset({"st", "nd", "rd", "th", "я", "ю", "й", "ая", "ую", "ой", "ей", "м", "х", "го", "е", "ми"})
ORDINALS = (
    "first перв", "second втор", "third трет", "fourth четв[её]рт", "fifth пят", "sixth шест", "seventh седьм", "eighth восьм",
    "ninth девят", "tenth десят", "eleventh одиннадцат", "twelfth двенадцат",
)  # fmt: skip
ORDINAL = [re.compile(f"{english}|{russian}(?:ый|ой|ая|ую|ые|ых|ого|ому|ым|ом|ий|ья|ью|ьи|ьей|ьего|ьему|ьем|ыми)")
           for english, russian in (each.split() for each in ORDINALS)]  # fmt: skip
LAST = re.compile(r"last|final|последн\w+")
COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "две": 2, "два": 2, "три": 3, "четыре": 4, "пять": 5}


def scenes_named(words: str, count: int) -> list[int]:
    """The numbers of the scenes that are named; none when it is about the whole film, or not quite clear."""
    tokens = _tokens(words)
    if any(WHOLE.fullmatch(token) for token in tokens):
        return []
    found: set[int] = set()
    for place, token in enumerate(tokens):
        if SCENE.fullmatch(token):
            found.update(_numbers(tokens[place + 1 :], count, ordered=True))
            found.update(_before(tokens[:place], token, count))
    if {int(token) for token in tokens if token.isdecimal()} - found:  # "scenes 3 and 7, and rain in 12": who knows
        return []
    return sorted(number for number in found if 1 <= number <= count)


def _tokens(words: str) -> list[str]:
    """The words, numbers and signs; of "from scene 4 to scene 6" without the second "scene"."""
    tokens = TOKEN.findall(words.casefold())
    again = {place for place, token in enumerate(tokens) if place and tokens[place - 1] in TO and SCENE.fullmatch(token)}
    return [token for place, token in enumerate(tokens) if place not in again]


def _before(tokens: Sequence[str], scene: str, count: int) -> Iterable[int]:
    """What stands before the word: "the 3rd and 5th scenes", "12 сцену", "the last two scenes". But "3 scenes" are any three."""
    start = len(tokens)
    while start and _belongs(tokens[start - 1]):
        start -= 1
    run = list(tokens[start:])
    if len(run) >= 2 and (amount := COUNTS.get(run[-1]) or (int(run[-1]) if run[-1].isdecimal() else 0)):
        if LAST.fullmatch(run[-2]):
            return range(count - amount + 1, count + 1)
        if ORDINAL[0].fullmatch(run[-2]):
            return range(1, amount + 1)
    several = SEVERAL.fullmatch(scene) is not None and scene not in SINGULAR_TOO
    return _numbers(run, count, ordered=not several)


def _belongs(token: str) -> bool:
    fixed = token.isdecimal() or token in TO or token in AND or token in FILLER or token in ENDINGS or token in COUNTS
    return fixed or LAST.fullmatch(token) is not None or _ordinal(token) is not None


def _numbers(tokens: Sequence[str], count: int, *, ordered: bool) -> set[int]:
    """The numbers at the beginning. Not `ordered`: plain numbers count only with the ending of an ordinal."""
    found: set[int] = set()
    last, reaching = 0, False
    for place, token in enumerate(tokens):
        number = _number(token, count)
        if number is not None:
            after = [each for each in tokens[place + 1 : place + 3] if each != "-"]
            if token.isdecimal() and not ordered and not (after and after[0] in ENDINGS):
                continue
            found.update(range(last, number + 1) if reaching and 0 < last < number <= count else (number,))
            last, reaching = number, False
        elif token in TO:
            reaching = last > 0
        elif token in ENDINGS and last:
            continue
        elif token in AND or token in FILLER:
            reaching = reaching and token in FILLER
        else:
            break
    return found


def _number(token: str, count: int) -> int | None:
    if token.isdecimal():
        return int(token)
    return count if LAST.fullmatch(token) else _ordinal(token)


def _ordinal(token: str) -> int | None:
    return next((number for number, pattern in enumerate(ORDINAL, 1) if pattern.fullmatch(token)), None)
