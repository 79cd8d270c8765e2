"""kiebot-admin broadcast without a running bot: counting, refusing, confirming, steering."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from kiebot.store import accounts, db
from kiebot.store.broadcast_models import Broadcast
from kiebot.store.models import OutboxRow
from tests.cli.conftest import look
from tests.fakes.terminal import Terminal
from tests.stores import open_new_store

ROOT = Path(__file__).parents[2]
ADMIN = "from kiebot.cli.admin import admin; admin(prog_name='kiebot-admin')"


@pytest.fixture
def crowd(run_admin):
    """Thirty people, a third of whom read Russian."""
    open_new_store(run_admin.data_dir)
    with db.transaction():
        for number in range(30):
            accounts.of_user(100 + number, language_code="ru" if number % 3 == 0 else "en")
    db.close_store()
    return run_admin


def states(run_admin):
    return look(run_admin, lambda: [row.state for row in Broadcast.select().order_by(Broadcast.id)])


def send(run_admin, *words):
    return run_admin.json("broadcast", "send", *words, "--yes")["broadcast"]


def test_a_dry_run_counts_all_segments_and_writes_nothing(crowd):
    found = crowd.json("broadcast", "send", "--to", "lang:ru", "--dry-run")
    assert (found["people"], found["seconds"], found["segments"]["all"]) == (10, 0.4, 30)
    assert look(crowd, lambda: Broadcast.select().count() + OutboxRow.select().count()) == 0


def test_ids_of_a_file_are_counted_and_strangers_are_told_apart(crowd, tmp_path):
    path = tmp_path / "ids.txt"
    path.write_text("100\n101,  # Ann\n\n# nobody\n999\n100\n")
    found = crowd.json("broadcast", "send", "--to", f"ids:@{path}", "--dry-run")
    assert (found["people"], found["unknown_ids"]) == (2, 1)
    send(crowd, "News", "--to", f"ids:@{path}")
    assert look(crowd, lambda: Broadcast.get().total) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("News", "--to", "everyone"), "none of all"),
        (("News", "--to", "ids:@/nowhere"), "cannot be read"),
        (("News", "--button", "Read = example"), "is not WORDS="),
        (("News", "--button", "Read = /rm"), "/buy"),
        (("News", "--at", "yesterday"), "no moment"),
        (("News", "--at", "2001-01-01 10:00"), "is past"),
    ],
)
def test_what_cannot_be_read_is_wrong_use(crowd, words, says):
    done = crowd("broadcast", "send", *words, "--yes")
    assert (done.exit_code, says in done.output) == (2, True)
    assert states(crowd) == []


@pytest.mark.parametrize("words", [(), ("x" * 4097,), ("   ",)])
def test_what_is_no_message_is_not_sent(crowd, words):
    done = crowd("broadcast", "send", *words, "--yes")
    assert (done.exit_code, "empty, or longer" in done.output) == (1, True)


def test_without_a_look_at_it_first_nothing_is_sent(crowd):
    done = crowd("broadcast", "send", "News")
    assert (done.exit_code, "nobody can see the post first" in done.output) == (1, True)
    assert states(crowd) == ["discarded"]


def test_nobody_in_a_segment_is_nothing_to_send(crowd):
    done = crowd("broadcast", "send", "News", "--to", "paying", "--yes")
    assert (done.exit_code, "nobody in this segment" in done.output) == (1, True)
    assert states(crowd) == ["discarded"]


def test_a_file_needs_the_bot(crowd, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("words")
    done = crowd("broadcast", "send", "News", "--document", str(path), "--yes")
    assert (done.exit_code, "the bot does not run" in done.output) == (1, True)
    assert states(crowd) == []


def test_it_is_paused_resumed_and_cancelled(crowd):
    number = str(send(crowd, "News", "--button", "Read=https://example.com"))
    assert crowd.json("broadcast", "pause", number, "--dry-run")["state"] == "scheduled"
    assert crowd.json("broadcast", "pause", number)["state"] == "paused"
    assert crowd("broadcast", "pause", number).exit_code == 1
    assert crowd.json("broadcast", "resume", number)["state"] == "scheduled"
    assert crowd("broadcast", "cancel", number, given="n\n").exit_code == 1
    assert crowd.json("broadcast", "status", number)["state"] == "scheduled"
    assert crowd.json("broadcast", "cancel", number, "--yes")["state"] == "cancelled"
    assert "has to be" in crowd("broadcast", "resume", number).output
    assert crowd("broadcast", "status", "77").exit_code == 1


def test_a_later_moment_is_on_the_operators_clock(crowd):
    crowd.file.write_text(crowd.file.read_text() + 'timezone = "Asia/Tokyo"\n')
    send(crowd, "News", "--at", "2099-12-31 18:00")
    send(crowd, "News", "--at", "2h")
    first, second = look(crowd, lambda: [row.start_at for row in Broadcast.select().order_by(Broadcast.id)])
    assert first == 4102390800.0, "09:00 UTC"
    assert second == pytest.approx(time.time() + 7200, abs=60)
    assert crowd.json("broadcast", "status")[1]["starts"] == "2099-12-31 18:00:00"


def test_words_are_read_from_a_file_as_markdown(crowd, tmp_path):
    path = tmp_path / "post.md"
    path.write_text("# Hi\n\n**bold**")
    send(crowd, f"@{path}")
    post = look(crowd, lambda: Broadcast.get().post)
    assert post["text"] == "Hi\nbold"
    assert [entity[0] for entity in post["entities"]] == ["bold", "bold"]


def test_the_list_shows_what_was_sent_not_what_was_given_up(crowd):
    crowd("broadcast", "send", "never")
    number = send(crowd, "News")
    assert [(row["id"], row["total"], row["waiting"]) for row in crowd.json("broadcast", "status")] == [(number, 30, 30)]
    assert str(number) in crowd("broadcast", "status").output


def test_a_terminal_shows_a_bar_and_how_it_ended(crowd):
    """In a real terminal: what the command draws there is drawn nowhere else."""
    number = send(crowd, "News")
    look(crowd, lambda: Broadcast.update(state="running", started_at=time.time()).execute())
    command = [sys.executable, "-c", ADMIN, "--config", str(crowd.file), "broadcast", "status", str(number), "--watch"]
    terminal = Terminal(command, {"COLUMNS": "100", "PYTHONPATH": str(ROOT), "TERM": "xterm"})
    terminal.reads("0/30")
    look(crowd, lambda: Broadcast.update(state="cancelled").execute())
    assert terminal.ends() == 0
    assert "sending" in terminal.said
    assert "0:00:01 left" in terminal.said
    assert "cancelled: 0 sent" in terminal.said
