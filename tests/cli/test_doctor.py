"""doctor: what it finds, what it mends, and what it asks online."""

import json
import socket
import threading
import time

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from kiebot.cli import probes
from kiebot.config import load
from kiebot.process import only_one
from kiebot.sandbox.ai.app import create_app
from kiebot.sandbox.ai.behaviour import Behaviour
from kiebot.sandbox.ai.scripted import Scripted
from kiebot.sandbox.server import LocalServer
from kiebot.store import bot_calls, db
from tests.fakes.serving import served


def checks(done):
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


@pytest.fixture
def whole(run_admin):
    """A configuration with which a bot could start."""
    text = run_admin.file.read_text()
    text += 'telegram = {api_id = 1, api_hash = "0123456789abcdef0123456789abcdef", bot_token = "1:b"}\ntext = {base_url = "http://127.0.0.1:9/v1"}\n'
    run_admin.file.write_text(text)
    return run_admin


def test_every_check_has_a_name_a_status_and_words(whole):
    done = whole("doctor", "--json")
    found = checks(done)
    assert (done.exit_code, json.loads(done.stdout)["ok"]) == (0, True)
    assert {"python", "sqlite", "ffmpeg", "tesseract", "bubblewrap", "fonts", "config", "data directory", "disk"} <= set(found)
    assert all(set(check) == {"name", "status", "detail", "fix"} and check["detail"] for check in found.values())
    assert all(check["status"] in ("ok", "warn", "fail") for check in found.values())


def test_an_incomplete_configuration_fails(run_admin):
    done = run_admin("doctor", "--json")
    assert done.exit_code == 1
    assert checks(done)["config"]["status"] == "fail"
    assert "telegram.bot_token" in checks(done)["config"]["detail"]


def test_an_invalid_configuration_is_told_and_the_machine_is_still_looked_at(run_admin):
    run_admin.file.write_text("[web]\nport = -1\n")
    done = run_admin("doctor", "--json")
    assert done.exit_code == 1
    assert "web.port: must be at least 0" in checks(done)["config"]["detail"]
    assert checks(done)["sqlite"]["status"] == "ok"


def test_fix_makes_the_folder_and_closes_what_others_can_read(whole):
    whole.file.chmod(0o644)
    before = checks(whole("doctor", "--json"))
    assert (before["data directory"]["status"], before["config file rights"]["status"]) == ("warn", "warn")

    after = checks(whole("doctor", "--fix", "--json"))
    assert (after["data directory"]["status"], after["config file rights"]["status"]) == ("ok", "ok")
    assert whole.data_dir.stat().st_mode & 0o777 == 0o700
    assert whole.file.stat().st_mode & 0o777 == 0o600

    whole.data_dir.chmod(0o755)
    assert checks(whole("doctor", "--json"))["data directory"]["status"] == "warn"
    whole("doctor", "--fix")
    assert whole.data_dir.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("below", ["", "deep/er"])
def test_a_data_directory_where_a_file_stands_is_told_as_it_is(whole, below):
    whole.data_dir.touch()
    whole.file.write_text(whole.file.read_text().replace(str(whole.data_dir), str(whole.data_dir / below)))
    for options in ((), ("--fix",)):
        found = checks(whole("doctor", "--json", *options))
        told = f"{whole.data_dir} is not a folder: name one, or a place where one can be made"
        assert (found["data directory"]["status"], found["data directory"]["detail"]) == ("fail", told)
        assert (found["config"]["status"], "data_dir" in found["config"]["detail"]) == ("fail", True)
        assert [found[name]["detail"] for name in ("bot", "worker")] == ["has not run here yet"] * 2


def test_a_data_directory_that_cannot_be_made_is_told_and_the_rest_is_looked_at(whole):
    whole.file.write_text(whole.file.read_text().replace(str(whole.data_dir), "/proc/kiebot"))
    found = checks(whole("doctor", "--fix", "--json"))
    assert found["data directory"]["status"] == "fail"
    assert found["data directory"]["detail"].startswith("/proc/kiebot cannot be made: ")
    assert {"disk", "database", "bot", "worker"} <= set(found)


def test_a_store_without_the_schema_of_this_release_fails(whole):
    db.connect(whole.data_dir)
    db.close_store()
    found = checks(whole("doctor", "--json"))["database"]
    assert (found["status"], found["fix"]) == ("fail", "kiebot-admin db migrate")


def test_it_knows_which_processes_run(whole):
    with only_one("bot", whole.data_dir):
        found = checks(whole("doctor", "--json"))
        assert found["bot"]["detail"].startswith("runs: pid ")
    assert checks(whole("doctor", "--json"))["bot"]["detail"] == "does not run"
    assert found["worker"]["detail"] == "has not run here yet"


