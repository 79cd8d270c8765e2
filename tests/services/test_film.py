"""A film from the idea to the end: what is asked, what is made, and that each answer counts once."""

from __future__ import annotations

import pytest

from kiebot.errors import UserFault
from kiebot.services import billing, film, film_stages, film_sweep, film_work, generation
from kiebot.store import accounts, films, jobs, ledger
from kiebot.store.film_models import Film
from kiebot.store.models import Incident
from tests.services.filming import SCENES, Crew, keys, rich, studio


def test_a_film_goes_from_the_idea_to_the_video_and_is_charged_what_was_shown(crew, account):
    offered = film.estimate(account.id, crew.choices())
    crew.to("done")
    assert crew.where == ("done", "done")
    assert crew.film.version == 1
    assert billing.balance(account.id) == 100_000 - offered.total
    assert billing.held(account.id) == 0
    assert films.spent(crew.film_id) == offered.total
    assert billing.verify().problems == []
    assert keys()[-1] == "film-done"


# -- drafts and the start ------------------------------------------------------------------------------------------------


def test_the_same_message_begins_one_film_and_a_draft_can_be_changed_and_dropped(crew, account):
    first, second = crew.draft(), crew.draft()
    assert first.id == second.id
    film.change_draft(first.id, account.id, idea=" a storm ", choices=crew.choices(aspect="9:16"))
    assert (crew.film.idea, crew.film.choices["aspect"]) == ("a storm", "9:16")
    film.discard(first.id, account.id)
    film.discard(first.id, account.id)
    assert films.get(first.id) is None


def test_a_film_starts_once_holds_everything_and_counts_as_one_request(crew, account):
    started = crew.started()
    assert (started.state, started.stage) == ("working", "script")
    assert billing.held(account.id) == film.estimate(account.id, crew.choices()).total
    assert [work.kind for work in crew.open()] == ["script"]
    with pytest.raises(UserFault, match="film-late"):
        film.start(started.id, account.id)
    assert len(crew.open()) == 1
    with pytest.raises(UserFault, match="film-late"):
        film.change_draft(started.id, account.id, idea="another")


def test_who_has_too_few_credits_is_told_what_the_whole_film_costs(data_dir, queue, account):
    studio(data_dir, queue)
    poor = Crew(rich(account, 50), data_dir, queue)
    poor.draft()
    with pytest.raises(UserFault) as fault:
        film.start(poor.film_id, account.id)
    total = film.estimate(account.id, poor.choices()).total
    assert (fault.value.key, fault.value.sentence_args) == ("credits-too-low", {"balance": 50, "price": total})
    assert poor.film.state == "draft"
    assert (ledger.held(account.id), poor.open()) == (0, [])


def test_administrators_and_free_people_pay_nothing_and_the_ledger_stays_empty(data_dir, queue, account):
    studio(data_dir, queue)
    accounts.Account.update(free=True).execute()
    crew = Crew(accounts.get(account.id), data_dir, queue)
    crew.to("done")
    assert (crew.where, billing.held(account.id), billing.balance(account.id)) == (("done", "done"), 0, 0)
    assert ledger.LedgerEntry.select().count() == 0
    assert billing.verify().problems == []


def test_a_person_has_one_film_in_the_making_and_all_people_have_some(data_dir, queue, account):
    studio(data_dir, queue, total=2)
    crews = [Crew(rich(account), data_dir, queue)]
    crews[0].started()
    crews[0].draft(message_id=2)
    with pytest.raises(UserFault) as fault:
        film.start(crews[0].film_id, account.id)
    assert (fault.value.key, fault.value.sentence_args) == ("film-limit-user", {"most": 1})
    for number in (8, 9):
        other = Crew(accounts.of_user(number), data_dir, queue)
        accounts.Account.update(free=False).execute()
        with ledger.database.atomic():
            ledger.add(other.account.id, "bonus", 100_000, f"grant:{number}")
        crews.append(other)
    crews[1].started()
    with pytest.raises(UserFault, match="film-limit-total"):
        crews[2].started()


def test_a_film_that_rests_is_in_nobodys_way_but_waits_its_turn_to_go_on(crew, account):
    crew.to("voice")
    assert film_work.stage_failed(crew.claimed(), "speech", final=True)
    first = crew.film_id
    crew.draft(message_id=2)
    film.start(crew.film_id, account.id)
    with pytest.raises(UserFault, match="film-limit-user"):
        film.retry(first, account.id)
    film.cancel(crew.film_id, account.id)
    assert film.retry(first, account.id).state == "working"


def test_a_film_that_cannot_be_swept_keeps_nothing_else_from_being_swept(crew, account):
    crew.to("script")
    crew.approve("script")
    crew.make(crew.open()[0])
    Film.update(choices="no choices", prices="none").execute()
    other = Crew(account, crew.data_dir, crew.queue)
    other.draft(message_id=2)
    Film.update(state="waiting", stage="script", waiting_since=0).where(Film.id == other.film_id).execute()
    jobs.move(crew.open()[0].job_id, jobs.OPEN_STATES, "cancelled")
    film_sweep.sweep()
    assert other.film.state == "asleep"
    assert [row.context for row in Incident.select()] == [{"film": crew.film_id}]


