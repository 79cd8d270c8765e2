"""What a row says, in pieces that fit."""

from __future__ import annotations

from kiebot.telegram.pieces import pieces_of


def test_a_sentence_is_rendered_in_the_rows_language() -> None:
    payload = {"key": "common-unexpected", "args": {"code": "ABC"}, "language": "ru"}
    assert "ABC" in pieces_of(payload, "text")[0].text
    assert "Ошибка" in pieces_of(payload, "text")[0].text


def test_markdown_becomes_entities_and_plain_stays_plain() -> None:
    assert pieces_of({"markdown": "**a**", "language": "en"}, "text")[0].entities[0].type == "bold"
    plain = pieces_of({"markdown": "**a**", "plain": True, "language": "en"}, "text")[0]
    assert (plain.text, list(plain.entities)) == ("**a**", [])


def test_long_texts_are_several_pieces_and_captions_one() -> None:
    payload = {"markdown": "\n\n".join("word " * 200 for _ in range(10)), "language": "en"}
    pieces = pieces_of(payload, "text")
    assert len(pieces) == 3
    assert all(len(piece.text) <= 4096 for piece in pieces)
    assert len(pieces_of(payload, "photo")) == 1
    assert len(pieces_of(payload, "photo")[0].text) <= 1024


def test_nothing_to_say_is_still_a_message_but_no_caption() -> None:
    assert pieces_of({"markdown": "", "language": "en"}, "text")[0].text == "…"
    assert pieces_of({"markdown": "", "language": "en"}, "photo")[0].text == ""