def test_people_read_one_line_a_check_and_the_line_that_mends_it(run_admin):
    lines = run_admin("doctor").stdout.splitlines()
    assert any(line.startswith("ok    sqlite: ") for line in lines)
    at = next(number for number, line in enumerate(lines) if line.startswith("FAIL  config: "))
    assert lines[at + 1] == "      kiebot-admin config check"


@pytest.fixture
def behaviour():
    return Behaviour()


@pytest.fixture
async def services(tmp_path, behaviour):
    """The sandbox's AI services, and the keys that lead to them."""
    server = LocalServer(create_app(tmp_path / "ai", behaviour, Scripted()))
    await server.start()
    yield {
        "KIEBOT_TEXT__BASE_URL": f"{server.url}/v1",
        "KIEBOT_TEXT__MODEL": "sandbox-script",
        "KIEBOT_TEXT__API_KEY": "k",
        "KIEBOT_TRANSCRIPTION__BASE_URL": f"{server.url}/v1",
        "KIEBOT_TRANSCRIPTION__MODEL": "sandbox-ear",
        "KIEBOT_SPEECH__BASE_URL": f"{server.url}/v1",
        "KIEBOT_SPEECH__MODEL": "sandbox-voice",
        "KIEBOT_KIE__BASE_URL": server.url,
        "KIEBOT_KIE__API_KEY": "k",
    }
    await server.stop()


async def online(environ):
    return {check.name: check for check in await probes.services(load(None, environ))}


async def test_online_it_asks_for_the_models_the_time_and_the_credit(services):
    found = await online(services)
    assert {check.status for check in found.values()} == {"ok"}
    assert "credits" in found["kie"].detail
    assert "e+" not in found["kie"].detail, "in digits, however many"
    assert "sandbox-ear" in found["transcription"].detail
    assert "sandbox-voice" in found["speech"].detail


async def test_the_model_that_looks_is_shown_a_red_picture(services):
    found = (await online(services))["vision"]
    assert (found.status, found.fix) == ("ok", "")


@pytest.mark.parametrize(
    ("how", "status", "fix"),
    [
        ({"code": 400, "message": "image_url is only supported by certain models"}, "warn", "set vision.model"),
        ({"code": 401, "message": "no such key"}, "fail", "look at vision.api_key"),
        ({"code": 404, "message": "no such model"}, "fail", "look at vision.model"),
    ],
)
async def test_a_model_that_sees_nothing_is_told(services, behaviour, how, status, fix):
    await behaviour.apply({"service": "chat", "action": "error", "times": 1, **how})
    found = (await online({**services, "KIEBOT_VISION__MODEL": "sandbox-script"}))["vision"]
    assert (found.status, found.fix) == (status, fix)


def test_vision_settings_that_lead_nowhere_are_told(whole):
    assert checks(whole("doctor", "--json"))["vision"]["detail"].startswith("the text model looks at pictures")
    for extra, fix in (
        ('vision = {base_url = "http://127.0.0.1:9/v1"}', "set vision.model"),
        ('vision = {api_key = "k"}', "set vision.base_url too"),
    ):
        text = whole.file.read_text()
        whole.file.write_text(f"{text}{extra}\n")
        found = checks(whole("doctor", "--json"))["vision"]
        assert (found["status"], found["fix"]) == ("warn", fix)
        whole.file.write_text(text)


async def test_a_model_that_the_server_does_not_have_is_noticed(services):
    found = await online({**services, "KIEBOT_TEXT__MODEL": "gpt-0"})
    assert (found["text model"].status, found["text model"].fix) == ("warn", "look at text.model")


async def test_services_that_cannot_be_reached_fail_in_words():
    nobody = "http://127.0.0.1:9"
    found = await online({"KIEBOT_TEXT__BASE_URL": f"{nobody}/v1", "KIEBOT_KIE__BASE_URL": nobody, "KIEBOT_KIE__API_KEY": "k"})
    assert [found[name].status for name in ("text model", "kie")] == ["fail", "fail"]


async def test_speech_is_asked_for_when_it_is_configured(services):
    nobody = "http://127.0.0.1:9/v1"
    found = await online({**services, "KIEBOT_TRANSCRIPTION__BASE_URL": nobody, "KIEBOT_SPEECH__BASE_URL": ""})
    assert (found["transcription"].status, found["speech"].status) == ("fail", "warn")
    assert found["speech"].fix == "set speech.base_url"


async def test_without_a_key_for_pictures_it_only_warns(services):
    found = await online({**services, "KIEBOT_KIE__API_KEY": ""})
    assert found["kie"].status == "warn"


