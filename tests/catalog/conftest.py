import copy

import pytest
import yaml

from kiebot.catalog.loading import load

GOOD = {
    "id": "a/b", "label": {"ru": "А", "en": "A"}, "about": {"ru": "Рисует", "en": "Draws"}, "emoji": "🖼", "vendor": "V",
    "family": "F", "type": "text_to_image", "output": "image", "provider": "kie", "status": "current",
    "price": {"unit": "image", "credits": 4}, "input": {"prompt": {"type": "string", "required": True}},
}  # fmt: skip


@pytest.fixture(scope="session")
def catalogue():
    return load()


@pytest.fixture
def model_of(tmp_path):
    """A model as a file of its own says it: `model_of(size={...}, rules=[...])`; other keys than parameters by `keys`."""

    def build(keys=None, **parameters):
        row = row_of(keys, **parameters)
        return load(written(tmp_path, row)).get("a/b")

    return build


def row_of(keys=None, **parameters):
    row = copy.deepcopy(GOOD)
    row["input"].update(parameters)
    return {**row, **(keys or {})}


def written(folder, *models, name="v.yaml"):
    (folder / name).write_text(yaml.safe_dump(list(models), allow_unicode=True), encoding="utf-8")
    return folder
