"""What the operator changes of models holds without a restart."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from kiebot.catalog import loading
from kiebot.services import catalogue
from kiebot.services.catalogue import LiveCatalogue
from kiebot.store import overrides
from kiebot.store.db import database


@pytest.fixture
def live(data_dir):
    return LiveCatalogue(loading.load())


@pytest.fixture
def model(live):
    return next(model for model in live.now.models.values() if model.offered and model.price is not None)


def later(live):
    """A look of the next second."""
    live._look_at = 0.0
    return live.now


def test_a_model_is_switched_off_and_on_again_live(live, model):
    overrides.save(model.id, enabled=False, reason="broken")
    off = later(live).get(model.id)
    assert (off.status, off.reason) == ("disabled", "broken")
    overrides.drop(model.id)
    assert later(live).get(model.id) == model


def test_the_store_is_asked_at_most_once_a_second(live, model):
    assert live.now is live.now
    overrides.save(model.id, enabled=False)
    assert live.now.get(model.id).status == "current"
    time.sleep(catalogue.LOOK_EVERY_S + 0.05)
    assert live.now.get(model.id).status == "disabled"


def test_a_price_and_an_end_are_overlaid(live, model):
    overrides.save(model.id, price={"unit": "image", "credits": 7}, ends="2026-01-01")
    changed = later(live).get(model.id)
    assert changed.own_price is not None
    assert changed.status == "disabled"
    assert replace(changed, own_price=None, status="current", reason=model.reason, ends=model.ends) == model


def test_what_nobody_can_read_changes_nothing_and_is_logged(live, model, caplog):
    overrides.save(model.id, price={"unit": "bananas"})
    assert later(live).get(model.id) == model
    overrides.drop(model.id)
    database.execute_sql("INSERT INTO model_override VALUES (?, 1, '', NULL, 'tomorrow', 1)", (model.id,))
    assert later(live).get(model.id) == model
    assert caplog.text.count("model overrides ignored") == 2
