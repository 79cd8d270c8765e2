"""`kiebot run` and `kiebot sandbox`, as they are started at a terminal."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from kiebot.sandbox.telegram.centre import DataCentre

KIEBOT = (sys.executable, "-m", "kiebot")
ROOT = str(Path(__file__).parents[2])
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("KIEBOT_")} | {"PYTHONPATH": ROOT}


def run(folder, *arguments, **environ):
    return subprocess.run([*KIEBOT, *arguments], cwd=folder, env={**CLEAN, **environ}, capture_output=True, text=True, timeout=60)


def test_the_version_needs_nothing(tmp_path):
    done = run(tmp_path, "version")
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (0, "0.1.0\n", [])


def test_help_lists_all_processes(tmp_path):
    done = run(tmp_path, "--help")
    assert all(name in done.stdout for name in ("run", "bot", "worker", "web", "sandbox", "version"))


@pytest.mark.parametrize("command", ["run", "bot"])
def test_a_bot_without_a_token_ends_with_78_and_says_what_is_missing(tmp_path, command):
    (tmp_path / "config.toml").write_text("[telegram]\napi_id = 5\n")
    done = run(tmp_path, command)
    assert done.returncode == 78
    assert "telegram.bot_token: ask @BotFather" in done.stderr
    assert "telegram.api_id" not in done.stderr


def test_where_the_option_of_all_processes_goes_is_told(tmp_path):
    done = run(tmp_path, "bot", "--config", "config.toml")
    assert done.returncode == 2
    assert "--config goes before the command: kiebot --config FILE bot" in done.stderr


def test_an_invalid_configuration_ends_with_78_before_anything_is_made(tmp_path):
    done = run(tmp_path, "worker", KIEBOT_WORKER__THREADS="many")
    assert done.returncode == 78
    assert "$KIEBOT_WORKER__THREADS: worker.threads: must be a whole number" in done.stderr
    assert list(tmp_path.iterdir()) == []


WHOLE = """
telegram = {api_id = 1, api_hash = "0123456789abcdef0123456789abcdef", bot_token = "1:canary"}
text.base_url = "http://127.0.0.1:9/v1"
"""


@pytest.mark.parametrize("command", ["run", "bot", "worker", "web"])
@pytest.mark.parametrize("place", ["afile", "afile/deep", "/proc/x"])
def test_a_data_directory_that_cannot_be_is_told_in_a_sentence(tmp_path, command, place):
    (tmp_path / "afile").touch()
    (tmp_path / "config.toml").write_text(f'data_dir = "{place}"\n{WHOLE}')
    done = run(tmp_path, command)
    assert done.returncode == 78
    told = "/proc/x cannot be made: " if place == "/proc/x" else f"{tmp_path / 'afile'} is not a folder: name one"
    assert f"data_dir: {told}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["run", "bot"])
def test_what_no_bot_can_use_ends_with_78_and_the_words_of_config_check(tmp_path, command):
    (tmp_path / "config.toml").write_text(WHOLE.replace("0123456789abcdef", "canary"))
    done = run(tmp_path, command)
    assert done.returncode == 78
    assert "telegram.api_hash: must be 32 of the characters 0-9 and a-f" in done.stderr
    (tmp_path / "config.toml").write_text(WHOLE.replace("1:canary", "1:canary "))
    done = run(tmp_path, command)
    assert done.returncode == 78
    assert "telegram.bot_token: is not a bot's token: it looks like 123456:ABC-DEF" in done.stderr
    assert "canary" not in done.stderr


class Sandbox:
    """`kiebot sandbox --headless` in a folder."""

    def __init__(self, folder, *arguments, **environ):
        self.process = subprocess.Popen(
            [*KIEBOT, "sandbox", "--headless", "--page-port", "0", "--data-dir", str(folder), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env={**CLEAN, **environ},
        )
        self.addresses = json.loads(self.process.stdout.readline())

    def get(self, path):
        with urllib.request.urlopen(self.addresses["page"] + path, timeout=10) as answer:
            return json.load(answer)

    def post(self, path, body):
        request = urllib.request.Request(
            self.addresses["page"] + path, json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def pids(self):
        return [process["pid"] for process in self.get("api/state")["processes"]]

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(40)
        self.process.stdout.close()
        return code


def until(condition, timeout_s=40):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def gone(pid):
    return not Path(f"/proc/{pid}").exists()


def test_the_sandbox_answers_stops_and_goes_on_where_it_was(tmp_path):
    foreign = {"KIEBOT_TELEGRAM__BOT_TOKEN": "1:real", "KIEBOT_KIE__API_KEY": "real", "KIEBOT_DATA_DIR": str(tmp_path / "real")}
    sandbox = Sandbox(tmp_path / "box", **foreign)
    person = sandbox.get("api/state")["users"][0]
    assert person["name"] == "You"
    chat = f"api/chats/{person['chat']}/messages"
    sandbox.post(chat, {"text": "/start", "as_user": person["id"]})
    until(lambda: len(sandbox.get(chat)) >= 2)
    pids = sandbox.pids()
    assert [process["name"] for process in sandbox.get("api/state")["processes"]] == ["bot", "worker", "web"]
    assert all(process["memory_mb"] > 5 for process in sandbox.get("api/state")["processes"])
    assert sandbox.end() == 0
    assert all(gone(pid) for pid in pids)
    assert not (tmp_path / "real").exists()

    again = Sandbox(tmp_path / "box")
    assert len(again.get(chat)) >= 2
    assert again.get("api/state")["users"][0]["id"] == person["id"]
    assert again.addresses["ai"] == sandbox.addresses["ai"]
    pids = again.pids()
    again.end(signal.SIGKILL)
    until(lambda: all(gone(pid) for pid in pids), 10)


def test_a_second_sandbox_in_the_same_folder_says_who_runs_and_leaves(tmp_path):
    sandbox = Sandbox(tmp_path / "box")
    second = run(tmp_path, "sandbox", "--data-dir", str(tmp_path / "box"))
    assert second.returncode == 0
    assert f"pid {sandbox.process.pid}" in second.stderr
    assert f"its chat page: {sandbox.addresses['page']}" in second.stderr
    taken = run(
        tmp_path, "sandbox", "--data-dir", str(tmp_path / "other"), "--page-port", sandbox.addresses["page"].split(":")[-1][:-1]
    )
    assert taken.returncode == 1
    assert "--page-port" in taken.stderr
    sandbox.end()


def test_without_a_configuration_run_is_the_sandbox(tmp_path):
    process = subprocess.Popen([*KIEBOT, "run"], cwd=tmp_path, env=CLEAN, stdout=subprocess.PIPE, text=True)
    lines = []
    while not any("Open the chat page" in line for line in lines):
        lines.append(process.stdout.readline())
        assert lines[-1], f"it ended with {process.wait(40)}: {lines}"
    assert "No configuration found" in lines[0]
    address = next(line for line in lines if "Open the chat page" in line).split()[-1]
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(40) == 0
    process.stdout.close()
    assert (tmp_path / "data" / "sandbox").is_dir()


@pytest.fixture
async def telegram(tmp_path):
    """A data centre in this process."""
    centre = DataCentre(tmp_path / "telegram")
    await centre.start()
    yield centre
    await centre.stop()


def write_config(file, centre):
    file.write_text(
        f"""
