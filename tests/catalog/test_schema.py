import dataclasses

import pytest

from kiebot.catalog.loading import load
from kiebot.catalog.schema import Parameter, check_value, complete_input, validate


@pytest.fixture(scope="module")
def model():
    picture = load().default_for("text_to_image")
    more = {
        "steps": Parameter("steps", "integer", min=1, max=50),
        "strength": Parameter("strength", "number", min=0, max=1),
        "hd": Parameter("hd", "boolean"),
        "seconds": Parameter("seconds", "enum", values=(5, 10)),
    }
    return dataclasses.replace(picture, input={**picture.input, **more})


def test_a_bare_prompt_becomes_a_valid_input(model):
    given = complete_input(model, "кот")
    assert given["prompt"] == "кот"
    assert given["aspect_ratio"] == "1:1"
    assert validate(model, given) == []


WRONG = [
    ({}, "prompt", "required"),
    ({"prompt": 5}, "prompt", "type"),
    ({"prompt": ""}, "prompt", "min_length"),
    ({"prompt": "x" * 5001}, "prompt", "max_length"),
    ({"prompt": "x", "aspect": "1:1"}, "aspect", "unknown"),
    ({"prompt": "x", "aspect_ratio": "1:7"}, "aspect_ratio", "enum"),
    ({"prompt": "x", "aspect_ratio": ["1:1"]}, "aspect_ratio", "type"),
    ({"prompt": "x", "steps": 0}, "steps", "min"),
    ({"prompt": "x", "steps": 51}, "steps", "max"),
    ({"prompt": "x", "steps": 1.5}, "steps", "type"),
    ({"prompt": "x", "steps": True}, "steps", "type"),
    ({"prompt": "x", "strength": float("nan")}, "strength", "max"),
    ({"prompt": "x", "hd": "yes"}, "hd", "type"),
    ({"prompt": "x", "hd": 1}, "hd", "type"),
    ({"prompt": "x", "seconds": "5"}, "seconds", "enum"),
    ({"prompt": "x", "seconds": 7}, "seconds", "enum"),
    ({"prompt": None}, "prompt", "type"),
]


@pytest.mark.parametrize(("given", "field", "code"), WRONG)
def test_a_wrong_input_names_the_field_and_the_fault(model, given, field, code):
    errors = validate(model, given)
    assert [(error.field, error.code) for error in errors] == [(field, code)]
    assert field in errors[0].message


def test_all_faults_are_told_at_once(model):
    assert len(validate(model, {"x": 1, "steps": 0, "hd": 2})) == 4


@pytest.mark.parametrize("value", [1, 50, 7])
def test_values_inside_the_range_pass(model, value):
    assert check_value(model.input["steps"], value) == []
