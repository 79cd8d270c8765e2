"""The whole worker, killed by SIGKILL wherever it makes something for a film: one film comes of it, and nothing is spoken twice
that was kept."""

from __future__ import annotations

import signal

import pytest

from kiebot.store import films, jobs
from kiebot.store.models import OutboxRow
from tests.fakes.audio import running_audio, sound
from tests.worker.conftest import wait_for
from tests.worker.films import NARRATION, bind, new_film, probed

PLACES = (
    "film-claimed",
    "film-spoken",
    "film-voice-kept",
    "film-track-made",
    "film-copies-made",
    "film-part-made",
    "film-part-kept",
    "film-sound-made",
    "film-joined",
    "film-stage-done",
    "film-delivering",
)


@pytest.fixture
def audio():
    with running_audio() as audio:
        audio.sound = sound("mp3", 0.5)
        yield audio


def test_a_worker_killed_at_every_step_of_a_film_makes_one_film_of_it(worker, account, data_dir, queue, audio):
    bind(data_dir, queue)
    reel = new_film(account)
    films.change_scene(reel.id, 2, treatment="still")
    reel.begin("voice")
    speech = {"base_url": audio.url, "voice": "usual"}
    for place in PLACES:
        process = worker(place, speech=speech)
        assert process.wait(40) == -signal.SIGKILL, f"{place} was not reached"
        jobs.change(films.works(reel.id)[-1].job_id, stuck_claims=0)  # ten crashes in a row are another story
    worker(speech=speech)
    wait_for(lambda: reel.row.state == "done", 60)
    assert [body["input"] for body in audio.spoken] == [NARRATION[0], *NARRATION[:2]]  # the first was lost before it was kept
    assert reel.row.version == 1
    assert [row.payload["file"] for row in OutboxRow.select().where(OutboxRow.kind == "video")] == [reel.row.result]
    assert probed(reel.row.result["path"])["video"]["nb_frames"] == "60"
    assert len(films.works(reel.id)) == 2
    assert not list(reel.folder.glob("making-*"))
