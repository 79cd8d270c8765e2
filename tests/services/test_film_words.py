"""How a film is spoken of."""

from __future__ import annotations

import pytest

from kiebot.i18n import text
from kiebot.services import film_words
from kiebot.store.film_models import Film


@pytest.mark.parametrize(
    ("language", "title", "shown"),
    [("ru", "Маяк", "«Маяк»"), ("ru", "«Маяк»", "«Маяк»"), ("ru", "Ледокол «Ленин»", "«Ледокол „Ленин“»"),
     ("ru", "«Маяк» и «Море»", "«„Маяк“ и „Море“»"), ("en", "The “Light” at sea", "“The ‘Light’ at sea”"),
     ("en", "“The Light”", "“The Light”")],
)  # fmt: skip
def test_quotation_marks_of_a_title_are_the_inner_ones(language, title, shown):
    name = film_words.name(Film(id=3, title=title, language=language))
    assert text(language, name["key"], **name["args"]).endswith(f" · {shown}")
