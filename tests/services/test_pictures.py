"""Which pictures of a conversation the model is shown, and what stands in the place of the others."""

from __future__ import annotations

from typing import Any

from kiebot.services import pictures


def asked(words: str, *file_ids: int) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": words}, *pictures.parts_of(file_ids)]}


def said(words: str) -> dict[str, Any]:
    return {"role": "assistant", "content": words}


def test_the_newest_earlier_pictures_are_still_shown_and_only_they() -> None:
    messages = [asked("a", 1, 2, 3), said("b"), asked("c", 4, 5), said("d"), asked("e")]
    assert pictures.wanted(messages) == [2, 3, 4, 5]
    assert pictures.own(messages) == []


def test_an_album_leaves_no_room_for_earlier_ones() -> None:
    messages = [asked("a", 1), said("b"), asked("c", *range(10, 22))]
    assert pictures.wanted(messages) == list(range(10, 20))


def test_the_same_picture_is_shown_once_where_it_is_asked_about() -> None:
    assert pictures.wanted([asked("a", 1), said("b"), asked("c", 1)]) == [1]


def test_what_is_not_shown_is_named_and_text_alone_stays_text() -> None:
    messages = [asked("a", 1), said("b"), asked("c", 2, 3)]
    first, answer, last = pictures.shown(messages, {2: ["data:x", "data:y"], 3: []})
    assert first["content"] == f"a\n{pictures.GONE}"
    assert answer == said("b")
    kinds = [part["type"] for part in last["content"]]
    assert kinds == ["text", "image_url", "image_url", "text"]
    assert last["content"][-1]["text"] == pictures.UNREADABLE


def test_a_prompt_is_freed_of_what_models_put_around_it() -> None:
    assert pictures.prompt_of("```\n«A red boat,\nat dawn»\n```") == "A red boat, at dawn"
    assert len(pictures.prompt_of("word " * 1000)) <= pictures.LONGEST_PROMPT


def test_the_wish_and_the_prompt_so_far_go_to_the_model() -> None:
    content = pictures.prompt_content([1], "video", "ru", before="a boat", wish="at night")
    assert "a boat" in content[0]["text"]
    assert "at night" in content[0]["text"]
    assert "Russian" in pictures.instructions(content)
    assert pictures.instructions([{"type": "text", "text": "hello"}]) == ""
