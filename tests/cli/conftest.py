"""kiebot-admin on a small store, in this process."""

import json

import pytest
from click.testing import CliRunner

from kiebot.cli.admin import admin
from kiebot.store import accounts, db, jobs, outbox
from kiebot.store.outbox import Lane


class Admin:
    """Runs commands. `data_dir` is where the configuration points; it need not exist."""

    def __init__(self, folder):
        self.data_dir = folder / "data"
        self.file = folder / "config.toml"
        self.file.write_text(f'data_dir = "{self.data_dir}"\n')
        self.file.chmod(0o600)

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
    db.open_store(run_admin.data_dir)
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
