"""Files of films: kept while they are of use, gone afterwards, and with whoever leaves. What happens at the same moment."""

from __future__ import annotations

import threading

import pytest

from kiebot.errors import UserFault
from kiebot.services import (
    billing,
    documents,
    erasure,
    film,
    film_changes,
    film_studio,
    film_sweep,
    film_work,
    generation,
    references,
    stats,
)
from kiebot.services.delivery import Place
from kiebot.store import accounts, export, films, inputs, jobs, outbox
from kiebot.store.db import close_store, database, utc_now
from kiebot.store.film_models import Film
from kiebot.store.models import Job, OutboxRow
from tests.services.filming import Crew, rich, studio

DAY = 24 * 3600


def send_all():
    OutboxRow.update(state="sent").execute()


def folders(crew):
    works = [documents.folder(crew.data_dir, work.job_id) for work in films.works(crew.film_id)]
    return [film_studio.folder(crew.film_id), *(folder for folder in works if folder.exists())]


def test_files_of_a_film_stay_a_day_after_it_ended_and_until_all_is_sent(crew, data_dir):
    crew.to("done")
    kept = folders(crew)
    assert len(kept) == 1 + 4 + 4 + 1
    assert film_sweep.clean(data_dir, 24) == 0
    Film.update(ended_at=utc_now() - DAY - 1).execute()
    assert film_sweep.clean(data_dir, 24) == 0, "the film was not sent yet"
    assert films.ids_of_kept_jobs(work.job_id for work in films.works(crew.film_id)) != set()
    send_all()
    assert film_sweep.clean(data_dir, 24) == 1
    assert not any(folder.exists() for folder in kept)
    assert [scene.picture for scene in crew.scenes] == [None] * 4
    assert crew.film.result["name"] == "film.mp4", "Telegram may still have it"
    for ask in (film_changes.parts, film_changes.sheet):
        with pytest.raises(UserFault, match="film-files-gone"):
            ask(crew.film_id, crew.account.id)
    with pytest.raises(UserFault, match="film-files-gone"):
        film_changes.redo(crew.film_id, crew.account.id, 1)
    assert film_sweep.clean(data_dir, 24) == 0


def test_what_a_crash_left_of_a_film_without_files_is_swept(crew, data_dir):
    crew.to("done")
    Film.update(cleaned_at=utc_now()).execute()
    assert film_sweep.clean(data_dir, 24) == 1
    assert not film_studio.folder(crew.film_id).exists()


def test_where_room_is_wanted_the_oldest_finished_films_go_first_never_those_in_the_making(data_dir, queue, account):
    studio(data_dir, queue, per_user=3)
    crews = [Crew(account, data_dir, queue) for _ in range(3)]
    rich(account)
    for number, crew in enumerate(crews[:2]):
        crew.draft(message_id=number + 1)
        film.start(crew.film_id, account.id)
        crew.write()
        finish(crew)
    crews[2].draft(message_id=3)
    film.start(crews[2].film_id, account.id)
    crews[2].write()
    send_all()
    assert film_sweep.make_room(data_dir, 1) > 0
    assert [crew.film.cleaned_at is None for crew in crews] == [False, True, True]
    film_sweep.make_room(data_dir, 10**9)
    assert [crew.film.cleaned_at is None for crew in crews] == [False, False, True]


def finish(crew):
    for stage, kind in (("script", "picture"), ("pictures", "clip"), ("animation", "music")):
        crew.approve(stage)
        crew.make_all(kind)
    crew.speak()
    crew.assemble()


def test_a_given_picture_survives_the_sweep_of_given_files_while_its_job_is_open(crew, data_dir):
    crew.to("pictures")
    crew.approve("pictures")
    work = crew.open("clip")[0]
    (given,) = inputs.of_job(work.job_id)
    references.sweep(data_dir, utc_now() + 60)
    assert inputs.get(given.id).state == "ready"
    crew.make_all("clip")
    references.sweep(data_dir, utc_now() + 60)
    assert inputs.get(given.id).state == "swept"
    assert all(scene.picture is not None for scene in crew.scenes)


# -- besides ---------------------------------------------------------------------------------------------------------------


def side(crew, kind):
    (work,) = crew.open(kind)
    return jobs.claim(work.job_id, "queued", "storing", "boot")


def test_another_shape_a_sheet_and_the_parts_are_made_besides_and_ordered_once(crew, account):
    crew.to("pictures")
    film_changes.sheet(crew.film_id, account.id)
    film_changes.sheet(crew.film_id, account.id)
    job = side(crew, "sheet")
    crew.approve("pictures")  # the film does not wait for it
    sheet = {"path": "/m/sheet.jpg", "mime": "image/jpeg", "name": "sheet.jpg", "size": 10, "width": 100, "height": 100}
    assert film_work.stage_done(job, sheets=[sheet])
    crew.make_all("clip")
    crew.approve("animation")
    crew.make_all("music")
    crew.speak()
    crew.assemble()
    result = crew.film.result
    film_changes.other_aspect(crew.film_id, account.id, "9:16")
    with pytest.raises(UserFault, match="film-late"):
        film_changes.other_aspect(crew.film_id, account.id, "16:9")
    job = side(crew, "aspect")
    assert (job.input["do"], job.input["aspect"]) == ("assembly", "9:16")
    assert film_work.stage_done(job, result={**result, "width": 720, "height": 1280})
    assert (crew.where, crew.film.result) == (("done", "done"), result)
    film_changes.parts(crew.film_id, account.id)
    job = side(crew, "parts")
    for _ in range(3):
        Job.update(next_poll_at=None).where(Job.id == job.id).execute()
        job = jobs.claim(job.id, "storing", "storing", f"boot-{job.attempt}")
        assert film_work.stage_failed(job, "too-large")
    assert jobs.get(job.id).state == "failed"
    assert crew.where == ("done", "done")
    assert billing.verify().problems == []
    sent = [row.payload["key"] for row in OutboxRow.select().where(OutboxRow.dedup_key.is_null(False)) if "key" in row.payload]
    assert sent.count("film-sheet") == 1


