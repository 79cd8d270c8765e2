"""What the library hands over, as values."""

from __future__ import annotations

import io
from typing import Any

import pyrogram
import pytest
from pyrogram import enums, raw, types

from kiebot.telegram.reading import is_for_another_bot, read_message, read_plain, read_press, read_words

ME = types.User(id=1, username="KieBot")


def mention(text: str, name: str = "@kiebot") -> types.MessageEntity:
    """The entity that Telegram puts on the (last) mention, in UTF-16 units."""
    before = text[: max(text.rfind(name), text.rfind("@KieBot"))]
    return types.MessageEntity(
        type=enums.MessageEntityType.MENTION, offset=len(before.encode("utf-16-le")) // 2, length=len(name)
    )


@pytest.mark.parametrize(
    ("text", "command", "words"),
    [
        ("/img a red boat", "img", "a red boat"),
        ("/IMG@KieBot  a red\nboat ", "img", "a red\nboat"),
        ("/start", "start", ""),
        ("/start@kiebot", "start", ""),
        ("/img\na boat", "img", "a boat"),
        ("no command", "", "no command"),
        ("/", "", "/"),
        ("/ img", "", "/ img"),
        ("//comment in code", "", "//comment in code"),
        ("/etc/passwd is a file", "", "/etc/passwd is a file"),
        ("/img@other_bot a boat", "", "/img@other_bot a boat"),
    ],
)
def test_commands(text: str, command: str, words: str) -> None:
    assert read_words(text, [], ME, private=True)[1:] == (command, words)


def test_a_command_for_another_bot_is_known_as_such() -> None:
    assert is_for_another_bot("/menu@other_bot", ME)
    assert not is_for_another_bot("/menu@KIEBOT", ME)
    assert not is_for_another_bot("/menu", ME)
    assert not is_for_another_bot("look at @other_bot", ME)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@kiebot what is red", "what is red"),
        ("hey @KieBot, what is red", "hey , what is red"),
        ("😀👨‍👩‍👧 @kiebot what is red", "😀👨‍👩‍👧  what is red"),
        ("İstanbul İİİ @kiebot where", "İstanbul İİİ  where"),
        ("not @kiebot_news but @kiebot please", "not @kiebot_news but  please"),
    ],
)
def test_a_mention_is_found_by_its_entity_and_taken_out(text: str, words: str) -> None:
    assert read_words(text, [mention(text)], ME, private=False) == (True, "", words)


def test_in_private_the_name_stays_in_the_text() -> None:
    text = "are you @kiebot"
    assert read_words(text, [mention(text)], ME, private=True) == (True, "", text)


def test_the_name_without_an_entity_or_of_somebody_else_is_no_mention() -> None:
    assert read_words("mail me@kiebot", [], ME, private=False)[0] is False
    text = "hello @kiebot_news"
    assert read_words(text, [mention(text, "@kiebot_news")], ME, private=False)[0] is False


def test_a_mention_by_name_without_username() -> None:
    entity = types.MessageEntity(type=enums.MessageEntityType.TEXT_MENTION, offset=3, length=3, user=ME)
    assert read_words("😀 Kie what is red", [entity], ME, private=False) == (True, "", "😀  what is red")
    other = types.MessageEntity(type=enums.MessageEntityType.TEXT_MENTION, offset=3, length=3, user=types.User(id=2))
    assert read_words("😀 Kie what is red", [other], ME, private=False)[0] is False


@pytest.mark.parametrize(
    ("peer", "chat_id", "kind"),
    [
        (raw.types.PeerUser(user_id=7), 7, "private"),
        (raw.types.PeerChat(chat_id=9), -9, "group"),
        (raw.types.PeerChannel(channel_id=2_147_483_650), -1_002_147_483_650, "supergroup"),
    ],
)
def test_a_press_is_read_as_it_came(peer: object, chat_id: int, kind: str) -> None:
    update = raw.types.UpdateBotCallbackQuery(query_id=5, user_id=7, peer=peer, msg_id=3, chat_instance=1, data=b"\xffmenu:\xd1")
    press = read_press(update, {}, {})
    assert (press.chat_id, press.chat_kind, press.message_id, press.key) == (chat_id, kind, 3, "c:5")
    assert "menu" in press.data
    assert press.sender.user_id == 7


USER, CHANNEL = raw.types.PeerUser(user_id=7), raw.types.PeerChannel(channel_id=2_147_483_650)
PEOPLE = {
    7: raw.types.User(id=7, first_name="Анна", last_name="B", username="ann", lang_code="ru", access_hash=1),
    8: raw.types.User(id=8, bot=True, first_name="Other", access_hash=1),
    9: raw.types.User(id=9, first_name="Min", min=True, usernames=[raw.types.Username(username="min_9")]),
}


