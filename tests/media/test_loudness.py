from array import array
from math import pi, sin

import pytest

from kiebot.media.loudness import HOP_S, WAVEFORM, is_silent, levels, quietest_s, waveform

RATE = 16_000


def tone(seconds, loud):
    return array("h", (int(loud * sin(2 * pi * 220 * step / RATE)) for step in range(int(seconds * RATE))))


def test_levels_are_taken_ten_times_a_second():
    found = levels(tone(1.05, 10_000), RATE)
    assert len(found) == 11
    assert found[0] == pytest.approx(10_000 / 2**0.5, rel=0.02)


def test_a_cut_falls_into_the_middle_of_the_quietest_pause():
    sound = tone(2, 9000) + tone(1, 200) + tone(2, 9000) + tone(1, 20) + tone(2, 9000)
    assert 5.1 <= quietest_s(levels(sound, RATE), 60) <= 5.9
    assert quietest_s(levels(sound, RATE), 2.5) >= 5.5


def test_noise_everywhere_is_cut_somewhere_near_the_end():
    assert 7 <= quietest_s(levels(tone(10, 9000), RATE), 3) <= 10


@pytest.mark.parametrize(
    ("sound", "silent"),
    [
        (array("h"), True),
        (tone(3, 0), True),
        (tone(3, 60), True),
        (tone(1, 0) + tone(0.01, 5000) + tone(1, 0), False),
        (tone(5, 0) + tone(0.5, 600) + tone(5, 0), False),
    ],
)
def test_what_is_too_quiet_to_be_a_voice_is_silence(sound, silent):
    assert is_silent(levels(sound, RATE)) == silent


def test_the_drawing_has_a_fixed_number_of_values_up_to_the_top():
    drawn = waveform(levels(tone(2, 100) + tone(2, 9000), RATE))
    assert (len(drawn), drawn[0], max(drawn)) == (WAVEFORM, 0, 31)
    assert waveform([]) == [0] * WAVEFORM
    assert len(waveform([5.0] * int(3 / HOP_S))) == WAVEFORM
