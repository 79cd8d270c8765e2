"""Against the real catalogue: whatever is added there is tried here."""

from dataclasses import replace

import pytest

from kiebot.catalog.prices import provider_credits
from kiebot.catalog.schema import Parameter
from kiebot.catalog.validation import MediaFacts, validate
from kiebot.films.choices import ASPECTS
from kiebot.films.fitting import ANY_PICTURE, ROLES, USUAL_PICTURE, default_model, fits, models_for, order_input

PROMPT = "Anton climbs the winding stairs of the lighthouse, " * 40
MEDIA = {ANY_PICTURE: USUAL_PICTURE}
AT_LEAST = {"picture": {"16:9": 31, "9:16": 31, "1:1": 33}, "clip": {"16:9": 37, "9:16": 37, "1:1": 37}}


def ordered(model, role, aspect="16:9", seconds=5):
    return order_input(model, prompt=PROMPT, aspect=aspect, seconds=seconds, image=ANY_PICTURE if role == "clip" else None)


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("role", AT_LEAST)
def test_most_models_fit_and_each_of_their_inputs_is_valid(catalogue, role, aspect):
    fitting = models_for(catalogue, role, aspect)
    assert len(fitting) >= AT_LEAST[role][aspect], [model.id for model in fitting]
    for model in fitting:
        given = ordered(model, role, aspect)
        assert validate(model, given, MEDIA) == [], model.id
        assert given[model.prompt_parameter].startswith("Anton climbs"), model.id


def test_every_model_of_the_catalogue_gives_a_valid_input_or_none(catalogue):
    for model in catalogue.models.values():
        for aspect in ASPECTS:
            for image in (None, ANY_PICTURE):
                given = order_input(model, prompt=PROMPT, aspect=aspect, seconds=7, image=image)
                assert given is None or validate(model, given, MEDIA) == [], model.id


def test_the_aspect_of_a_picture_is_always_said(catalogue):
    for model in models_for(catalogue, "picture", "9:16"):
        words = {str(value) for value in ordered(model, "picture", "9:16").values()}
        assert words & {"9:16", "portrait_16_9", "portrait"}, model.id


def test_a_clip_begins_with_its_picture_and_is_silent_where_that_can_be_said(catalogue):
    for model in models_for(catalogue, "clip"):
        given = ordered(model, "clip")
        places = [name for name, value in given.items() if value in (ANY_PICTURE, [ANY_PICTURE])]
        assert len(places) == 1, model.id
        assert not any(word in places[0] for word in ("last", "end", "tail")), model.id
        sound = [value for name, value in given.items() if name in ("sound", "audio", "generate_audio", "generate_audio_switch")]
        assert True not in sound, model.id


def test_a_clip_is_long_enough_where_the_model_makes_such_long_ones(catalogue):
    for model in models_for(catalogue, "clip"):
        for seconds in (2, 5, 9):
            given = ordered(model, "clip", seconds=seconds)
            if "duration" in given:
                longest = max([float(value) for value in model.input["duration"].values] or [model.input["duration"].max])
                assert float(given["duration"]) >= min(seconds, longest), model.id


def test_resolutions_are_good_enough_and_no_better(catalogue):
    good = {"720p", "720P", "768P", "1K", "1080p"}  # 1080p where there is nothing between it and 480p
    for role, aspect in (("picture", "1:1"), ("clip", "16:9")):
        for model in models_for(catalogue, role, aspect):
            given = ordered(model, role, aspect)
            for name in ("resolution", "image_resolution"):
                assert given.get(name, "1K") in good, model.id


def test_small_resolutions_cost_less_than_the_models_own(catalogue):
    model = next(model for model in models_for(catalogue, "clip") if _lines_of(model) == "1080p" and model.price is not None)
    given = ordered(model, "clip")
    assert provider_credits(model, given) < provider_credits(model, {**given, "resolution": "1080p"})


def _lines_of(model):
    return model.input["resolution"].default if "resolution" in model.input else None


def test_models_that_cannot_begin_with_the_picture_do_not_fit(catalogue):
    by_type = {model.type for model in models_for(catalogue, "clip")}
    assert "reference_to_video" not in by_type
    two_frames = [model for model in catalogue.of_type("image_to_video") if sum(each.required for each in model.media) > 1]
    assert two_frames
    assert not any(fits(model, "clip") for model in two_frames)


def test_models_of_another_output_or_not_offered_do_not_fit(catalogue):
    model = models_for(catalogue, "picture")[0]
    assert not fits(model, "clip")
    assert not fits(replace(model, status="disabled"), "picture")
    assert not fits(replace(model, hidden=True), "picture")


def test_the_catalogues_defaults_come_first(catalogue):
    for role, (model_type, _) in ROLES.items():
        assert default_model(catalogue, role) == catalogue.default_for(model_type)


def test_a_wished_model_is_taken_when_it_fits(catalogue):
    wished = models_for(catalogue, "clip")[-1]
    first = models_for(catalogue, "clip")[0]
    assert default_model(catalogue, "clip", wished.id) == wished
    assert default_model(catalogue, "clip", "no/such") == first
    assert default_model(catalogue, "clip", models_for(catalogue, "picture")[0].id) == first


def test_music_is_instrumental_and_as_long_as_can_be(catalogue):
    model = default_model(catalogue, "music")
    given = order_input(model, prompt="calm", aspect="16:9", seconds=600)
    assert given["instrumental"] is True
    assert given["duration"] == model.input["duration"].max


def test_a_picture_that_the_model_does_not_take_is_no_order(catalogue):
    webp = MediaFacts("image", "image/webp", 10**6)
    picky = [
        model
        for model in models_for(catalogue, "clip")
        if len(model.media) == 1 and model.media[0].accept and "image/webp" not in model.media[0].accept
    ]
    assert picky
    for model in picky:
        assert order_input(model, prompt="x" * 5, aspect="16:9", seconds=5, image="file:1", facts=webp) is None


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        (("1280x720", "720x1280"), "1280x720"),
        (("1344*768",), "1344*768"),
        (("landscape", "portrait"), "landscape"),
        (("portrait_16_9", "landscape_16_9"), "landscape_16_9"),
        (("4:3", "1:1"), None),
    ],
)
def test_aspects_are_known_however_they_are_written(catalogue, values, chosen):
    model = next(model for model in models_for(catalogue, "picture") if set(model.input) >= {"prompt"} and not model.rules)
    asked = Parameter("frame", "enum", required=True, values=values)
    other = replace(model, input={"prompt": model.input["prompt"], "frame": asked}, price=None)
    given = order_input(other, prompt="a boat on the sea", aspect="16:9")
    assert (given or {}).get("frame") == chosen
