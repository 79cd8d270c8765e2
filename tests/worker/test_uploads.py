"""Files of people on their way to the provider: uploaded before the order leaves, and once while the address lasts."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from kiebot.catalog import loading
from kiebot.catalog.schema import Parameter
from kiebot.config.keys import Limits
from kiebot.services import billing, input_files, references
from kiebot.services.delivery import Place
from kiebot.services.generation import GenerationOrder, request
from kiebot.services.incoming import Attachment, Incoming, Sender
from kiebot.store import inputs, jobs
from kiebot.store.db import utc_now
from kiebot.store.order_models import InputFile
from kiebot.worker.tasks.generation import addressed
from tests.fakes.kie import png
from tests.worker.conftest import said, state, wait_for

LIMITS = Limits(jobs_at_once=100, requests_per_minute=1000, requests_per_hour=1000)


def model_with_pictures():
    """A model that takes a list of pictures and makes one."""
    for model in loading.load().of_type("image_to_image"):
        lists = [p for p in model.media if p.type == "array" and p.items == "url-image"]
        others = [p.name for p in model.input.values() if p.required and p not in lists and p.name != model.prompt_parameter]
        if lists and not others and model.output == "image" and not model.rules:
            return model, lists[0].name
    raise AssertionError("the catalogue has no such model")


MODEL, PARAMETER = model_with_pictures()


@pytest.fixture
def picture(account, data_dir, queue):
    """A picture of Ann's that the bot has fetched."""

    def picture(message=1, content=None):
        file = Attachment(f"F{message}", size_bytes=1000)
        row = references.take(account.id, Incoming(7, "private", "", message, Sender(7), "photo", attachment=file), limits=LIMITS)
        path = input_files.path_of(data_dir, row.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content or png(width=64 + message))
        references.fetched(row.id, path, mime="image/png", size_bytes=path.stat().st_size, queue=queue)
        return inputs.get(row.id)

    return picture


@pytest.fixture
def order_with(account, queue):
    def order_with(*rows, number=1, deadline_s=300, **given):
        wanted = GenerationOrder(
            account.id,
            Place(7, "en"),
            MODEL.id,
            "a red boat",
            {"prompt": "a red boat", PARAMETER: [inputs.name_of(row.id) for row in rows]} | given,
            30,
            deadline_s,
            f"m:7:{number}",
        )
        return request(wanted, queue=queue, limits=LIMITS, billing_enabled=True)

    return order_with


def test_files_are_uploaded_and_their_addresses_sent(parts, picture, order_with, kie):
    first, second = picture(1), picture(2)
    job_id = order_with(first, second)
    parts.runner.run(job_id)
    assert state(job_id) == "running"
    ((model, given),) = kie.created
    assert model == MODEL.id
    assert [kie.uploaded[url.removeprefix(f"{kie.url}/uploads/")] for url in given[PARAMETER]] == [
        ("image/png", png(width=65)),
        ("image/png", png(width=66)),
    ]
    assert jobs.get(job_id).input[PARAMETER] == ["file:1", "file:2"], "the row keeps the person's files, not addresses that end"


def test_words_that_are_the_name_of_the_very_file_stay_words(parts, picture, order_with, kie):
    row = picture()
    words = inputs.name_of(row.id)
    parts.runner.run(order_with(row, prompt=words))
    ((_, given),) = kie.created
    assert given["prompt"] == words
    assert given[PARAMETER][0].startswith(kie.url)


def test_files_in_items_are_sent_as_addresses_and_the_words_beside_them_stay():
    item = {"url": Parameter("url", "string", required=True, format="url-image"), "about": Parameter("about", "string")}
    shots = Parameter("shots", "array", items="object", item_properties=item)
    model = replace(MODEL, input={"shots": shots, "prompt": Parameter("prompt", "string")})
    given = {"shots": [{"url": "file:1", "about": "file:1"}], "prompt": "file:1"}
    assert addressed(model, given, {1: "https://there/1"}) == {
        "shots": [{"url": "https://there/1", "about": "file:1"}],
        "prompt": "file:1",
    }


def test_an_upload_is_used_while_it_lasts_and_made_anew_afterwards(parts, picture, order_with, kie):
    row = picture()
    parts.runner.run(order_with(row, number=1))
    parts.runner.run(order_with(row, number=2))
    assert kie.calls["upload"] == 1
    InputFile.update(remote_until=utc_now() + 60).execute()
    parts.runner.run(order_with(row, number=3))
    assert kie.calls["upload"] == 2
    assert kie.calls["create"] == 3


def test_an_upload_that_fails_is_tried_again_and_nothing_was_sent_meanwhile(parts, picture, order_with, kie):
    kie.upload_faults = 1
    job_id = order_with(picture())
    parts.runner.run(job_id)
    assert (state(job_id), kie.calls["create"]) == ("queued", 0)
    jobs.change(job_id, next_poll_at=0)
    parts.runner.run(job_id)
    assert (state(job_id), kie.calls["create"]) == ("running", 1)


def test_uploads_that_never_work_end_at_the_deadline(parts, picture, order_with, kie, account):
    kie.upload_faults = 100
    job_id = order_with(picture(), deadline_s=0.001)
    parts.runner.run(job_id)
    assert state(job_id) == "failed"
    assert billing.balance(account.id) == 100


def test_a_file_that_is_gone_from_the_disk_is_fetched_again_first(parts, picture, order_with, kie, data_dir, queue):
    row = picture()
    job_id = order_with(row)
    input_files.path_of(data_dir, row.id).unlink()
    parts.runner.run(job_id)
    assert (state(job_id), jobs.get(job_id).next_poll_at, references.missing(job_id)) == ("queued", jobs.NEVER, [row.id])
    path = input_files.path_of(data_dir, row.id)
    path.write_bytes(png())
    references.fetched(row.id, path, mime="image/png", size_bytes=len(png()), queue=queue)
    parts.runner.run(job_id)
    assert (state(job_id), kie.calls["create"]) == ("running", 1)


def test_a_file_that_is_not_what_the_model_takes_is_never_sent(parts, picture, order_with, kie, account):
    row = picture()
    InputFile.update(kind="file", mime="application/pdf").execute()
    job_id = order_with(row)
    parts.runner.run(job_id)
    job = jobs.get(job_id)
    assert (job.state, job.fail_code) == ("failed", "input")
    assert PARAMETER in job.fail_message
    assert (kie.calls["upload"], kie.calls["create"], billing.balance(account.id)) == (0, 0, 100)


def test_an_input_that_is_not_valid_any_more_is_never_sent(parts, picture, order_with, kie):
    job_id = order_with(picture(), no_such_parameter=1)
    parts.runner.run(job_id)
    assert (state(job_id), kie.calls["create"]) == ("failed", 0)
    assert said("provider-input") == ["provider-input"]


@pytest.mark.parametrize("failpoint", ["job-uploading", "job-uploaded"])
def test_a_worker_killed_while_it_uploads_takes_the_job_again(worker, picture, order_with, kie, account, failpoint):
    job_id = order_with(picture())
    assert worker(failpoint).wait(20) == -signal.SIGKILL
    assert state(job_id) == "submitting"
    worker()
    wait_for(lambda: state(job_id) == "done")
    assert kie.calls["create"] == 1
    assert billing.balance(account.id) == 70
