"""What counts as a difference between the catalogue and the provider's listing."""

import copy

import pytest

from kiebot.catalog.loading import Catalogue, load
from kiebot.catalog.model_rows import read_model
from kiebot.catalog.openapi import model_of, read_input, read_listed
from kiebot.catalog.sync import compare
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.listing import Listing, row

OURS = {
    "id": "acme/film", "label": {"ru": "Ф", "en": "F"}, "about": {"ru": "а", "en": "a"}, "emoji": "🎬", "vendor": "Acme",
    "family": "Film", "type": "text_to_video", "output": "video", "provider": "kie", "status": "current", "price": None,
    "input": {
        "prompt": {"type": "string", "required": True, "max_length": 500},
        "size": {"type": "enum", "values": ["720p", "1080p"], "default": "720p"},
        "seconds": {"type": "integer", "min": 4, "max": 12, "default": 5},
        "image_urls": {"type": "array", "items": "url-image", "max_items": 2, "max_mb": 10},
        "shots": {"type": "array", "items": "object", "item_properties": {"words": {"type": "string", "required": True}}},
    },
}  # fmt: skip
THEIRS = {
    "type": "object",
    "required": ["prompt"],
    "properties": {
        "prompt": {"type": "string", "maxLength": 500},
        "size": {"type": "string", "enum": ["1080p", "720p"], "default": "720p"},
        "seconds": {"type": "integer", "minimum": 4, "maximum": 12, "default": 5},
        "image_urls": {"type": "array", "items": {"type": "string", "format": "uri"}, "maxItems": 2},
        "shots": {"type": "array", "items": {"$ref": "#/components/schemas/Shot"}},
    },
}
SHOT = {"type": "object", "required": ["words"], "properties": {"words": {"type": "string"}}}


def document(inputs, model="acme/film", **body):
    schema = {"properties": {"model": {"type": "string", "enum": [model]}, "input": inputs}}
    content = {"application/json": {"schema": schema, **body}}
    paths = {"/api/v1/jobs/createTask": {"post": {"requestBody": {"content": content}}}}
    return {"openapi": "3.0.1", "paths": paths, "components": {"schemas": {"Shot": SHOT}}}


def ours(**changes):
    return Catalogue([read_model("acme.yaml", {**copy.deepcopy(OURS), **changes}, 1)])


def differences(catalogue, openapi):
    listed = read_listed({"model": "acme/film", "provider": "Acme", "taskType": ["text-to-video"]}, openapi)
    return {(each.kind, each.parameter, each.key, each.grave) for each in compare(catalogue, [listed])}


def with_property(name, **about):
    return document({**THEIRS, "properties": {**THEIRS["properties"], name: about}})


def test_the_same_in_other_words_is_no_difference():
    assert differences(ours(), document(THEIRS)) == set()


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (with_property("size", type="string", enum=["720p"]), ("changed", "size", "values", True)),
        (with_property("size", type="string"), ("changed", "size", "values", True)),
        (with_property("size", type="string", enum=["720p", "1080p"], default="1080p"), ("changed", "size", "default", False)),
        (with_property("seconds", type="string", enum=["4", "8"]), ("changed", "seconds", "type", True)),
        (with_property("seconds", type="integer", maximum=15), ("changed", "seconds", "max", False)),
        (with_property("seconds", type="number"), ("changed", "seconds", "type", True)),
        (with_property("image_urls", type="string", format="uri"), ("changed", "image_urls", "type", True)),
        (with_property("mood", type="string"), ("new_parameter", "mood", "", True)),
        (with_property("shots", type="array", items={**SHOT, "required": []}), ("changed", "shots[].words", "required", True)),
    ],
)  # fmt: skip
def test_what_changes_an_order_is_grave_and_a_limit_is_not(changed, found):
    assert differences(ours(), changed) == {found}


def test_a_parameter_that_is_not_described_any_more_is_gone():
    rest = {name: about for name, about in THEIRS["properties"].items() if name != "seconds"}
    assert differences(ours(), document({**THEIRS, "properties": rest})) == {("gone_parameter", "seconds", "", True)}


