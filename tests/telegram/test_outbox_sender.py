"""Every outcome of a send, against the real data centre with the real client and a real store."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pyrogram
import pytest
from PIL import Image
from pyrogram import raw

from kiebot.sandbox.telegram.centre import DataCentre
from kiebot.services import delivery
from kiebot.services.delivery import Place
from kiebot.store import accounts, outbox
from kiebot.store.models import Incident, OutboxRow
from kiebot.store.outbox import Lane
from kiebot.telegram import outbox_sender, pace
from kiebot.telegram.calls import Calls
from kiebot.telegram.outbox_sender import OutboxSender
from kiebot.telegram.pace import Pace
from kiebot.telegram.uploads import Uploads


class Post:
    """The sender at work, and the people it writes to."""

    def __init__(self, centre: DataCentre, client: pyrogram.Client) -> None:
        self.humans = centre.humans
        self.bot = centre.bot["id"]
        self.uploads = Uploads(client)
        self.sender = OutboxSender(Calls(client), self.uploads, Pace())
        delivery.bind_bell(self.sender.wake)

    def person(self, name: str = "Ann") -> int:
        """Somebody who has written to the bot."""
        user = int(self.humans.add_user(name)["id"])
        self.humans.post(user, user, "hello")
        return user

    def group(self, *users: int, kind: str = "supergroup") -> int:
        return int(self.humans.add_chat("Group", list(users), kind)["id"])

    def say(self, chat: int, words: str, **more: Any) -> int:
        return delivery.say_markdown(Place(chat, "en", **more), words)

    def seen(self, chat: int) -> list[dict[str, Any]]:
        return [m for m in self.humans.messages(chat) if m["from"] == self.bot and m["kind"] != "service"]

    def texts(self, chat: int) -> list[str]:
        return [message["text"] for message in self.seen(chat)]

    async def until(self, condition: Callable[[], Any], timeout_s: float = 10) -> Any:
        async with asyncio.timeout(timeout_s):
            while not (found := condition()):
                await asyncio.sleep(0.02)
        return found

    async def quiet(self, timeout_s: float = 10) -> None:
        """Nothing is queued any more, and no second copy comes."""
        await self.until(lambda: not OutboxRow.select().where(OutboxRow.state == "queued").exists(), timeout_s)


@pytest.fixture
async def post(centre: DataCentre, client: pyrogram.Client, data_dir: Path, threads_closed: None) -> AsyncIterator[Post]:
    post = Post(centre, client)
    running = asyncio.create_task(post.sender.run())
    yield post
    await post.sender.stop(1)
    await running
    if post.uploads._under_way:  # what a test gave up ends after its part
        await asyncio.wait(post.uploads._under_way, timeout=20)


@pytest.mark.parametrize("answer", ["400", "500"])
async def test_a_duplicate_is_delivered_and_its_later_edit_becomes_a_new_message(post: Post, answer: str) -> None:
    ann = post.person()
    post.humans.duplicates(answer)
    post.humans.fault("messages.SendMessage", "cut_after")
    row = post.say(ann, "once")
    await post.quiet(30)
    assert post.texts(ann) == ["once"]
    assert outbox.get(row).state == "sent"
    assert outbox.get(row).message_id is None, "the data centre only said that it is there"
    delivery.change_to_markdown(Place(ann, "en"), row, "changed")
    await post.quiet()
    assert post.texts(ann) == ["once", "changed"]


async def test_no_answer_sends_the_same_id_again(post: Post) -> None:
    ann = post.person()
    post.humans.fault("messages.SendMessage", "drop")
    row = post.say(ann, "once")
    before = outbox.get(row).random_id
    await post.quiet(30)
    assert post.texts(ann) == ["once"]
    assert outbox.get(row).random_id == before
    assert outbox.get(row).message_id == post.seen(ann)[0]["id"], "the repeated answer names the message"


async def test_a_flood_wait_holds_the_chat_back_and_no_other(post: Post) -> None:
    ann, bob = post.person(), post.person("Bob")
    post.humans.fault("messages.SendMessage", "flood_wait", seconds=2)
    started = time.monotonic()
    first = post.say(ann, "first")
    await post.until(lambda: outbox.get(first).error)
    post.say(ann, "second")
    post.say(bob, "for bob")
    await post.until(lambda: post.texts(bob), 1)
    await post.quiet()
    assert time.monotonic() - started >= 2
    assert post.texts(ann) == ["first", "second"]
    assert outbox.get(first).attempts == 1, "a flood wait is no attempt"


async def test_a_row_that_must_wait_is_not_overtaken(post: Post) -> None:
    ann = post.person()
    post.humans.fault("messages.SendMessage", "cut")
    post.say(ann, "first")
    post.say(ann, "second")
    await post.quiet(30)
    assert post.texts(ann) == ["first", "second"]


async def test_what_is_for_a_group_that_has_become_a_supergroup_unheard_is_sent_there(post: Post) -> None:
    ann = post.person()
    old = post.group(ann, kind="group")
    accounts.chat(old, "group", "Boats")
    new = int(post.humans.upgrade(old, ann)["id"])
    rows = [post.say(old, "first"), post.say(old, "second")]
    await post.quiet()
    assert post.texts(new) == ["first", "second"]
    assert [outbox.get(row).chat_id for row in rows] == [new, new]
    assert accounts.chat(new, "supergroup", "Boats").left_at is None


async def test_whoever_blocked_the_bot_is_marked_and_their_rows_end(post: Post) -> None:
    ann, bob = post.person(), post.person("Bob")
    accounts.of_user(ann)
    post.humans.block(ann)
    rows = [post.say(ann, "one"), post.say(ann, "two")]
    post.say(bob, "for bob")
    await post.quiet()
    assert [outbox.get(row).state for row in rows] == ["blocked", "blocked"]
    assert accounts.by_user(ann).blocked_at is not None
    assert post.texts(bob) == ["for bob"]
    assert accounts.of_user(ann).blocked_at is None, "whoever writes again is back"


async def test_a_group_that_removed_the_bot_is_left(post: Post) -> None:
    ann = post.person()
    group = post.group(ann)
    accounts.chat(group, "supergroup")
    assert accounts.greet_once(group)
    post.humans.remove_member(group, post.bot, ann)
    row = post.say(group, "anybody?")
    await post.quiet()
    assert outbox.get(row).state == "blocked"
    assert accounts.greet_once(group), "it greets again when it comes back"


async def test_refused_formatting_goes_out_as_plain_words_and_is_recorded(post: Post) -> None:
    ann = post.person()
    post.humans.fault("messages.SendMessage", "error", error="ENTITY_BOUNDS_INVALID")
    post.say(ann, "**bold** words")
    await post.quiet()
    assert post.texts(ann) == ["**bold** words"]
    assert Incident.select().count() == 1


async def test_what_is_refused_for_good_is_said_with_a_code(post: Post) -> None:
    ann = post.person()
    post.humans.fault("messages.SendMessage", "error", times=3, error="MESSAGE_BROKEN_INVALID")
    row = post.say(ann, "words")
    await post.quiet()
    assert outbox.get(row).state == "failed"
    assert Incident.get().code in post.texts(ann)[0]


async def test_a_file_that_is_gone_is_said_with_a_code(post: Post, tmp_path: Path) -> None:
    ann = post.person()
    file = {"path": str(tmp_path / "gone.png"), "mime": "image/png", "name": "gone.png"}
    delivery.send_file(Place(ann, "en"), "photo", file, "chat-whole-answer", dedup_key="file")
    await post.quiet()
    assert Incident.get().code in post.texts(ann)[0]


async def test_a_reply_to_a_message_that_is_gone_is_sent_without_it(post: Post) -> None:
    ann = post.person()
    group = post.group(ann)
    asked = post.humans.post(group, ann, "question")["id"]
    post.humans.delete(group, [asked], ann)
    post.say(group, "answer", reply_to=asked)
    await post.quiet()
    assert [(m["text"], m["reply_to"]) for m in post.seen(group)] == [("answer", None)]
    assert Incident.select().count() == 0


async def test_the_edit_of_a_message_that_is_gone_becomes_a_new_one_which_later_edits_change(post: Post) -> None:
    ann = post.person()
    row = post.say(ann, "status")
    await post.quiet()
    post.humans.delete(ann, [post.seen(ann)[0]["id"]], ann)
    assert post.texts(ann) == []
    for words in ("half done", "done"):
        delivery.change_to_markdown(Place(ann, "en"), row, words)
        await post.quiet()
    assert post.texts(ann) == ["done"]


async def test_the_edit_of_a_message_that_waits_sends_that_first(post: Post) -> None:
    """A group's placeholder that got no answer, and the answer itself right behind it."""
    ann = post.person()
    group = post.group(ann)
    post.humans.fault("messages.SendMessage", "cut")
    row = delivery.say(Place(group, "en"), "chat-working", lane=Lane.NOTICE)
    delivery.change_to_markdown(Place(group, "en"), row, "the answer")
    await post.quiet(30)
    assert post.texts(group) == ["the answer"]


