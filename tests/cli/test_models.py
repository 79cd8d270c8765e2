"""kiebot-admin models: what the catalogue holds, whether an input is right, what it costs, and switching models."""

import json
import math
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

import kiebot
from kiebot.catalog.examples import minimal
from kiebot.catalog.prices import provider_credits
from kiebot.cli.trial import PLACES
from kiebot.services.catalogue import LiveCatalogue
from kiebot.store import db, overrides
from tests.stores import open_new_store

ROOT = Path(kiebot.__file__).parents[1]
ROW = {"id", "label", "vendor", "type", "output", "provider", "status", "price"}


@pytest.fixture
def picture(catalogue):
    return catalogue.default_for("text_to_image")


@pytest.fixture
def store(run_admin):
    """An empty store where the configuration points."""
    open_new_store(run_admin.data_dir)
    db.close_store()
    return run_admin


def test_all_models_are_listed_with_their_status(run_admin, catalogue):
    listed = run_admin.json("models", "list")
    assert Counter(row["status"] for row in listed) == Counter(model.status for model in catalogue.models.values())
    assert all(set(row) == ROW for row in listed)
    assert [row["id"] for row in listed] == list(catalogue.models)


def test_the_list_is_narrowed_by_type_vendor_status_and_by_what_is_offered(run_admin, catalogue, picture):
    def ids(*options):
        return [row["id"] for row in run_admin.json("models", "list", *options)]

    assert ids("--type", "upscale", "--offered") == [m.id for m in catalogue.models.values() if m.offered and m.serves("upscale")]
    assert picture.id in ids("--vendor", picture.vendor.upper())
    assert {m.id for m in catalogue.models.values() if m.status == "paused"} == set(ids("--status", "paused"))
    assert run_admin("models", "list", "--vendor", "nobody").stdout == "no models\n"
    assert run_admin("models", "list", "--type", "smell").exit_code == 2


def test_the_list_for_people_shows_the_price(run_admin, picture):
    line = next(line for line in run_admin("models", "list").stdout.splitlines() if line.startswith(f"{picture.id} "))
    assert "per image" in line
    assert line.rstrip().endswith("current")


def test_a_model_is_shown_whole(run_admin, catalogue):
    for model in catalogue.models.values():
        if model.rules and model.price is not None:
            break
    shown = run_admin.json("models", "show", model.id)
    assert set(shown["input"]) == set(model.input)
    assert (shown["id"], len(shown["rules"]), shown["price"]["unit"]) == (model.id, len(model.rules), model.price.unit)
    words = run_admin("models", "show", model.id).stdout
    assert all(name in words for name in model.input)


def test_what_is_shown_is_written_for_people(run_admin, catalogue):
    unpriced = next(model for model in catalogue.models.values() if model.status == "current" and model.price is None)
    words = run_admin("models", "show", unpriced.id).stdout
    assert "the provider takes  not known" in words
    assert "null" not in words
    assert f"{unpriced.label['en']} / {unpriced.label['ru']}" in words
    ruled = next(model for model in catalogue.models.values() if any(rule.kind == "required_if" for rule in model.rules))
    assert 'rule  required_if: ["' in run_admin("models", "show", ruled.id).stdout
    assert "provider_credits  not known" in run_admin("models", "price", unpriced.id).stdout


def test_a_valid_input_ends_with_0(run_admin, picture):
    given = json.dumps(minimal(picture, PLACES))
    assert run_admin.json("models", "validate", picture.id, "--input", given) == {"valid": True, "errors": []}
    assert run_admin("models", "validate", picture.id, "--input", given).stdout == "valid\n"