def test_a_film_that_is_worked_on_is_one_of_the_jobs_of_its_person(crew, account, order, queue, limits):
    crew.started()
    generation.request(order(1), queue=queue, limits=limits, billing_enabled=True)
    with pytest.raises(UserFault, match="limit-jobs"):
        generation.request(order(2), queue=queue, limits=limits, billing_enabled=True)
    crew.write()  # now it waits for the person
    generation.request(order(2), queue=queue, limits=limits, billing_enabled=True)
    assert crew.approve("script").state == "working", "what was accepted goes on"


def test_jobs_of_films_are_nobodys_jobs(crew, account):
    crew.to("script")
    crew.approve("script")
    assert [job.kind for job in (work.job for work in crew.open())] == ["scene"] * 3
    assert jobs.open_of(account.id) == []
    assert jobs.ahead("generation") == 0
    assert generation.cancel(crew.open()[0].job_id, account.id) is generation.CancelOutcome.NOT_YOURS


# -- answers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["script", "pictures", "animation"])
def test_only_the_films_person_may_answer_and_each_answer_counts_once(crew, account, stage):
    crew.to(stage)
    stranger = accounts.of_user(8)
    for act in (lambda who: film.approve(crew.film_id, who, stage), lambda who: film.cancel(crew.film_id, who)):
        with pytest.raises(UserFault, match="film-not-yours"):
            act(stranger.id)
    crew.approve(stage)
    before = [work.job_id for work in crew.open()]
    with pytest.raises(UserFault, match="film-late"):
        crew.approve(stage)
    film_stages.advance(crew.film_id)
    film_stages.advance(crew.film_id)
    assert [work.job_id for work in crew.open()] == before
    with pytest.raises(UserFault, match="film-gone"):
        film.approve(999, account.id, stage)


def test_pictures_are_made_three_at_once_and_progress_is_told(crew):
    crew.to("script")
    crew.approve("script")
    assert [work.number for work in crew.open("picture")] == [1, 2, 3]
    crew.make(crew.open("picture")[1])
    assert [work.number for work in crew.open("picture")] == [1, 3, 4]
    crew.make_all("picture")
    assert crew.where == ("waiting", "pictures")
    assert all(scene.picture["path"].endswith("1.jpg") for scene in crew.scenes)
    assert "film-ask-pictures" in keys()


def test_a_clip_begins_with_its_scenes_picture(crew, data_dir):
    crew.to("pictures")
    crew.approve("pictures")
    work = crew.open("clip")[0]
    (given,) = generation.inputs.of_job(work.job_id)
    assert generation.inputs.named_in(work.job.input) == {given.id}
    with open(given.path, "rb") as linked, open(crew.scenes[0].picture["path"], "rb") as picture:
        assert linked.read() == picture.read()


def test_a_script_is_changed_by_words_and_written_anew_for_nothing_more(crew, account):
    crew.to("script")
    before = billing.balance(account.id), billing.held(account.id)
    film.revise(crew.film_id, account.id, "make scene 2 darker")
    assert crew.where == ("working", "script")
    assert crew.claimed().input["words"] == "make scene 2 darker"
    job = jobs.get(crew.film.job_id)
    assert film_work.script_kept(job, [{"number": 2, "image_prompt": "dark"}], percent=90)
    assert film_work.stage_done(job)
    assert crew.where == ("waiting", "script")
    assert [scene.image_prompt for scene in crew.scenes] == ["picture 1", "dark", "picture 3", "picture 4"]
    film.rewrite(crew.film_id, account.id)
    assert (crew.scenes, crew.film.title) == ([], "")
    crew.write()
    assert len(crew.scenes) == SCENES
    assert (billing.balance(account.id), billing.held(account.id)) == before
    assert billing.verify().problems == []


def test_a_change_of_the_script_that_stops_halfway_leaves_it_as_it_was(crew, account):
    crew.to("script")
    before = [(scene.line, scene.narration, scene.image_prompt, scene.motion_prompt) for scene in crew.scenes]
    film.revise(crew.film_id, account.id, "at sea, at night")
    job = crew.claimed()
    assert film_work.revision_planned(job, title="The Dark", look={"characters": [], "look": "black"}, todo=[1, 2], percent=10)
    changed = {"number": 1, "narration": "dark", "image_prompt": "dark", "motion_prompt": "dark"}
    assert film_work.script_kept(job, [changed], percent=50, todo=[2])
    assert film_work.stage_failed(job, "script", final=True)
    assert crew.where == ("waiting", "script")
    assert [(scene.line, scene.narration, scene.image_prompt, scene.motion_prompt) for scene in crew.scenes] == before
    assert (crew.film.title, crew.film.look["look"]) == ("The Light", "grey")


def test_where_another_script_cannot_be_written_the_film_goes_on_with_the_former_one(crew, account):
    def script():
        return [(scene.number, scene.line, scene.narration, scene.image_prompt, scene.end_s) for scene in crew.scenes]

    crew.to("script")
    before = script()
    film.rewrite(crew.film_id, account.id)
    job = crew.claimed()
    assert film_work.outline_kept(job, title="The Dark", look={}, lines=["a storm", "a wreck"], percent=20)
    assert film_work.stage_failed(job, "script", final=True)
    assert crew.where == ("waiting", "script")
    assert script() == before
    assert (crew.film.title, crew.film.look["look"]) == ("The Light", "grey")
    assert keys()[-4:] == ["film-no-rewrite", "text", "film-stage-done", "film-ask-script"]
    assert crew.approve("script").stage == "pictures"