async def test_a_message_in_the_place_of_another_is_heard_and_the_other_goes(post: Post) -> None:
    ann = post.person()
    group = post.group(ann)
    for chat in (ann, group):
        row = post.say(chat, "at work")
        await post.quiet()
        shown = post.seen(chat)[0]["id"]
        delivery.say_instead(Place(chat, "en"), row, "jobs-none")
        await post.quiet()
        assert post.texts(chat) == ["Nothing is being made right now."]
        assert post.seen(chat)[0]["id"] != shown


async def test_a_status_that_was_not_sent_yet_never_is_once_the_end_is_told(post: Post) -> None:
    ann = post.person()
    row = delivery.say(Place(ann, "en"), "chat-working", lane=Lane.NOTICE)
    delivery.change(Place(ann, "en"), row, "chat-stopping")
    delivery.say_instead(Place(ann, "en"), row, "jobs-none")
    await post.quiet()
    assert post.texts(ann) == ["Nothing is being made right now."]


async def test_an_end_whose_answer_was_lost_is_told_once_and_still_takes_the_place(post: Post) -> None:
    ann = post.person()
    row = post.say(ann, "at work")
    await post.quiet()
    post.humans.duplicates("400")
    post.humans.fault("messages.SendMessage", "cut_after")
    delivery.say_instead(Place(ann, "en"), row, "jobs-none")
    await post.quiet(30)
    assert post.texts(ann) == ["Nothing is being made right now."]


