"""Films on random walks: whatever is pressed, fails, falls asleep or comes late, in whatever order, the books are right."""

from __future__ import annotations

import random

import pytest

from kiebot.errors import UserFault
from kiebot.services import billing, film, film_changes, film_stages, film_sweep, film_work
from kiebot.store import films, jobs, ledger
from kiebot.store.film_models import Film
from kiebot.store.models import Job, OutboxRow
from tests.services.filming import SCENES, Crew, rich, studio

START = 20_000
STEPS = 80
CODES = ("transient", "moderation", "result", "deadline")


class Walk:
    """One film after the other, by chance."""

    def __init__(self, crew, seed):
        self.crew = crew
        self.rng = random.Random(seed)
        self.messages = 0
        self.done = []

    def step(self):
        if self.crew.film_id == 0 or self.crew.film.state in ("cancelled", "expired", "draft"):
            self.begin()
            return
        act = self.rng.choice(self.acts())
        self.done.append(act.__name__)
        try:
            act()
        except UserFault as fault:
            self.done[-1] += f"!{fault.key}"

    def begin(self):
        self.messages += 1
        self.crew.draft(message_id=self.messages, music=self.rng.random() < 0.5)
        self.done.append("start")
        try:
            film.start(self.crew.film_id, self.crew.account.id)
        except UserFault as fault:
            self.done[-1] += f"!{fault.key}"

    def acts(self):
        asked = [self.approve] * 4 + [
            self.redo,
            self.choose,
            self.reword,
            self.revise,
            self.rewrite,
            self.fall_asleep,
            self.sheet,
        ]
        turns = [self.retry, self.resume, self.sweep, self.advance]
        making = [self.work] * 12 + [self.late_cancel]
        return {"waiting": asked, "working": making, "done": [self.redo] * 3 + [self.aspect, self.parts]}.get(
            self.crew.film.state, []
        ) + turns

    @property
    def ours(self):
        return self.crew.film_id, self.crew.account.id

    # -- the person --------------------------------------------------------------------------------------------------------

    def approve(self):
        film.approve(*self.ours, self.crew.film.stage)

    def redo(self):
        what = self.rng.choice(("picture", "clip", "narration"))
        film_changes.redo(*self.ours, self.rng.randint(1, SCENES), what, "other words")

    def reword(self):
        film_changes.reword(*self.ours, self.rng.randint(1, SCENES), "another sea")

    def choose(self):
        lost = list(film.failed(self.crew.film))
        model = f"model:{self.rng.choice(film.other_models(*self.ours))[0].id}"
        what = self.rng.choice(("again", "still", "leave_out", model))
        film.choose(*self.ours, self.rng.choice(("all", lost[:1])), what)

    def revise(self):
        film.revise(*self.ours, "darker")

    def rewrite(self):
        film.rewrite(*self.ours)

    def late_cancel(self):
        if self.rng.random() < 0.3:
            film.cancel(*self.ours)

    def fall_asleep(self):
        Film.update(waiting_since=0).where(Film.id == self.crew.film_id).execute()
        film_sweep.sweep()

    def resume(self):
        film.resume(*self.ours)

    def retry(self):
        film.retry(*self.ours)

    def sheet(self):
        film_changes.sheet(*self.ours)

    def aspect(self):
        film_changes.other_aspect(*self.ours, "1:1")

    def parts(self):
        film_changes.parts(*self.ours)

    # -- the worker ----------------------------------------------------------------------------------------------------------

    def sweep(self):
        film_sweep.sweep()

    def advance(self):
        film_stages.advance(self.crew.film_id)

    def work(self):
        works = [work for work in self.crew.open() if work.kind not in films.SIDE]
        work = self.rng.choice(works)
        fails = self.rng.random() < 0.15
        if work.job.kind == jobs.INNER:
            if fails:
                self.crew.refuse(work, self.rng.choice(CODES))
            else:
                self.crew.make(work)
        elif fails:
            film_work.stage_failed(self.crew.claimed(), "media", final=self.rng.random() < 0.3)
        elif work.kind == "revise":
            film_work.stage_done(self.crew.claimed())
        else:
            {"script": self.crew.write, "voice": self.crew.speak, "assembly": self.crew.assemble}[work.kind]()


def check(walk):
    crew = walk.crew
    said = f"{walk.done[-12:]} {crew.where}"
    assert billing.verify().problems == [], said
    spent = START - billing.balance(crew.account.id) - billing.held(crew.account.id)
    assert spent == sum(films.spent(film_id) for film_id in films.ids_of_account(crew.account.id)), said
    if crew.film.state not in films.MAKING:
        assert ledger.open_holds(f"film:{crew.film_id}:") == [], said
        assert [work for work in crew.open() if work.kind not in films.SIDE and work.job.sent_at is None] == [], said
    if crew.film.state == "working":
        assert crew.open(), f"nobody works: {said}"
    versions = OutboxRow.select().where(OutboxRow.dedup_key.startswith(f"film:{crew.film_id}:"), OutboxRow.kind == "video")
    assert versions.count() == crew.film.version, said
    assert Job.select().where(Job.kind == "scene", Job.state.in_(jobs.OPEN_STATES)).count() <= 4, said


@pytest.mark.parametrize("seed", range(4))
def test_the_books_are_right_after_each_step(account, data_dir, queue, seed):
    made = studio(data_dir, queue)
    limits = made.limits.model_copy(update={"requests_per_minute": 10**6, "requests_per_hour": 10**6})
    studio(data_dir, queue, limits=limits)
    walk = Walk(Crew(rich(account, START), data_dir, queue), seed)
    for _ in range(STEPS):
        walk.step()
        check(walk)
