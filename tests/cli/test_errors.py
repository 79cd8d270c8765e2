"""kiebot-admin errors: the list, one error, and the search for its cause."""

import json

import pytest

from kiebot.services import incidents
from kiebot.store import db
from tests.fakes.serving import Services


def broken(text):
    raise RuntimeError(text)


@pytest.fixture
def recorded(filled):
    """One error that happened three times, and an alarm. Gives the commands and both codes."""
    db.open_store(filled.data_dir)
    for number in range(3):
        try:
            broken(f"api_key='canary5' \x1b[2J {number}")
        except RuntimeError as error:
            code = incidents.record(error, process="bot", context={"job": 1})
    alarm = incidents.alarm("provider-auth", "kie", process="worker", words="wrong key")
    db.close_store()
    return filled, code, alarm


def test_errors_are_listed_with_their_counts(recorded):
    run, code, alarm = recorded
    assert [(row["code"], row["times"], row["kind"]) for row in run.json("errors", "list")] == [
        (alarm, 1, "provider-auth"),
        (code, 3, "RuntimeError"),
    ]
    assert run("errors", "list").stdout.splitlines()[0].split()[:3] == ["code", "times", "kind"]
    assert run.json("errors", "list", "--since", "1h", "--limit", "1")[0]["code"] == alarm


def test_one_error_is_shown_without_secrets_and_cannot_steer_the_terminal(recorded):
    run, code, _ = recorded
    shown = run("errors", "show", code.lower())
    assert "in broken" in shown.stdout
    assert '{"job": 1}' in shown.stdout
    assert "canary5" not in shown.output
    assert "\x1b" not in shown.output
    assert run.json("errors", "show", code)["context"] == {"job": 1}


def test_an_unknown_code_fails_in_words(recorded):
    done = recorded[0]("errors", "show", "NNNNNN")
    assert (done.exit_code, done.stderr) == (1, "kiebot-admin: there is no error NNNNNN\n")


def test_rules_answer_without_the_model(recorded):
    run, _, alarm = recorded
    found = run.json("errors", "diagnose", alarm, "--analyze-only")
    assert (found["by"], found["cause"]) == ("rule", "the provider refuses the key")
    assert "cause: the provider refuses the key (rule)" in run("errors", "diagnose", alarm).stdout


def test_the_model_is_asked_what_no_rule_knows_and_sees_no_secret(recorded, tmp_path):
    run, code, _ = recorded
    with Services(tmp_path / "ai") as services:
        run.file.write_text(
            run.file.read_text() + f'text = {{base_url = "{services.url}/v1", model = "kiebot-sandbox", api_key = "key"}}\n'
        )
        found = run.json("errors", "diagnose", code)
        asked = json.dumps(list(services.behaviour.prompts))
    assert (found["by"], bool(found["cause"])) == ("kiebot-sandbox", True)
    assert "in broken" in asked
    assert "canary5" not in asked


@pytest.mark.parametrize("options", [("--analyze-only",), ("--json",)])
def test_applying_goes_with_a_person_only(recorded, options):
    run, code, _ = recorded
    assert run("errors", "diagnose", code, "--apply", *options).exit_code == 2
    said = run("errors", "diagnose", code, "--apply", "--no-model")
    assert (said.exit_code, "nothing was changed" in said.stderr) == (1, True)


@pytest.mark.parametrize(("options", "words"), [(("--no-model",), "not known"), ((), "no text model is configured")])
def test_without_a_model_it_says_that_nobody_knows(recorded, options, words):
    run, code, _ = recorded
    assert words in run("errors", "diagnose", code, *options).stdout


def test_a_model_that_does_not_answer_is_told(recorded):
    run, code, _ = recorded
    run.file.write_text(run.file.read_text() + 'text = {base_url = "http://127.0.0.1:9/v1", api_key = "key"}\n')
    assert "the text model did not answer" in run("errors", "diagnose", code).stdout
