from hypothesis import given
from hypothesis import strategies as st

from kiebot.media.film_budget import MEGABYTE, plan_compression

PIECES = [(8_000_000, 150)] * 10


def plan(pieces, max_mb, sound_bytes=1_000_000, width=1280, height=720):
    return plan_compression(pieces, sound_bytes=sound_bytes, max_mb=max_mb, width=width, height=height)


def test_a_film_that_is_small_enough_stays_as_it_is():
    assert plan(PIECES, 0) is None
    assert plan(PIECES, 82) is None
    assert plan(PIECES, 81) is not None


def test_every_piece_gives_up_the_same_part_and_a_still_one_keeps_what_it_needs():
    found = plan([*PIECES, (16_000_000, 150), (20_000, 150)], 50)
    assert (found.width, found.height) == (1280, 720)
    assert found.most_bytes[-1] == 20_000
    assert abs(found.most_bytes[-2] - 2 * found.most_bytes[0]) <= 2
    assert 48 * MEGABYTE < sum(found.most_bytes) < 49 * MEGABYTE


def test_the_picture_gets_smaller_where_bits_are_few():
    long = [(8_000_000, 150)] * 120
    assert (plan(long, 50).width, plan(long, 50).height) == (960, 540)
    assert (plan(long, 50, width=720, height=1280).width, plan(long, 20).height) == (540, 360)


@given(st.lists(st.tuples(st.integers(1_000, 20_000_000), st.integers(15, 600)), min_size=1, max_size=200), st.integers(1, 2000))
def test_together_they_are_never_over_the_limit_unless_each_is_at_its_least(pieces, max_mb):
    found = plan(pieces, max_mb, sound_bytes=100_000)
    if found is not None:
        least = sum(min(size, 6_000 + 5_000 * frames // 30) for size, frames in pieces)
        assert sum(found.most_bytes) + 100_000 <= max(max_mb * MEGABYTE, least + 100_000)
        assert found.width % 2 == found.height % 2 == 0
        assert len(found.most_bytes) == len(pieces)
