import json
import subprocess

import pytest
from PIL import Image

from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError
from kiebot.media import film_calls
from kiebot.media.film_budget import plan_compression
from kiebot.media.film_commands import FRAME_SAMPLES
from kiebot.media.film_tracks import write_track
from kiebot.media.mp4 import read_mp4
from kiebot.media.sheet import best_columns
from tests.media.conftest import complaints_about, frames_of, made_by_ffmpeg

SIZE = {"width": 320, "height": 180}
SRT = "1\n00:00:00,000 --> 00:00:00,900\nСъешь ещё этих булок\n\n2\n00:00:01,000 --> 00:00:02,000\nи выпей чаю\n"


@pytest.fixture(scope="module")
def pieces(walled, tmp_path_factory):
    """Two scenes that fade into each other, the sound of both, and a piece made by somebody else."""
    folder = tmp_path_factory.mktemp("pieces")
    clip = made_by_ffmpeg(folder / "a.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:d=2:r=24", "-pix_fmt", "yuv420p")
    alike = ["-f", "lavfi", "-i", "testsrc2=s=320x180:d=1:r=30", "-pix_fmt", "yuv420p", "-profile:v", "main"]
    first = film_calls.make_part(walled, clip, out_dir=folder, frames=31, fade_out=True, **SIZE)
    second = film_calls.make_part(walled, clip, out_dir=folder, frames=38, fade_in=True, **SIZE)
    junction = film_calls.make_junction(walled, first.tail, second.head, out_dir=folder)
    tracks = [film_calls.make_voice_track(walled, None, out_dir=folder, samples=frames * FRAME_SAMPLES) for frames in (31, 38)]
    return {
        "film": [first.path, junction.path, second.path],
        "sound": film_calls.mix_piece(walled, [track.path for track in tracks], 0, out_dir=folder),
        "foreign": made_by_ffmpeg(folder / "b.mp4", *alike),
        "clip": clip,
    }


def described(path):
    command = ["ffprobe", "-v", "error", "-print_format", "json", "-show_streams", "-show_format", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def test_pieces_become_a_film_of_exact_length(walled, pieces, tmp_path):
    captions = tmp_path / "a.srt"
    captions.write_text(SRT, encoding="utf-8")
    made = film_calls.join(
        walled, pieces["film"], pieces["sound"], out_dir=tmp_path, title="Фильм\n«=;»", srt=captions, language="ru"
    )
    told = described(made.path)
    video, sound, text = told["streams"]
    assert (made.duration_s, made.width, made.height) == (69 / 30, 320, 180)
    assert (video["nb_frames"], video["duration"], video["r_frame_rate"], video["avg_frame_rate"]) == (
        "69", "2.300000", "30/1", "30/1",
    )  # fmt: skip
    assert (video["codec_name"], video["pix_fmt"], sound["codec_name"]) == ("h264", "yuv420p", "aac")
    assert float(sound["duration"]) == pytest.approx(2.3, abs=0.022)
    assert (text["codec_name"], text["tags"]["language"], told["format"]["tags"]["title"]) == ("mov_text", "rus", "Фильм«=;»")
    assert read_mp4(made.path).streamable
    assert complaints_about(made.path) == ""
    assert len(frames_of(made.path)) == 69
    with Image.open(made.thumbnail) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("JPEG", (320, 180))
    command = ["ffmpeg", "-loglevel", "error", "-i", str(made.path), "-f", "srt", "-"]
    assert "Съешь ещё этих булок" in subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_pieces_of_different_making_are_not_joined(walled, pieces, tmp_path):
    with pytest.raises(ConfinedError, match="mixed"):
        film_calls.join(walled, [*pieces["film"], pieces["foreign"]], pieces["sound"], out_dir=tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_a_compressed_film_is_under_its_limit(walled, pieces, tmp_path):
    known = [(path.stat().st_size, read_mp4(path).video.samples) for path in pieces["film"]]
    sound_bytes = pieces["sound"].stat().st_size
    assert plan_compression(known, sound_bytes=sound_bytes, max_mb=1, **SIZE) is None
    # max_mb is in whole megabytes: sound that nearly fills one leaves the pictures half of what they had
    pretended = 990_000 - sum(size for size, _ in known) * 2 // 3
    plan = plan_compression(known, sound_bytes=pretended, max_mb=1, **SIZE)
    small = [
        film_calls.compress_part(walled, path, out_dir=tmp_path, width=plan.width, height=plan.height, most_bytes=most).path
        for path, most in zip(pieces["film"], plan.most_bytes, strict=True)
    ]
    made = film_calls.join(walled, small, pieces["sound"], out_dir=tmp_path)
    assert made.path.stat().st_size - sound_bytes + pretended < 1_000_000
    assert len(frames_of(made.path)) == 69


def test_all_pictures_are_seen_on_one_sheet(walled, tmp_path):
    paths = []
    for number, colour in enumerate(["red", "green", "blue", "white", "yellow"]):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", (640, 360), colour).save(paths[-1])
    with Image.open(film_calls.contact_sheet(walled, paths, out_dir=tmp_path, numbers=[1, 2, 7, 8, 48], columns=3)) as sheet:
        assert (sheet.format, sheet.size) == ("JPEG", (3 * 326 + 6, 2 * 186 + 6))
        assert sheet.getpixel((166, 100))[0] > 240 > 20 > sheet.getpixel((166, 100))[1]
        assert max(sheet.getpixel((900, 300))) < 40  # nothing stands in the last place
    assert (best_columns(48, 320, 180), best_columns(48, 180, 320), best_columns(1, 320, 180)) == (6, 11, 1)


def test_no_answer_of_a_child_that_was_taken_over_is_believed(pieces, tmp_path):
    out, wav = tmp_path / "out", tmp_path / "a.wav"
    write_track(wav, b"", 0, 3200)
    liar = Confined(module="tests.media.operations", bubblewrap=False, scratch=tmp_path)
    clip, how = pieces["clip"], {"out_dir": out}
    for call in (
        lambda: film_calls.make_part(liar, clip, frames=30, **SIZE, **how),
        lambda: film_calls.make_part(liar, pieces["film"][0], frames=31, fade_in=True, **SIZE, **how),
        lambda: film_calls.copy_parts(liar, [clip], frames=[48], **SIZE, **how),
        lambda: film_calls.make_junction(liar, clip, clip, **how),
        lambda: film_calls.compress_part(liar, pieces["film"][0], **SIZE, most_bytes=100, **how),
        lambda: film_calls.make_voice_track(liar, wav, samples=3200, **how),
        lambda: film_calls.make_voice_track(liar, clip, samples=1600, **how),
        lambda: film_calls.mix_piece(liar, [wav], 0, **how),
        lambda: film_calls.join(liar, [pieces["film"][0]], pieces["sound"], **how),
        lambda: film_calls.contact_sheet(liar, [clip], **how),
    ):
        with pytest.raises(ConfinedError, match="protocol"):
            call()
        assert list(out.glob("*")) == []