def channel(**kind: bool) -> raw.types.Channel:
    return raw.types.Channel(id=2_147_483_650, title="Group", photo=raw.types.ChatPhotoEmpty(), date=1, access_hash=1, **kind)


SUPERGROUP, FORUM = channel(megagroup=True), channel(megagroup=True, forum=True)
SMALL = raw.types.Chat(id=5, title="Small", photo=raw.types.ChatPhotoEmpty(), participants_count=2, date=1, version=1)
MENTION = raw.types.MessageEntityMention(offset=3, length=7)


def message(text: str = "hello", peer: object = USER, **more: Any) -> raw.types.Message:
    return raw.types.Message(id=3, peer_id=peer, date=1, message=text, **more)


async def both(message: raw.types.Message, chat: Any = SUPERGROUP) -> tuple[object, object]:
    """What we read, and what the library reads."""
    client = pyrogram.Client("reader", api_id=1, api_hash="0", in_memory=True, fetch_replies=False)
    client.me = ME
    users, chats = (
        {person.id: as_it_comes(person) for person in PEOPLE.values()},
        {chat.id: as_it_comes(chat), 5: as_it_comes(SMALL)},
    )
    parsed = await types.Message._parse(client, as_it_comes(message), users, chats)
    return read_plain(as_it_comes(message), users, chats, ME), read_message(parsed, ME)


def as_it_comes(written: Any) -> Any:
    """The same over the line: what is left out is an empty list there."""
    return raw.core.TLObject.read(io.BytesIO(written.write()))


@pytest.mark.parametrize(
    "plain",
    [
        message(),
        message("/img@KieBot a boat"),
        message("two\nlines  ", from_id=USER, entities=[raw.types.MessageEntityBold(offset=0, length=3)]),
        message("😀 @kiebot what", CHANNEL, from_id=USER, entities=[MENTION]),
        message(
            "😀 Kie boo what", CHANNEL, from_id=USER, entities=[raw.types.MessageEntityMentionName(offset=3, length=7, user_id=7)]
        ),
        message("and more", CHANNEL, from_id=USER, reply_to=raw.types.MessageReplyHeader(reply_to_msg_id=2, reply_to_top_id=1)),
        message("small", raw.types.PeerChat(chat_id=5), from_id=USER),
        message("who", CHANNEL, from_id=raw.types.PeerUser(user_id=9)),
    ],
)
async def test_plain_text_is_read_as_the_library_reads_it(plain: raw.types.Message) -> None:
    ours, theirs = await both(plain)
    assert ours is not None
    assert ours == theirs


async def test_a_mention_of_the_bot_by_name_is_one_although_the_bot_is_not_among_the_people_of_the_update() -> None:
    entity = raw.types.MessageEntityMentionName(offset=0, length=3, user_id=1)
    ours, _ = await both(message("Kie what is red", CHANNEL, from_id=USER, entities=[entity]))
    assert (ours.mentioned, ours.words) == (True, "what is red")


@pytest.mark.parametrize(
    ("other", "chat"),
    [
        (message("", media=raw.types.MessageMediaDice(value=1, emoticon="x")), SUPERGROUP),
        (message(out=True), SUPERGROUP),
        (message(fwd_from=raw.types.MessageFwdHeader(date=1)), SUPERGROUP),
        (message(edit_date=2), SUPERGROUP),
        (message(peer=CHANNEL, from_id=USER), FORUM),
        (message(peer=CHANNEL, from_id=USER), channel(broadcast=True)),
        (message(peer=CHANNEL, from_id=USER, reply_to=raw.types.MessageReplyHeader(reply_to_msg_id=2, forum_topic=True)), FORUM),
        (message(peer=CHANNEL, from_id=USER, reply_to=raw.types.MessageReplyStoryHeader(peer=USER, story_id=1)), SUPERGROUP),
        (message(peer=CHANNEL, from_id=raw.types.PeerUser(user_id=8)), SUPERGROUP),
        (message(peer=CHANNEL, from_id=CHANNEL), SUPERGROUP),
        (message(peer=CHANNEL), SUPERGROUP),
        (message("/menu@other_bot", CHANNEL, from_id=USER), SUPERGROUP),
        (
            raw.types.MessageService(id=3, peer_id=USER, date=1, action=raw.types.MessageActionChatCreate(title="x", users=[])),
            SUPERGROUP,
        ),
        (raw.types.MessageEmpty(id=3), SUPERGROUP),
    ],
)
def test_all_else_is_left_to_the_library(other: Any, chat: Any) -> None:
    assert read_plain(other, PEOPLE, {chat.id: chat}, ME) is None
