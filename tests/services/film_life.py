"""One life of a process that makes a film from wherever it is: `python -m tests.services.film_life DATA_DIR UNTIL`.

It plays person, worker and provider, and looks only at the rows. KIEBOT_FAILPOINT kills it on its way, as `kill -9` would.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kiebot.services import delivery, film, film_changes, film_sweep, generation, sending
from kiebot.store import accounts, jobs
from kiebot.store.db import close_store, open_store
from kiebot.store.models import Job
from tests.services.filming import Crew, studio


class Nobody:
    def wake(self, job_id): ...

    wake_later = wake


def live(data_dir, until):
    open_store(data_dir)
    delivery.bind_bell(lambda: None)
    studio(data_dir, Nobody())
    crew = Crew(accounts.of_user(7), data_dir, Nobody())
    crew.boot = f"boot-{Job.select().count()}-{sum(job.attempt for job in Job.select())}"
    crew.draft()
    for job in jobs.cut_off(crew.boot):
        sending.broke_while_sending(job, why="it ended")
    film_sweep.sweep()
    while until not in (crew.film.state, f"version-{crew.film.version}"):
        step(crew, until)
    close_store()


def step(crew, until):
    """The next thing, whatever it is."""
    row = crew.film
    if row.state == "draft":
        film.start(row.id, row.account_id)
    elif row.state == "waiting":
        film.approve(row.id, row.account_id, row.stage)
    elif row.state == "done":
        film_changes.redo(row.id, row.account_id, 2, "picture")
    elif works := crew.open("picture", "clip", "music"):
        go_on(crew, works[0])
    else:
        {"script": crew.write, "voice": crew.speak, "assembly": crew.assemble}[row.stage]()


def go_on(crew, work):
    """A provider's job from the state in which it was left."""
    job = work.job
    if job.state == "queued":
        job = crew.sent(job.id)
    if job.state == "running":
        generation.made(job, [{"url": "https://files/1"}], 2.0, queue=crew.queue)
    claimed = jobs.claim(job.id, "storing", "storing", crew.boot)
    generation.finish(claimed, [crew.file(job.id, work.kind)])


if __name__ == "__main__":
    live(Path(sys.argv[1]), sys.argv[2])
