import time
from datetime import date
from decimal import Decimal

import pytest

from kiebot.catalog.loading import MODELS, CatalogueFault, Override, load
from kiebot.catalog.schema import ORDERED_TYPES, OUTPUTS, TYPES
from tests.catalog.conftest import GOOD, row_of, written


def without(key):
    return {name: value for name, value in GOOD.items() if name != key}


def priced(**price):
    return row_of({"price": {"unit": "image", "credits": 4, **price}}, size={"type": "enum", "values": ["S", "L"]})


def ruled(*rules):
    return row_of({"rules": list(rules)}, size={"type": "enum", "values": ["S", "L"]}, n={"type": "integer"})


WRONG = [
    (without("emoji"), "emoji: is missing"),
    (without("price"), "price: is missing"),
    ({**GOOD, "colour": 1}, "colour: unknown key"),
    ({**GOOD, "status": "old"}, "status: must be one of current"),
    ({**GOOD, "status": "legacy"}, "reason: is missing"),
    ({**GOOD, "hidden": True}, "reason: is missing"),
    ({**GOOD, "output": "smell"}, "output: must be one of"),
    ({**GOOD, "type": "text_to_smell"}, "type: must be one of"),
    ({**GOOD, "also": ["text_to_smell"]}, "also: must be a list out of"),
    ({**GOOD, "nearest_for": ["lip_sync"]}, "nearest_for: must be a list out of"),
    ({**GOOD, "vendor": 5}, "vendor: must be a text"),
    ({**GOOD, "vendor": " "}, "vendor: must be a text"),
    ({**GOOD, "label": {"en": "A"}}, "label.ru: is missing"),
    ({**GOOD, "label": {"en": "A", "ru": "А", "de": "A"}}, "label.de: unknown key"),
    ({**GOOD, "about": {"en": "A" * 91, "ru": "А"}}, "about.en: must be one line"),
    ({**GOOD, "deadline_s": "soon"}, "deadline_s: must be a number"),
    ({**GOOD, "deadline_s": 0}, "deadline_s: must be at least 1"),
    ({**GOOD, "speed_s": 1.5}, "speed_s: must be a whole number"),
    ({**GOOD, "ends": "soon"}, "ends: must be a date"),
    ({**GOOD, "hidden": "yes"}, "hidden: must be true or false"),
    ({**GOOD, "prompt": "words"}, "prompt: 'words' is no parameter"),
    (row_of({"prompt": "n"}, n={"type": "integer"}), "prompt: n takes no words"),
    ({**GOOD, "input": []}, "input: must be a table"),
    (row_of(size={"type": "colour"}), "input.size.type: must be one of string"),
    (row_of(size={}), "input.size.type: is missing"),
    (row_of(size={"type": "enum"}), "input.size.values: is missing"),
    (row_of(size={"type": "enum", "values": ["a", "a"]}), "input.size.values: names a value twice"),
    (row_of(size={"type": "enum", "values": [["a"]]}), "input.size.values: ['a'] is neither"),
    (row_of(size={"type": "string", "values": ["a"]}), "input.size.values: belongs to enum"),
    (row_of(size={"type": "string", "min": 1}), "input.size.min: belongs to integer or number"),
    (row_of(size={"type": "enum", "values": ["a"], "default": "b"}), "input.size.default: Size must be one of: a"),
    (row_of(size={"type": "enum", "values": ["5"], "default": 5}), "input.size.default"),
    (row_of(size={"type": "integer", "min": 1, "default": 0}), "input.size.default: Size must be at least 1"),
    (row_of(size={"type": "integer", "min": 2, "max": 1}), "input.size.min: is above max"),
    (row_of(size={"type": "number", "multiple_of": 0}), "input.size.multiple_of: must be above 0"),
    (row_of(size={"type": "string", "of": ["song"]}), "input.size.of: belongs to format: task or track"),
    (row_of(size={"type": "string", "format": "task", "of": ["song"]}), "input.size.of: no model does the work 'song'"),
    (row_of(size={"type": "string", "max_lenght": 5}), "input.size.max_lenght: unknown key"),
    (row_of(size={"type": "string", "format": "url-smell"}), "input.size.format: must be one of"),
    (row_of(size={"type": "string", "max_mb": 5}), "input.size.max_mb: belongs to media"),
    (row_of(size={"type": "array"}), "input.size.items: is missing"),
    (row_of(size={"type": "array", "items": "smell"}), "input.size.items: must be one of"),
    (row_of(size={"type": "array", "items": "object"}), "input.size.item_properties: belongs to items: object"),
    (
        row_of(size={"type": "array", "items": "object", "item_properties": {"x": {"type": "smell"}}}),
        "input.size.item_properties.x.type: must be one of",
    ),
    (row_of(size={"type": "string", "label": {"en": "A"}}), "input.size.label.ru: is missing"),
    (priced(credits="four"), "price.credits: must be a number"),
    (priced(credits=-1), "price.credits: must be at least 0"),
    (priced(unit="kilo"), "price.unit: must be one of"),
    (priced(tiers=[{"credits": 1}]), "price.credits: exactly one of credits and tiers"),
    ({**GOOD, "price": 4}, "price: must be a table"),
    ({**GOOD, "price": {"unit": "image", "tiers": []}}, "price.tiers: is empty"),
    ({**GOOD, "price": {"unit": "image", "tiers": [{"when": {}}]}}, "price.tiers[0].credits: is missing"),
    ({**GOOD, "price": {"unit": "image", "tiers": [{"when": {"x": 1}, "credits": 1}]}}, "price.tiers[0].when.x: is no parameter"),
    (
        row_of({"price": {"unit": "image", "tiers": [{"when": {"n": "5"}, "credits": 1}]}}, n={"type": "enum", "values": [5]}),
        "price.tiers[0].when.n: is never '5'",
    ),
    (priced(units="seconds"), "price.units: 'seconds' is no parameter"),
    (priced(units="characters:words"), "price.units: 'words' is no parameter"),
    (priced(units="media"), "price.assumed: is missing"),
    (priced(count="many"), "price.count: 'many' is no parameter"),
    (priced(extra={"parameter": "x", "credits": 1}), "price.extra.parameter: 'x' is no parameter"),
    (ruled({"any_of": ["prompt", "x"]}), "rules[0].any_of: 'x' is no parameter"),
    (ruled({"any_of": []}), "rules[0].any_of: is empty"),
    (ruled({"any_of": ["prompt"], "one_of": ["prompt"]}), "rules[0]: must be exactly one rule"),
    (ruled({"some_of": ["prompt"]}), "rules[0].some_of: unknown key"),
    (ruled({"any_of": ["prompt"]}, {"exclusive": [["prompt"]]}), "rules[1].exclusive: needs at least two groups"),
    (ruled({"exclusive": [["prompt"], ["x"]]}), "rules[0].exclusive.1: 'x' is no parameter"),
    (ruled({"requires": {"x": ["prompt"]}}), "rules[0].requires.x: is no parameter"),
    (ruled({"requires": {"n": ["x"]}}), "rules[0].requires.n: 'x' is no parameter"),
    (ruled({"required_if": {"parameter": "n"}}), "rules[0].required_if.when: is missing"),
    (ruled({"required_if": {"parameter": "n", "when": {"size": "M"}}}), "rules[0].required_if.when.size: is never 'M'"),
    (ruled({"forbid": {"size": "L", "n": "five"}}), "rules[0].forbid.n: is never 'five'"),
]