def answer_like_a_bot(data_dir, state, result):
    """What the bot does with a queued call."""
    deadline = time.monotonic() + 10
    while not (asked := bot_calls.queued()) and time.monotonic() < deadline:
        time.sleep(0.02)
    bot_calls.finish(asked[0].id, state, result)
    db.close_store()


@pytest.mark.parametrize(
    ("answer", "status", "detail"),
    [
        (("done", {"id": 5, "username": "a_bot"}), "ok", "@a_bot (5)"),
        (("failed", {"error": "AUTH_KEY_UNREGISTERED"}), "fail", "AUTH_KEY_UNREGISTERED"),
    ],
)
def test_telegram_is_asked_through_the_running_bot(filled, answer, status, detail):
    db.open_store(filled.data_dir)
    bot = threading.Thread(target=answer_like_a_bot, args=(filled.data_dir, *answer))
    bot.start()
    found = probes.telegram(filled.file)
    bot.join()
    assert (found.status, found.detail) == (status, detail)


class BotApi:
    """Telegram's HTTP Bot API as far as a webhook goes."""

    def __init__(self, url):
        self.webhook = url
        routes = [Route("/bot1:b/getWebhookInfo", self._info), Route("/bot1:b/deleteWebhook", self._delete, methods=["POST"])]
        self.app = Starlette(routes=routes)

    async def _info(self, _):
        return JSONResponse({"ok": True, "result": {"url": self.webhook, "pending_update_count": 3}})

    async def _delete(self, _):
        self.webhook = ""
        return JSONResponse({"ok": True, "result": True, "description": "Webhook was deleted"})


@pytest.fixture
def past(whole):
    """A bot whose webhook still belongs to another program; it does not run yet. The other services are not there."""
    bot_api = BotApi("https://other.example/hook/secret")
    with served(bot_api.app) as url:
        text = whole.file.read_text().replace("bot_token = ", f'bot_api_url = "{url}", bot_token = ')
        whole.file.write_text(f'{text}speech.base_url = ""\ntranscription.base_url = ""\n')
        yield bot_api


def webhook(done):
    found = checks(done)["webhook"]
    return found["status"], found["detail"]


def test_a_webhook_left_over_is_told_with_its_host_alone_and_stays(whole, past):
    done = whole("doctor", "--online", "--json")
    status, detail = webhook(done)
    assert (status, detail.startswith("other.example gets this bot's messages too")) == ("warn", True)
    assert "secret" not in done.output
    assert past.webhook


@pytest.mark.parametrize(("options", "typed"), [(("--yes",), ""), ((), "y\n")])
def test_fix_removes_it_when_the_operator_agrees(whole, past, options, typed):
    done = whole("doctor", "--online", "--fix", "--json", *options, given=typed)
    assert webhook(done) == ("ok", "removed: other.example got this bot's messages, too")
    assert ("Remove the webhook?" in done.stderr) == bool(typed)
    assert past.webhook == ""
    assert webhook(whole("doctor", "--online", "--json"))[0] == "ok"


@pytest.mark.parametrize(("options", "typed"), [(("--dry-run", "--yes"), ""), ((), "n\n"), ((), "")])
def test_otherwise_fix_leaves_it_and_reports_the_rest(whole, past, options, typed):
    done = whole("doctor", "--online", "--fix", "--json", *options, given=typed)
    assert webhook(done)[0] == "warn"
    assert past.webhook


def test_beside_another_server_there_is_no_webhook_to_ask_for(whole):
    keys = 'server = "127.0.0.1:9", server_public_key_file = "k.pem", bot_token = '
    whole.file.write_text(whole.file.read_text().replace("bot_token = ", keys))
    status, detail = webhook(whole("doctor", "--online", "--json"))
    assert (status, "telegram.bot_api_url" in detail) == ("ok", True)


def test_a_bot_api_that_does_not_answer_is_told(whole):
    whole.file.write_text(whole.file.read_text().replace("bot_token = ", 'bot_api_url = "http://127.0.0.1:9", bot_token = '))
    status, detail = webhook(whole("doctor", "--online", "--json"))
    assert (status, "does not answer" in detail) == ("warn", True)


def test_the_door_to_what_opens_files_has_to_be_open(whole, tmp_path):
    door = tmp_path / "kiebot-media-main.sock"
    whole.file.write_text(whole.file.read_text() + f'media.socket = "{door}"\n')
    shut = checks(whole("doctor", "--json"))["walls"]
    assert (shut["status"], shut["fix"]) == ("fail", "systemctl restart kiebot-media-main.socket")
    with socket.socket(socket.AF_UNIX) as unit:
        unit.bind(str(door))
        unit.listen()
        assert checks(whole("doctor", "--json"))["walls"]["status"] == "ok"
