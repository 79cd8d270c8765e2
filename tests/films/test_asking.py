from dataclasses import replace

from kiebot.films.asking import INSTRUCTIONS, Brief, ask_changes, ask_outline, ask_plan, ask_scenes
from kiebot.films.script import Character, Look, Scene

LOOK = Look((Character("Anton", "grey beard"),), "cold sea")
SCENES = [
    Scene(number, "Сказано." if number < 13 else "", f"picture {number}" if number < 13 else "", "pan", f"строка {number}")
    for number in range(1, 49)
]


def said(messages):
    return messages[-1]["content"]


def test_an_outline_is_asked_for_with_the_idea_and_the_number_of_scenes(choices):
    system, user = ask_outline(Brief("смотритель маяка", choices))
    assert system == {"role": "system", "content": INSTRUCTIONS}
    assert "<idea>\nсмотритель маяка\n</idea>" in user["content"]
    assert "exactly 48 lines" in user["content"]
    assert "Language of the narration: Russian" in user["content"]


def test_the_longest_idea_that_is_taken_reaches_the_model_whole(choices):
    idea = "x" * 11_990 + " the end"
    assert f"{idea}\n</idea>" in said(ask_outline(Brief(idea, choices)))


def test_the_operators_instructions_stand_in_the_place_of_ours(choices):
    system, user = ask_outline(Brief("x", choices, "Write only comedies."))
    assert system["content"] == "Write only comedies."
    assert "exactly 48 lines" in user["content"]


def test_a_rewrite_is_told_what_was_not_wanted(choices):
    assert "did not want" not in said(ask_outline(Brief("x", choices)))
    assert "did not want" in said(ask_outline(replace(Brief("x", choices), earlier=("Старое", "строка"))))


def test_scenes_are_asked_for_with_the_outline_and_what_is_next_to_them(choices):
    text = said(ask_scenes(Brief("x", choices), "Маяк", LOOK, SCENES, list(range(13, 25))))
    assert "Write these scenes now: 13 to 24." in text
    assert "at most 56 characters" in text
    assert "48. строка 48" in text
    assert "Anton: grey beard" in text
    assert "12. Сказано. [picture 12]" in text
    assert "10. Сказано." not in text


def test_what_was_wrong_is_said(choices):
    text = said(ask_scenes(Brief("x", choices), "Маяк", LOOK, SCENES, [13, 17], ["scene 13 is missing"] * 30))
    assert "Write these scenes now: 13, 17." in text
    assert text.count("- scene 13 is missing") == 20


def test_a_change_shows_the_scenes_as_they_are(choices):
    text = said(ask_changes(Brief("x", choices), "Маяк", LOOK, SCENES, [2], "темнее"))
    assert '{"scenes": [{"index": 2, "narration": "Сказано.", "image_prompt": "picture 2", "motion_prompt": "pan"}]}' in text
    assert "<wish>\nтемнее\n</wish>" in text


def test_a_plan_of_a_change_shows_the_whole_script(choices):
    text = said(ask_plan(Brief("x", choices), "Маяк", LOOK, SCENES, "назови героя Борисом"))
    assert "1. строка 1 | Сказано." in text
    assert "“numbers”" in text
