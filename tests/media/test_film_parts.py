import pytest
from PIL import Image, ImageChops, ImageStat

from kiebot.errors import ConfinedError
from kiebot.media import film_calls
from kiebot.media.film_commands import FADE_FRAMES
from kiebot.media.mp4 import read_mp4
from tests.media.conftest import frames_of, made_by_ffmpeg

SIZE = {"width": 320, "height": 180}
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
STYLE = "Format: Name, Fontname, Fontsize, PrimaryColour, Alignment\nStyle: Default,DejaVu Sans,36,&H00FFFFFF,5"
ASS = f"""[Script Info]
ScriptType: v4.00+
PlayResX: 320
PlayResY: 180
[V4+ Styles]
{STYLE}
[Events]
Format: Start, End, Style, Text
Dialogue: 0:00:00.00,0:00:00.50,Default,%s
"""


def pattern(size, rate, seconds=1):
    return ["-f", "lavfi", "-i", f"testsrc2=s={size}:d={seconds}:r={rate}"]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Clips as models give them: no two alike."""
    folder = tmp_path_factory.mktemp("sources")
    tone, square = ["-f", "lavfi", "-i", "sine=d=1"], ["-vf", "setsar=4/3"]
    Image.linear_gradient("L").resize((640, 360)).convert("RGB").save(folder / "picture.png")
    return {
        "alike": made_by_ffmpeg(folder / "alike.mp4", *pattern("320x180", 30), *X264),
        "with sound": made_by_ffmpeg(folder / "sound.mp4", *pattern("480x270", 24), *tone, *X264, "-c:a", "aac"),
        "another codec": made_by_ffmpeg(
            folder / "a.webm", *pattern("160x90", 25), *tone, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"
        ),
        "wide pixels": made_by_ffmpeg(folder / "anamorphic.mp4", *pattern("240x180", 15), *X264, *square),
        "portrait, fast": made_by_ffmpeg(folder / "portrait.mkv", *pattern("180x320", 60), *X264),
        "long": made_by_ffmpeg(folder / "long.mp4", *pattern("320x180", 30, 2), *X264),
        "picture": folder / "picture.png",
    }


def part(walled, source, out_dir, frames=30, **how):
    return film_calls.make_part(walled, source, out_dir=out_dir, frames=frames, **{**SIZE, **how})


def difference(one, other):
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def test_clips_of_every_kind_become_pieces_that_join(walled, sources, tmp_path):
    names = ["alike", "with sound", "another codec", "wide pixels", "portrait, fast", "long"]
    parts = [part(walled, sources[name], tmp_path, frames=36, copy=False) for name in names]
    for made in parts:
        track = read_mp4(made.path).video
        assert (made.frames, track.samples, track.seconds) == (36, 36, pytest.approx(1.2))
        assert (track.width, track.height, made.copied, made.head, made.tail) == (320, 180, False, None, None)
    assert film_calls.unlike(parts) == []


def test_the_last_frame_is_held_where_a_clip_is_too_short(walled, sources, tmp_path):
    frames = frames_of(part(walled, sources["with sound"], tmp_path, frames=60).path)
    assert len(frames) == 60
    assert difference(frames[29], frames[59]) < 1 < difference(frames[20], frames[29])


def test_a_clip_that_matches_is_copied_and_one_that_is_longer_is_not(walled, sources, tmp_path):
    copied, cut = (part(walled, sources[name], tmp_path) for name in ("alike", "long"))
    assert (copied.copied, copied.frames, cut.copied, cut.frames) == (True, 30, False, 30)
    assert read_mp4(copied.path).video.header == read_mp4(sources["alike"]).video.header
    assert film_calls.unlike([cut, copied, copied]) == [1, 2]
    assert film_calls.unlike([copied, copied]) == []
    again = part(walled, sources["alike"], tmp_path, copy=False)
    assert film_calls.unlike([cut, again]) == []
    assert part(walled, again.path, tmp_path).copied


def test_all_clips_that_match_are_copied_at_once(walled, sources, tmp_path):
    text = tmp_path / "text.mp4"
    text.write_text("no film")
    clips = [sources["with sound"], sources["alike"], text, sources["long"], sources["alike"]]
    made = film_calls.copy_parts(walled, clips, out_dir=tmp_path, frames=[30, 30, 30, 60, 29], **SIZE)
    assert [each and (each.frames, each.copied) for each in made] == [None, (30, True), None, (60, True), None]
    assert film_calls.unlike([made[1], made[3]]) == []


def test_another_shape_stands_on_a_dark_ground_of_itself_and_a_similar_one_is_cropped(walled, sources, tmp_path):
    red = made_by_ffmpeg(tmp_path / "red.mp4", "-f", "lavfi", "-i", "color=red:s=180x320:d=0.2:r=30", *X264)
    frame = frames_of(part(walled, red, tmp_path, frames=6).path)[0]
    left, middle = frame.getpixel((20, 90)), frame.getpixel((160, 90))
    assert middle[0] > 230
    assert 80 < left[0] < 190
    similar = made_by_ffmpeg(tmp_path / "similar.mp4", "-f", "lavfi", "-i", "color=red:s=300x200:d=0.2:r=30", *X264)
    assert frames_of(part(walled, similar, tmp_path, frames=6).path)[0].getextrema()[0][0] > 230


@pytest.mark.parametrize("motion", [0, 1, 2, 3])
def test_a_picture_moves_slowly_and_steadily(walled, sources, tmp_path, motion):
    made = part(walled, sources["picture"], tmp_path, still=True, motion=motion, frames=20)
    frames = frames_of(made.path)
    assert len(frames) == 20
    steps = [difference(frames[number], frames[number + 1]) for number in range(19)]
    if motion in (0, 2):  # the gradient runs from top to bottom: a pan to the side does not show in it
        assert difference(frames[0], frames[19]) > 2
    assert max(steps) < 2


def test_a_fading_piece_leaves_its_ends_to_the_junctions(walled, sources, tmp_path):
    first = part(walled, sources["long"], tmp_path, frames=40, fade_out=True)
    second = part(walled, sources["with sound"], tmp_path, frames=30, fade_in=True)
    assert (first.frames, first.head, second.frames, second.tail) == (40, None, 30 - FADE_FRAMES, None)
    junction = film_calls.make_junction(walled, first.tail, second.head, out_dir=tmp_path)
    assert film_calls.unlike([first, junction, second]) == []
    frames, tail, head = frames_of(junction.path), frames_of(first.tail), frames_of(second.head)
    assert len(frames) == len(tail) == len(head) == FADE_FRAMES
    assert difference(frames[0], tail[0]) < difference(frames[0], head[0])
    assert difference(frames[-1], head[-1]) < difference(frames[-1], tail[-1])
    assert difference(tail[0], frames_of(sources["long"])[40]) < 3


def test_words_are_burnt_in_and_cyrillic_letters_are_letters(walled, sources, tmp_path):
    dark = made_by_ffmpeg(tmp_path / "it's [dark], really; 1:2.mp4", "-f", "lavfi", "-i", "color=black:s=320x180:d=1:r=30", *X264)
    pictures = []
    for letters in ("жжж", "ЩЩЩ"):
        captions = tmp_path / f"{letters}.ass"
        captions.write_text(ASS % letters, encoding="utf-8")
        frames = frames_of(part(walled, dark, tmp_path, captions=captions).path)
        assert max(frames[5].convert("L").getextrema()) > 200 > 60 > max(frames[25].convert("L").getextrema())
        pictures.append(frames[5])
    assert difference(*pictures) > 1  # a font without them would draw the same box for both


def test_what_cannot_become_a_piece_is_refused(walled, tmp_path):
    text, sound = tmp_path / "text.mp4", made_by_ffmpeg(tmp_path / "a.wav", "-f", "lavfi", "-i", "sine=d=1")
    text.write_text("no film")
    for source, how, word in [(text, {}, "broken"), (text, {"still": True}, "broken"), (sound, {}, "no-video")]:
        with pytest.raises(ConfinedError, match=word):
            part(walled, source, tmp_path / "out", **how)
    assert not list((tmp_path / "out").glob("*"))


def test_a_piece_gets_smaller_than_it_may_be(walled, tmp_path):
    noise = ["-f", "lavfi", "-i", "nullsrc=s=320x180:d=0.5:r=30,geq=random(1)*255:128:128"]
    made = part(walled, made_by_ffmpeg(tmp_path / "noise.mp4", *noise, *X264), tmp_path, frames=15, copy=False)
    most_bytes = made.path.stat().st_size // 4
    small = film_calls.compress_part(walled, made.path, out_dir=tmp_path, most_bytes=most_bytes, **SIZE)
    assert most_bytes * 0.6 < small.path.stat().st_size <= most_bytes
    assert (small.frames, film_calls.unlike([made, small])) == (15, [])
    with pytest.raises(ConfinedError, match="too-large"):
        film_calls.compress_part(walled, made.path, out_dir=tmp_path, most_bytes=3000, **SIZE)
