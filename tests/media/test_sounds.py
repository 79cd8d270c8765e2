from itertools import pairwise

import pytest

from kiebot.errors import ConfinedError
from kiebot.media import sound_calls
from kiebot.media.calls import probe, refusal_key
from tests.media.conftest import made_by_ffmpeg

TALK = "aevalsrc=0.4*sin(2*PI*220*t)*lt(mod(t\\,5)\\,4):s=16000:d={seconds}"  # four seconds of voice, one of quiet


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    picture = ["-f", "lavfi", "-i", "testsrc=s=320x180:d=24:r=5"]
    talk = ["-f", "lavfi", "-i", TALK.format(seconds=24)]
    return {
        "talk": made_by_ffmpeg(folder / "talk.ogg", *talk, "-c:a", "libopus"),
        "film": made_by_ffmpeg(folder / "film.mp4", *picture, *talk, "-c:v", "libx264", "-c:a", "aac"),
        "old film": made_by_ffmpeg(folder / "film.avi", *picture, *talk, "-c:v", "mpeg2video", "-c:a", "mp2"),
        "amr": made_by_ffmpeg(folder / "a.aiff", "-f", "lavfi", "-i", "sine=d=1"),
        "silence": made_by_ffmpeg(folder / "silence.ogg", "-f", "lavfi", "-i", "anullsrc=d=3", "-t", "3", "-c:a", "libopus"),
        "mute": made_by_ffmpeg(folder / "mute.mp4", *picture, "-c:v", "libx264"),
        "tone": made_by_ffmpeg(folder / "tone.mp3", "-f", "lavfi", "-i", "sine=d=2", "-c:a", "libmp3lame"),
    }


def cut(confined, path, out_dir, start_s=0.0, part_s=600.0, most_s=3600.0):
    return sound_calls.cut_parts(confined, path, start_s=start_s, part_s=part_s, most_s=most_s, out_dir=out_dir)


def refused(confined, path, out_dir, **how):
    with pytest.raises(ConfinedError) as refusal:
        cut(confined, path, out_dir, **how)
    return refusal.value


@pytest.mark.parametrize("name", ["talk", "film", "old film"])
def test_speech_becomes_parts_that_are_cut_in_pauses(confined, sounds, tmp_path, name):
    found = cut(confined, sounds[name], tmp_path, part_s=10)
    assert (found.done, found.duration_s) == (True, 0 if name == "old film" else pytest.approx(24, abs=0.3))
    assert found.parts[0].start_s == 0
    assert not any(part.silent for part in found.parts)
    for part, following in pairwise(found.parts):
        assert part.end_s == following.start_s
        assert part.end_s % 5 == pytest.approx(4.5, abs=0.55)
    assert found.parts[-1].end_s == pytest.approx(24, abs=0.3)
    for part in found.parts:
        made = probe(confined, part.path, out_dir=tmp_path)
        assert (made.audio_codec, made.duration_s) == ("opus", pytest.approx(part.end_s - part.start_s, abs=0.1))


def test_work_goes_on_where_it_was_left(confined, sounds, tmp_path):
    first = cut(confined, sounds["talk"], tmp_path, part_s=10).parts[0]
    rest = cut(confined, sounds["talk"], tmp_path, start_s=first.end_s, part_s=600)
    assert (rest.parts[0].start_s, len(rest.parts), rest.done) == (first.end_s, 1, True)


def test_a_format_of_old_cameras_is_heard(confined, sounds, tmp_path):
    assert [part.silent for part in cut(confined, sounds["amr"], tmp_path).parts] == [False]


def test_silence_is_noticed(confined, sounds, tmp_path):
    assert [part.silent for part in cut(confined, sounds["silence"], tmp_path).parts] == [True]


def test_what_has_no_sound_or_too_much_of_it_is_refused(confined, sounds, tmp_path):
    assert refusal_key(refused(confined, sounds["mute"], tmp_path)) == "media-refused-no-sound"
    assert refusal_key(refused(confined, sounds["talk"], tmp_path, most_s=20)) == "media-refused-too-long"
    text = tmp_path / "song.mp3"
    text.write_text("la la la")
    assert refusal_key(refused(confined, text, tmp_path)) == "media-refused-broken"


def test_sounds_of_any_format_become_one_voice_message(confined, sounds, tmp_path):
    voice = sound_calls.make_voice(confined, [sounds["tone"], sounds["silence"], sounds["tone"]], out_dir=tmp_path)
    made = probe(confined, voice.path, out_dir=tmp_path)
    assert (made.container, made.audio_codec) == ("ogg", "opus")
    assert voice.duration_s == made.duration_s == pytest.approx(7, abs=0.3)
    assert len(voice.waveform) == 100
    assert (voice.waveform[50], max(voice.waveform)) == (0, 31)
