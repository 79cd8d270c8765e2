"""The steps of a film that are made here, with real ffmpeg on tiny clips and a speech server that answers as it is told."""

from __future__ import annotations

import json
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest

from kiebot.films.choices import NO_VOICE
from kiebot.store import films, jobs
from kiebot.store.db import transaction
from kiebot.store.models import Incident, OutboxRow
from tests.fakes.audio import running_audio, sound
from tests.worker.films import NARRATION, bind, clip, drive, file, new_film, noise, probed, runner_of


@pytest.fixture
def audio():
    with running_audio() as audio:
        audio.sound = sound("mp3", 0.6)
        yield audio


@pytest.fixture
def film(account, data_dir, queue):
    bind(data_dir, queue)
    return lambda **chosen: new_film(account, **chosen)


@pytest.fixture
def runner(parts, audio):
    return runner_of(parts, audio)


@pytest.fixture
def mute(parts):
    return runner_of(parts, None)


def spoken_and_assembled(reel, runner):
    drive(runner, reel.begin("voice"))
    drive(runner, films.works(reel.id)[-1].job)
    assert reel.row.state == "done", (reel.row.state, reel.row.fail_code)
    return reel.row.result


def subtitles_of(path):
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:s:0", "-f", "srt", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_film_is_spoken_scene_by_scene_and_assembled(film, runner, audio):
    reel = film()
    result = spoken_and_assembled(reel, runner)
    assert [(body["input"], body["voice"]) for body in audio.spoken] == [(words, "anna") for words in NARRATION[:2]]
    seen = probed(result["path"])
    assert seen["seconds"] == pytest.approx(2.0, abs=0.05)
    assert (seen["video"]["codec_name"], seen["video"]["pix_fmt"], seen["video"]["nb_frames"]) == ("h264", "yuv420p", "60")
    assert (seen["audio"]["codec_name"], seen["subtitle"]["codec_name"]) == ("aac", "mov_text")
    assert (result["width"], result["height"], result["mime"], result["name"]) == (1280, 720, "video/mp4", "Маяк.mp4")
    assert NARRATION[0] in subtitles_of(result["path"])
    row = OutboxRow.get(OutboxRow.kind == "video")
    assert row.payload["file"] == result
    assert Path(result["thumb"]).stat().st_size > 500
    assert not list(reel.folder.glob("making-*"))


def test_words_that_need_longer_hold_the_last_picture_and_move_what_follows(film, runner, audio):
    audio.sound = sound("mp3", 2)
    reel = film()
    result = spoken_and_assembled(reel, runner)
    frames = [scene.voice["track"]["frames"] for scene in reel.scenes]
    assert all(42 <= each <= 54 for each in frames)  # 2 s at most a quarter faster, instead of 30 frames
    assert int(probed(result["path"])["video"]["nb_frames"]) == sum(frames)
    starts = [line.split(" --> ")[0] for line in subtitles_of(result["path"]).splitlines() if "-->" in line]
    assert float(starts[1].split(":")[2].replace(",", ".")) >= frames[0] / 30 - 0.05


def test_without_a_speech_server_a_film_has_words_to_read_and_no_voice(film, mute):
    reel = film(subtitles="burnt", music=True)
    films.change(reel.id, memo={"music_failed": "not_found"})
    result = spoken_and_assembled(reel, mute)
    assert all(scene.voice["track"]["speech_s"] == 0 and "path" not in scene.voice for scene in reel.scenes)
    seen = probed(result["path"])
    assert (seen["seconds"], "subtitle" in seen) == (pytest.approx(2.0, abs=0.05), False)
    assert OutboxRow.get(OutboxRow.kind == "video").payload["args"]["music"] == "failed"


def test_who_wants_no_voice_gets_none_although_there_is_a_speech_server(film, runner, audio):
    reel = film(voice=NO_VOICE)
    assert drive(runner, reel.begin("assembly")).state == "done"
    assert audio.spoken == []
    assert all("path" not in scene.voice for scene in reel.scenes)
    assert subtitles_of(reel.row.result["path"]), "the words can be read"


