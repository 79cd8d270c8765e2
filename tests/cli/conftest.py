"""kiebot-admin on a small store, in this process."""

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from click.testing import CliRunner

from kiebot.catalog.loading import load
from kiebot.cli.admin import admin
from kiebot.store import accounts, db, jobs, outbox
from kiebot.store.outbox import Lane
from tests.fakes.serving import Services
from tests.stores import open_new_store


class Admin:
    """Runs commands. `data_dir` is where the configuration points; it need not exist."""

    def __init__(self, folder):
        self.data_dir = folder / "data"
        self.file = folder / "config.toml"
        self.file.write_text(f'data_dir = "{self.data_dir}"\n')
        self.file.chmod(0o600)

    def use(self, services):
        """Let the configuration point to these services."""
        keys = {"kie.base_url": services.url, "kie.api_key": "key", "media.allowed_hosts": [services.host]}
        self.file.write_text(self.file.read_text() + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items()))

    def __call__(self, *arguments, given=""):
        return CliRunner().invoke(admin, ["--config", str(self.file), *arguments], input=given, prog_name="kiebot-admin")

    def json(self, *arguments):
        done = self(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)


@pytest.fixture
def run_admin(tmp_path):
    return Admin(tmp_path)


@pytest.fixture
def filled(run_admin):
    """One person, one job that is done and one that failed, two messages."""
    open_new_store(run_admin.data_dir)
    with db.transaction():
        account = accounts.of_user(77, name="Ann")
        for number in (1, 2):
            jobs.add(
                order_key=f"m:77:{number}",
                account=account.id,
                chat_id=77,
                language="en",
                kind="generation",
                model="m",
                prompt="a secret wish",
            )
        jobs.move(1, ("queued",), "done", detail={"took_s": 2})
        jobs.move(2, ("queued",), "failed", fail_code="moderation", fail_message="no")
        outbox.add(77, "text", {"markdown": "private words"}, lane=Lane.ANSWER)
        outbox.sent(outbox.add(77, "photo", {"key": "x"}, lane=Lane.RESULT, job_id=1).id, 5)
    db.close_store()
    return run_admin


RUN_S = dict.fromkeys(("image", "video", "audio", "text"), 0.05)


class Pages:
    """A web server with KIE's index of pages and one page for each published model."""

    def __init__(self, folder):
        self._folder = folder
        folder.mkdir()
        (folder / "llms.txt").write_text("# KIE\n")

    def publish(self, model, properties):
        inputs = {"type": "object", "properties": properties}
        schema = {"type": "object", "properties": {"model": {"type": "string", "enum": [model]}, "input": inputs}}
        post = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
        document = {"openapi": "3.0.1", "paths": {"/api/v1/jobs/createTask": {"post": post}}}
        name = f"{model.replace('/', '-')}.md"
        (self._folder / name).write_text(f"# A model\n\n```yaml\n{yaml.safe_dump(document)}```\n")
        with (self._folder / "llms.txt").open("a") as index:
            index.write(f"- Video Models [A model](/{name}): made for a test\n")

    def __enter__(self):
        handler = partial(QuietHandler, directory=str(self._folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def pages(tmp_path):
    with Pages(tmp_path / "pages") as pages:
        yield pages


@pytest.fixture
def kie(tmp_path, run_admin):
    """The sandbox's services, to which the configuration points."""
    with Services(tmp_path / "ai", run_s=RUN_S) as services:
        run_admin.use(services)
        yield services


@pytest.fixture(scope="session")
def catalogue():
    return load()


def look(run_admin, question):
    """What the store says, read as the bot reads it."""
    db.open_store(run_admin.data_dir)
    try:
        return question()
    finally:
        db.close_store()


@pytest.fixture
def stored(run_admin):
    return partial(look, run_admin)
