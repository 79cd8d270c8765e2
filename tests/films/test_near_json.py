import json

import pytest

from kiebot.films.near_json import read_json

SCENES = {"scenes": [{"index": 1, "narration": 'He said: “{no}”, "yes"'}, {"index": 2, "narration": "b"}]}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(SCENES),
        "```json\n" + json.dumps(SCENES, indent=2) + "\n```\nI hope you like it {really}!",
        "<think>{not yet}</think>Here it is: " + json.dumps(SCENES),
        "As you [really] wished {of course}: " + json.dumps(SCENES),
        "As you [really] wished: " + json.dumps(SCENES).replace("}]", "},]"),
        json.dumps(SCENES).replace("}]", "},\n ]").replace("]}", "],}"),
    ],
)
def test_json_is_found_whatever_stands_around_it(text):
    assert read_json(text) == SCENES


def test_what_was_cut_off_keeps_its_whole_parts():
    text = json.dumps(SCENES)
    assert read_json(text[: text.index('"b"')]) == {"scenes": [SCENES["scenes"][0], {"index": 2}]}
    assert read_json(text[: text.index('"index": 2')]) == {"scenes": SCENES["scenes"][:1]}
    assert read_json('{"title": "a", "lines": ["one", "two", "thr') == {"title": "a", "lines": ["one", "two"]}
    assert read_json(text[:-1]) == SCENES


def test_line_ends_inside_of_strings_are_read():
    assert read_json('{"a": "one\ntwo"}') == {"a": "one\ntwo"}


@pytest.mark.parametrize("text", ["", "Sure! One moment.", "{", '{"a": ', "[" * 100_000, '{"a": ' * 70 + "1" + "}" * 3])
def test_what_is_no_json_is_none(text):
    assert read_json(text) is None