[telegram]
api_id = 1
api_hash = "a"
bot_token = "{centre.bot["token"]}"
server = "127.0.0.1:{centre.port}"
server_public_key_file = "{centre.public_key_file}"
[text]
base_url = "http://127.0.0.1:9/v1"
[logging]
format = "json"
"""
    )


async def answered(centre, person, text):
    """Write to the bot; true once it has answered."""
    before = len(centre.humans.messages(person["chat"]))
    centre.humans.post(person["chat"], person["id"], text)
    async with asyncio.timeout(40):
        while len(centre.humans.messages(person["chat"])) < before + 2:
            await asyncio.sleep(0.05)


async def next_line(lines, wanted):
    """The next JSON line of the log with this event."""
    async with asyncio.timeout(40):
        while True:
            line = (await lines.readline()).decode()
            if line.startswith("{") and json.loads(line)["event"].startswith(wanted):
                return json.loads(line)


async def test_with_a_configuration_run_keeps_bot_and_worker_alive(tmp_path, telegram):
    write_config(tmp_path / "config.toml", telegram)
    person = telegram.humans.add_user("Ann")
    process = await asyncio.create_subprocess_exec(
        *KIEBOT, "run", cwd=tmp_path, env=CLEAN, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    await next_line(process.stdout, "bot ready")
    await answered(telegram, person, "/start")

    holder = (tmp_path / "data" / "bot.lock").read_text()
    os.kill(int(holder.split()[1].rstrip(",")), signal.SIGKILL)
    died = await next_line(process.stdout, "process died")
    assert (died["child"], died["by"]) == ("bot", "SIGKILL")
    await answered(telegram, person, "/help")

    process.send_signal(signal.SIGINT)
    assert await process.wait() == 0
    assert not (tmp_path / "data" / "sandbox").exists()


def test_a_sandbox_alone_waits_for_processes_that_somebody_else_starts(tmp_path):
    sandbox = Sandbox(tmp_path / "box", "--alone")
    assert sandbox.get("api/state")["processes"] == []
    environ = {**CLEAN, "KIEBOT_CONFIG": sandbox.addresses["config"]}
    bot = subprocess.Popen([*KIEBOT, "bot"], env=environ, stderr=subprocess.PIPE)
    try:
        until(lambda: b"bot ready" in bot.stderr.readline())
    finally:
        bot.terminate()
        bot.communicate(timeout=40)
    assert sandbox.end() == 0
