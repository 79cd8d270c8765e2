"""Rows of films, of their scenes and jobs: what is asked of them."""

from __future__ import annotations

import pytest

from kiebot.store import accounts, films, jobs, ledger, outbox
from kiebot.store.db import transaction, utc_now
from kiebot.store.outbox import Lane


@pytest.fixture
def account(data_dir):
    return accounts.of_user(7)


@pytest.fixture
def film(account):
    with transaction():
        made = films.add(account=account.id, chat_id=7, language="en", state="working", stage="pictures")
        films.add_scenes(made.id, ({"number": n, "start_s": 5.0 * n, "end_s": 5.0 * n + 5} for n in (1, 2)))
    return made


def job_of(film, kind, number=0, *, work="picture", **fields):
    with transaction():
        known = {"account": film.account_id, "chat_id": 7, "language": "en"}
        job = jobs.add(order_key=f"film:{film.id}:{work}:{number}", kind=kind, **known)
        films.add_work(job.id, film.id, work, number=number, **fields)
    return job


def test_scenes_are_changed_alone_or_together_and_go_with_the_script(film):
    assert [scene.number for scene in films.scenes(film.id)] == [1, 2]
    assert films.change_scene(film.id, 2, picture={"path": "/p"})
    assert not films.change_scene(film.id, 3, line="nowhere")
    assert films.scene(film.id, 2).picture == {"path": "/p"}
    films.change_scenes(film.id, picture=None)
    assert films.scene(film.id, 2).picture is None
    films.drop_scenes(film.id)
    assert films.scenes(film.id) == []


def test_only_drafts_are_dropped(film, account):
    with transaction():
        draft = films.add(account=account.id, chat_id=7, language="en", message_id=5)
    assert films.draft_of_message(account.id, 7, 5).id == draft.id
    films.drop(film.id)
    films.drop(draft.id)
    assert films.ids_of_account(account.id) == [film.id]
    assert films.of_account(account.id)[0].id == film.id


def test_jobs_of_films_are_hidden_among_a_persons_jobs_and_taken_by_kind_who_waits_longest_first(film, account):
    local, scene = job_of(film, jobs.LOCAL, work="script"), job_of(film, jobs.INNER, 1)
    jobs.change(scene.id, next_poll_at=utc_now() - 100)
    assert jobs.open_of(account.id) == []
    assert [job.id for job in jobs.open_of(account.id, jobs.INNER)] == [scene.id]
    assert jobs.to_take("boot", utc_now()) == []
    assert jobs.to_take("boot", utc_now(), kinds=jobs.HIDDEN) == [scene.id, local.id]
    assert jobs.to_take("boot", utc_now(), kinds=(jobs.LOCAL,)) == [local.id]


def test_what_was_made_is_paid_once(film):
    first, second = job_of(film, jobs.INNER, 1, price=5), job_of(film, jobs.INNER, 2, price=7)
    later = job_of(film, jobs.INNER, 3, price=9, round=1)
    for job in (first, later):
        jobs.move(job.id, ("queued",), "done")
    assert [work.job_id for work in films.unpaid(film.id, ("picture",), 0)] == [first.id]
    assert [work.job_id for work in films.unpaid(film.id, ("picture",), 1)] == [later.id]
    films.pay([first.id])
    assert films.unpaid(film.id, ("picture",), 0) == []
    assert films.spent(film.id) == 5
    assert [work.job_id for work in films.open_works(film.id)] == [second.id]
    assert (films.kind_of(first.id), films.kind_of(99)) == ("picture", "")


def test_folders_of_jobs_are_kept_while_the_film_keeps_its_files(film):
    job = job_of(film, jobs.INNER, 1)
    assert films.ids_of_kept_jobs([job.id, 99]) == {job.id}
    films.change(film.id, cleaned_at=utc_now())
    assert films.ids_of_kept_jobs([job.id]) == set()


def test_open_holds_are_found_by_how_their_names_begin(account):
    with transaction(durable=True):
        ledger.add(account.id, "bonus", 100, "grant:1")
        for name, price in (("film:1:script", 5), ("film:1:pictures", 6), ("film:11:script", 7), ("turn:1", 8)):
            ledger.hold_anew(account.id, name, price)
        ledger.release("film:1:script")
        ledger.hold_anew(account.id, "film:1:script", 9)
    assert [(hold.subject, hold.credits) for hold in ledger.open_holds("film:1:")] == [
        ("film:1:pictures", 6),
        ("film:1:script:2", 9),
    ]


def test_files_that_wait_to_be_sent_are_known_by_their_folder(film, data_dir):
    folder = data_dir / "данные" / "films" / str(film.id)
    payload = {"key": "film-done", "file": {"path": str(folder / "film.mp4")}}
    row = outbox.add(7, "video", payload, lane=Lane.RESULT)
    assert outbox.waits_for_files_in(folder)
    assert not outbox.waits_for_files_in(folder.parent / f"{film.id}1")
    outbox.sent(row.id, 5)
    assert not outbox.waits_for_files_in(folder)
