"""Whatever people send, something comes back; whoever is not meant hears nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.studio import Person, Studio, button

pytestmark = pytest.mark.asyncio(loop_scope="session")


def picture(folder: Path) -> Path:
    file = folder / "a.jpg"
    Image.new("RGB", (64, 64), "teal").save(file)
    return file


@pytest.mark.parametrize(
    ("kind", "words"),
    [("poll", "polls"), ("contact", "contacts"), ("location", "locations")],
)
async def test_kinds_without_a_file(studio: Studio, ann: Person, kind: str, words: str) -> None:
    await ann.ask("", words, kind=kind)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("photo", "this picture"),
        ("video", "this video"),
        ("voice", "listening"),
        ("video_note", "listening"),
        ("sticker", "sticker"),
    ],
)
async def test_kinds_with_a_file(studio: Studio, ann: Person, tmp_path: Path, kind: str, words: str) -> None:
    await ann.ask("", words, kind=kind, file=picture(tmp_path), name="a.jpg", mime="image/jpeg")


async def test_an_album_is_answered_once(studio: Studio, ann: Person, tmp_path: Path) -> None:
    file = picture(tmp_path)
    for _ in range(3):
        last = ann.say("", kind="photo", file=file, name="a.jpg", mime="image/jpeg", album="one")
    await ann.reply(last, "pictures")
    await asyncio.sleep(1.5)
    assert len(ann.messages(after=last)) == 1


async def test_an_unknown_command_is_named(studio: Studio, ann: Person) -> None:
    await ann.ask("/dance", "/dance")


async def test_a_forwarded_post_is_answered_like_a_message(studio: Studio, ann: Person) -> None:
    await ann.ask("a forwarded thought", "forwarded thought", forward_from=ann.id)


async def test_an_edited_message_offers_a_new_answer(studio: Studio, ann: Person) -> None:
    sent = ann.say("what is a bot")
    await ann.reply(sent, "what is a bot")
    studio.humans.edit(ann.chat, sent, ann.id, "what is a boat")
    offer = await ann.reply(sent, "you changed your message")
    await ann.press(offer, button(offer, "chat:again:"))
    await ann.reply(offer["id"], "what is a boat")


async def test_an_edited_command_is_not_run_again_and_says_so(studio: Studio, ann: Person) -> None:
    sent = ann.say("/menu")
    await ann.reply(sent, "What shall we do")
    studio.humans.edit(ann.chat, sent, ann.id, "/help")
    await ann.reply(sent, "as a new message")


@pytest.mark.parametrize(
    "data",
    [
        "gone:1",
        "chat:again:999999",
        "chat:again:x",
        "job:cancel:12345",
        "thread:999",
        "menu:nothing",
        "menu:cancel",
        ":",
        "lang:xx",
    ],
)
async def test_an_old_or_forged_button_is_answered(studio: Studio, ann: Person, data: str) -> None:
    message = await ann.ask("/menu", "What shall we do")
    answer = await ann.press(message, data)
    assert any(words in answer["text"] for words in ("out of date", "somebody else's job"))


@pytest.mark.parametrize("fault", [{"action": "flood_wait", "seconds": 1}, {"action": "cut"}], ids=["flood", "cut"])
async def test_the_notice_of_a_press_is_tried_again(studio: Studio, ann: Person, fault: dict) -> None:
    message = await ann.ask("/menu", "What shall we do")
    studio.humans.fault("messages.SetBotCallbackAnswer", **fault)
    answer = await studio.humans.press(ann.chat, message["id"], ann.id, data="gone:1", timeout=30)
    assert "out of date" in answer["text"]


async def test_another_persons_button_does_nothing(studio: Studio, ann: Person) -> None:
    bob = studio.person("Bob")
    group = studio.humans.add_chat("Both", [ann.id, bob.id], "supergroup")["id"]
    await ann.reply(0, "I answer here when", chat=group)
    sent = ann.say(f"@{studio.centre.bot['username']} what is teal", chat=group)
    message = await ann.reply(sent, "what is teal", chat=group)
    answer = await bob.press(message, button(message, "chat:again:"))
    assert "somebody else" in answer["text"]
    assert len(ann.messages(group, after=sent)) == 1


async def test_a_group_is_greeted_once_and_talk_among_people_is_left_alone(studio: Studio, ann: Person) -> None:
    bob = studio.person("Bob")
    group = studio.humans.add_chat("Quiet", [ann.id, bob.id], "group")["id"]
    await ann.reply(0, "I answer here when", chat=group)
    sent = bob.say("has anybody seen my keys", chat=group)
    await asyncio.sleep(1)
    assert ann.messages(group, after=sent) == []
    assert len(ann.messages(group)) == 1


async def test_in_a_group_the_bot_answers_mention_reply_and_command(studio: Studio, ann: Person) -> None:
    group = studio.humans.add_chat("Loud", [ann.id], "supergroup")["id"]
    sent = ann.say(f"hey @{studio.centre.bot['username']} what is red", chat=group)
    first = await ann.reply(sent, "what is red", chat=group)
    assert first["reply_to"] == sent
    again = ann.say("and blue", chat=group, reply_to=first["id"])
    await ann.reply(again, "and blue", chat=group)
    command = ann.say("/menu", chat=group)
    await ann.reply(command, "What shall we do", chat=group)
    other = ann.say("/menu@another_bot", chat=group)
    await asyncio.sleep(0.7)
    assert ann.messages(group, after=other) == []


async def test_topics_of_a_forum_have_their_own_conversations(studio: Studio, ann: Person) -> None:
    chat = studio.humans.add_chat("Forum", [ann.id], "forum")
    red, blue = (studio.humans.add_topic(chat["id"], title) for title in ("red", "blue"))
    name = f"@{studio.centre.bot['username']}"
    first = ann.say(f"{name} we speak of red", chat=chat["id"], topic=red)
    answer = await ann.reply(first, "conversation: 1.", chat=chat["id"])
    assert answer["topic"] == red
    second = ann.say(f"{name} we speak of blue", chat=chat["id"], topic=blue)
    answer = await ann.reply(second, "conversation: 1.", chat=chat["id"])
    assert answer["topic"] == blue


async def test_a_notice_comes_at_most_once_a_minute(studio: Studio, ann: Person) -> None:
    first = ann.say("", kind="poll")
    await ann.reply(first, "polls")
    ann.say("", kind="poll")
    await asyncio.sleep(1.2)
    assert len(ann.messages(after=first)) <= 2  # two only if the minute turned in between
