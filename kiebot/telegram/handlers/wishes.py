"""Words under a picture or a clip: an order to work on it ("make it winter", "убери фон"), or a question about it.

Whoever is misunderstood has the other way as a button: the offer can be asked, the answer can be worked on.
"""

from __future__ import annotations

import re

LONGEST = 1000  # characters; who writes more is not giving an order
_PLEASE = r"(?:please[ ,]+|пожалуйста[ ,]+|а? ?теперь |now )?"
_CAN_YOU = r"(?:(?:can|could|would|will) you (?:please )?|(?:ты )?(?:можешь|сможешь|можете)(?: ли)?(?: ты| вы)? )"
_WORDS_EN = (
    r"lists?|tables?|captions?|posts?|descriptions?|summar(?:y|ies)|recipes?|stor(?:y|ies)|poems?|texts?|prompts?|jokes?|titles?"
    r"|plans?|reports?|translations?|notes?|transcripts?|quiz|sense|sure|guess|conclusions?|parallels?|comparisons?|up"
)
_VERBS_EN = (
    r"make|turn|change|remove|add|replace|draw|paint|repaint|animate|upscale|colou?ri[sz]e|recolou?r|enhance|improve|restyle|crop"
    r"|erase|delete|put|blur|sharpen|transform|extend|expand|cut out|swap|dress|restore|retouch|rotate|brighten|darken|stylize"
)
_WORDS_RU = (
    r"спис|таблиц|описани|подпис|пост\b|перевод|рецепт|текст|вывод|кратк|конспект|план\b|промпт|разбор|анализ|резюме|саммари"
    r"|расч[её]т|отч[её]т|рассказ|стих|заголов|сравнени"
)
_VERBS_RU = (
    r"сделай|преврати|измени|убери|удали|добавь|замени|дорисуй|нарисуй|раскрась|перекрась|оживи|анимируй|улучши|поменяй|поставь"
    r"|надень|переодень|размой|вырежи|обрежь|увеличь|стилизуй|отреставрируй|сотри|расширь|осветли|затемни|поверни|помести"
)
_ORDER = (
    rf"(?:{_VERBS_EN})\b(?!(?: me| us)?(?: an?| the| some)?(?: [\w-]+)?(?: [\w-]+)? (?:{_WORDS_EN})\b)"
    rf"|(?:{_VERBS_RU})(?:те)?\b(?!(?: мне| нам)?(?: [\w-]+)? (?:{_WORDS_RU}))"
)
_STYLE = r"in (?:the |an? )?(?:[\w-]+ ){0,3}style\b|в (?:[\w-]+ )?стиле\b"
ORDER = re.compile(rf"{_PLEASE}(?:{_ORDER}|{_STYLE})", re.IGNORECASE)
POLITE = re.compile(
    rf"{_PLEASE}{_CAN_YOU}(?:{_ORDER}|(?:сделать|превратить|убрать|удалить|добавить|заменить|оживить)\b)", re.IGNORECASE
)


def is_order(words: str) -> bool:
    """Whether words about a picture ask for another picture or clip, not for an answer."""
    words = words.strip()
    if len(words) > LONGEST:
        return False
    return POLITE.match(words) is not None or (not words.endswith("?") and ORDER.match(words) is not None)
