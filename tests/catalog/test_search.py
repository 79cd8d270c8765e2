import pytest

from kiebot.catalog.loading import load
from kiebot.catalog.search import fold, search

CATALOGUE = load()
FAMILIES = {
    "kling": ["kling", "Клинг", "klng", "kilng", "КЛИНГ 3.0", "клинк"],
    "nano": ["nano banana", "нано банана", "нанобанана", "nanobanana", "нано бонана"],
    "seedance": ["seedance 2", "сиданс", "сидэнс", "sedance"],
    "veo": ["veo", "вео 3.1", "veo3"],
    "flux": ["flux", "флюкс", "флакс"],
    "gemini": ["gemini", "джемини", "gemni"],
    "eleven": ["elevenlabs", "элевенлабс", "eleven labs"],
}


@pytest.mark.parametrize(("family", "words"), [(family, words) for family, many in FAMILIES.items() for words in many])
def test_names_are_found_in_both_alphabets_and_with_typing_errors(family, words):
    found = search(CATALOGUE, words, "ru")
    assert found
    first = found[0]
    assert family in f"{first.id} {first.label['en']} {first.family} {first.vendor}".lower()


@pytest.mark.parametrize(
    ("words", "model_type"),
    [
        ("музыка", "text_to_music"),
        ("music", "text_to_music"),
        ("озвучка", "text_to_speech"),
        ("апскейл", "upscale"),
        ("upscale", "upscale"),
        ("убрать фон", "background_removal"),
        ("remove background", "background_removal"),
        ("липсинк", "lip_sync"),
    ],
)
def test_words_of_a_type_find_its_models(words, model_type):
    assert search(CATALOGUE, words, "ru")[0].serves(model_type)


@pytest.mark.parametrize("model", CATALOGUE.models.values(), ids=list(CATALOGUE.models))
def test_every_offered_model_is_found_first_by_its_id_and_its_name(model):
    if model.offered:
        same_name = [other.id for other in CATALOGUE.models.values() if other.label == model.label]
        assert model in search(CATALOGUE, model.id)[:3]
        assert model.id in [found.id for found in search(CATALOGUE, model.label["ru"], "ru")[: 3 + len(same_name)]]
    else:
        assert model not in search(CATALOGUE, model.id)


def test_more_words_narrow_the_choice():
    wide, narrow = search(CATALOGUE, "bytedance"), search(CATALOGUE, "bytedance video")
    assert narrow[0] in wide
    assert all(model.vendor == "ByteDance" for model in narrow[:5])
    assert narrow[0].output == "video"


def test_no_words_find_all_and_nonsense_finds_none():
    everything = search(CATALOGUE, "  ")
    assert everything == [model for model in CATALOGUE.models.values() if model.offered]
    assert search(CATALOGUE, "…") == everything
    assert search(CATALOGUE, "щщщъъъ xqzptk") == []


def test_a_word_sounds_the_same_in_both_alphabets():
    for latin, russian in [("kling", "клинг"), ("flux", "флукс"), ("seedream", "сидрим"), ("gemini", "джемини"), ("wan", "ван")]:
        assert fold(latin) == fold(russian)
