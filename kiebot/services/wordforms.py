"""Words of Russian and English texts without their endings, so that a question finds what the text says in another form.

The same function prepares the texts that are searched and the questions. Letters of one alphabet tell the language of a word:
both languages often stand in one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import Stemmer

WORD = re.compile(r"[^\W_]+")
HYPHENATED = re.compile(r"(?<=\w)(?:-|\u00ad)\n\s*(?=[^\W\d_])")  # a word cut at the end of a line
CYRILLIC = re.compile(r"[а-яё]")
LONGEST = 40  # letters; longer "words" are keys, hashes and the like
# Words that stand in any text and in any question: they find nothing.
EMPTY_WORDS = frozenset(
    """
    a about after all also am an and any are as at be because been before being between both but by can could did do does doing
    during each either few for from further had has have having he her here hers him his how i if in into is it its itself just
    let like many may me might more most much must my no nor not now of off on once one only or other our out over own please s
    same she should so some such t tell than that the their them then there these they this those through to too under until up
    us very was we were what when where whether which while who whom whose why will with would you your
    а без бы был была были было быть в вам вас весь во вот все всё всего всех вы где да даже для до его ее её ей ему если есть
    ещё еще же за здесь и из или им их к ка как какая какие каким какими каков какова каково каковы какое какой каком какую ко
    когда кто ли либо мне может можно мы на над надо нам нас не него нее неё ней нет ни них но ну о об однако он она они оно от
    очень по под пожалуйста после потом почему при про расскажи с сам свой своё себя сейчас со так также такая такие такой такое
    там то тогда того тоже той только том тот ты у уж уже чего чей чем что чтобы чьё эта эти это этого этой этом этот эту я
    """.split()  # noqa: SIM905 - easier to read than a list
)


def stems(text: str) -> Iterator[str]:
    """The words of a text, each by its stem; words without meaning of their own are left out."""
    russian, english = Stemmer.Stemmer("russian"), Stemmer.Stemmer("english")  # none may be shared by threads
    for word in words(text):
        if word not in EMPTY_WORDS:
            yield russian.stemWord(word).replace("ё", "е") if CYRILLIC.search(word) else english.stemWord(word)


def words(text: str) -> list[str]:
    """All words in small letters; what the end of a line cut is whole again."""
    return [word[:LONGEST] for word in WORD.findall(HYPHENATED.sub("", text).casefold())]
