"""A film crew for tests: it plays the person, the worker and the provider on the real store, as fast as they are asked."""

from __future__ import annotations

from dataclasses import replace

from kiebot.catalog import loading
from kiebot.config.keys import Billing, Film, Limits
from kiebot.films.choices import defaults
from kiebot.films.price import stages_of
from kiebot.services import film, film_studio, film_work, generation, sending
from kiebot.services.catalogue import LiveCatalogue
from kiebot.services.delivery import Place
from kiebot.services.film_studio import Studio
from kiebot.services.pricing import Tariff
from kiebot.store import films, jobs, ledger
from kiebot.store.db import transaction, utc_now
from kiebot.store.models import Job, OutboxRow

CATALOGUE = loading.load()
PRICED = Billing(enabled=True, speech_per_1000_chars=40)
SCENES = 4
START = 100_000  # credits of whoever makes films


def studio(data_dir, queue, *, billing=PRICED, limits=None, speaks=True, **rules):
    """A studio that is bound, with these rules."""
    rules = Film(script_price=7, **rules)
    made = Studio(rules, limits or Limits(), Tariff(billing), LiveCatalogue(CATALOGUE), queue, data_dir, speaks)
    film_studio.bind(made)
    return made


class Crew:
    """What everybody does for one film of `SCENES` scenes."""

    def __init__(self, account, data_dir, queue):
        self.account = account
        self.data_dir = data_dir
        self.queue = queue
        self.boot = "boot"
        self.film_id = 0

    # -- the person ----------------------------------------------------------------------------------------------------

    def choices(self, **changed):
        chosen = defaults(film_studio.bound().rules, language="en", voice="", image_model="", animation_model="")
        return replace(chosen, seconds=5 * SCENES, segment_s=5, **changed)

    def draft(self, message_id=1, **changed):
        drafted = film.begin(self.account.id, Place(7, "en"), message_id, "a lighthouse", self.choices(**changed))
        self.film_id = drafted.id
        return drafted

    def started(self, **changed):
        self.draft(**changed)
        return film.start(self.film_id, self.account.id)

    @property
    def film(self):
        return films.get(self.film_id)

    @property
    def where(self):
        return self.film.state, self.film.stage

    @property
    def scenes(self):
        return films.scenes(self.film_id)

    @property
    def prices(self):
        """What each stage of the whole film costs: script, pictures, animation, voice, music."""
        return tuple(stages_of(self.film.prices, SCENES).values())

    def approve(self, stage):
        return film.approve(self.film_id, self.account.id, stage)

    # -- the provider ----------------------------------------------------------------------------------------------------

    def open(self, *kinds):
        """The open jobs of the film, of some kinds."""
        return [work for work in films.open_works(self.film_id) if not kinds or work.kind in kinds]

    def sent(self, job_id):
        """The worker sent it, and the provider took it."""
        Job.update(next_poll_at=None).where(Job.id == job_id).execute()
        claimed = jobs.claim(job_id, "queued", "submitting", self.boot, provider="kie")
        remote = f"remote-{job_id}"
        assert sending.leaves(claimed)
        assert sending.sent(claimed, remote_id=remote, handle={"task_id": remote}, next_poll_at=utc_now())
        return jobs.get(job_id)

    def stored(self, job_id):
        """The provider finished; the worker is about to keep what it made."""
        assert generation.made(self.sent(job_id), [{"url": "https://files/1"}], 2.0, queue=self.queue)
        return jobs.claim(job_id, "storing", "storing", self.boot)

    def file(self, job_id, kind):
        folder = self.data_dir / "media" / str(job_id)
        folder.mkdir(parents=True, exist_ok=True)
        name, mime = {"picture": ("1.jpg", "image/jpeg"), "clip": ("1.mp4", "video/mp4"), "music": ("1.mp3", "audio/mpeg")}[kind]
        (folder / name).write_bytes(f"{kind} {job_id}".encode())
        found = {"path": str(folder / name), "mime": mime, "name": name, "size": (folder / name).stat().st_size}
        return found | ({} if kind == "music" else {"width": 1280, "height": 720})

    def make(self, work):
        """All of it, to the end."""
        job = self.stored(work.job_id)
        return generation.finish(job, [self.file(job.id, work.kind)])

    def refuse(self, work, code="transient", wait_s=0):
        """The provider says no."""
        return generation.fail(self.sent(work.job_id), code, message="their words", wait_s=wait_s)

    def make_all(self, *kinds, but=(), code="transient"):
        """Everything that a stage wants from providers; the scenes `but` fail as often as they are tried."""
        while works := self.open(*kinds):
            for work in works:
                if work.number in but:
                    self.refuse(work, code)
                else:
                    self.make(work)

    # -- the worker --------------------------------------------------------------------------------------------------------

    def claimed(self):
        """The film's own local job, taken."""
        job = jobs.get(self.film.job_id)
        Job.update(next_poll_at=None).where(Job.id == job.id).execute()
        return jobs.claim(job.id, job.state, "storing", self.boot)

    def write(self):
        """The script."""
        job = self.claimed()
        lines = [f"scene {number}" for number in range(1, SCENES + 1)]
        assert film_work.outline_kept(job, title="The Light", look={"characters": [], "look": "grey"}, lines=lines, percent=20)
        rows = [
            {"number": n, "narration": f"words {n}", "image_prompt": f"picture {n}", "motion_prompt": "slow"}
            for n in range(1, SCENES + 1)
        ]
        assert film_work.script_kept(job, rows, percent=100)
        return film_work.stage_done(job)

    def speak(self):
        job = self.claimed()
        for scene in films.scenes(self.film_id):
            if scene.voice is None and scene.treatment != "left_out":
                assert film_work.voice_kept(job, scene.number, self.own_file(f"voice-{scene.number}-{job.id}"), percent=50)
        return film_work.stage_done(job)

    def assemble(self):
        job = self.claimed()
        for scene in films.scenes(self.film_id):
            if scene.part is None and scene.treatment != "left_out":
                assert film_work.part_kept(job, scene.number, self.own_file(f"part-{scene.number}-{job.id}"), percent=50)
        film_file = self.own_file(f"film-{job.id}.mp4") | {"mime": "video/mp4", "width": 1280, "height": 720, "duration_s": 20.0}
        return film_work.stage_done(job, result=film_file | {"thumb": None, "name": "film.mp4"})

    def own_file(self, name):
        folder = film_studio.folder(self.film_id)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
        return {"path": str(folder / name), "mime": "application/octet-stream", "name": name, "size": len(name)}

    # -- as far as ... -------------------------------------------------------------------------------------------------------

    def to(self, stage, **changed):
        """A film that waits for an answer at a stage, or is finished ("done")."""
        self.started(**changed)
        self.write()
        for now, kind in (("script", ""), ("pictures", "picture"), ("animation", "clip")):
            if now != "script":
                self.make_all(kind)
            if now == stage:
                return self.film
            self.approve(now)
        if stage == "voice":
            return self.film
        self.make_all("music")
        self.speak()
        if stage == "assembly":
            return self.film
        self.assemble()
        return self.film


def rich(account, credits=START):
    with transaction(durable=True):
        ledger.add(account.id, "bonus", credits, "grant:film")
    return account


def keys():
    """What people were told, in order, without what nobody will see."""
    rows = OutboxRow.select().where(OutboxRow.state != "superseded").order_by(OutboxRow.id)
    return [row.payload.get("key") or row.kind for row in rows]
