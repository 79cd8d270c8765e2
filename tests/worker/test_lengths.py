"""Orders that are paid by the seconds of the person's own clip: it is measured before anything leaves."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest

from kiebot.catalog import loading
from kiebot.config.keys import Billing, Limits
from kiebot.services import billing, input_files, references
from kiebot.services.delivery import Place
from kiebot.services.generation import GenerationOrder, request
from kiebot.services.incoming import Attachment, Incoming, Sender
from kiebot.services.pricing import Tariff
from kiebot.store import inputs, jobs, ledger
from kiebot.store.db import transaction
from kiebot.store.models import OutboxRow
from kiebot.store.order_models import InputFile
from tests.worker.conftest import said, state, wait_for

LIMITS = Limits(jobs_at_once=100, requests_per_minute=1000, requests_per_hour=1000)
TARIFF = Tariff(Billing(enabled=True))
MODEL = next(model for model in loading.load().models.values() if model.offered and model.id == "topaz/video-upscale")
ASSUMED_S = 60


@cache
def clip(seconds):
    source = f"testsrc=d={seconds}:s=64x48:r=10"
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        source,
        "-pix_fmt",
        "yuv420p",
        "-movflags",
        "frag_keyframe+empty_moov",
    ]
    return subprocess.run([*command, "-f", "mp4", "-"], check=True, capture_output=True).stdout


@pytest.fixture
def video(account, data_dir, queue):
    """A clip of Ann's of which Telegram says how long it is, rightly or not."""

    def video(content, says_s, message=1):
        file = Attachment(f"F{message}", size_bytes=1000, duration_s=says_s)
        incoming = Incoming(7, "private", "", message, Sender(7), "video", attachment=file)
        row = references.take(account.id, incoming, limits=LIMITS)
        path = input_files.path_of(data_dir, row.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        references.fetched(row.id, path, mime="video/mp4", size_bytes=path.stat().st_size, queue=queue)
        return inputs.get(row.id)

    return video


@pytest.fixture
def order_of(account, queue):
    """Order work on a clip or a link for the price that a form would show. Returns the job's id."""

    def order_of(place, says_s=None, *, number=1, billing_enabled=True):
        given = {"video_url": place}
        wanted = GenerationOrder(
            account.id, Place(7, "en"), MODEL.id, "", given, TARIFF.price_of(MODEL, given, says_s), 300, f"m:7:{number}",
            media_s=says_s,
        )  # fmt: skip
        return request(wanted, queue=queue, limits=LIMITS, billing_enabled=billing_enabled)

    return order_of


def price(seconds):
    return TARIFF.price_of(MODEL, {}, seconds)


@pytest.fixture
def account(account):
    """Ann with credits enough for a minute of clip."""
    with transaction(durable=True):
        ledger.add(account.id, "bonus", 10_000, "grant:2")
    return account


def test_a_clip_that_is_as_long_as_was_said_is_sent_for_what_was_shown(parts, video, order_of, kie, account):
    job_id = order_of(inputs.name_of(video(clip(2), 2).id), 2)
    parts.runner.run(job_id)
    assert (state(job_id), kie.calls["create"]) == ("running", 1)
    assert jobs.get(job_id).price == price(2) == billing.held(account.id)
    assert InputFile.get().measured


def test_a_clip_that_is_longer_than_was_said_is_not_sent_and_nothing_is_charged(parts, video, order_of, kie, account):
    before = billing.balance(account.id)
    job_id = order_of(inputs.name_of(video(clip(6), 1).id), 1)
    parts.runner.run(job_id)
    job = jobs.get(job_id)
    assert (job.state, job.fail_code) == ("failed", "longer")
    assert (kie.calls["create"], kie.calls["upload"]) == (0, 0)
    assert (billing.balance(account.id), billing.held(account.id)) == (before, 0)
    row = OutboxRow.select().order_by(OutboxRow.id.desc()).first()
    numbers = {"seconds": 6, "credits": price(6), "held": price(1)}
    assert row.payload["args"]["reason"] == {"key": "job-failed-longer", "args": numbers}
    assert f"job:retry:{job_id}" in str(row.payload["buttons"])
    assert billing.verify().problems == []


def test_what_telegram_rounded_is_nobodys_fault(parts, video, order_of, kie, account):
    job_id = order_of(inputs.name_of(video(clip(2.6), 2).id), 2)
    parts.runner.run(job_id)
    assert (state(job_id), jobs.get(job_id).price) == ("running", price(2))


def test_a_clip_that_is_shorter_costs_less(parts, video, order_of, kie, account):
    before = billing.balance(account.id)
    job_id = order_of(inputs.name_of(video(clip(2), 30).id), 30)
    kie.file = clip(1)
    parts.runner.run(job_id)
    assert (jobs.get(job_id).price, billing.held(account.id)) == (price(2), price(30))
    parts.poll()
    wait_for(lambda: state(job_id) == "storing")
    parts.runner.run(job_id)
    assert state(job_id) == "done"
    assert billing.balance(account.id) == before - price(2)
    assert billing.verify().problems == []


def test_a_link_is_fetched_measured_and_paid_by_its_real_length(parts, order_of, kie, account, data_dir):
    kie.file = clip(3)
    job_id = order_of(f"{kie.url}/files/clip.mp4")
    assert billing.held(account.id) == price(ASSUMED_S)
    parts.runner.run(job_id)
    job = jobs.get(job_id)
    assert (job.state, job.price) == ("running", price(3))
    (row,) = inputs.of_job(job_id)
    assert job.input == {"video_url": inputs.name_of(row.id)}
    assert (row.kind, row.duration_s, Path(row.path).read_bytes()) == ("video", pytest.approx(3, abs=0.2), clip(3))
    ((_, given),) = kie.created
    assert given["video_url"].startswith(f"{kie.url}/uploads/"), "what was measured is what is sent"
    assert not (data_dir / "media" / str(job_id) / "links").exists()


def test_a_link_that_leads_to_nothing_ends_the_order_without_a_charge(parts, order_of, kie, account):
    before = billing.balance(account.id)
    kie.file_faults = 1
    job_id = order_of(f"{kie.url}/files/clip.mp4")
    parts.runner.run(job_id)
    assert (state(job_id), jobs.get(job_id).fail_code, kie.calls["create"]) == ("failed", "link", 0)
    assert said("job-failed-link") == ["job-failed-link"]
    assert billing.balance(account.id) == before


def test_what_is_no_clip_ends_the_order_without_a_charge(parts, video, order_of, kie, account):
    before = billing.balance(account.id)
    job_id = order_of(inputs.name_of(video(b"\0\0\0\x18ftypmp42" + b"broken" * 50, 2).id), 2)
    parts.runner.run(job_id)
    assert (state(job_id), jobs.get(job_id).fail_code, kie.calls["create"]) == ("failed", "input", 0)
    assert billing.balance(account.id) == before


def test_whoever_pays_nothing_is_not_measured(parts, video, order_of, kie):
    job_id = order_of(inputs.name_of(video(clip(6), 1).id), 1, billing_enabled=False)
    parts.runner.run(job_id)
    assert state(job_id) == "running"
    assert not InputFile.get().measured


def test_a_clip_that_is_gone_is_waited_for_and_measured_when_it_is_here_again(parts, video, order_of, kie):
    row = video(clip(6), 1)
    Path(row.path).unlink()
    job_id = order_of(inputs.name_of(row.id), 1)
    parts.runner.run(job_id)
    assert (state(job_id), jobs.get(job_id).next_poll_at, inputs.get(row.id).state) == ("queued", jobs.NEVER, "fetching")
