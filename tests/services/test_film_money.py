"""Credits of films: to the credit, however a film ends, and `ledger verify` finds nothing, or says what is wrong."""

from __future__ import annotations

import pytest

from kiebot.errors import UserFault
from kiebot.films.choices import NO_VOICE
from kiebot.services import billing, film, film_changes, film_stages, film_sweep, film_work, generation
from kiebot.store import films, jobs, ledger
from kiebot.store.db import utc_now
from kiebot.store.film_models import Film, FilmWork
from kiebot.store.models import Job, OutboxRow
from tests.services.filming import SCENES, START, keys, studio


@pytest.mark.parametrize(("stage", "stages"), [("script", 1), ("pictures", 2), ("animation", 3), ("voice", 3), ("assembly", 5)])
def test_whoever_cancels_pays_for_finished_stages_only(crew, account, spent, stage, stages):
    crew.to(stage)
    film.cancel(crew.film_id, account.id)
    assert crew.film.state == "cancelled"
    assert spent() == sum(crew.prices[:stages])
    with pytest.raises(UserFault, match="film-late"):
        film.cancel(crew.film_id, account.id)


def test_what_is_half_made_when_it_is_cancelled_is_never_charged(crew, account, spent):
    crew.to("script")
    crew.approve("script")
    crew.make(crew.open()[0])
    running = crew.stored(crew.open()[0].job_id)
    film.cancel(crew.film_id, account.id)
    assert spent() == crew.film.prices["script"]
    assert generation.finish(running, [crew.file(running.id, "picture")]), "what was on its way comes"
    assert spent() == crew.film.prices["script"], "and costs nobody anything"
    assert [work.job.state for work in films.works(crew.film_id)] == ["done", "done", "done", "cancelled", "cancelled"]


@pytest.mark.parametrize("stage", ["script", "pictures", "animation"])
def test_a_film_that_nobody_answers_sleeps_without_a_hold_and_can_be_resumed_and_finished(crew, account, spent, stage):
    crew.to(stage)
    film_sweep.sweep()
    assert crew.film.state == "waiting"
    Film.update(waiting_since=utc_now() - 601).execute()
    film_sweep.sweep()
    film_sweep.sweep()
    assert crew.film.state == "asleep"
    assert spent() == sum(crew.prices[: ("script", "pictures", "animation").index(stage) + 1])
    with pytest.raises(UserFault, match="film-asleep"):
        crew.approve(stage)
    film.resume(crew.film_id, account.id)
    with pytest.raises(UserFault, match="film-late"):
        film.resume(crew.film_id, account.id)
    assert crew.where == ("waiting", stage)
    assert billing.verify().problems == []
    assert billing.held(account.id) == sum(crew.prices) - (START - billing.balance(account.id) - billing.held(account.id))
    crew.approve(stage)
    if stage == "script":
        crew.make_all("picture")
        crew.approve("pictures")
    if stage != "animation":
        crew.make_all("clip")
        crew.approve("animation")
    crew.make_all("music")
    crew.speak()
    crew.assemble()
    assert spent() == sum(crew.prices)


def test_a_film_that_sleeps_too_long_expires(crew, account, spent):
    crew.to("pictures")
    Film.update(waiting_since=0).execute()
    film_sweep.sweep()
    Film.update(asleep_until=1).execute()
    film_sweep.sweep()
    assert crew.film.state == "expired"
    assert spent() == sum(crew.prices[:2])
    with pytest.raises(UserFault, match="film-late"):
        film.resume(crew.film_id, account.id)
    assert "film-expired" in keys()


def test_who_has_spent_the_credits_meanwhile_cannot_resume_and_nothing_changes(crew, account):
    crew.to("pictures")
    Film.update(waiting_since=0).execute()
    film_sweep.sweep()
    with ledger.database.atomic():
        ledger.hold(account.id, "turn:1", billing.balance(account.id) - 1)
    with pytest.raises(UserFault, match="credits-too-low"):
        film.resume(crew.film_id, account.id)
    assert crew.film.state == "asleep"
    assert ledger.open_holds("film:") == []


def test_failed_scenes_are_tried_three_times_and_not_paid(crew, account, spent):
    crew.to("script")
    crew.approve("script")
    crew.make_all("picture", but=(2,))
    assert films.tries_of(crew.film_id, "picture", 2) == 3
    assert film.failed(crew.film) == {2: "transient"}
    with pytest.raises(UserFault) as fault:
        crew.approve("pictures")
    assert (fault.value.key, fault.value.sentence_args) == ("film-undecided", {"numbers": "2"})
    film.choose(crew.film_id, account.id, "all", "leave_out")
    crew.approve("pictures")
    assert sorted(work.number for work in crew.open("clip")) == [1, 3, 4]
    crew.make_all("clip")
    film.cancel(crew.film_id, account.id)
    one = crew.film.prices
    assert spent() == one["script"] + 3 * one["picture"] + 3 * one["clip"]


