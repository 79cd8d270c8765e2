"""kiebot-admin films: what an operator sees of films, and letting one go on."""

from __future__ import annotations

import pytest

from kiebot.services import delivery, film_sweep
from kiebot.store import accounts, db, films, outbox
from kiebot.store.film_models import Film
from tests.services.filming import Crew, rich, studio
from tests.stores import open_new_store


class Silent:
    def wake(self, job_id): ...

    wake_later = wake


@pytest.fixture
def asleep(run_admin):
    """A film whose pictures nobody has answered for."""
    open_new_store(run_admin.data_dir)
    delivery.bind_bell(lambda: None)
    studio(run_admin.data_dir, Silent())
    run_admin.file.write_text(run_admin.file.read_text() + "[billing]\nenabled = true\n")
    crew = Crew(rich(accounts.of_user(77, name="Ann")), run_admin.data_dir, Silent())
    crew.to("pictures")
    Film.update(waiting_since=0).execute()
    film_sweep.sweep()
    assert crew.film.state == "asleep"
    db.close_store()
    return run_admin


def test_films_are_listed_without_what_people_wrote(asleep):
    (row,) = asleep.json("films", "list")
    assert (row["id"], row["state"], row["stage"], row["user"], row["scenes"]) == (1, "asleep", "pictures", 77, 4)
    assert row["made"] == {"picture": 4}
    assert row["held"] == 0
    assert row["spent"] > 7
    assert asleep.json("films", "list", "--state", "done") == []
    shown = asleep("films", "list")
    assert shown.exit_code == 0
    assert "asleep" in shown.stdout
    assert "lighthouse" not in shown.stdout


def test_one_film_is_shown_with_its_jobs(asleep):
    facts = asleep.json("films", "show", "1")
    assert [(job["kind"], job["scene"], job["paid"]) for job in facts["jobs"]] == [
        ("script", None, True),
        *(("picture", number, True) for number in (1, 2, 3, 4)),
    ]
    assert facts["treatments"] == {"clip": 4}
    shown = asleep("films", "show", "1")
    assert shown.exit_code == 0
    assert "lighthouse" not in shown.stdout
    gone = asleep("films", "show", "2")
    assert (gone.exit_code, gone.stderr) == (1, "kiebot-admin: there is no film 2\n")


def test_a_sleeping_film_goes_on_once_and_its_person_is_asked_again(asleep, stored):
    dry = asleep("films", "resume", "1", "--dry-run")
    assert dry.stdout == "would let film 1 go on, which is asleep\n"
    assert asleep.json("films", "resume", "1", "--yes") == {"film": 1, "was": "asleep", "state": "waiting"}
    assert stored(lambda: films.get(1).state) == "waiting"
    assert stored(lambda: outbox.listed(limit=1)[0].payload["key"]) == "film-ask-pictures"
    again = asleep("films", "resume", "1", "--yes")
    assert (again.exit_code, again.stderr) == (1, "kiebot-admin: film 1 is waiting: only what is asleep or resting can go on\n")
    assert asleep.json("ledger", "verify")["problems"] == []


def test_a_job_of_a_film_says_so_and_is_not_cancelled_alone(asleep):
    facts = asleep.json("jobs", "show", "2")
    assert (facts["kind"], facts["film"], facts["makes"], facts["scene"]) == ("scene", 1, "picture", 1)
    refused = asleep("jobs", "cancel", "2", "--yes")
    assert (refused.exit_code, refused.stderr) == (1, "kiebot-admin: job 2 is part of film 1: its person cancels the film\n")
