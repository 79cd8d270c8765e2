import re
from itertools import pairwise

import pytest

from kiebot.films.captions import LINE_CHARS, Caption, ass, captions_of, file_name, line_chars_of, part_name, srt

NARRATION = (
    "Старый смотритель поднимается по винтовой лестнице. «Лампа гаснет!» Корабль в тумане уже близко, и никто, кроме него, "
    "не может подать сигнал."
)


@pytest.mark.parametrize("line_chars", [42, 34, 26])
def test_captions_are_two_short_lines_and_lose_nothing(line_chars):
    captions = captions_of(NARRATION, 10, 22, line_chars=line_chars)
    for each in captions:
        lines = each.text.split("\n")
        assert len(lines) <= 2
        assert max(map(len, lines)) <= line_chars
    assert " ".join(each.text.replace("\n", " ") for each in captions) == NARRATION


def test_captions_fill_the_time_by_their_length():
    captions = captions_of(NARRATION, 10, 22)
    assert (captions[0].start_s, captions[-1].end_s) == (10, pytest.approx(22))
    assert all(one.end_s == other.start_s for one, other in pairwise(captions))
    shares = [(each.end_s - each.start_s) / len(each.text) for each in captions]
    assert max(shares) == pytest.approx(min(shares))


def test_nothing_said_is_no_caption():
    assert captions_of("  ", 0, 5) == []
    assert srt([]) == ""


def test_a_word_without_end_is_still_shown_in_whole():
    captions = captions_of("а" * 200, 0, 5)
    assert "".join(each.text for each in captions).replace("\n", "") == "а" * 200
    assert max(len(line) for each in captions for line in each.text.split("\n")) <= LINE_CHARS


def test_srt_is_as_players_read_it():
    text = srt([Caption(0, 4.4671, "Один\nдва"), Caption(3599.9996, 3601, "три")])
    assert text == "1\n00:00:00,000 --> 00:00:04,467\nОдин\nдва\n\n2\n01:00:00,000 --> 01:00:01,000\nтри\n"


def test_ass_has_the_frames_size_and_no_commands_out_of_the_narration():
    text = ass([Caption(0, 65.432, "{\\an8}Один\nдва")], 1280, 720)
    assert "PlayResX: 1280\nPlayResY: 720" in text
    assert "DejaVu Sans" in text
    assert text.splitlines()[-1] == "Dialogue: 0,0:00:00.00,0:01:05.43,Default,,0,0,0,,(/an8)Один\\Nдва"


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (960, 960)])
def test_the_longest_line_has_room_in_every_frame(size):
    font_size = int(re.search(r"DejaVu Sans,(\d+),", ass([], *size))[1])
    widest = 0.62 * font_size / 1.164  # an average Cyrillic letter of this font; its size counts from line to line
    assert size[0] * 0.6 <= line_chars_of(*size) * widest <= size[0] * 0.9


def test_files_have_names_that_every_system_takes():
    assert file_name("Маяк: «на краю» / света?..", "mp4") == "Маяк на краю света.mp4"
    assert file_name("../..\\con\x00", "zip") == "con.zip"
    assert file_name("///", "mp4") == "film.mp4"
    assert len(file_name("я" * 500, "mp4")) < 100
    assert part_name("pictures", 12, "jpg") == "pictures/scene-012.jpg"