# -- people ------------------------------------------------------------------------------------------------------------------


def test_whoever_leaves_takes_the_films_along_and_the_books_stay_right(crew, account, data_dir):
    crew.to("pictures")
    paths = folders(crew)
    tables = {name: list(rows) for name, rows in export.tables(account.id)}
    assert tables["films"][0]["idea"] == "a lighthouse"
    assert len(tables["film_scenes"]) == 4
    spent = films.spent(crew.film_id)
    erasure.erase(account.id, data_dir)
    assert not any(path.exists() for path in paths)
    left = "\n".join(database.connection().iterdump())
    assert "lighthouse" not in left
    assert "The Light" not in left
    assert (crew.film.state, crew.scenes) == ("cancelled", [])
    assert billing.verify().problems == []
    assert films.spent(crew.film_id) == spent


def test_nobody_leaves_while_a_provider_makes_something_for_a_film(crew, account, data_dir):
    crew.to("script")
    crew.approve("script")
    crew.sent(crew.open()[0].job_id)
    with pytest.raises(UserFault, match="forget-account-busy"):
        erasure.erase(account.id, data_dir)
    assert crew.film.state == "working", "nothing was done"


def test_words_about_a_film_in_a_group_are_forgotten_too(crew, account, data_dir):
    drafted = film.begin(account.id, Place(-100, "en"), 5, "a lighthouse", crew.choices())
    crew.film_id = drafted.id
    film.start(drafted.id, account.id)
    crew.write()
    assert any("The Light" in str(row.payload) for row in outbox.listed())
    erasure.erase(account.id, data_dir)
    left = "\n".join(database.connection().iterdump())
    assert "The Light" not in left


def test_cancelling_everything_cancels_films_too(crew, account):
    crew.to("pictures")
    assert generation.cancel_all(account.id) == {generation.CancelOutcome.CANCELLED: 1}
    assert crew.film.state == "cancelled"
    assert generation.cancel_all(account.id) == {}


def test_cancelling_all_jobs_leaves_films_alone(crew, account):
    crew.to("pictures")
    crew.approve("pictures")
    assert generation.cancel_jobs(account.id) == {}
    assert len(crew.open("clip")) == 3


def test_the_operators_figures_know_what_films_brought(crew, account):
    crew.to("done")
    found = stats.read(0.0, types={}, rate=1.0, timezone="UTC")
    assert found["films"] == {"done": 1}
    assert found["money"]["charged"] == found["money"]["spent"] == films.spent(crew.film_id)


# -- at the same moment --------------------------------------------------------------------------------------------------------


def at_once(*acts):
    """Run all of them at the same moment, each in its thread; returns what they came to."""
    barrier, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        barrier.wait()
        try:
            act()
            outcomes[number] = "done"
        except UserFault as fault:
            outcomes[number] = fault.key
        finally:
            close_store()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_presses_at_once_begin_one_stage(crew, account):
    crew.to("pictures")
    approve = lambda: film.approve(crew.film_id, account.id, "pictures")  # noqa: E731
    assert sorted(at_once(approve, approve, approve)) == ["done", "film-late", "film-late"]
    assert [work.number for work in crew.open("clip")] == [1, 2, 3]
    assert billing.verify().problems == []


def test_who_approves_and_cancels_at_once_gets_one_of_both_and_no_credit_is_lost(crew, account):
    crew.to("pictures")
    outcomes = at_once(lambda: film.approve(crew.film_id, account.id, "pictures"), lambda: film.cancel(crew.film_id, account.id))
    assert outcomes[1] == "done", "whatever came first, it can be cancelled"
    assert outcomes[0] in ("done", "film-late")
    assert crew.film.state == "cancelled"
    assert crew.open() == []
    assert billing.held(account.id) == 0
    assert billing.verify().problems == []


def test_results_that_come_at_once_close_the_stage_once(crew, account):
    crew.to("script")
    crew.approve("script")
    crew.make(crew.open()[0])
    claimed = [crew.stored(work.job_id) for work in crew.open("picture")]
    assert len(claimed) == 3
    files = [crew.file(job.id, "picture") for job in claimed]
    acts = [lambda job=job, file=file: generation.finish(job, [file]) for job, file in zip(claimed, files, strict=True)]
    assert at_once(*acts) == ["done"] * 3
    assert crew.where == ("waiting", "pictures")
    asked = [row for row in OutboxRow.select() if row.payload.get("key") == "film-ask-pictures"]
    assert len(asked) == 1
    assert films.spent(crew.film_id) == crew.film.prices["script"] + 4 * crew.film.prices["picture"]


def test_an_answer_in_the_moment_in_which_the_film_falls_asleep_counts_or_is_told(crew, account):
    crew.to("script")
    Film.update(waiting_since=0).execute()
    outcomes = at_once(lambda: film.approve(crew.film_id, account.id, "script"), film_sweep.sweep)
    assert outcomes[1] == "done"
    assert (outcomes[0], crew.film.state) in (("done", "working"), ("film-asleep", "asleep"))
    assert billing.verify().problems == []


def test_the_account_of_a_group_pays_for_no_film(data_dir, queue):
    studio(data_dir, queue)
    group = accounts.of_user(-100)
    crew = Crew(group, data_dir, queue)
    crew.draft()
    with pytest.raises(UserFault, match="order-nobody-pays"):
        film.start(crew.film_id, group.id)
