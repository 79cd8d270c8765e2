import pytest
from hypothesis import HealthCheck, Phase, given, settings

from kiebot.catalog.forms import complete
from kiebot.catalog.loading import load
from kiebot.catalog.prices import price_of
from kiebot.catalog.validation import validate
from tests.catalog.mutations import mutations
from tests.catalog.strategies import inputs

CATALOGUE = load()
MODELS = list(CATALOGUE.models.values())
QUICK = settings(
    max_examples=4,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_what_the_schema_makes_is_accepted_and_every_single_mistake_is_refused(model):
    @QUICK
    @given(inputs(model))
    def check(made):
        assert validate(model, made) == []
        for wrong, media, field, code in mutations(model, made):
            errors = {(error.field, error.code) for error in validate(model, wrong, media)}
            assert (field, code) in errors, (wrong, errors)

    check()


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_a_valid_input_has_a_price_and_stays_valid_when_it_is_completed(model):
    @QUICK
    @given(inputs(model))
    def check(made):
        full = complete(model, made)
        assert validate(model, full) == []
        if model.price is not None:
            assert price_of(model, made) is not None
            assert price_of(model, full) is not None

    check()