async def test_the_same_text_again_is_no_error(post: Post) -> None:
    ann = post.person()
    row = post.say(ann, "as it is")
    delivery.change_to_markdown(Place(ann, "en"), row, "as it is")
    await post.quiet()
    assert post.texts(ann) == ["as it is"]
    assert Incident.select().count() == 0


async def test_lanes_decide_who_goes_first_in_a_chat(post: Post) -> None:
    ann = post.person()
    post.say(ann, "now")
    await post.quiet()
    for lane in (Lane.BROADCAST, Lane.NOTICE, Lane.RESULT, Lane.ANSWER):
        outbox.add(ann, "text", {"text": lane.name, "language": "en"}, lane=lane)
    post.sender.wake()
    await post.quiet()
    assert post.texts(ann) == ["now", "ANSWER", "RESULT", "NOTICE", "BROADCAST"]


async def test_messages_of_one_chat_are_a_second_apart_and_chats_do_not_wait_for_each_other(post: Post) -> None:
    ann, bob = post.person(), post.person("Bob")
    post.humans.limits(per_chat_s=1.0)
    started = time.monotonic()
    for number in range(3):
        post.say(ann, f"message {number}")
    post.say(bob, "for bob")
    await post.until(lambda: post.texts(bob), 0.9)
    await post.quiet()
    assert time.monotonic() - started >= 2
    assert post.humans.refused_by_limits() == 0


async def test_a_chat_with_hundreds_of_rows_holds_nobody_up(post: Post) -> None:
    ann, bob = post.person(), post.person("Bob")
    for number in range(300):
        outbox.add(ann, "text", {"text": str(number), "language": "en"}, lane=Lane.ANSWER)
    post.sender.wake()
    post.say(bob, "for bob")
    await post.until(lambda: post.texts(bob), 1)
    outbox.end_chat(ann, "enough")


