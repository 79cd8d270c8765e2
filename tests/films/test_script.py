from types import SimpleNamespace

from kiebot.films.script import (
    Character,
    Headings,
    Look,
    Scene,
    image_prompt_of,
    motion_prompt_of,
    music_prompt_of,
    readable,
    scene_of,
)

LOOK = Look((Character("Anton Petrov", "grey beard, blue sweater"), Character("Mira", "yellow raincoat")), "cold northern sea")
SCENE = Scene(12, "Лампа гаснет.", "Anton climbs the stairs, close-up.", "slow push in", "Лампа гаснет", 55, 60)
HEADINGS = Headings("👥", "🎨", "🖼", "🎞")


def test_a_look_survives_its_row():
    assert Look.from_json(LOOK.to_json()) == LOOK
    assert Look.from_json({}) == Look()


def test_a_row_becomes_a_scene():
    row = SimpleNamespace(
        number=3, start_s=10.0, end_s=15.0, line="l", narration="n", image_prompt="i", motion_prompt="m", picture=None
    )
    assert scene_of(row) == Scene(3, "n", "i", "m", "l", 10.0, 15.0)
    assert scene_of(row).written
    assert not Scene(1, "", "i", "m").written


def test_the_looks_of_whoever_is_seen_go_into_each_prompt():
    prompt = image_prompt_of(SCENE, LOOK, "anime")
    assert prompt.startswith("Anton climbs the stairs, close-up. Anton Petrov: grey beard, blue sweater. anime film frame")
    assert "cold northern sea" in prompt
    assert "Mira" not in prompt
    assert "Mira: yellow raincoat" in motion_prompt_of(Scene(1, "n", "Mira waves", "she turns"), LOOK)


def test_a_scene_without_words_about_motion_still_moves():
    assert motion_prompt_of(Scene(1, "n", "a tree", ""), Look()).startswith("slow, steady camera movement. a tree")


def test_music_is_asked_for_in_few_words_and_without_voices():
    prompt = music_prompt_of("Маяк" * 100, LOOK, "noir")
    assert len(prompt) <= 400
    assert "no vocals" in music_prompt_of("Маяк", LOOK, "noir")


def test_a_script_is_readable_in_full():
    text = readable("Маяк", LOOK, [SCENE], HEADINGS)
    assert text.startswith("# Маяк\n\n👥\n\n- **Anton Petrov**: grey beard")
    assert "**12** · 0:55–1:00 · *Лампа гаснет*\n\nЛампа гаснет.\n" in text
    assert "slow push in" not in text
    assert "🎞 slow push in" in readable("Маяк", LOOK, [SCENE], HEADINGS, prompts=True)


def test_a_script_without_people_or_lines_has_no_empty_headings():
    text = readable("Море", Look(), [Scene(1, "Шум.", "sea", "", "", 0, 5)], HEADINGS)
    assert text == "# Море\n\n**1** · 0:00–0:05\n\nШум.\n"
