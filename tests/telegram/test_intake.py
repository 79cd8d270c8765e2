"""Who is meant, replays, and an answer whatever happens."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiebot.services.chat import LONG_PART_CHARS
from kiebot.services.incoming import Attachment, Incoming, Press, Sender
from kiebot.store import accounts, outbox
from kiebot.store.db import StoreError, database
from kiebot.store.models import Account, Incident, OutboxRow, SeenUpdate, Turn
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers.intake import Intake

ANN, BOB = Sender(7, "Ann", "", "en"), Sender(8, "Bob", "", "en")
GROUP = -100500


def text(words: str, number: int = 1, *, chat: int = 7, sender: Sender = ANN, **more: Any) -> Incoming:
    kind = "private" if chat > 0 else "supergroup"
    return Incoming(chat, kind, "", number, sender, "text", text=words, **{"words": words, **more})


def command(name: str, number: int = 1, **more: Any) -> Incoming:
    return replace(text(f"/{name}", number, **more), command=name, words="")


def press(data: str, number: int = 1, sender: Sender = ANN) -> Press:
    return Press(number, 7, "private", 5, sender, data)


def said() -> list[str]:
    return [row.payload.get("key", "") for row in OutboxRow.select().order_by(OutboxRow.id)]


def test_a_replay_does_nothing(intake: Intake) -> None:
    assert len(intake.message(text("hello")).turns) == 1
    assert intake.message(text("hello")).turns == []
    intake.message(command("menu", 2))
    intake.message(command("menu", 2))
    assert said() == ["menu"]
    assert Turn.select().count() == 1


def test_a_replayed_press_does_nothing_and_says_nothing_wrong(intake: Intake) -> None:
    assert intake.press(press("menu:help")).notice == ""
    assert intake.press(press("menu:help")).notice == ""
    assert said() == ["help"]


def test_a_fault_of_the_person_rolls_back_and_is_explained_once(intake: Intake) -> None:
    too_long = text("x" * 20_001)
    intake.message(too_long)
    intake.message(too_long)
    assert said() == ["chat-too-long"]
    assert Turn.select().count() == 0


def test_an_unexpected_error_is_an_incident_and_a_sentence_with_its_code(intake: Intake) -> None:
    database.execute_sql("DROP TABLE turn")
    intake.message(text("hello"))
    intake.message(text("hello"))
    rows = list(OutboxRow.select().where(OutboxRow.chat_id == 7))
    assert [row.payload["key"] for row in rows] == ["common-unexpected"]
    assert rows[0].payload["args"]["code"] == Incident.get().code
    assert Incident.get().count == 1, "the replay is not tried again"
    intake.message(text("again", 2))
    assert Incident.get().count == 2


@contextmanager
def locked(data_dir: Path, seconds: float) -> Iterator[None]:
    """Another process holds the store for so long, longer than ours waits for it."""
    other = sqlite3.connect(data_dir / "kiebot.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(seconds, lambda: other.execute("ROLLBACK"))
    release.start()
    database.execute_sql(f"PRAGMA busy_timeout={int(seconds * 600)}")
    yield
    release.join()
    other.close()


def until_written(take: Callable[[], Any]) -> Any:
    """Repeat what the store did not take, as the bot does."""
    while True:
        with suppress(StoreError):
            return take()


def test_a_message_that_met_a_locked_store_is_answered_when_it_is_repeated(intake: Intake, data_dir: Path) -> None:
    with locked(data_dir, 0.5):
        effects = until_written(lambda: intake.message(text("hello")))
    assert (len(effects.turns), Turn.select().count()) == (1, 1)
    assert (said(), Incident.select().count()) == ([], 0)


def test_a_press_that_met_a_locked_store_is_acted_on_when_it_is_repeated(intake: Intake, data_dir: Path) -> None:
    with locked(data_dir, 0.5):
        effects = until_written(lambda: intake.press(press("menu:help")))
    assert (effects.notice, said(), Incident.select().count()) == ("", ["help"], 0)


def test_an_unexpected_error_of_a_press_is_shown_in_a_window(intake: Intake) -> None:
    database.execute_sql("DROP TABLE turn")
    effects = intake.press(press("chat:again:1"))
    assert (effects.notice, effects.alert) == ("common-unexpected", True)
    assert effects.notice_args["code"] == Incident.get().code


@pytest.mark.parametrize(
    "data", ["", ":", "chat", "chat:again", "chat:again:²", "chat:again:" + "9" * 40, "job:cancel:-1", "x" * 64, "\x00"]
)
def test_hostile_button_data_is_an_old_button_and_no_incident(intake: Intake, data: str) -> None:
    effects = intake.press(press(data))
    assert effects.notice in ("button-old", "button-not-yours", "cancel-not-yours")
    assert Incident.select().count() == 0


@pytest.mark.parametrize("words", ["\x00", "\ud83d", "‮" * 50, "'; DROP TABLE turn; --", "{$code}", "%s" * 100])
def test_hostile_words_are_words(intake: Intake, words: str) -> None:
    intake.message(text(words))
    assert Incident.select().count() == 0 or said() == ["common-unexpected"]


def test_a_banned_person_hears_so_once_a_day(intake: Intake) -> None:
    intake.message(command("menu", 1))
    Account.update(banned=True).execute()
    for number in range(2, 6):
        intake.message(text("let me in", number))
    assert said() == ["menu", "banned"]
    assert intake.press(press("menu:help")).notice == "banned"
    SeenUpdate.delete().where(SeenUpdate.key.startswith("n:")).execute()  # another day
    intake.message(text("and today", 9))
    assert said() == ["menu", "banned", "banned"]


def test_talk_in_a_group_is_left_alone_and_leaves_no_trace(intake: Intake) -> None:
    intake.message(text("has anybody seen my keys", chat=GROUP))
    assert (said(), Account.select().count(), SeenUpdate.select().count()) == ([], 0, 0)


def test_in_a_group_mention_reply_and_command_are_for_us(intake: Intake) -> None:
    ours = outbox.add(GROUP, "text", {"markdown": "an answer", "language": "en"}, lane=Lane.ANSWER)
    outbox.sent(ours.id, 50)
    assert intake.message(text("red?", 1, chat=GROUP, mentioned=True)).turns
    assert intake.message(text("and blue?", 2, chat=GROUP, reply_to=50)).turns
    assert not intake.message(text("no, I meant you", 3, chat=GROUP, reply_to=49)).turns
    intake.message(command("menu", 4, chat=GROUP))
    assert said()[-1] == "menu"
    assert not intake.message(replace(command("dance", 5, chat=GROUP))).turns
    assert said()[-1] == "menu", "a command that nobody knows is some other bot's"


def test_the_next_part_of_a_long_text_in_a_group_needs_no_mention(intake: Intake) -> None:
    first = intake.message(text("a" * LONG_PART_CHARS, 1, chat=GROUP, mentioned=True)).turns[0]
    assert intake.message(text("the end", 2, chat=GROUP)).turns[0].turn_id == first.turn_id
    assert intake.message(text("me too", 3, chat=GROUP, sender=BOB)).turns == []


def test_what_was_said_later_in_a_group_is_no_part_though_both_are_heard_of_at_once(intake: Intake) -> None:
    intake.message(text("a" * LONG_PART_CHARS, 1, chat=GROUP, mentioned=True, sent_at=1000))
    assert intake.message(text("now to something else, friends", 2, chat=GROUP, sent_at=1006)).turns == []


def test_a_message_that_was_edited_before_we_saw_it_is_answered_like_a_new_one(intake: Intake) -> None:
    assert len(intake.message(text("sent and changed while you were away", edited_at=100)).turns) == 1
    assert intake.message(text("sent and changed while you were away", edited_at=100)).turns == []
    intake.message(replace(command("menu", 2), edited_at=100))
    assert said() == ["menu"]


def test_a_mention_that_was_edited_in_is_answered(intake: Intake) -> None:
    assert intake.message(text("what is red", chat=GROUP)).turns == []
    assert len(intake.message(text("what is red", chat=GROUP, mentioned=True, edited_at=100)).turns) == 1


def test_an_edited_question_can_be_asked_anew_and_an_edited_command_is_not_run_again(intake: Intake) -> None:
    intake.message(text("what is a bot", 1))
    intake.message(text("what is a boat", 1, edited_at=100))
    intake.message(text("what is a boat", 1, edited_at=100))
    intake.message(command("menu", 2))
    intake.message(replace(command("help", 2), edited_at=100))
    assert said() == ["chat-edited", "menu", "edited-command"]


def test_an_edit_in_a_group_keeps_the_name_of_who_speaks(intake: Intake) -> None:
    turn = intake.message(text("what is a bot", chat=GROUP, mentioned=True)).turns[0]
    intake.message(text("what is a boat", chat=GROUP, mentioned=True, edited_at=100))
    assert Turn.get_by_id(turn.turn_id).content == [{"type": "text", "text": "Ann: what is a boat"}]


def test_an_album_is_answered_once(intake: Intake) -> None:
    for number in range(3):
        intake.message(Incoming(7, "private", "", number + 1, ANN, "photo", album="one", attachment=Attachment(f"file-{number}")))
    rows = list(OutboxRow.select().order_by(OutboxRow.id))
    assert [row.kind for row in rows if row.state == "queued"] == ["text", "edit"], "one message, changed as the files come"
    assert rows[-1].payload["args"]["count"] == 3


def test_an_unknown_command_is_named(intake: Intake) -> None:
    intake.message(command("dance"))
    assert said() == ["unknown-command"]


def test_the_same_unknown_command_is_named_once_a_minute(intake: Intake) -> None:
    for number, name in enumerate(("dance", "dance", "sing"), 1):
        intake.message(command(name, number))
    assert said() == ["unknown-command", "unknown-command"]


def test_whoever_blocked_the_bot_and_writes_again_is_back(intake: Intake) -> None:
    intake.message(command("menu", 1))
    accounts.mark_blocked(7)
    intake.message(command("menu", 2))
    assert accounts.by_user(7).blocked_at is None


def test_two_edits_in_one_second_are_two_updates_and_a_replay_is_none() -> None:
    first, second = text("one", edited_at=1_700_000_000), text("two", edited_at=1_700_000_000)
    assert first.key != second.key
    assert first.key == text("one", edited_at=1_700_000_000).key
