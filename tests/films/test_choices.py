import pytest

from kiebot.films.choices import ASPECTS, LANGUAGES, LENGTHS, STYLES, defaults, from_json
from tests.films.conftest import Settings


def test_a_film_is_four_minutes_of_five_seconds_when_nobody_chooses(choices):
    assert (choices.seconds, choices.segment_s, choices.scene_count) == (240, 5, 48)
    assert (choices.aspect, choices.size, choices.language) == ("16:9", (1280, 720), "ru")


def test_the_operator_sets_what_films_begin_with():
    chosen = defaults(Settings(12, 10, 50), language="xx", voice="", image_model="", animation_model="")
    assert (chosen.seconds, chosen.scene_count, chosen.max_mb, chosen.language) == (120, 12, 50, "en")


def test_choices_survive_their_row(choices):
    assert from_json(choices.to_json(), choices.changed("aspect", "1:1")) == choices


def test_what_is_stored_and_can_be_chosen_no_more_is_as_otherwise(choices):
    stored = {**choices.to_json(), "style": "cubism", "aspect": 5, "music": "yes", "seconds": True, "new": 1, "subtitles": None}
    assert from_json(stored, choices) == choices
    assert from_json({}, choices) == choices


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aspect", "4:3"),
        ("style", ""),
        ("language", "xx"),
        ("seconds", 0),
        ("seconds", 30.0),
        ("music", 1),
        ("transition", "wipe"),
        ("voice", "v" * 201),
        ("max_mb", -1),
        ("nothing", 1),
    ],
)
def test_what_cannot_be_chosen_is_refused(choices, name, value):
    with pytest.raises(ValueError, match=name):
        choices.changed(name, value)


def test_each_offered_length_gives_whole_scenes(choices):
    assert [choices.changed("seconds", each).scene_count for each in LENGTHS] == [6, 12, 24, 48, 72, 120]
    assert choices.changed("seconds", 61).scene_count == 13


def test_frames_have_even_sides_and_the_aspect_they_are_named_after():
    for aspect, (width, height) in ASPECTS.items():
        across, down = map(int, aspect.split(":"))
        assert width % 2 == height % 2 == 0
        assert width * down == height * across


def test_styles_and_languages_are_there_to_choose_from():
    assert len(STYLES) >= 10
    assert {"ru", "en"} <= LANGUAGES.keys()