def test_required_is_compared_but_not_where_a_rule_of_ours_makes_it_conditional():
    strict = document({**THEIRS, "required": ["prompt", "seconds"]})
    assert differences(ours(), strict) == {("changed", "seconds", "required", True)}
    assert differences(ours(rules=[{"one_of": ["seconds", "shots"]}]), strict) == set()


def test_a_range_or_one_more_value_is_read_as_such():
    choice = {"anyOf": [{"minimum": 4, "maximum": 12}, {"enum": [-1]}]}
    found = read_input(with_property("seconds", type="integer", **choice))["seconds"]
    assert (found.type, found.min, found.max, found.also_allowed) == ("integer", 4, 12, (-1,))
    nullable = read_input(with_property("size", anyOf=[{"type": "string", "enum": ["a"]}, {"type": "null"}]))["size"]
    assert nullable.values == ("a",)


def test_models_come_go_and_lose_their_schema():
    def kinds(catalogue, *rows):
        return [(each.model, each.kind) for each in compare(catalogue, [read_listed(*each) for each in rows])]

    assert kinds(ours(), ({"model": "acme/new"}, None)) == [("acme/film", "gone_model"), ("acme/new", "new_model")]
    assert kinds(ours(), ({"model": "acme/film"}, None)) == [("acme/film", "no_schema")]
    paused = ours(status="paused", reason="KIE rests it")
    assert kinds(paused, ({"model": "acme/film"}, document(THEIRS))) == [("acme/film", "listed_again")]
    assert kinds(paused) == []
    assert kinds(ours(provider="other")) == []


@pytest.mark.parametrize(
    "nonsense", [{}, {"paths": []}, {"paths": {"/jobs/createTask": 5}}, document(None), document({"properties": 1})]
)
def test_a_document_that_describes_no_order_says_nothing(nonsense):
    assert read_input(nonsense) is None
    assert read_listed({"taskType": 7}, nonsense).input is None


@pytest.mark.parametrize(("kind", "grave"), [("text-to-video", True), ("chat", False)])
def test_a_new_model_of_a_type_that_is_not_ours_is_only_a_note(kind, grave):
    new = read_listed({"model": "acme/new", "taskType": [kind]}, document(THEIRS))
    assert [each.grave for each in compare(ours(status="paused", reason="rests"), [new])] == [grave]


def test_a_reference_that_goes_in_circles_ends():
    loop = document({"properties": {"a": {"$ref": "#/components/schemas/Shot"}}})
    loop["components"]["schemas"]["Shot"] = {"$ref": "#/components/schemas/Shot"}
    assert read_input(loop)["a"].type == "string"


def test_the_example_of_a_page_knows_its_model_better_than_the_enum():
    assert model_of(document(THEIRS)) == "acme/film"
    assert model_of(document(THEIRS, example={"model": "acme/right"})) == "acme/right"
    assert model_of(document(THEIRS, examples={"one": {"value": {"model": "acme/right"}}})) == "acme/right"
    assert model_of({}) is None


def test_what_the_pages_say_of_files_in_prose_is_understood():
    words = "The picture. (File URL after upload; Accepted types: image/jpeg, image/png; Max size: 10.0MB)"
    found = read_input(with_property("source", type="string", format="uri", description=words))["source"]
    assert (found.format, found.accept, found.max_mb) == ("url-image", ("image/jpeg", "image/png"), 10)
    words = "The picture. Accepted types: image/jpeg, image/webp."
    found = read_input(with_property("source", type="string", format="uri", description=words))["source"]
    assert found.accept == ("image/jpeg", "image/webp")


def test_the_shipped_catalogue_agrees_with_what_the_sandbox_lists():
    listing = Listing(Behaviour())
    listed = [read_listed(row(model), model.openapi()) for model in listing.listed()]
    assert [str(each) for each in compare(load(), listed) if each.grave] == []


def test_a_difference_is_told_in_one_line():
    listed = read_listed({"model": "acme/film"}, with_property("size", type="string", enum=["8k"], default="8k"))
    told = [str(each) for each in compare(ours(), [listed])]
    assert "acme/film: changed size.values: ['720p', '1080p'] is now ['8k']" in told