async def test_the_pieces_of_a_long_text_stay_together(post: Post) -> None:
    ann = post.person()
    post.humans.fault("messages.SendMessage", "flood_wait", seconds=1)
    words = "\n\n".join(f"Paragraph {number}. " + "word " * 150 for number in range(10))
    first = post.say(ann, words)
    post.say(ann, "the next answer")
    await post.quiet(15)
    texts = post.texts(ann)
    assert texts[-1] == "the next answer"
    assert len(texts) == 3
    assert "Paragraph 9" in texts[1]
    assert outbox.get(first).state == "sent"


async def test_a_crash_between_two_pieces_repeats_none(post: Post, client: pyrogram.Client) -> None:
    ann = post.person()
    post.say(ann, "\n\n".join("word " * 150 for _ in range(10)))
    await post.until(lambda: len(post.texts(ann)) == 1)
    await post.sender.stop(0)
    again = OutboxSender(Calls(client), Uploads(client), Pace())
    running = asyncio.create_task(again.run())
    await post.quiet()
    assert len(post.texts(ann)) == 2
    await again.stop(1)
    await running


async def test_whoever_waits_for_a_row_hears_its_message_id(post: Post) -> None:
    ann = post.person()
    row = post.say(ann, "here")
    assert await asyncio.wait_for(post.sender.wait_sent(row), 5) == post.seen(ann)[0]["id"]
    assert await post.sender.wait_sent(row) == post.seen(ann)[0]["id"]
    assert await post.sender.wait_sent(10**9) is None
    post.humans.block(ann)
    assert await asyncio.wait_for(post.sender.wait_sent(post.say(ann, "blocked")), 5) is None
    assert post.sender._arrivals._waiting == {}


async def test_a_waiter_that_leaves_is_forgotten(post: Post) -> None:
    row = outbox.add(1, "text", {"text": "later", "language": "en"}, lane=Lane.ANSWER, not_before=time.time() + 100)
    waiter = asyncio.create_task(post.sender.wait_sent(row.id))
    await asyncio.sleep(0.1)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    assert post.sender._arrivals._waiting == {}


async def test_answers_that_are_due_still_go_out_when_the_bot_stops(post: Post) -> None:
    ann = post.person()
    post.say(ann, "the last words")
    await post.sender.stop(5)
    assert post.texts(ann) == ["the last words"]


async def test_a_photo_is_uploaded_once_and_known_by_its_reference(post: Post, tmp_path: Path) -> None:
    ann = post.person()
    path = tmp_path / "a.png"
    Image.new("RGB", (64, 64), "teal").save(path)
    file = {"path": str(path), "mime": "image/png", "name": "a.png"}
    row = delivery.send_file(Place(ann, "en"), "photo", file, "chat-whole-answer", dedup_key="photo")
    await post.quiet()
    file_id = outbox.get(row).file_id
    path.unlink()
    delivery.send_file(Place(ann, "en"), "photo", {"file_id": file_id}, "chat-whole-answer", dedup_key="again")
    await post.quiet()
    assert [message["kind"] for message in post.seen(ann)] == ["photo", "photo"]


async def test_a_picture_that_telegram_refuses_as_a_photo_goes_as_a_file(post: Post, tmp_path: Path) -> None:
    ann = post.person()
    path = tmp_path / "a.png"
    Image.new("RGB", (64, 64), "teal").save(path)
    file = {"path": str(path), "mime": "image/png", "name": "a.png"}
    post.humans.fault("messages.SendMedia", "error", error="PHOTO_INVALID_DIMENSIONS")
    row = delivery.send_file(Place(ann, "en"), "photo", file, "chat-whole-answer", dedup_key="photo")
    await post.quiet()
    assert [message["kind"] for message in post.seen(ann)] == ["document"]
    assert outbox.get(row).file_id


async def test_a_closed_topic_ends_its_row_and_leaves_the_other_topics(post: Post) -> None:
    ann = post.person()
    forum = post.group(ann, kind="forum")
    topic = post.humans.add_topic(forum, "red")
    accounts.chat(forum, "supergroup")
    accounts.greet_once(forum)
    post.humans.fault("messages.SendMessage", "error", error="TOPIC_CLOSED")
    closed = post.say(forum, "too late", topic_id=topic)
    post.say(forum, "in general")
    await post.quiet()
    assert outbox.get(closed).state == "blocked"
    assert post.texts(forum) == ["in general"]
    assert not accounts.greet_once(forum)


