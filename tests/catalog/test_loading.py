import pytest
import yaml

from kiebot.catalog.loading import CatalogueFault, load
from kiebot.catalog.schema import complete_input, validate

GOOD = {
    "id": "a/b", "label": {"ru": "А", "en": "A"}, "emoji": "🖼", "vendor": "V", "type": "text_to_image", "output": "image",
    "provider": "kie", "status": "current", "price": {"unit": "image", "credits": 4}, "deadline_s": 300,
    "input": {"prompt": {"type": "string", "required": True}},
}  # fmt: skip


def written(folder, *models, name="v.yaml"):
    (folder / name).write_text(yaml.safe_dump(list(models), allow_unicode=True), encoding="utf-8")
    return folder


def test_the_shipped_catalogue_serves_pictures_and_videos_from_a_bare_prompt():
    catalogue = load()
    for model_type, output in (("text_to_image", "image"), ("text_to_video", "video")):
        model = catalogue.default_for(model_type)
        assert (model.output, model.provider, model.status) == (output, "kie", "current")
        assert validate(model, complete_input(model, "a red boat")) == []
        assert set(model.label) == {"ru", "en"}
        assert catalogue.get(model.id) is model


def test_the_default_is_the_marked_one_then_the_first_that_is_current(tmp_path):
    first, second, third = ({**GOOD, "id": name} for name in ("one", "two", "three"))
    first["status"] = "paused"
    assert load(written(tmp_path, first, second, third)).default_for("text_to_image").id == "two"
    third["default"] = True
    catalogue = load(written(tmp_path, first, second, third))
    assert catalogue.default_for("text_to_image").id == "three"
    assert [model.id for model in catalogue.of_type("text_to_image")] == ["two", "three"]
    assert catalogue.default_for("text_to_music") is None
    assert catalogue.get("nothing") is None


def without(key):
    return {name: value for name, value in GOOD.items() if name != key}


def with_input(**parameter):
    return {**GOOD, "input": {**GOOD["input"], "size": parameter}}


WRONG = [
    (without("emoji"), "v.yaml: a/b: emoji: is missing"),
    (without("id"), "v.yaml: model 1: id: is missing"),
    ({**GOOD, "colour": 1}, "v.yaml: a/b: colour: unknown key"),
    ({**GOOD, "status": "old"}, "v.yaml: a/b: status: must be one of current"),
    ({**GOOD, "output": "smell"}, "v.yaml: a/b: output: must be one of"),
    ({**GOOD, "vendor": 5}, "v.yaml: a/b: vendor: must be a text"),
    ({**GOOD, "label": {"en": "A"}}, "v.yaml: a/b: label.ru: is missing"),
    ({**GOOD, "deadline_s": "soon"}, "v.yaml: a/b: deadline_s"),
    ({**GOOD, "price": {"unit": "image", "credits": 2.5}}, "v.yaml: a/b: price.credits: must be whole"),
    ({**GOOD, "price": 4}, "v.yaml: a/b: price: must be a table"),
    ({**GOOD, "input": {}}, "v.yaml: a/b: input.prompt: is missing"),
    (with_input(type="colour"), "v.yaml: a/b: input.size.type: must be one of string"),
    (with_input(type="enum"), "v.yaml: a/b: input.size.values"),
    (with_input(type="string", values=["a"]), "v.yaml: a/b: input.size.values"),
    (with_input(type="enum", values=["a"], default="b"), "v.yaml: a/b: input.size.default: size must be one of a"),
    (with_input(type="enum", values=["5"], default=5), "v.yaml: a/b: input.size.default"),
    (with_input(type="integer", min=1, default=0), "v.yaml: a/b: input.size.default: size must be at least 1"),
    (with_input(type="string", max_lenght=5), "v.yaml: a/b: input.size.max_lenght: unknown key"),
    ("text", "v.yaml: model 1: must be a table"),
]


@pytest.mark.parametrize(("model", "message"), WRONG)
def test_a_mistake_is_named_by_file_model_and_key(tmp_path, model, message):
    with pytest.raises(CatalogueFault) as caught:
        load(written(tmp_path, model))
    assert str(caught.value).startswith(message)


def test_an_id_stands_once_in_all_files(tmp_path):
    written(tmp_path, GOOD, name="a.yaml")
    with pytest.raises(CatalogueFault, match=r"b\.yaml: a/b: id: already in a\.yaml"):
        load(written(tmp_path, GOOD, name="b.yaml"))


def test_broken_yaml_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(CatalogueFault, match="no models"):
        load(tmp_path)
    (tmp_path / "v.yaml").write_text("- [")
    with pytest.raises(CatalogueFault, match=r"v\.yaml"):
        load(tmp_path)
    (tmp_path / "v.yaml").write_text("id: 5")
    with pytest.raises(CatalogueFault, match="list of models"):
        load(tmp_path)