def test_an_invalid_input_ends_with_1_and_every_error(run_admin, picture):
    done = run_admin("models", "validate", picture.id, "--input", '{"promt": "a boat"}', "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["valid"]) == (1, False)
    assert {("promt", "unknown"), ("prompt", "required")} <= {(error["field"], error["code"]) for error in report["errors"]}
    assert all(set(error) == {"field", "code", "message"} and error["message"] for error in report["errors"])
    assert "[unknown]" in run_admin("models", "validate", picture.id, "--input", '{"promt": "a boat"}').stdout


def test_an_input_may_come_from_a_file_or_the_standard_input(run_admin, picture, tmp_path):
    given = json.dumps(minimal(picture, PLACES))
    (tmp_path / "input.json").write_text(given)
    assert run_admin("models", "validate", picture.id, "--input", f"@{tmp_path / 'input.json'}").exit_code == 0
    assert run_admin("models", "validate", picture.id, "--input", "@-", given=given).exit_code == 0


@pytest.mark.parametrize("given", ["{", "5", "@/nowhere/input.json"])
def test_what_is_no_json_object_is_wrong_use(run_admin, picture, given):
    assert run_admin("models", "validate", picture.id, "--input", given).exit_code == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("{", "broken JSON"),
        ("[1]", "must be a JSON object"),
        ('{"prompt": "a", "prompt": "b"}', '"prompt" stands there twice'),
        ('{"prompt": ' + "[" * 200_000 + "]" * 200_000 + "}", "too many values inside of each other"),
        ('{"prompt": ' + "1" * 5000 + "}", "a number has 5000 digits"),
    ],
    ids=["broken", "list", "twice", "deep", "long number"],
)
def test_what_is_no_json_object_is_told_as_json_to_programs(run_admin, picture, tmp_path, given, words):
    (tmp_path / "input.json").write_text(given)
    done = run_admin("models", "validate", picture.id, "--input", f"@{tmp_path / 'input.json'}", "--json")
    (error,) = json.loads(done.stdout)["errors"]
    assert (done.exit_code, json.loads(done.stdout)["valid"], error["code"]) == (1, False, "json")
    assert words in error["message"]
    plain = run_admin("models", "validate", picture.id, "--input", f"@{tmp_path / 'input.json'}")
    assert (plain.exit_code, words in plain.stderr) == (2, True)


def test_half_of_a_character_and_a_vast_number_are_refused_and_told(run_admin, catalogue):
    stepped = ((model, p.name) for model in catalogue.models.values() for p in model.input.values() if p.multiple_of and p.max)
    model, name = next(stepped)
    done = run_admin("models", "validate", model.id, "--input", f'{{"{name}": {10**39}}}', "--json")
    assert (name, "max") in {(error["field"], error["code"]) for error in json.loads(done.stdout)["errors"]}
    for given, field in (('{"prompt": "\\ud800"}', "prompt"), ('{"\\ud800": 1}', "\\ud800")):
        done = run_admin("models", "validate", model.id, "--input", given, "--json")
        assert [(error["field"], error["code"]) for error in json.loads(done.stdout)["errors"]] == [(field, "text")]
        assert run_admin("models", "validate", model.id, "--input", given).exit_code == 1
    assert json.loads(run_admin("models", "validate", "\udcff", "--input", "{}", "--json").stdout)["valid"] is False


def test_an_unknown_model_is_refused_with_the_nearest(run_admin, picture):
    typo = picture.id[:-2] + picture.id[-1]
    done = run_admin("models", "show", typo)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"there is no model '{typo}'; the nearest: " in done.stderr
    assert picture.id in done.stderr
    report = json.loads(run_admin("models", "validate", typo, "--input", "{}", "--json").stdout)
    assert (report["valid"], report["errors"][0]["code"]) == (False, "unknown_model")


def test_a_valid_input_for_a_model_that_is_not_offered_says_so(run_admin, catalogue):
    model = next(model for model in catalogue.models.values() if model.status == "paused")
    told = run_admin("models", "validate", model.id, "--input", json.dumps(minimal(model, PLACES))).stdout
    assert told.startswith("valid, but the model is not offered (paused: ")


def test_the_price_is_told_exactly_and_in_whole_credits(run_admin, catalogue):
    model = catalogue.default_for("text_to_video")
    exact = provider_credits(model, {})
    told = run_admin.json("models", "price", model.id)
    assert Decimal(str(told["provider_credits"])) == exact
    assert (told["credits"], told["unit"]) == (math.ceil(exact), model.price.unit)
    assert Decimal(str(told["usd"])) == exact * Decimal("0.005")


def test_prices_are_those_of_the_configuration_and_what_the_operator_pays_stands_beside_them(store, picture):
    store.file.write_text(
        f'{store.file.read_text()}\nbilling.credit_price = 0.5\nbilling.model_margins = {{"{picture.id}" = 3}}\n'
    )
    exact = provider_credits(picture, {})
    told = store.json("models", "price", picture.id)
    assert (told["cost"], told["margin"], told["credits"]) == (float(exact) / 2, 3, math.ceil(float(exact) * 1.5))
    listed = next(row for row in store.json("models", "list") if row["id"] == picture.id)
    assert listed["price"]["from"] <= told["credits"]
    assert store.json("models", "show", picture.id)["people_pay"] == listed["price"]


def test_the_operators_price_is_what_people_pay_until_it_is_taken_back(store, picture):
    before = store.json("models", "price", picture.id)
    assert store("models", "price", picture.id, "--set", "77", given="n\n").exit_code == 1
    assert store.json("models", "price", picture.id, "--set", "77", "--dry-run") == before
    told = store.json("models", "price", picture.id, "--set", "77", "--yes")
    assert (told["credits"], told["set_by_operator"], told["provider_credits"]) == (77, True, before["provider_credits"])
    assert next(row for row in store.json("models", "list") if row["id"] == picture.id)["price"]["from"] == 77
    assert store.json("models", "price", picture.id, "--reset", "--yes") == before


