"""kiebot-admin models sanity: real orders at the sandbox's KIE, and what the table says of them."""

import json

import pytest

from kiebot.catalog.schema import ORDERED_TYPES
from kiebot.cli.trial import Check, cost, maker_of, plan


def sanity(run_admin, *options):
    done = run_admin("models", "sanity", "--yes", "--poll", "0.1", "--json", *options)
    return done.exit_code, json.loads(done.stdout)


def test_the_plan_has_a_row_for_each_ordered_type_served_or_not(catalogue):
    checks = plan(catalogue, everything=False, only=None, transcribes=False)
    by_type = {check.type: check for check in checks}
    assert [check.type for check in checks][: len(ORDERED_TYPES)] == list(ORDERED_TYPES)
    assert (by_type["speech_to_text"].model, by_type["speech_to_text"].by) == (None, "")
    assert by_type["outpaint"].by == "nearest"
    assert by_type["text_to_image"].model is catalogue.default_for("text_to_image")


def test_speech_is_written_down_by_the_configured_server(catalogue):
    checks = plan(catalogue, everything=False, only=None, transcribes=True)
    assert {check.type for check in checks if check.by == "transcription"} == {"speech_to_text", "audio_to_text"}


def test_all_means_every_current_model_and_still_every_ordered_type(catalogue):
    checks = plan(catalogue, everything=True, only=None, transcribes=False)
    current = {model.id for model in catalogue.models.values() if model.status == "current"}
    assert {check.model.id for check in checks if check.model} == current
    assert {check.type for check in checks} >= set(ORDERED_TYPES)


def test_one_type_narrows_it_to_the_models_that_serve_it(catalogue):
    (one,) = plan(catalogue, everything=False, only="upscale", transcribes=False)
    assert one.model is catalogue.default_for("upscale")
    every = plan(catalogue, everything=True, only="upscale", transcribes=False)
    assert {check.model.id for check in every} == {model.id for model in catalogue.of_type("upscale", include_hidden=True)}


def test_whoever_goes_on_from_an_earlier_task_has_a_maker_in_its_family(catalogue):
    needy = [model for model in catalogue.models.values() if model.status == "current" and maker_of(catalogue, model)]
    assert needy
    for model in needy:
        maker = maker_of(catalogue, model)
        assert (maker.family, maker.status) == (model.family, "current")
        assert all(maker.id in parameter.makers for parameter in model.earlier)
        assert maker_of(catalogue, maker_of(catalogue, maker) or maker) is None, "what begins the chain needs nothing"


def test_the_cost_counts_a_model_once_and_its_maker_too(catalogue):
    model = next(
        model for model in catalogue.models.values() if model.price and model.status == "current" and maker_of(catalogue, model)
    )
    alone, _ = cost(catalogue, [Check(model.type, model, "model")])
    assert cost(catalogue, [Check(model.type, model, "model")] * 3) == (alone, 0)
    maker = maker_of(catalogue, model)
    assert alone > cost(catalogue, [Check(maker.type, maker, "model")])[0]


@pytest.mark.parametrize("model_type", ["text_to_image", "image_to_video", "audio_to_image", "text_to_text"])
def test_a_type_is_ordered_for_real_and_its_result_checked(run_admin, kie, catalogue, model_type):
    code, report = sanity(run_admin, "--type", model_type)
    (row,) = report["rows"]
    assert (code, report["ok"], row["ok"], row["state"]) == (0, True, True, "done"), row
    assert row["model"] == catalogue.default_for(model_type).id
    assert row["detail"].startswith(catalogue.default_for(model_type).output)
    assert row["seconds"] > 0


def test_a_failed_order_is_a_fail_and_ends_with_1(run_admin, kie):
    kie.behave(service="kie", action="fail", fail_code="501", fail_msg="too dark")
    code, report = sanity(run_admin, "--type", "text_to_image")
    assert (code, report["ok"], report["rows"][0]["state"]) == (1, False, "failed")
    assert "too dark" in report["rows"][0]["detail"]


def test_a_result_of_another_kind_is_a_fail(run_admin, kie):
    kie.behave(service="kie", action="wrong_type")
    code, report = sanity(run_admin, "--type", "text_to_image")
    assert (code, report["rows"][0]["ok"]) == (1, False)
    assert "instead of image" in report["rows"][0]["detail"]


def test_an_order_that_was_refused_for_the_pace_is_sent_again(run_admin, kie):
    kie.behave(service="kie", action="429", retry_after_s=0.1)
    assert sanity(run_admin, "--type", "text_to_image")[0] == 0


def test_what_nobody_serves_is_said_so_and_no_failure(run_admin, kie):
    code, report = sanity(run_admin, "--type", "speech_to_text")
    (row,) = report["rows"]
    assert (code, row["model"], row["state"], row["ok"]) == (0, "-", "not configured", None)


def test_the_transcription_server_is_tried_with_a_sound(run_admin, kie):
    run_admin.file.write_text(run_admin.file.read_text() + f'transcription.base_url = "{kie.url}/v1"\n')
    code, report = sanity(run_admin, "--type", "speech_to_text")
    assert (code, report["rows"][0]["model"], report["rows"][0]["state"]) == (0, "[transcription]", "done")
    kie.behave(service="transcription", action="500")
    code, report = sanity(run_admin, "--type", "speech_to_text")
    assert code == 1
    assert "told to answer 500" in report["rows"][0]["detail"]


def test_money_is_spent_only_after_the_price_was_agreed(run_admin, kie, catalogue):
    asked = run_admin("models", "sanity", "--type", "text_to_image", given="n\n")
    assert asked.exit_code == 1
    credits, _ = cost(catalogue, plan(catalogue, everything=False, only="text_to_image", transcribes=False))
    assert f"Order from 1 models for about {credits} KIE credits" in asked.stderr
    dry = run_admin("models", "sanity", "--dry-run")
    assert dry.exit_code == 0
    assert "would order from" in dry.stdout
    assert "(nearest)" in dry.stdout
    assert kie.behaviour.counters["requests.kie"] == 0


def test_the_table_for_people_says_ok_or_fail(run_admin, kie):
    shown = run_admin("models", "sanity", "--type", "text_to_image", "--yes", "--poll", "0.1").stdout.splitlines()
    assert shown[0].split() == ["model", "type", "state", "ok/fail", "time"]
    assert shown[1].split()[1:4] == ["text_to_image", "done", "ok"]
