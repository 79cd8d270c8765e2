"""Models that go on from what a person made before: a track of a song, a clip; asked by buttons, by numbers, from a result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiebot.services import earlier, generation
from kiebot.store import jobs
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Job, OutboxRow
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.shelf import key_of
from tests.telegram.phone import Phone, Shown


def sung(phone: Phone, folder: Path, words: str = "calm jazz", mime: str = "audio/mpeg", **fields: Any) -> list[Shown]:
    """A song of two tracks that is made and delivered; the messages with the tracks."""
    phone.say(f"/music {words}")
    job = Job.select().order_by(Job.id.desc()).get()
    Job.update(**{"state": "storing", "attempt": 1, "remote_id": f"task-{job.id}", **fields}).where(Job.id == job.id).execute()
    results = [_result(folder, job.id, number, mime) for number in (1, 2)]
    with transaction(durable=True):
        assert generation.finish(jobs.get(job.id), results)
    phone.deliver()
    rows = OutboxRow.select().where(OutboxRow.job == job.id, OutboxRow.file_id != "").order_by(OutboxRow.id)
    return [shown for shown in phone.all() if shown.row in {row.id for row in rows}]


def _result(folder: Path, job_id: int, number: int, mime: str) -> dict[str, Any]:
    path = folder / f"{job_id}-{number}.mp3"
    path.write_bytes(bytes(100))
    ids = {"title": f"Take {number}", "remote_id": f"track-{job_id}-{number}"}
    return {"path": str(path), "mime": mime, "name": path.name, "size": 100, "duration_s": 20.0, **ids}


def choose(desk: Desk, phone: Phone, model_id: str) -> Shown:
    """Open the form of a model and go on until something is asked."""
    phone.say(f"/model {key_of(model_id)}")
    return phone.press("➡️ Continue")


def models_of(desk: Desk, form: str) -> list[str]:
    """The offered models that take ids of this form."""
    models = desk.shelf.catalogue.models.values()
    return [model.id for model in models if model.offered and form in {parameter.format for parameter in model.earlier}]


def wave(desk: Desk) -> str:
    """The model that gives a track as WAV: it needs nothing else."""
    return next(model_id for model_id in models_of(desk, "track") if model_id.endswith("wav-format"))


def test_the_tracks_of_ones_own_songs_are_offered_and_their_ids_go_into_the_order(desk: Desk, ann: Phone, tmp_path: Path) -> None:
    sung(ann, tmp_path)
    asked = choose(desk, ann, wave(desk))
    assert [words for words, _ in asked.buttons[:2]] == ["1/1 · 🎵 Suno song · Take 1", "1/2 · 🎵 Suno song · Take 2"]
    ann.press("1/2 ·")
    assert "Take 2" in ann.last().text, "the order says in words which track it is of"
    ann.press("Make it")
    assert Job.select().order_by(Job.id.desc()).get().input == {"audio_id": "track-1-2", "task_id": "task-1"}


def test_a_track_can_be_named_by_its_number(desk: Desk, ann: Phone, tmp_path: Path) -> None:
    sung(ann, tmp_path)
    choose(desk, ann, wave(desk))
    assert ann.say("7").key == "form-no-such-value"
    assert ann.say("track-1-1").key == "form-no-such-value", "an id alone does not say of which task"
    assert ann.say("1/2").key == "confirm"
    ann.press("Make it")
    assert Job.select().order_by(Job.id.desc()).get().input["audio_id"] == "track-1-2"


def test_a_track_used_as_input_is_offered_to_the_models_that_go_on_from_it(desk: Desk, ann: Phone, tmp_path: Path) -> None:
    tracks = sung(ann, tmp_path)
    ann.press("use", tracks[1])
    assert ann.last().key == "offer"
    for words in ("t:audio_to_audio", "t:audio_to_video", "t:audio_to_image"):
        assert words in str(ann.last().buttons)
    ann.press("t:audio_to_video")
    clip = next(model_id for model_id in models_of(desk, "track") if model_id.endswith("music-video"))
    ann.press(f"m:{key_of(clip)}")
    ann.press("Models")
    assert f"m:{key_of(clip)}" in str(ann.last().buttons), "back in the list the track is still at hand"
    ann.press(f"m:{key_of(clip)}")
    ann.press("➡️ Continue")
    assert "Take 2" in ann.last().text
    ann.press("Make it")
    order = Job.select().order_by(Job.id.desc()).get()
    assert (order.model, order.input) == (clip, {"audio_id": "track-1-2", "task_id": "task-1"})


def test_a_persons_own_recording_is_not_offered_to_them(desk: Desk, ann: Phone) -> None:
    ann.file("audio", mime="audio/mpeg", duration_s=3)
    assert "t:audio_to_video" not in str(ann.last().buttons)


def test_what_must_be_as_before_is_taken_from_the_earlier_order(desk: Desk, ann: Phone, tmp_path: Path) -> None:
    catalogue = desk.shelf.catalogue.models
    longer = next(each for each in models_of(desk, "track") if any(p.as_before for p in catalogue[each].input.values()))
    sung(ann, tmp_path)
    Job.update(input={**Job.get().input, "model": "V6_WILD"}).execute()
    choose(desk, ann, longer)
    ann.press("1/1 ·")
    ann.press("Without words")
    ann.press("Make it")
    order = Job.select().order_by(Job.id.desc()).get()
    assert (order.input["audio_id"], order.input["model"]) == ("track-1-1", "V6_WILD")


def test_who_has_no_track_is_told_who_makes_one(desk: Desk, ann: Phone) -> None:
    asked = choose(desk, ann, wave(desk))
    assert "no track yet" in asked.text
    ann.press("🎵 Suno song")
    assert ann.last().key == "form-parameters"


def test_strangers_songs_and_too_old_ones_are_not_offered(desk: Desk, intake: Intake, ann: Phone, tmp_path: Path) -> None:
    sung(Phone(intake, 8), tmp_path)
    sung(ann, tmp_path)
    Job.update(finished_at=utc_now() - earlier.KEPT_S - 60).where(Job.id == 2).execute()
    assert "no track yet" in choose(desk, ann, wave(desk)).text
    for number in ("1", "1/1", "2", "2/1"):
        assert ann.say(number).key == "form-no-such-value"


def test_only_the_work_of_the_right_models_is_offered(desk: Desk, ann: Phone, tmp_path: Path) -> None:
    sung(ann, tmp_path)
    asked = choose(desk, ann, next(model_id for model_id in models_of(desk, "task") if "upscale" in model_id))
    assert "Take" not in str(asked.buttons)
    assert ann.say("1").key == "confirm", "an id of a task may be written by hand"
