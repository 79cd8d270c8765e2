from kiebot.films.fitting import default_model, models_for
from kiebot.films.price import estimate, expected_s, stages_of


def estimated(catalogue, choices, *, price_of=lambda model, given: 3, **models):
    chosen = {
        f"{name}_model": default_model(catalogue, role)
        for name, role in (("image", "picture"), ("animation", "clip"), ("music", "music"))
    }
    return estimate(choices, **{**chosen, **models}, price_of=price_of, speech=lambda characters: characters // 100, script=7)


def test_each_stage_has_its_price(catalogue, choices):
    found = estimated(catalogue, choices)
    assert found.prices == {"script": 7, "picture": 3, "clip": 3, "voice": 26, "music": 3}
    assert found.stages == {"script": 7, "pictures": 144, "animation": 144, "voice": 26, "music": 3}
    assert (found.total, found.unknown) == (324, ())
    assert stages_of(found.prices, 48) == found.stages


def test_a_film_without_music_pays_none(catalogue, choices):
    found = estimated(catalogue, choices.changed("music", False), music_model=None)
    assert (found.music, found.unknown) == (0, ())


def test_models_without_a_price_and_missing_ones_are_named(catalogue, choices):
    assert estimated(catalogue, choices, price_of=lambda model, given: None).unknown == ("picture", "clip", "music")
    assert estimated(catalogue, choices, image_model=None).unknown == ("picture",)


def test_the_price_is_that_of_what_is_ordered(catalogue, choices):
    asked = {}
    estimated(
        catalogue, choices.changed("aspect", "9:16"), price_of=lambda model, given: asked.setdefault(model.output, given) and 1
    )
    assert asked["image"]["aspect_ratio"] == "9:16"
    assert float(asked["video"]["duration"]) >= choices.segment_s


def test_a_model_that_cannot_make_the_aspect_is_not_sold_for_it(catalogue, choices):
    square = next(model for model in models_for(catalogue, "picture") if model not in models_for(catalogue, "picture", "16:9"))
    assert estimated(catalogue, choices, image_model=square).unknown == ("picture",)
    assert estimated(catalogue, choices.changed("aspect", "1:1"), image_model=square).unknown == ()


def test_the_time_goes_by_how_many_are_made_at_once(choices):
    one, three = expected_s(choices, picture_s=10, clip_s=60, at_once=1), expected_s(choices, picture_s=10, clip_s=60, at_once=3)
    assert (one["pictures"], three["pictures"], three["animation"]) == (480, 160, 960)
    assert list(three) == ["script", "pictures", "animation", "voice", "assembly"]
    assert all(seconds > 0 for seconds in expected_s(choices).values())
