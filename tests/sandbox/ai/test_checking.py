import json
import subprocess
import sys

import pytest

from kiebot.catalog.examples import minimal
from kiebot.catalog.loading import load as load_catalogue
from kiebot.sandbox.ai.checking import refusal, taken
from kiebot.sandbox.ai.listing import load

MODELS = load()
ANY_MEDIA = dict.fromkeys(("image", "video", "audio", "file", "page"), "https://example.com/a.png")
CLIP = {"prompt": "a red boat", "aspect_ratio": "16:9"}


def test_what_the_product_thinks_smallest_is_taken_for_every_current_model():
    """Two judges who know nothing of each other agree."""
    current = [model for model in load_catalogue().models.values() if model.status == "current"]
    refused = {model.id: refusal(MODELS[model.id], minimal(model, ANY_MEDIA)) for model in current}
    assert {name: said for name, said in refused.items() if said} == {}


@pytest.mark.parametrize(
    ("model", "given", "code", "message"),
    [
        ("google/nano-banana", {}, 500, "prompt is required"),
        ("z-image", {"prompt": "x", "aspect_ratio": "7:7"}, 500, "aspect_ratio is not within the range of allowed options"),
        ("z-image", {"prompt": "x", "aspect_ratio": "1:1 "}, 500, "aspect_ratio is not within the range of allowed options"),
        ("google/nano-banana", {"prompt": 5}, 422, "prompt must be of the type string"),
        ("google/nano-banana", {"prompt": "x" * 5_001}, 422, "prompt text length exceeds the maximum of 5000 characters"),
        ("bytedance/seedance-2", {**CLIP, "duration": 16}, 422, "duration must be at most 15"),
        ("bytedance/seedance-2", {**CLIP, "duration": "5"}, 422, "duration must be of the type integer"),
        ("bytedance/seedance-2", {**CLIP, "duration": True}, 422, "duration must be of the type integer"),
        ("bytedance/seedance-2-5", {**CLIP, "duration": -2}, 422, "duration is out of its range"),
        ("kling/v2-1-master-text-to-video", {**CLIP, "duration": 5}, 500, "duration is not within the range of allowed options"),
        ("bytedance/seedance-2", {**CLIP, "last_frame_url": "https://a.b/c.png"}, 422, "first_frame_url is required when"),
        ("recraft/remove-background", {"image": "ftp://a.b/c"}, 422, "image must be a valid URL"),
        ("recraft/remove-background", {"image": "http://[bad"}, 422, "image must be a valid URL"),
        ("google/nano-banana-edit", {"prompt": "x", "image_urls": []}, 422, "image_urls must have at least 1 items"),
        ("hailuo/2-3-image-to-video-pro", {}, 500, "is required"),
        ("elevenlabs/text-to-dialogue-v3", {"dialogue": [{"text": "x"}]}, 500, "dialogue[0].voice is required"),
        ("minimax-h3/image-to-video", {"prompt": "x", "duration": 5}, 422, "one of first_frame_url, last_frame_url is required"),
        ("runway", {"prompt": "x", "duration": 10, "quality": "1080p", "aspect_ratio": "1:1"}, 422, "cannot be combined"),
        ("runway", {"prompt": "x", "duration": 5, "quality": "720p"}, 422, "aspect_ratio is required when image_url is absent"),
    ],
)
def test_wrong_inputs_are_refused_in_kies_words(model, given, code, message):
    said = refusal(MODELS[model], given)
    assert said is not None
    assert (said[0], message in said[1]) == (code, True), said


def test_automatic_lengths_are_allowed_where_kie_allows_them():
    assert refusal(MODELS["bytedance/seedance-2-5"], {**CLIP, "duration": -1}) is None


def test_groups_that_exclude_each_other_are_refused():
    given = {**CLIP, "first_frame_url": "https://a.b/c.png", "reference_image_urls": ["https://a.b/d.png"]}
    said = refusal(MODELS["bytedance/seedance-2"], given)
    assert said is not None
    assert "cannot be used together" in said[1]


def test_a_misspelt_parameter_is_ignored_and_its_default_taken():
    model = MODELS["wan/3-0-video"]
    given = {"prompt": "x", "resolutoin": "480P"}
    assert refusal(model, given) is None
    assert taken(model, given)["resolution"] == "1080P"
    assert "resolutoin" not in taken(model, given)


@pytest.mark.parametrize(
    ("model", "code", "words"),
    [
        ("sora-2-text-to-video", 505, "temporarily paused"),
        ("ideogram/v3-reframe", 422, "not supported"),
        ("veo3", 422, "not supported"),
        ("", 422, "not supported"),
    ],
)
async def test_models_that_are_gone_are_refused_as_kie_does(services, model, code, words):
    answer = await services.order(model, {"prompt": "x"})
    assert (answer["code"], answer["data"]) == (code, None)
    assert words in answer["msg"]


async def test_lent_files_are_looked_at(services):
    text = await services.lend("a.png", b"no picture at all")
    assert "file type not supported" in (await services.order("recraft/remove-background", {"image": text}))["msg"]
    gone = services.server.url + "/files/uploads/images/never.png"
    assert (await services.order("recraft/remove-background", {"image": gone}))["code"] == 451


async def test_a_task_goes_on_only_from_one_that_succeeded(services):
    given = {"prompt": "x", "task_id": "0" * 32, "quality": "720p"}
    answer = await services.order("runway/extend-ai-video", given)
    assert (answer["code"], "task_id" in answer["msg"]) == (422, True)
    assert (await services.order("runway/extend-ai-video", {**given, "task_id": "x" * 300}))["code"] == 422


async def test_the_body_must_be_an_order(services):
    assert "input is required" in (await services.order("z-image", "text"))["msg"]
    assert (await services.post("/api/v1/jobs/createTask", [1])).json()["code"] == 422


def test_the_checker_is_loaded_by_the_sandbox_only():
    look = (
        "import json, sys, kiebot.telegram.app, kiebot.worker.app, kiebot.web.app, kiebot.cli.main;"
        "print(json.dumps([name for name in sys.modules if name.startswith(('jsonschema', 'referencing', 'rpds'))]))"
    )
    assert json.loads(subprocess.check_output([sys.executable, "-c", look])) == []
