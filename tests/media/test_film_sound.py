import math
import subprocess
import wave
from array import array
from itertools import pairwise

import pytest

from kiebot.errors import ConfinedError
from kiebot.media import adts, film_calls, film_tracks
from kiebot.media.film_commands import FRAME_SAMPLES, RATE
from kiebot.media.film_tracks import heard, sound_pieces, write_track
from tests.media.conftest import made_by_ffmpeg

WORDS = "aevalsrc=0.05*sin(2*PI*220*t):s=24000:d=2"  # quiet, with 0.7 s of nothing before and 1 s after it


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    return {
        "words": made_by_ffmpeg(folder / "words.mp3", "-f", "lavfi", "-i", WORDS, "-af", "adelay=700,apad=pad_dur=1"),
        "nothing": made_by_ffmpeg(folder / "nothing.wav", "-f", "lavfi", "-i", "anullsrc=r=24000:cl=mono", "-t", "1"),
        "music": made_by_ffmpeg(folder / "music.mp3", "-f", "lavfi", "-i", "sine=f=1760:d=3", "-ac", "2"),
    }


def track(walled, voice, out_dir, frames):
    return film_calls.make_voice_track(walled, voice, out_dir=out_dir, samples=frames * FRAME_SAMPLES)


def mixed(walled, tracks, out_dir, music=None):
    """The sound of a whole film."""
    pieces = [
        film_calls.mix_piece(walled, tracks, number, out_dir=out_dir, music=music)
        for number in range(film_calls.count_pieces(tracks))
    ]
    return film_calls.join_sound(pieces, out_dir=out_dir)


def samples_of(path, *filters):
    """All of a sound, in one channel."""
    command = [
        "ffmpeg",
        "-nostdin",
        "-loglevel",
        "error",
        "-i",
        str(path),
        *filters,
        "-ar",
        str(RATE),
        "-ac",
        "1",
        "-f",
        "s16le",
        "-",
    ]
    return array("h", subprocess.run(command, check=True, capture_output=True).stdout)


def level(samples, start_s, end_s):
    part = samples[int(start_s * RATE) : int(end_s * RATE)]
    return math.sqrt(sum(sample * sample for sample in part) / len(part))


def loudness(path):
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(path), "-af", "ebur128", "-f", "null", "-"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return float(told.rpartition("I:")[2].split()[0])


def test_words_are_levelled_and_fill_exactly_their_scene(walled, sounds, tmp_path):
    made = track(walled, sounds["words"], tmp_path, 150)
    with wave.open(str(made.path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth(), file.getnframes()) == (RATE, 1, 2, 240_000)
    assert (made.samples, made.frames, made.tempo) == (240_000, 150, 1.0)
    assert (made.start_s, made.speech_s) == (pytest.approx(0.3), pytest.approx(2.3, abs=0.11))
    assert loudness(made.path) == pytest.approx(-16, abs=0.7)


def test_long_words_are_spoken_faster_and_then_the_scene_gets_longer(walled, sounds, tmp_path):
    faster = track(walled, sounds["words"], tmp_path, 60)
    assert (faster.frames, faster.tempo) == (60, pytest.approx(1.16, abs=0.06))
    longer = track(walled, sounds["words"], tmp_path, 40)
    assert (longer.tempo, longer.samples % FRAME_SAMPLES) == (1.25, 0)
    assert 1.6 < longer.speech_s <= longer.frames / 30 < longer.speech_s + 0.04
    assert level(samples_of(longer.path), longer.start_s + 1.4, longer.start_s + 1.5) > 1000  # the last word is there


def test_a_scene_without_words_is_silent(walled, sounds, tmp_path):
    for voice in (sounds["nothing"], None):
        made = track(walled, voice, tmp_path, 45)
        assert (made.frames, made.speech_s, set(samples_of(made.path))) == (45, 0.0, {0})


def test_what_is_no_voice_is_refused(walled, tmp_path):
    text = tmp_path / "voice.mp3"
    text.write_text("la la la")
    with pytest.raises(ConfinedError, match="broken"):
        track(walled, text, tmp_path / "out", 30)


def test_music_is_repeated_steps_back_for_words_and_ends_softly(walled, sounds, tmp_path):
    spoken, quiet = track(walled, sounds["words"], tmp_path, 90), track(walled, None, tmp_path, 150)
    made = mixed(walled, [spoken.path, quiet.path], tmp_path, sounds["music"])
    assert adts.count_packets(made) == 240 * FRAME_SAMPLES // adts.PACKET_SAMPLES
    music = samples_of(made, "-af", "highpass=f=1000:p=2,highpass=f=1000:p=2")
    during, after, end = level(music, 1, 2), level(music, 4, 4.8), level(music, 7.8, 7.95)
    assert during < after / 2
    assert end < after / 8
    assert level(samples_of(made), 1, 2) > 3 * after


def test_music_alone_is_as_loud_as_a_voice_and_no_music_is_nothing(walled, sounds, tmp_path):
    quiet = track(walled, None, tmp_path, 300)
    alone = mixed(walled, [quiet.path], tmp_path, sounds["music"])
    assert loudness(alone) == pytest.approx(-16, abs=1.5)
    nothing = mixed(walled, [quiet.path], tmp_path)
    assert max(samples_of(nothing)) < 3


def test_pieces_of_a_sound_go_over_into_each_other(walled, sounds, tmp_path):
    tone = made_by_ffmpeg(tmp_path / "tone.wav", "-f", "lavfi", "-i", "sine=f=220:d=64", "-ar", str(RATE))
    tracks = [tmp_path / "one.wav", tmp_path / "two.wav"]
    spoken = samples_of(tone).tobytes()
    for path, half in zip(tracks, (spoken[: 61 * RATE * 2], spoken[61 * RATE * 2 :]), strict=True):
        write_track(path, half, 0, len(half) // 2)
    assert film_calls.count_pieces(tracks) == 2
    pieces = [film_calls.mix_piece(walled, tracks, number, out_dir=tmp_path) for number in range(2)]
    assert adts.count_packets(pieces[0]) == film_tracks.PIECE_PACKETS
    samples = samples_of(film_calls.join_sound(pieces, out_dir=tmp_path))
    assert len(samples) == 64 * RATE // adts.PACKET_SAMPLES * adts.PACKET_SAMPLES
    seam = film_tracks.PIECE_PACKETS * adts.PACKET_SAMPLES
    around = samples[seam - RATE : seam + RATE]
    assert max(abs(after - before) for before, after in pairwise(around)) < 200  # a click would be a leap
    assert level(around, 0.99, 1.01) == pytest.approx(level(around, 0, 2), rel=0.05)


def test_pieces_cover_a_film_without_gaps():
    lengths = [5 * RATE] * 48
    pieces = [heard(lengths, number) for number in range(sound_pieces(lengths))]
    assert len(pieces) == 5
    assert sum(piece.keep for piece in pieces) == 240 * RATE // adts.PACKET_SAMPLES
    for piece in pieces:
        assert piece.start == piece.tracks.start * 5 * RATE + piece.skip
        assert (piece.tracks.stop - piece.tracks.start) * 5 * RATE >= piece.skip + piece.count
    assert pieces[-1].start + pieces[-1].count == 240 * RATE


def test_what_is_no_row_of_packets_is_noticed(tmp_path):
    for content in (b"\xff\xf1\x50", b"RIFF" * 10, b"\xff\xf1\x50\x80\x00\x1f\xfc", b"\xff"):
        with pytest.raises(ConfinedError, match="protocol"):
            list(adts.packets(content))
    assert list(adts.packets(b"")) == []