@pytest.mark.parametrize(("model", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_mistake_is_named_by_file_model_and_key(tmp_path, model, message):
    with pytest.raises(CatalogueFault) as caught:
        load(written(tmp_path, model))
    assert str(caught.value).startswith(f"v.yaml: a/b: {message}")


def test_a_row_without_an_id_is_named_by_its_number(tmp_path):
    with pytest.raises(CatalogueFault, match=r"^v\.yaml: model 2: id: is missing"):
        load(written(tmp_path, GOOD, without("id")))
    with pytest.raises(CatalogueFault, match=r"^v\.yaml: model 1: must be a table"):
        load(written(tmp_path, "text"))


def test_an_id_and_a_default_of_a_type_stand_once_in_all_files(tmp_path):
    written(tmp_path, {**GOOD, "default": True}, name="a.yaml")
    with pytest.raises(CatalogueFault, match=r"b\.yaml: a/b: id: already in a\.yaml"):
        load(written(tmp_path, GOOD, name="b.yaml"))
    with pytest.raises(CatalogueFault, match=r"b\.yaml: a/c: default: of text_to_image is a/b already"):
        load(written(tmp_path, {**GOOD, "id": "a/c", "default": True}, name="b.yaml"))


def test_broken_yaml_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(CatalogueFault, match="no models"):
        load(tmp_path)
    (tmp_path / "v.yaml").write_text("- [")
    with pytest.raises(CatalogueFault, match=r"v\.yaml"):
        load(tmp_path)
    (tmp_path / "v.yaml").write_text("id: 5")
    with pytest.raises(CatalogueFault, match="list of models"):
        load(tmp_path)


def test_whoever_goes_on_from_others_work_knows_who_does_it(tmp_path):
    singer = {**GOOD, "id": "singer", "work": "song"}
    splitter = row_of({"id": "splitter"}, track={"type": "string", "format": "track", "of": ["song"]})
    catalogue = load(written(tmp_path, splitter, singer))
    assert [parameter.makers for parameter in catalogue.get("splitter").earlier] == [("singer",)]
    assert catalogue.get("singer").earlier == []


def test_the_default_is_the_marked_one_then_the_first_that_is_offered(tmp_path):
    first, second, third, helper = ({**GOOD, "id": name} for name in ("one", "two", "three", "helper"))
    first.update(status="paused", reason="KIE paused it")
    helper.update(hidden=True, reason="a helper of two")
    assert load(written(tmp_path, helper, first, second, third)).default_for("text_to_image").id == "two"
    third["default"] = True
    catalogue = load(written(tmp_path, helper, first, second, third))
    assert catalogue.default_for("text_to_image").id == "three"
    assert [model.id for model in catalogue.of_type("text_to_image")] == ["two", "three"]
    assert [model.id for model in catalogue.of_type("text_to_image", include_hidden=True)] == ["helper", "two", "three"]
    assert catalogue.default_for("text_to_music") is None
    assert catalogue.get("nothing") is None
    assert catalogue.types() == ["text_to_image"]


def test_models_made_for_a_type_come_before_those_that_also_serve_it(tmp_path):
    also = {**GOOD, "id": "also", "type": "text_to_video", "also": ["text_to_image"], "default": True}
    catalogue = load(written(tmp_path, also, GOOD))
    assert [model.id for model in catalogue.of_type("text_to_image")] == ["a/b", "also"]
    assert catalogue.default_for("text_to_image").id == "a/b"
    assert catalogue.default_for("text_to_video").id == "also"


def test_a_type_without_a_model_is_served_by_the_nearest_or_by_none(tmp_path):
    catalogue = load(written(tmp_path, {**GOOD, "nearest_for": ["outpaint"]}))
    served = catalogue.served_by("outpaint")
    assert (served.model.id, served.nearest) == ("a/b", True)
    assert (catalogue.served_by("text_to_image").model.id, catalogue.served_by("text_to_image").nearest) == ("a/b", False)
    assert catalogue.served_by("upscale").model is None


def test_the_operator_switches_off_prices_and_ends_models(tmp_path):
    models = [{**GOOD, "id": name} for name in ("off", "dear", "ending", "same")]
    overrides = {
        "off": Override(enabled=False, reason="too slow"),
        "dear": Override(price={"unit": "image", "credits": 9.5}),
        "ending": Override(ends=date(2030, 1, 1)),
        "gone": Override(enabled=False),
    }
    catalogue = load(written(tmp_path, *models))
    changed = catalogue.overlaid(overrides, today=date(2030, 1, 1))
    assert (changed.get("off").status, changed.get("off").reason) == ("disabled", "too slow")
    assert changed.get("dear").own_price.tiers[0].credits == Decimal("9.5")
    assert changed.get("dear").price == catalogue.get("dear").price, "what the provider takes stays known"
    assert changed.get("ending").status == "current"
    assert changed.get("same") == catalogue.get("same")
    later = catalogue.overlaid(overrides, today=date(2030, 1, 2))
    assert (later.get("ending").status, later.get("ending").reason) == ("disabled", "ended on 2030-01-01")
    with pytest.raises(CatalogueFault, match=r"override: same: price\.credits"):
        catalogue.overlaid({"same": Override(price={"unit": "image", "credits": "x"})})


def test_a_model_ends_by_its_own_date_and_has_a_deadline_by_its_output(tmp_path):
    rows = [{**GOOD, "id": output, "output": output} for output in OUTPUTS]
    catalogue = load(written(tmp_path, *rows, {**GOOD, "ends": date(2020, 1, 1), "deadline_s": 7}))
    assert catalogue.get("a/b").status == "disabled"
    assert [catalogue.get(output).deadline_s for output in OUTPUTS] == [300, 1200, 600, 300]
    assert catalogue.get("a/b").deadline_s == 7


def test_the_shipped_catalogue_serves_the_ordered_types_or_says_so(catalogue):
    assert len([model for model in catalogue.models.values() if model.status == "current"]) > 170
    assert set(ORDERED_TYPES) <= set(TYPES)
    honest = {model_type for model_type in ORDERED_TYPES if catalogue.served_by(model_type).nearest}
    assert honest == {"outpaint", "image_to_image_enhanced"}
    unserved = {model_type for model_type in ORDERED_TYPES if catalogue.served_by(model_type).model is None}
    assert unserved == {"speech_to_text"}
    assert all(catalogue.default_for(model_type).offered for model_type in catalogue.types())


def test_loading_all_models_does_not_hold_up_a_start():
    def took():
        started = time.process_time()
        load(MODELS)
        return time.process_time() - started

    assert min(took() for _ in range(3)) < 0.5
