import pytest

from kiebot.catalog.examples import minimal
from kiebot.catalog.forms import complete
from kiebot.catalog.loading import load
from kiebot.catalog.validation import validate

URLS = {
    "image": "https://files.example.com/boat.png",
    "video": "https://files.example.com/boat.mp4",
    "audio": "https://files.example.com/boat.mp3",
    "file": "https://files.example.com/boat.mp4",
    "page": "https://example.com/",
}
MODELS = list(load().models.values())


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_the_smallest_input_of_every_model_is_valid_also_when_completed(model):
    smallest = minimal(model, URLS)
    assert validate(model, smallest) == []
    assert validate(model, complete(model, smallest)) == []


def test_the_smallest_input_has_only_what_is_needed(model_of):
    picture = {"type": "string", "format": "url-image"}
    model = model_of(size={"type": "enum", "values": ["S", "L"], "required": True}, seed={"type": "integer"}, picture=picture)
    assert sorted(minimal(model, URLS)) == ["prompt", "size"]


def test_rules_add_what_they_need(model_of):
    parameters = {
        "prompt": {"type": "string", "min_length": 3, "max_length": 10},
        "first": {"type": "string", "format": "url-image"},
        "mode": {"type": "enum", "values": ["own", "auto"], "required": True},
        "shots": {
            "type": "array",
            "items": "object",
            "min_items": 2,
            "item_properties": {"prompt": {"type": "string", "required": True, "max_length": 5}, "seconds": {"type": "integer"}},
        },
    }
    rules = [{"any_of": ["first", "prompt"]}, {"required_if": {"parameter": "shots", "when": {"mode": "own"}}}]
    model = model_of({"rules": rules}, **parameters)
    assert minimal(model, URLS) == {"mode": "own", "prompt": "A red boat", "shots": [{"prompt": "A red"}] * 2}
    assert validate(model, minimal(model, URLS)) == []


def test_the_id_of_an_earlier_task_can_be_given(model_of):
    model = model_of(task_id={"type": "string", "format": "task", "required": True})
    assert minimal(model, {**URLS, "task": "abc"})["task_id"] == "abc"
    assert validate(model, minimal(model, URLS)) == []
