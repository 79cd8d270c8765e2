"""What the library hands over, as values."""

from __future__ import annotations

import pytest
from pyrogram import enums, raw, types

from kiebot.telegram.reading import is_for_another_bot, read_press, read_words

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
