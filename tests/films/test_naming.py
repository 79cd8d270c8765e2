import pytest

from kiebot.films.naming import scenes_named


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("make scene 12 darker", [12]),
        ("Scene #7, please", [7]),
        ("the 12th scene", [12]),
        ("3rd and 5th scenes", [3, 5]),
        ("scenes 3 to 5, 8 and 10", [3, 4, 5, 8, 10]),
        ("from scene 4 to scene 6", [4, 5, 6]),
        ("second scene", [2]),
        ("the last two scenes", [47, 48]),
        ("the first 3 scenes", [1, 2, 3]),
        ("сделай сцену 12 темнее", [12]),
        ("12-ю сцену сделай ярче", [12]),
        ("12 сцену темнее", [12]),
        ("сцены 3-5 и 7 темнее", [3, 4, 5, 7]),
        ("со сцены 4 по 6", [4, 5, 6]),
        ("в сценах 1, 2", [1, 2]),
        ("первую и третью сцены", [1, 3]),
        ("последнюю сцену", [48]),
        ("последние три сцены", [46, 47, 48]),
        ("кадр 9 и кадр 11", [9, 11]),
        ("сцену номер 8", [8]),
    ],
)
def test_scenes_are_named_in_both_languages(words, numbers):
    assert scenes_named(words, 48) == numbers


@pytest.mark.parametrize(
    "words",
    [
        "call the hero Boris",
        "make all scenes darker",
        "сделай темнее все сцены, кроме сцены 3",
        "сделай 3 сцены темнее",
        "scenes 3 and 7, and rain in 12",
        "scene 99",
        "",
    ],
)
def test_what_is_not_quite_clear_names_no_scene(words):
    assert scenes_named(words, 48) == []
