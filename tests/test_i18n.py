"""kiebot/i18n.py: the right language, the right plural, and loud bugs."""

import re

import pytest

from kiebot.errors import ProviderErrorKind
from kiebot.i18n import languages, pick, text


@pytest.mark.parametrize("code", ["ru", "ru-RU", "RU", "uk", "be", "kk", "kk_KZ"])
def test_readers_of_russian_are_spoken_to_in_russian(code):
    assert pick(code) == "ru"


@pytest.mark.parametrize("code", ["en", "en-GB", "pt-br", "de", "", None, "rus", "xx"])
def test_everybody_else_is_spoken_to_in_english(code):
    assert pick(code) == "en"


@pytest.mark.parametrize(
    ("pages", "said"),
    [(1, "1 страница"), (3, "3 страницы"), (5, "5 страниц"), (11, "11 страниц"), (21, "21 страница"), (112, "112 страниц")],
)
def test_russian_plurals_follow_the_number(pages, said):
    assert f": {said}. " in text("ru", "document-ready", name="a.pdf", pages=pages, note="")


@pytest.mark.parametrize(("pages", "said"), [(1, "1 page"), (2, "2 pages"), (1234, "1,234 pages")])
def test_english_plurals_follow_the_number(pages, said):
    assert re.search(rf"\b{said}\b", text("en", "document-ready", name="a.pdf", pages=pages, note=""))


def test_an_id_given_as_text_stays_as_it_is():
    assert "E-12345" in text("en", "common-unexpected", code="E-12345")
    assert " 12345," in text("ru", "common-unexpected", code="12345")


def test_no_invisible_marks_surround_an_argument():
    sentence = text("ru", "common-unexpected", code="A1")
    assert not any(mark in sentence for mark in "\u2066\u2067\u2068\u2069")


def test_an_unknown_key_a_missing_argument_and_an_unknown_language_are_bugs():
    with pytest.raises(KeyError):
        text("en", "no-such-sentence")
    with pytest.raises(KeyError, match="document-ready"):
        text("en", "document-ready")
    with pytest.raises(KeyError, match="xx"):
        text("xx", "document-ready")


def test_every_kind_of_provider_error_has_its_sentence():
    for language in languages():
        sentences = {text(language, f"provider-{kind}") for kind in ProviderErrorKind}
        assert len(sentences) == len(ProviderErrorKind)
