import pytest
from jsonschema import Draft202012Validator

from kiebot.films.answers import fitted, outline_of, outline_schema, plan_of, plan_schema, scenes_of, scenes_schema, shortened
from kiebot.films.script import Character, Look, Scene

OUTLINE = {
    "title": "Маяк",
    "characters": [{"name": "Anton", "look": "grey beard"}, {"name": "", "look": "nobody"}],
    "look": "sea",
    "lines": ["один", "два", "три"],
}


def scene(index, narration="Море шумит.", **more):
    return {"index": index, "narration": narration, "image_prompt": "the sea", "motion_prompt": "slow pan", **more}


def test_the_schemas_are_schemas_and_hold_what_fits_them():
    for schema in (outline_schema(3), scenes_schema([1, 2], 56), scenes_schema([1], 56, some=True), plan_schema(3)):
        Draft202012Validator.check_schema(schema)
        assert set(schema["required"]) == set(schema["properties"])  # as strict servers want it
    outline = {**OUTLINE, "characters": OUTLINE["characters"][:1]}
    assert Draft202012Validator(outline_schema(3)).is_valid(outline)
    assert not Draft202012Validator(outline_schema(4)).is_valid(outline)
    assert Draft202012Validator(scenes_schema([1, 2], 56)).is_valid({"scenes": [scene(1), scene(2)]})
    assert not Draft202012Validator(scenes_schema([1, 2], 56)).is_valid({"scenes": [scene(1), scene(2, "a" * 57)]})


def test_an_outline_is_read():
    outline, problems = outline_of(OUTLINE, 3)
    assert (outline.title, outline.look, outline.lines) == (
        "Маяк",
        Look((Character("Anton", "grey beard"),), "sea"),
        ("один", "два", "три"),
    )
    assert problems == []


@pytest.mark.parametrize("answer", [None, 5, [], {}, {"title": "Маяк"}, {"lines": ["a"]}, {"title": 5, "lines": [None]}])
def test_what_is_no_outline_says_what_is_missing(answer):
    outline, problems = outline_of(answer, 3)
    assert outline is None
    assert problems


def test_an_outline_with_the_wrong_number_of_lines_can_be_made_do():
    for lines in (["a"], ["a", "b", "c", "d", "e"]):
        outline, problems = outline_of({**OUTLINE, "lines": lines}, 3)
        assert "exactly 3 lines" in problems[0]
        assert len(fitted(outline, 3).lines) == 3


def test_scenes_that_fit_are_kept_and_the_others_are_asked_for_again():
    answer = {"scenes": [scene(1), scene(2, "я" * 70), scene(3, ""), scene(4, "In English."), scene(9), {"index": 5}, 7]}
    read = scenes_of(answer, [1, 2, 3, 4, 5, 6], 56, "ru")
    assert [each.number for each in read.scenes] == [1]
    assert [each.number for each in read.long] == [2]
    assert read.again == [2, 3, 4, 5, 6]
    assert read.problems[0].startswith("the narration of scene 2 has 70 characters")
    assert "scene 6 is missing" in read.problems


def test_of_a_change_what_is_left_out_stays():
    read = scenes_of({"scenes": [scene(2)]}, [1, 2, 3], 56, "ru", some=True)
    assert ([each.number for each in read.scenes], read.again) == ([2], [])
    read = scenes_of("no", [1, 2], 56, "ru", some=True)
    assert (read.scenes, read.again) == ([], [1, 2])
    assert scenes_of({"scenes": []}, [1, 2], 56, "ru", some=True).again == []


@pytest.mark.parametrize(
    "answer",
    [
        [scene(1), scene(2)],
        {"script": [scene(1), scene(2)]},
        {"scenes": {"a": scene("Scene 1"), "b": scene("2")}},
        {"scenes": [{"narration": "Море шумит.", "imagePrompt": "the sea", "Motion-Prompt": "slow pan"}] * 2},
        {"scenes": [{"scene": n, "voiceover": "Море\nшумит.", "visual": "the sea", "camera": "slow pan"} for n in (1, 2)]},
    ],
)
def test_scenes_in_another_shape_are_understood(answer):
    expected = [Scene(number, "Море шумит.", "the sea", "slow pan") for number in (1, 2)]
    assert scenes_of(answer, [1, 2], 56, "ru").scenes == expected


def test_the_first_of_two_scenes_with_one_number_counts():
    read = scenes_of({"scenes": [scene(1), scene(1, "Другое.")]}, [1], 56, "ru")
    assert [each.narration for each in read.scenes] == ["Море шумит."]


def test_a_plan_names_scenes_of_the_film_only():
    plan, problems = plan_of({**OUTLINE, "numbers": [12, 3, 3, 0, 99, "7", None]}, 48)
    assert (plan.title, plan.numbers, problems) == ("Маяк", [3, 7, 12], [])
    assert plan_of({"title": "Маяк"}, 48)[0] is None
    assert plan_of(None, 48)[0] is None


@pytest.mark.parametrize(
    ("narration", "kept"),
    [
        ("Коротко.", "Коротко."),
        ("Первое. Второе! Третье предложение слишком длинное.", "Первое. Второе!"),
        ("Он сказал: «Стой!» И пошёл дальше по дороге.", "Он сказал: «Стой!»"),
        ("Одно длинное предложение, которое не помещается", "Одно длинное…"),
        ("Нетпробеловнетпробеловнетпробелов", "Нетпробеловнетпробе…"),
    ],
)
def test_a_narration_loses_its_last_sentences_before_it_loses_words(narration, kept):
    assert shortened(narration, 20) == kept
    assert len(shortened(narration, 20)) <= 20
