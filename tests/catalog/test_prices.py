from decimal import Decimal
from itertools import product

import pytest

from kiebot.catalog.examples import minimal
from kiebot.catalog.forms import complete
from kiebot.catalog.loading import load
from kiebot.catalog.prices import Lowest, lowest, media_seconds, provider_credits
from kiebot.catalog.schema import PRESENT, holds
from kiebot.catalog.validation import MediaFacts
from tests.catalog.mutations import some
from tests.catalog.test_examples import URLS

PRICED = [model for model in load().models.values() if model.price is not None]
NAMES = [model.id for model in PRICED]


@pytest.mark.parametrize("model", PRICED, ids=NAMES)
def test_every_tier_of_a_price_is_reached_by_some_order(model):
    names = sorted({name for tier in model.price.tiers for name in tier.when})
    orders = [dict(zip(names, values, strict=True)) for values in product(*(choices(model, name) for name in names))]
    orders = [{name: value for name, value in order.items() if value is not None} for order in orders]
    reached = {
        next((n for n, tier in enumerate(model.price.tiers) if holds(tier.when, order, model.input)), None) for order in orders
    }
    assert reached - {None} == set(range(len(model.price.tiers)))


def choices(model, name):
    """All that a price can tell apart about a parameter."""
    parameter = model.input[name]
    wanted = [tier.when[name] for tier in model.price.tiers if name in tier.when]
    named = {value for each in wanted if isinstance(each, tuple) for value in each}
    given = [some(parameter)] if PRESENT in wanted else []
    other = {"boolean": (True, False), "integer": (parameter.min,), "number": (parameter.min,)}.get(parameter.type, ())
    return [None, *parameter.values, *named, *given, *other]


@pytest.mark.parametrize("model", PRICED, ids=NAMES)
def test_the_smallest_and_the_completed_order_have_a_price(model):
    smallest = minimal(model, URLS)
    least = lowest(model.price, model.input)
    for given in (smallest, complete(model, smallest)):
        price = provider_credits(model, given)
        assert price is not None
        if model.price.unit != "thousand_characters":  # there the lowest price is that of a thousand
            assert least.credits <= price
    assert least.unit_credits == min(tier.credits for tier in model.price.tiers)


def test_a_model_without_a_price_says_so(model_of):
    model = model_of({"price": None})
    assert provider_credits(model, {"prompt": "x"}) is None


def test_one_price_is_for_every_order(model_of):
    model = model_of({"price": {"unit": "image", "credits": 3.5}})
    assert provider_credits(model, {"prompt": "x"}) == Decimal("3.5")
    assert lowest(model.price, model.input) == Lowest(Decimal("3.5"), "image", Decimal("3.5"))


SECONDS = {
    "price": {
        "unit": "second",
        "units": "duration",
        "assumed": 15,
        "tiers": [
            {"when": {"resolution": "480p", "sound": True}, "credits": 3.5},
            {"when": {"resolution": "480p"}, "credits": 1.75},
            {"when": {"resolution": ["720p", "1080p"]}, "credits": 7},
        ],
    }
}
CLIP = {
    "resolution": {"type": "enum", "values": ["480p", "720p", "1080p"], "default": "480p"},
    "duration": {"type": "enum", "values": ["5", "10", "auto"], "default": "5"},
    "sound": {"type": "boolean", "default": False},
}


@pytest.mark.parametrize(
    ("given", "credits"),
    [
        ({}, "8.75"),
        ({"sound": True}, "17.5"),
        ({"sound": True, "duration": "10"}, "35"),
        ({"resolution": "1080p"}, "35"),
        ({"resolution": "720p", "duration": "auto"}, "105"),
    ],
)
def test_the_first_tier_that_fits_is_multiplied_by_the_seconds(model_of, given, credits):
    model = model_of(SECONDS, **CLIP)
    assert provider_credits(model, given) == Decimal(credits)
    assert lowest(model.price, model.input) == Lowest(Decimal("8.75"), "second", Decimal("1.75"))