def test_after_a_change_only_what_changed_is_made_again(film, runner, audio):
    reel = film()
    first = spoken_and_assembled(reel, runner)
    before = [scene.part["16:9"]["part"]["path"] for scene in reel.scenes]
    changed = file(Path(reel.scenes[1].clip["path"]).with_name("3.mp4"), clip(5), "video/mp4")
    films.change_scene(reel.id, 2, clip=changed, part=None)
    drive(runner, reel.begin("assembly"))
    after = [scene.part["16:9"]["part"]["path"] for scene in reel.scenes]
    assert (after[0] == before[0], after[1] == before[1], len(audio.spoken)) == (True, False, 2)
    second = reel.row.result
    assert second["path"] != first["path"]
    assert Path(first["path"]).read_bytes() != Path(second["path"]).read_bytes()


def test_scenes_are_still_pictures_or_left_out_as_their_maker_chose(film, mute):
    reel = film(scenes=3)
    films.change_scene(reel.id, 1, treatment="left_out", picture=None, clip=None)
    films.change_scene(reel.id, 2, treatment="still", clip=None)
    result = spoken_and_assembled(reel, mute)
    assert probed(result["path"])["video"]["nb_frames"] == "60"
    copied = reel.scenes[2].part["16:9"]["part"]
    assert (copied["copied"], "own-" in copied["path"]) == (False, True)  # it cannot be joined with the still one as it is
    assert [bool(scene.part) for scene in reel.scenes] == [False, True, True]


def test_scenes_fade_into_each_other_under_music_within_the_size_that_is_allowed(film, runner, audio, data_dir):
    audio.sound = sound("mp3", 0.4)
    reel = film(transition="fade", max_mb=1, music=True)
    for number in (1, 2):
        loud = file(data_dir / f"noise-{number}.mp4", noise(), "video/mp4")
        films.change_scene(reel.id, number, clip=loud, start_s=0.6 * (number - 1), end_s=0.6 * number)
    music = data_dir / "music.mp3"
    music.write_bytes(sound("mp3", 1, "sine=f=200"))
    films.change(reel.id, memo={"music": {"path": str(music), "mime": "audio/mpeg", "size": music.stat().st_size}})
    result = spoken_and_assembled(reel, runner)
    seen = probed(result["path"])
    assert (seen["video"]["nb_frames"], seen["seconds"]) == ("36", pytest.approx(1.2, abs=0.05))
    assert result["size"] == Path(result["path"]).stat().st_size <= 1_000_000
    assert {"part", "small", "junction", "small_junction"} <= set(reel.scenes[1].part["16:9"])


def test_another_aspect_a_sheet_and_the_parts_are_made_of_a_finished_film(film, runner):
    reel = film()
    spoken_and_assembled(reel, runner)
    own = reel.row.result
    other = drive(runner, reel.begin("assembly", aspect="9:16")).results[0]
    seen = probed(other["path"])
    assert (seen["video"]["width"], seen["video"]["height"]) == (other["width"], other["height"]) == (720, 1280)
    assert reel.row.result == own

    sheet = drive(runner, reel.begin("sheet")).results[0]
    assert (sheet["mime"], sheet["width"] > 0) == ("image/jpeg", True)

    parts = drive(runner, reel.begin("parts")).results[0]
    with zipfile.ZipFile(parts["path"]) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            "script.md", "script.json", "subtitles.srt", "pictures/scene-001.jpg", "pictures/scene-002.jpg",
            "clips/scene-001.mp4", "clips/scene-002.mp4", "voice/scene-001.mp3", "voice/scene-002.mp3",
        }  # fmt: skip
        assert [scene["narration"] for scene in json.loads(archive.read("script.json"))["scenes"]] == list(NARRATION[:2])
        assert NARRATION[1] in archive.read("subtitles.srt").decode()
        assert "Anton" in archive.read("script.md").decode()
    assert parts["name"] == "Маяк.zip"
    kinds = [
        row.kind for row in OutboxRow.select().where(OutboxRow.kind.in_(("video", "photo", "document"))).order_by(OutboxRow.id)
    ]
    assert kinds == ["video", "video", "photo", "document"]


