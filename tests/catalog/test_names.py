import re
from string import Formatter

import pytest

from kiebot.catalog import names
from kiebot.catalog.examples import minimal
from kiebot.catalog.schema import ITEM_TYPES, LANGUAGES, MEDIA_KINDS, PARAMETER_TYPES, TYPES, Parameter
from kiebot.catalog.validation import validate
from tests.catalog.mutations import mutations
from tests.catalog.test_examples import URLS


def test_every_sentence_has_both_languages_and_the_same_places():
    for words in names.table("messages.yaml")["sentences"].values():
        assert set(words) == set(LANGUAGES)
        places = [{field for _, field, _, _ in Formatter().parse(sentence) if field} for sentence in words.values()]
        assert places[0] == places[1]


def test_every_sentence_is_said_for_some_mistake_and_is_filled_in(catalogue):
    seen = set()
    for model in catalogue.models.values():
        for wrong, media, _, _ in mutations(model, minimal(model, URLS)):
            errors = validate(model, wrong, media, "ru")
            seen |= {error.code for error in errors}
            assert all(re.search("[а-яё]", error.message) and "{" not in error.message for error in errors)
    assert seen == set(names.table("messages.yaml")["sentences"])


def test_types_and_kinds_have_words():
    kinds, types = names.table("messages.yaml")["kinds"], names.table("messages.yaml")["types"]
    assert set(kinds) == set(MEDIA_KINDS)
    assert set(types) == set(PARAMETER_TYPES) | {kind for kind in ITEM_TYPES if not kind.startswith("url-")}
    assert all(set(words) == set(LANGUAGES) for table in (kinds, types) for words in table.values())


def test_every_type_of_work_has_a_label_and_words_to_find_it_by():
    types = names.table("types.yaml")
    assert list(types) == list(TYPES)
    for kind in types.values():
        assert set(kind["label"]) == set(LANGUAGES)
        assert all(kind["words"][language] for language in LANGUAGES)


@pytest.mark.parametrize(
    ("parameter", "language", "label"),
    [
        (Parameter("aspectRatio", "string"), "ru", "Формат кадра"),
        (Parameter("aspect_ratio", "string"), "en", "Aspect ratio"),
        (Parameter("odd_new_thing", "string"), "ru", "Odd new thing"),
        (Parameter("prompt", "string", label={"ru": "Своё", "en": "Own"}), "ru", "Своё"),
    ],
)
def test_a_parameter_is_called_by_its_own_the_common_or_the_wires_name(parameter, language, label):
    assert names.label_of(parameter, language) == label


def test_values_are_called_in_words():
    gender = Parameter("vocalGender", "enum", values=("f", "m"))
    assert names.value_label(gender, "f", "ru") != "f"
    assert names.value_label(Parameter("x", "boolean"), True, "ru") == "да"
    assert names.value_label(Parameter("x", "enum"), "AUTO", "ru") == "авто"
    assert names.value_label(Parameter("x", "enum"), "16:9", "ru") == "16:9"


NUMBERS = {"2147483647": 2147483647, "1000000": 1e6, "1000000.25": 1_000_000.25, "0.000005": 5e-06, "0.4": 0.4, "0": 0, "10": 10}


@pytest.mark.parametrize("words", NUMBERS)
def test_numbers_are_written_as_people_write_them(words):
    assert names.number_words(NUMBERS[words]) == words