def test_what_was_refused_is_not_tried_again_by_itself(crew):
    crew.to("script")
    crew.approve("script")
    crew.make_all("picture", but=(3,), code="moderation")
    assert films.tries_of(crew.film_id, "picture", 3) == 1
    assert film.failed(crew.film) == {3: "moderation"}


@pytest.mark.parametrize("made", [{"text": "I cannot draw this"}, {"path": "/m/1.txt", "mime": "text/plain", "size": 5000}])
def test_words_in_the_place_of_a_picture_are_not_paid(crew, account, spent, made):
    crew.to("script")
    crew.approve("script")
    job = crew.stored(crew.open("picture")[0].job_id)
    assert generation.finish(job, [made])
    crew.make_all("picture")
    assert crew.where == ("waiting", "pictures")
    assert {scene.picture["mime"] for scene in crew.scenes} == {"image/jpeg"}
    film.cancel(crew.film_id, account.id)
    assert spent() == sum(crew.prices[:2])


def test_not_all_scenes_can_be_left_out(crew, account):
    crew.to("script")
    crew.approve("script")
    crew.make_all("picture", but=(1, 2, 3, 4), code="moderation")
    film.choose(crew.film_id, account.id, [1, 2], "leave_out")
    with pytest.raises(UserFault, match="film-nothing-left"):
        film.choose(crew.film_id, account.id, "all", "leave_out")
    film.choose(crew.film_id, account.id, [3], "leave_out")
    with pytest.raises(UserFault, match="film-nothing-left"):
        film.choose(crew.film_id, account.id, [4], "leave_out")
    film.choose(crew.film_id, account.id, [4], "again")
    crew.make_all("picture")
    crew.approve("pictures")


def test_other_words_make_another_picture_of_a_refused_scene(crew, account, spent):
    crew.to("script")
    crew.approve("script")
    crew.make_all("picture", but=(3,), code="moderation")
    film_changes.reword(crew.film_id, account.id, 3, "a calm sea")
    assert billing.verify().problems == []
    assert "a calm sea" in crew.open("picture")[0].job.prompt
    crew.make_all("picture")
    assert crew.where == ("waiting", "pictures")
    film.cancel(crew.film_id, account.id)
    assert spent() == sum(crew.prices[:2])


def test_failed_clips_again_by_another_model_as_a_still_or_left_out(crew, account, spent):
    crew.to("pictures")
    crew.approve("pictures")
    crew.make_all("clip", but=(1, 2, 3, 4))
    assert set(film.failed(crew.film)) == {1, 2, 3, 4}
    model, credits = next((m, c) for m, c in film.other_models(crew.film_id, account.id) if c != crew.film.prices["clip"])
    film.choose(crew.film_id, account.id, [2], "still")
    film.choose(crew.film_id, account.id, [3], "leave_out")
    film.choose(crew.film_id, account.id, [1], f"model:{model.id}")
    assert crew.open("clip")[0].job.model == model.id
    assert billing.verify().problems == []
    crew.make_all("clip")
    with pytest.raises(UserFault, match="film-late"):
        film.choose(crew.film_id, account.id, [2], "again")
    film.choose(crew.film_id, account.id, [4], "again")
    crew.make_all("clip")
    crew.approve("animation")
    one = crew.film.prices
    film.cancel(crew.film_id, account.id)
    assert spent() == one["script"] + 4 * one["picture"] + one["clip"] + credits


# -- voice, music, assembly ------------------------------------------------------------------------------------------------


def test_a_film_whose_music_cannot_be_made_is_made_without_and_costs_no_music(crew, account, spent):
    crew.to("voice")
    while works := crew.open("music"):
        crew.refuse(works[0])
    assert films.tries_of(crew.film_id, "music", 0) == 3
    assert crew.film.memo["music_failed"] == "transient"
    crew.speak()
    crew.assemble()
    assert crew.film.state == "done"
    assert spent() == sum(crew.prices[:4])


@pytest.mark.parametrize("speaks", [True, False])
def test_a_film_that_nobody_tells_costs_no_voice_and_waits_for_its_music_only(crew, account, spent, queue, data_dir, speaks):
    studio(data_dir, queue, speaks=speaks)
    choices = crew.choices(voice=NO_VOICE if speaks else "alloy")
    offered = film.estimate(account.id, choices)
    assert (offered.estimate.voice, offered.seconds["voice"]) == (0, 90)
    crew.to("voice", voice=choices.voice)
    assert billing.held(account.id) == crew.film.prices["music"] > 0
    assert [work.kind for work in crew.open()] == ["music"]
    shown = [row.payload for row in OutboxRow.select().order_by(OutboxRow.id) if row.payload.get("key") == "film-status"]
    assert shown[-1]["args"]["what"]["key"] == "film-doing-music"
    crew.make_all("music")
    crew.assemble()
    assert crew.where == ("done", "done")
    assert spent() == sum(crew.prices) == offered.total


