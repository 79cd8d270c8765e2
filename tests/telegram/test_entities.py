"""Entities at the edge to the client library."""

from pyrogram import enums, raw, types

from kiebot.services.incoming import Entity
from kiebot.telegram.entities import from_message, to_markdown, to_raw
from kiebot.telegram.rendering import split


def test_all_kinds_that_rendering_makes_have_a_raw_type():
    (piece,) = split("**a** *b* ~~c~~ ||d|| `e` <u>f</u> [g](https://e.com)\n\n> h\n\n```py\ni\n```")
    made = to_raw(piece.entities)
    assert len(made) == 9
    assert raw.types.MessageEntityPre(offset=piece.entities[-1].offset, length=1, language="py") in made
    assert all(entity.write() for entity in made)


def test_what_a_person_formatted_reaches_the_model_as_markdown():
    text = "🙂 fix this\nx = 1\nsee docs"
    entities = [Entity("bold", 3, 3), Entity("pre", 12, 5, language="py"), Entity("text_link", 22, 4, "https://e.com")]
    assert to_markdown(text, entities) == "🙂 **fix** this\n```py\nx = 1\n```\nsee [docs](https://e.com)"


def test_nested_formatting_is_closed_from_the_inside():
    assert to_markdown("abc", [Entity("bold", 0, 3), Entity("italic", 0, 3)]) == "***abc***"
    assert to_markdown("abc", [Entity("bold", 0, 3), Entity("strikethrough", 1, 2)]) == "**a~~bc~~**"


def test_received_entities_keep_what_we_know_and_drop_the_rest():
    kinds = enums.MessageEntityType
    received = [
        types.MessageEntity(type=kinds.BOLD, offset=0, length=2),
        types.MessageEntity(type=kinds.HASHTAG, offset=3, length=4),
        types.MessageEntity(type=kinds.TEXT_LINK, offset=8, length=1, url="https://e.com"),
    ]
    assert from_message(received) == [Entity("bold", 0, 2), Entity("text_link", 8, 1, "https://e.com")]
