"""Whatever a model answers, and whatever people write: nothing breaks, and what is kept holds its promises."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from kiebot.films.answers import outline_of, plan_of, scenes_of, shortened
from kiebot.films.captions import captions_of, file_name
from kiebot.films.naming import scenes_named
from kiebot.films.near_json import read_json

NAMES = st.sampled_from(
    ["scenes", "index", "narration", "image_prompt", "title", "lines", "characters", "name", "look", "numbers", "x"]
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["1", "Scene 2", "Море."])
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=20
)
WORDS = st.text(st.sampled_from("абв где.!?…»« -\n12"), max_size=300)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_any_answer_is_read_without_a_fault(answer):
    read = scenes_of(answer, [1, 2, 3], 56, "ru")
    assert sorted([*(scene.number for scene in read.scenes), *read.again]) == [1, 2, 3]
    assert all(0 < len(scene.narration) <= 56 and scene.image_prompt for scene in read.scenes)
    assert bool(read.problems) == bool(read.again)
    outline, problems = outline_of(answer, 3)
    assert outline is not None or problems
    plan, problems = plan_of(answer, 3)
    assert (plan is None) == bool(problems)


@given(VALUES, st.integers(0, 400))
@settings(max_examples=300, deadline=None)
def test_any_cut_of_an_answer_is_read_without_a_fault(answer, end):
    read_json(json.dumps(answer)[:end])
    if isinstance(answer, dict) and answer and "NaN" not in json.dumps(answer):
        assert read_json("Sure: " + json.dumps(answer)) == answer


@given(WORDS, st.sampled_from([42, 34, 26]))
@settings(max_examples=300, deadline=None)
def test_captions_of_any_narration_lose_nothing(narration, line_chars):
    captions = captions_of(narration, 5, 10, line_chars=line_chars)
    shown = "".join(each.text for each in captions)
    assert "".join(shown.split()) == "".join(narration.split())
    assert all(len(line) <= line_chars for each in captions for line in each.text.split("\n"))
    assert all(each.text.count("\n") <= 1 and 5 <= each.start_s <= each.end_s <= 10.000001 for each in captions)


@given(WORDS, st.integers(2, 80))
@settings(max_examples=200, deadline=None)
def test_any_narration_can_be_made_to_fit(narration, most):
    assert len(shortened(narration, most)) <= most


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_words_name_scenes_of_the_film_or_none(words):
    assert set(scenes_named(words, 48)) <= set(range(1, 49))
    name = file_name(words, "mp4")
    assert name.endswith(".mp4")
    assert not set(name) & set('/\\:*?"<>|\x00\n')