def test_a_number_of_seconds_left_to_the_model_is_paid_as_assumed(model_of):
    model = model_of(SECONDS, **{**CLIP, "duration": {"type": "integer", "min": 4, "max": 15, "also_allowed": [-1]}})
    assert provider_credits(model, {"duration": -1}) == Decimal("26.25")
    assert provider_credits(model, {}) == Decimal("26.25")
    assert provider_credits(model, {"duration": 4}) == Decimal(7)


def test_what_no_tier_knows_has_no_price(model_of):
    model = model_of({"price": {"unit": "video", "tiers": [{"when": {"resolution": "480p"}, "credits": 2}]}}, **CLIP)
    assert provider_credits(model, {}) == 2
    assert provider_credits(model, {"resolution": "720p"}) is None


def test_seconds_of_media_are_counted_whole_and_assumed_when_unknown(model_of):
    model = model_of({"price": {"unit": "second", "units": "media", "assumed": 30, "credits": 2}})
    assert provider_credits(model, {}, media_s=4.2) == 10
    assert provider_credits(model, {}) == 60
    assert provider_credits(model, {}, media_s=0) == 60


def test_characters_are_paid_by_the_thousand_also_inside_of_lists(model_of):
    keys = {"price": {"unit": "thousand_characters", "units": "characters:text", "assumed": 5, "credits": 10}}
    plain = model_of(keys, text={"type": "string"})
    assert provider_credits(plain, {"text": "ё" * 250}) == Decimal("2.5")
    assert provider_credits(plain, {}) == 50
    lines = {"type": "array", "items": "object", "item_properties": {"words": {"type": "string"}}}
    assert provider_credits(model_of(keys, text=lines), {"text": [{"words": "x" * 400}, {"words": "x" * 100}]}) == 5


def test_a_count_multiplies_and_extras_are_added(model_of):
    many = {"type": "integer", "min": 1, "max": 4, "default": 1}
    pictures = {"type": "array", "items": "url-image"}
    keys = {"price": {"unit": "image", "credits": 4, "count": "n", "extra": {"parameter": "pictures", "credits": 0.5, "free": 1}}}
    model = model_of(keys, n=many, pictures=pictures)
    assert provider_credits(model, {}) == 4
    assert provider_credits(model, {"n": 3}) == 12
    assert provider_credits(model, {"n": 3, "pictures": ["a", "b", "c"]}) == 13
    assert provider_credits(model, {"pictures": ["a"]}) == 4


CLIPS = {
    "clip": {"type": "string", "format": "url-video"},
    "sounds": {"type": "array", "items": "url-audio"},
    "face": {"type": "string", "format": "url-image"},
}
MEDIA = {
    "file:1": MediaFacts("video", "video/mp4", 1000, 4.5),
    "file:2": MediaFacts("audio", "audio/ogg", 1000, 10),
    "file:3": MediaFacts("audio", "audio/ogg", 1000),
    "file:4": MediaFacts("image", "image/png", 1000),
}


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({"clip": "file:1", "face": "file:4"}, 4.5),
        ({"clip": "file:1", "sounds": ["file:2"]}, 14.5),
        ({"sounds": ["file:2", "file:3"]}, None),
        ({"clip": "https://example.com/film.mp4", "sounds": ["file:2"]}, None),
        ({"face": "https://example.com/face.png", "sounds": ["file:2"]}, 10),
        ({"prompt": "file:1"}, None),
        ({}, None),
    ],
)
def test_the_length_of_media_is_known_when_each_of_them_says_it_and_links_do_not(model_of, given, seconds):
    assert media_seconds(model_of(**CLIPS), given, MEDIA) == seconds


def test_true_and_one_are_different_conditions(model_of):
    keys = {"price": {"unit": "image", "tiers": [{"when": {"n": 1}, "credits": 1}, {"credits": 2}]}}
    model = model_of(keys, n={"type": "number"})
    assert [provider_credits(model, {"n": value}) for value in (1, 1.0, True, "1")] == [1, 1, 2, 2]
