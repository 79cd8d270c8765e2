import pytest

from kiebot.catalog.forms import KINDS, complete, fields
from kiebot.catalog.loading import load
from kiebot.catalog.schema import LANGUAGES
from kiebot.catalog.validation import validate
from tests.catalog.test_examples import URLS

MODELS = list(load().models.values())
PICTURE = {"type": "string", "format": "url-image"}


def test_media_come_first_then_the_prompt_the_main_parameters_and_the_advanced(model_of):
    model = model_of(seed={"type": "integer", "advanced": True}, size={"type": "enum", "values": ["S"]}, picture=PICTURE)
    assert [field.name for field in fields(model)] == ["picture", "prompt", "size", "seed"]


@pytest.mark.parametrize(
    ("parameter", "kind", "values"),
    [
        ({"type": "enum", "values": ["5", "10"]}, "choice", ("5", "10")),
        ({"type": "boolean"}, "toggle", (True, False)),
        ({"type": "integer", "min": 4, "max": 6, "also_allowed": [-1]}, "number", (-1, 4, 5, 6)),
        ({"type": "integer", "min": 1, "max": 5000, "default": 100}, "number", (1, 100, 5000)),
        ({"type": "number", "min": 0, "max": 1, "default": 0.5}, "number", (0, 0.5, 1)),
        ({"type": "number", "min": 40, "max": 48, "multiple_of": 4}, "number", (40, 44, 48)),
        ({"type": "integer"}, "number", ()),
        ({"type": "string"}, "text", ()),
        ({"type": "string", "format": "task"}, "earlier", ()),
        ({"type": "string", "format": "track"}, "earlier", ()),
        ({"type": "string", "format": "url-page"}, "text", ()),
        (PICTURE, "media", ()),
        ({"type": "array", "items": "url-audio"}, "media", ()),
        ({"type": "array", "items": "string"}, "items", ()),
        ({"type": "array", "items": "url-page"}, "items", ()),
    ],
)
def test_a_parameter_becomes_a_field(model_of, parameter, kind, values):
    field = next(field for field in fields(model_of(it=parameter)) if field.name == "it")
    assert (field.kind, field.values) == (kind, values)


def test_pictures_inside_of_objects_are_a_media_field(model_of):
    properties = {"url": {**PICTURE, "required": True}, "role": {"type": "enum", "values": ["hero"], "default": "hero"}}
    model = model_of(people={"type": "array", "items": "object", "item_properties": properties})
    assert [(field.name, field.kind) for field in fields(model)] == [("people", "media"), ("prompt", "text")]
    assert [parameter.media for parameter in model.media] == ["image"]
    assert complete(model, {"people": ["file:1", "file:2"]})["people"] == [{"url": "file:1"}, {"url": "file:2"}]


def test_defaults_are_sent_unless_they_get_in_the_way_of_a_rule(model_of):
    keys = {"rules": [{"requires": {"index": ["task"]}}, {"exclusive": [["task"], ["picture"]]}]}
    model = model_of(
        keys,
        index={"type": "integer", "default": 0},
        task={"type": "string", "format": "task"},
        picture=PICTURE,
        size={"type": "enum", "values": ["S", "L"], "default": "L"},
        sound={"type": "boolean", "required": True},
        speed={"type": "enum", "values": ["fast", "slow"], "required": True},
        seed={"type": "integer"},
    )
    full = complete(model, {"prompt": "x", "seed": None, "picture": ""})
    assert full == {"prompt": "x", "size": "L", "sound": False, "speed": "fast"}
    assert validate(model, full) == []
    assert complete(model, {"prompt": "x", "size": "S", "index": 1})["index"] == 1


def test_words_become_the_lines_of_a_dialogue(model_of):
    line = {"words": {"type": "string", "required": True}, "voice": {"type": "string", "required": True, "default": "Anna"}}
    model = model_of({"prompt": "lines"}, lines={"type": "array", "items": "object", "item_properties": line})
    lines = [{"voice": "Anna", "words": "Привет"}, {"voice": "Anna", "words": "Пока"}]
    assert complete(model, {"lines": "Привет\n\nПока"})["lines"] == lines
    assert complete(model, {"lines": [{"words": "Да", "voice": "Пётр"}]})["lines"] == [{"voice": "Пётр", "words": "Да"}]


def test_one_medium_or_one_word_becomes_a_list_where_a_list_is_wanted(model_of):
    model = model_of(pictures={"type": "array", "items": "url-image"}, tags={"type": "array", "items": "string"})
    full = complete(model, {"prompt": "a\nb", "pictures": "file:1", "tags": "jazz\nblues"})
    assert full == {"prompt": "a\nb", "pictures": ["file:1"], "tags": ["jazz", "blues"]}


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_every_field_has_a_name_in_both_languages_and_every_value_a_label(model):
    for field in fields(model):
        assert field.kind in KINDS
        for language in LANGUAGES:
            assert field.label[language]
            labels = [field.value_label(value, language) for value in field.values]
            assert len(set(labels)) == len(labels)
        if field.kind != "text":
            assert field.label["ru"] != field.label["en"] or field.parameter.label


# What a person still has to give besides words and the media that are required.
ASKED = {"required", "any_of", "one_of", "required_if"}


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_words_and_media_are_enough_or_the_form_asks_for_the_rest(model):
    chosen = {model.prompt_parameter: "Красная лодка на море"} if model.prompt_parameter else {}
    for parameter in model.media:
        if parameter.required:
            chosen[parameter.name] = [URLS[parameter.media]] * (parameter.min_items or 1)
            if parameter.type == "string":
                chosen[parameter.name] = URLS[parameter.media]
    if any(each.format == "track" and each.required for each in model.earlier):  # the id of its task comes along with a track
        chosen |= {each.name: "a-1" for each in model.earlier}
    asked = {field.name for field in fields(model) if not field.advanced}
    for error in validate(model, complete(model, chosen)):
        assert error.code in ASKED
        assert error.field in asked