async def test_a_message_that_is_pressed_before_it_is_written_down_is_waited_for(post: Post, data_dir: Path) -> None:
    ann = post.person()
    other = sqlite3.connect(data_dir / "kiebot.db", isolation_level=None)
    post.say(ann, "press me")
    other.execute("BEGIN IMMEDIATE")
    message = await post.until(lambda: post.seen(ann))
    noting = asyncio.create_task(post.sender.noted(ann, message[0]["id"]))
    await asyncio.sleep(0.2)
    assert not noting.done(), "the store is locked: nobody can know this message yet"
    other.execute("ROLLBACK")
    await noting
    assert outbox.by_message(ann, message[0]["id"]) is not None
    other.close()


async def test_a_known_message_waits_for_nothing_that_is_sent_meanwhile(post: Post, data_dir: Path) -> None:
    ann = post.person()
    post.say(ann, "known")
    await post.quiet()
    known = post.seen(ann)[0]["id"]
    other = sqlite3.connect(data_dir / "kiebot.db", isolation_level=None)
    post.say(ann, "on its way")
    other.execute("BEGIN IMMEDIATE")
    await post.until(lambda: len(post.seen(ann)) == 2)
    async with asyncio.timeout(1):
        await post.sender.noted(ann, known)
        await post.sender.noted(ann + 1, 1)
    other.execute("ROLLBACK")
    other.close()


async def test_a_short_sound_is_no_empty_one_and_names_who_made_it(post: Post, tmp_path: Path) -> None:
    ann = post.person()
    path = tmp_path / "1.mp3"
    path.write_bytes(b"ID3" + bytes(2000))
    file = {"path": str(path), "mime": "audio/mpeg", "name": "1.mp3", "size": 2003, "duration_s": 0.4}
    media = await post.sender._uploads.media(
        OutboxRow(kind="audio", payload={"file": file | {"title": "Hello", "performer": "🗣 Turbo"}})
    )
    sound = next(each for each in media.attributes if isinstance(each, raw.types.DocumentAttributeAudio))
    assert (sound.duration, sound.title, sound.performer) == (1, "Hello", "🗣 Turbo")
    delivery.send_file(Place(ann, "en"), "audio", file, "jobs-none", dedup_key="sound")
    await post.quiet()
    assert post.seen(ann)[0]["media"]["duration"] == 1


async def test_a_voice_message_does_not_tell_where_it_lay(post: Post, tmp_path: Path) -> None:
    ann = post.person()
    path = tmp_path / "voice.ogg"
    path.write_bytes(b"OggS" + bytes(2000))
    file = {"path": str(path), "mime": "audio/ogg", "name": "voice.ogg", "size": 2004, "duration_s": 2, "waveform": [1, 2]}
    delivery.send_file(Place(ann, "en"), "voice", file, "jobs-none", dedup_key="voice")
    await post.quiet()
    assert post.seen(ann)[0]["media"]["name"] == "voice.ogg"


async def test_buttons_of_a_message_that_is_gone_are_no_reason_for_another_one(post: Post) -> None:
    ann = post.person()
    row = delivery.say(Place(ann, "en"), "jobs-none", buttons=[[{"text": "a", "data": "b"}]])
    await post.quiet()
    post.humans.delete(ann, [post.seen(ann)[0]["id"]], ann)
    delivery.change(Place(ann, "en"), row, "jobs-none", quiet=True)
    await post.quiet()
    assert post.texts(ann) == []


async def test_taking_buttons_away_keeps_nobody_waiting(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "CHAT_GAP_S", 3.0)
    monkeypatch.setattr(outbox_sender, "CHAT_GAP_S", 3.0)
    ann = post.person()
    row = delivery.say(Place(ann, "en"), "jobs-none", buttons=[[{"text": "a", "data": "b"}]], lane=Lane.ANSWER)
    await post.quiet()
    began = time.monotonic()
    delivery.change(Place(ann, "en"), row, "jobs-none", quiet=True)
    await post.until(lambda: not post.seen(ann)[0]["buttons"])
    assert time.monotonic() - began < 2.1, "between two messages"
    post.say(ann, "next")
    await post.until(lambda: len(post.seen(ann)) == 2)
    assert time.monotonic() - began < 5.1, "the gap after the message before, and no other one"