@pytest.mark.parametrize(
    "wrong", ["seven", "true", "-1", "1000001", "[]", '{"unit": "image"}', '{"unit": "image", "credits": 1, "units": "nothing"}']
)
def test_a_price_that_is_none_is_not_set(store, picture, wrong):
    before = store.json("models", "price", picture.id)
    assert store("models", "price", picture.id, f"--set={wrong}", "--yes").exit_code in (1, 2)
    assert store.json("models", "price", picture.id) == before


def test_a_price_of_an_input_that_is_wrong_is_refused(run_admin, picture):
    done = run_admin("models", "price", picture.id, "--input", '{"promt": 1}')
    assert (done.exit_code, done.stdout) == (1, "")
    assert "promt" in done.stderr


def test_a_price_that_nobody_knows_is_said_to_be_none(run_admin, catalogue):
    model = next(model for model in catalogue.models.values() if model.price is None)
    assert run_admin.json("models", "price", model.id)["credits"] is None
    assert "not known" in run_admin("models", "price", model.id).stdout


def test_these_need_no_configuration_and_no_data_directory(tmp_path, picture):
    commands = [
        ["list"],
        ["show", picture.id],
        ["price", picture.id],
        ["validate", picture.id, "--input", '{"prompt": "a boat"}'],
    ]
    code = "from kiebot.cli.admin import admin\n" + "".join(
        f"try: admin(['models', *{command}])\nexcept SystemExit as end: assert not end.code\n" for command in commands
    )
    environ = {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, env=environ)
    assert list(tmp_path.iterdir()) == []


def test_the_list_loads_neither_the_network_nor_tables():
    heavy = ("rich", "httpx", "openai", "peewee", "huey", "pyrogram", "PIL", "kiebot.sandbox")
    code = (
        "import sys; from kiebot.cli.admin import admin; admin(['models', 'list', '--json'], standalone_mode=False);"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_disabled_model_is_offered_to_nobody_at_once_and_enabling_undoes_it(store, catalogue, picture):
    db.open_store(store.data_dir)
    live = LiveCatalogue(catalogue)
    assert live.now.get(picture.id).offered
    db.close_store()
    done = store.json("models", "disable", picture.id, "--reason", "too dear", "--yes")
    assert done == {"model": picture.id, "was": "current", "status": "disabled", "reason": "too dear", "changed": True}
    shown = store.json("models", "show", picture.id)
    assert (shown["status"], shown["reason"]) == ("disabled", "too dear")
    assert next(row for row in store.json("models", "list") if row["id"] == picture.id)["status"] == "disabled"
    assert store("models", "enable", picture.id, "--yes").stdout == f"{picture.id} is offered\n"
    assert store.json("models", "show", picture.id)["status"] == "current"


def test_switching_asks_first_and_a_dry_run_changes_nothing(store, picture):
    assert store("models", "disable", picture.id, given="n\n").exit_code == 1
    assert store("models", "disable", picture.id, "--dry-run").stdout == f"{picture.id} would not be offered\n"
    assert store.json("models", "show", picture.id)["status"] == "current"
    assert store("models", "disable", picture.id, given="y\n").exit_code == 0
    assert store.json("models", "show", picture.id)["status"] == "disabled"


def test_enabling_does_not_bring_back_what_the_provider_rests_or_what_has_ended(store, catalogue, picture):
    paused = next(model for model in catalogue.models.values() if model.status == "paused")
    done = store("models", "enable", paused.id, "--yes")
    assert done.exit_code == 1
    assert f"{paused.id} is paused in the catalogue, which enabling does not change" in done.stderr
    db.open_store(store.data_dir)
    with db.transaction():
        overrides.save(picture.id, enabled=False, ends="2020-01-01")
    db.close_store()
    done = store("models", "enable", picture.id, "--yes")
    assert done.exit_code == 1
    assert "still disabled: ended on 2020-01-01" in done.stderr


def test_an_unknown_model_cannot_be_switched(store):
    assert "there is no model" in store("models", "disable", "acme/film", "--yes").stderr


def test_a_store_that_cannot_be_read_leaves_the_list_as_it_is_written(run_admin, catalogue):
    run_admin.data_dir.mkdir()
    (run_admin.data_dir / "kiebot.db").write_bytes(b"not a database at all" * 500)
    done = run_admin("models", "list", "--json")
    assert done.exit_code == 0
    assert len(json.loads(done.stdout)) == len(catalogue.models)
    assert "note: shown without the operator's changes" in done.stderr
