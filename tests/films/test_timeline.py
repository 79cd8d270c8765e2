from itertools import pairwise

from kiebot.films.choices import LANGUAGES
from kiebot.films.timeline import BREATH_S, CHARS_PER_S, FPS, clock, frames_between, most_chars, timeline


def test_scenes_follow_each_other_without_a_gap():
    times = timeline(48, 5)
    assert (len(times), times[0], times[-1]) == (48, (0, 5), (235, 240))
    assert all(one[1] == other[0] for one, other in pairwise(times))


def test_the_frames_of_all_scenes_are_the_frames_of_the_film():
    times = timeline(37, 3.37)
    assert sum(frames_between(*each) for each in times) == round(37 * 3.37 * FPS)


def test_narration_that_fits_can_be_spoken_in_time():
    for language in LANGUAGES:
        for seconds in (2, 5, 15):
            assert most_chars(language, seconds) / CHARS_PER_S[language] <= seconds - BREATH_S


def test_rates_are_below_those_of_audiobooks():
    assert CHARS_PER_S.keys() >= LANGUAGES.keys()
    assert all(10 <= rate <= 14 for rate in CHARS_PER_S.values())
    assert most_chars("ru", 5) == 56
    assert most_chars("xx", 5) == 56
    assert most_chars("en", 0.1) == 1


def test_times_are_written_as_on_a_clock():
    assert [clock(each) for each in (0, 65, 599.6)] == ["0:00", "1:05", "10:00"]