def test_parts_beyond_what_can_be_sent_are_refused_in_words(film, mute):
    reel = film()
    drive(mute, reel.begin("voice"))
    films.change(reel.id, state="done", stage="done")
    with open(reel.scenes[0].clip["path"], "r+b") as grown:
        grown.truncate(2_000_000_001)
    job = drive(mute, reel.begin("parts"))
    assert (job.state, job.fail_code, job.attempt, reel.row.state) == ("failed", "too-large", 1, "done")
    told = OutboxRow.select().order_by(OutboxRow.id.desc()).first().payload
    assert (told["key"], told["args"]["code"]) == ("film-no-parts", "too-large")


def test_a_film_whose_files_are_gone_rests_at_once(film, mute):
    reel = film()
    drive(mute, reel.begin("voice"))
    Path(reel.scenes[0].clip["path"]).unlink()
    job = drive(mute, films.works(reel.id)[-1].job)
    assert (job.attempt, reel.row.state, reel.row.fail_code) == (1, "resting", "gone")


def test_a_busy_speech_server_is_asked_again_and_then_the_film_rests(film, runner, audio):
    reel = film(scenes=3)
    audio.answers = [("wait", 30), "ok", 500, "ok", 429, "ok"]
    job = reel.begin("voice")
    runner.run(job.id)
    waiting = jobs.get(job.id)
    assert waiting.state == "storing"
    assert waiting.next_poll_at > waiting.created_at + 25
    assert drive(runner, job).state == "done"
    assert len(audio.spoken) == 3

    late = film()
    audio.answers = [500, 500, 500]
    job = drive(runner, late.begin("voice"))
    assert (job.state, late.row.state, late.row.fail_code) == ("failed", "resting", "transient")
    assert OutboxRow.select().order_by(OutboxRow.id.desc()).first().payload["buttons"]


def test_an_unreadable_sound_is_spoken_anew_at_the_next_try(film, runner, audio):
    good, audio.sound = audio.sound, b"no sound at all"
    reel = film()
    job = reel.begin("voice")
    runner.run(job.id)
    assert (jobs.get(job.id).input["tries"], len(audio.spoken)) == (1, 1)
    audio.sound = good
    assert drive(runner, job).state == "done"
    assert [body["input"] for body in audio.spoken] == [NARRATION[0], *NARRATION[:2]]


def test_a_server_whose_sounds_are_all_unreadable_is_asked_three_times(film, runner, audio):
    audio.sound = b"no sound at all"
    reel = film()
    job = drive(runner, reel.begin("voice"))
    assert (job.state, reel.row.state, reel.row.fail_code, len(audio.spoken)) == ("failed", "resting", "voice", 3)


def test_a_wrong_key_of_the_speech_server_is_told_to_the_operator(film, runner, audio):
    audio.answers = [401]
    reel = film()
    drive(runner, reel.begin("voice"))
    assert (reel.row.state, reel.row.fail_code) == ("resting", "auth")
    assert Incident.select().count() > 0


def test_a_clip_that_cannot_be_opened_lets_the_film_rest_after_three_tries(film, mute):
    reel = film()
    Path(reel.scenes[0].clip["path"]).write_bytes(b"no clip at all")
    drive(mute, reel.begin("voice"))
    job = drive(mute, films.works(reel.id)[-1].job)
    assert (job.fail_code, job.input["tries"], reel.row.state) == ("assembly", 2, "resting")


def test_a_worker_that_is_to_end_lets_a_film_go_after_the_next_thing(film, parts, audio):
    stopping = threading.Event()
    stopping.set()
    reel = film()
    job = reel.begin("voice")
    runner_of(parts, audio, stopping).run(job.id)
    assert (len(audio.spoken), jobs.get(job.id).boot_id) == (1, "")
    drive(runner_of(parts, audio), job)
    assert len(audio.spoken) == 2


def test_a_cancelled_film_is_let_alone(film, runner, audio):
    reel = film()
    job = reel.begin("voice")
    with transaction(durable=True):
        films.change(reel.id, state="cancelled")
    runner.run(job.id)
    assert audio.spoken == []