def test_without_voice_and_music_a_film_is_put_together_at_once(crew, spent):
    crew.to("voice", voice=NO_VOICE, music=False)
    assert crew.where == ("working", "assembly")
    assert [work.kind for work in crew.open()] == ["assembly"]
    crew.assemble()
    assert spent() == sum(crew.prices[:3])


def test_a_speech_server_that_is_taken_away_meanwhile_costs_nobody_anything(crew, account, spent, queue, data_dir):
    crew.to("animation")
    studio(data_dir, queue, speaks=False)
    crew.approve("animation")
    crew.make_all("music")
    crew.assemble()
    assert spent() == sum(crew.prices) - crew.film.prices["voice"]


def test_assembly_begins_when_both_voice_and_music_are_there(crew):
    crew.to("voice")
    crew.speak()
    assert crew.where == ("working", "voice")
    crew.make_all("music")
    assert crew.where == ("working", "assembly")
    assert [work.kind for work in crew.open()] == ["assembly"]


@pytest.mark.parametrize("stage", ["voice", "assembly"])
def test_local_work_is_tried_three_times_then_the_film_rests_and_goes_on_with_retry(crew, account, spent, stage):
    crew.to(stage)
    crew.make_all("music")
    for _ in range(3):
        assert crew.where == ("working", stage)
        assert film_work.stage_failed(crew.claimed(), "media")
    assert (crew.where, crew.film.fail_code) == (("resting", stage), "media")
    assert billing.verify().problems == []
    film.retry(crew.film_id, account.id)
    with pytest.raises(UserFault, match="film-late"):
        film.retry(crew.film_id, account.id)
    if stage == "voice":
        crew.speak()
    crew.assemble()
    assert spent() == sum(crew.prices)


def test_a_film_that_rests_too_long_expires_and_gives_back_what_is_held(crew, spent):
    crew.to("voice")
    assert film_work.stage_failed(crew.claimed(), "speech", final=True)
    crew.make_all("music")
    Film.update(asleep_until=1).execute()
    film_sweep.sweep()
    assert crew.film.state == "expired"
    assert spent() == sum(crew.prices[:3])


# -- what verify says --------------------------------------------------------------------------------------------------------


def test_verify_names_what_is_wrong_with_a_film(crew, account):
    crew.to("pictures")
    Film.update(state="cancelled").execute()
    first = billing.verify().problems[0]
    assert first.startswith("film 1 (cancelled): nothing is being made, but its hold of")
    assert first.endswith("credits for its animation stands open")
    Film.update(state="waiting").execute()
    FilmWork.update(price=FilmWork.price + 1).where(FilmWork.kind == "picture", FilmWork.number == 1).execute()
    assert "what was made for its pictures costs" in billing.verify().problems[0]
    FilmWork.update(price=FilmWork.price - 1).where(FilmWork.kind == "picture", FilmWork.number == 1).execute()
    work = next(work for work in films.works(crew.film_id) if work.kind == "picture")
    Job.update(state="failed").where(Job.id == work.job_id).execute()
    assert f"job {work.job_id}, which is failed, was charged" in billing.verify().problems[0]
    Job.update(state="done").where(Job.id == work.job_id).execute()
    with ledger.database.atomic():
        ledger.release(f"film:{crew.film_id}:voice")
    (problem,) = billing.verify().problems
    assert problem.startswith("film 1 (waiting): its voice costs")
    assert problem.endswith("but nothing is held for it")


def test_everything_twice_is_as_good_as_once(crew, account, spent):
    crew.started()
    advance = film_stages.advance
    crew.write()
    for stage, kind in (("script", "picture"), ("pictures", "clip"), ("animation", "music")):
        crew.approve(stage)
        while works := crew.open(kind):
            advance(crew.film_id)
            crew.make(works[0])
            advance(crew.film_id)
            film_sweep.sweep()
    crew.speak()
    film_sweep.sweep()
    crew.assemble()
    film_sweep.sweep()
    made = [(work.kind, work.number) for work in films.works(crew.film_id)]
    assert len(made) == len(set(made)) == 2 * SCENES + 4
    assert len({work.job.order_key for work in films.works(crew.film_id)}) == len(made)
    assert spent() == sum(crew.prices)
    assert jobs.open_of(account.id, jobs.INNER) == []
