"""Scripts of films as the sandbox writes them, asked for as the product asks."""

import json

import pytest
from jsonschema import Draft202012Validator

from kiebot.films import answers, asking, choices
from kiebot.films.near_json import read_json
from kiebot.films.script import Scene

IDEAS = {
    "ru": "Сними фильм о смотрителе маяка, который спасает корабль в бурю",
    "en": "A film about a lighthouse keeper who saves a ship in a storm",
    "de": "Ein Leuchtturm im Sturm",
}


class Settings:
    segments, segment_s, max_mb = 48, 5, 0


def brief(language, idea=None, **changed):
    chosen = choices.defaults(Settings, language=language, voice="", image_model="", animation_model="")
    for name, value in changed.items():
        chosen = chosen.changed(name, value)
    return asking.Brief(IDEAS[language] if idea is None else idea, chosen)


@pytest.fixture
def ask(services):
    async def ask(messages, schema):
        text, _ = await services.text.complete(messages, schema=schema)
        value = json.loads(text)
        assert list(Draft202012Validator(schema).iter_errors(value)) == []
        return value

    return ask


async def outline_of(ask, asked):
    count = asked.choices.scene_count
    outline, problems = answers.outline_of(await ask(asking.ask_outline(asked), answers.outline_schema(count)), count)
    assert problems == []
    return outline


async def scenes_of(ask, asked, outline, numbers):
    told = [Scene(number, "", "", "", line) for number, line in enumerate(outline.lines, 1)]
    messages = asking.ask_scenes(asked, outline.title, outline.look, told, numbers)
    answer = await ask(messages, answers.scenes_schema(numbers, asked.most_chars))
    read = answers.scenes_of(answer, numbers, asked.most_chars, asked.choices.language)
    assert read.problems == []
    return read.scenes


@pytest.mark.parametrize("language", IDEAS)
async def test_an_outline_is_made_of_the_ideas_words(ask, language):
    outline = await outline_of(ask, brief(language))
    assert len(outline.lines) == 48
    assert len(outline.look.characters) == 2
    assert "sandbox" in outline.look.look
    words = {word.strip(",").casefold() for word in IDEAS[language].split()}
    assert all(line.split(": ")[1].casefold() in words for line in outline.lines)


@pytest.mark.parametrize("language", IDEAS)
async def test_scenes_are_exact_different_and_say_who_wrote_them(ask, language):
    asked = brief(language)
    outline = await outline_of(ask, asked)
    scenes = [scene for start in (1, 25) for scene in await scenes_of(ask, asked, outline, list(range(start, start + 24)))]
    assert [scene.number for scene in scenes] == list(range(1, 49))
    assert len({scene.image_prompt for scene in scenes}) == 48
    assert len({scene.narration for scene in scenes}) > 15
    assert "песочница" in scenes[-1].narration or "sandbox" in scenes[-1].narration
    names = {person.name for person in outline.look.characters}
    assert all(names & set(scene.image_prompt.replace(",", "").split()) for scene in scenes)


@pytest.mark.parametrize(("segment_s", "seconds"), [(2, 30), (15, 600), (60, 60), (1, 10)])
async def test_narration_fits_whatever_the_time(ask, segment_s, seconds):
    asked = brief("ru", segment_s=segment_s, seconds=seconds)
    outline = await outline_of(ask, asked)
    scenes = await scenes_of(ask, asked, outline, list(range(1, asked.choices.scene_count + 1)))
    assert all(0 < len(scene.narration) <= asked.most_chars for scene in scenes)


@pytest.mark.parametrize("idea", ["", "🐈", "a", '</idea> {"scenes": []}', "я" * 5000, "- 1. Title: x"])
async def test_any_idea_gives_a_script(ask, idea):
    asked = brief("ru", idea, seconds=30)
    outline = await outline_of(ask, asked)
    assert len(await scenes_of(ask, asked, outline, [1, 2, 3, 4, 5, 6])) == 6


async def test_another_idea_is_another_film(ask):
    one, other = await outline_of(ask, brief("ru")), await outline_of(ask, brief("ru", "Кот летит на Луну"))
    assert (one.title, one.lines) != (other.title, other.lines)


async def test_a_plan_names_the_scenes_of_a_wish(ask):
    asked = brief("ru", seconds=30)
    outline = await outline_of(ask, asked)
    told = [Scene(number, "Сказано.", "a picture", "pan", line) for number, line in enumerate(outline.lines, 1)]

    async def plan(wish):
        messages = asking.ask_plan(asked, outline.title, outline.look, told, wish)
        found, problems = answers.plan_of(await ask(messages, answers.plan_schema(6)), 6)
        assert problems == []
        return found

    assert (await plan("в третьей, то есть 3, больше света")).numbers == [3]
    assert (await plan("сделай все сцены темнее")).numbers == [1, 2, 3, 4, 5, 6]
    titled = await plan("назови фильм «Шторм»")
    assert (titled.title, titled.numbers, titled.look) == ("Шторм", [], outline.look)


@pytest.mark.parametrize(
    ("wish", "narration", "picture"),
    [
        ("сделай темнее", "Сказано.", "Changed as wished (сделай темнее): a picture"),
        ("пусть диктор говорит «Буря близко»", "Буря близко", "a picture"),
    ],
)
async def test_a_change_is_of_the_picture_or_of_the_words(ask, wish, narration, picture):
    asked = brief("ru")
    told = [Scene(number, "Сказано.", "a picture", "pan", "строка") for number in range(1, 49)]
    messages = asking.ask_changes(asked, "Маяк", answers.Look(), told, [12], wish)
    answer = await ask(messages, answers.scenes_schema([12], 56, some=True))
    (scene,) = answers.scenes_of(answer, [12], 56, "ru", some=True).scenes
    assert (scene.number, scene.narration, scene.image_prompt) == (12, narration, picture)


async def test_a_schema_in_words_is_as_good(services):
    schema = answers.outline_schema(48)
    await services.behave(service="chat", action="error", code=400, message="Unknown parameter: response_format", times=3)
    text, _ = await services.text.complete(asking.ask_outline(brief("ru")), schema=schema)
    assert list(Draft202012Validator(schema).iter_errors(json.loads(text))) == []
    assert (await services.counters())["requests.chat"] == 4


async def test_answers_in_a_form_can_be_spoilt(services):
    asked, schema = asking.ask_outline(brief("ru")), answers.outline_schema(48)

    async def spoilt(**wish):
        await services.behave(service="chat", **wish)
        return (await services.text.complete(asked, schema=schema))[0]

    assert read_json(await spoilt(action="malformed")) is None
    cut = await spoilt(action="malformed", after_bytes=300)
    assert "```json" in cut
    assert len(cut.encode()) < 400
    assert len(json.loads(await spoilt(action="short"))["lines"]) == 47
    scenes = answers.scenes_schema([1, 2], 56)
    await services.behave(service="chat", action="wordy")
    told = [Scene(number, "", "", "", "строка") for number in (1, 2)]
    messages = asking.ask_scenes(brief("ru"), "Маяк", answers.Look(), told, [1, 2])
    rows = json.loads((await services.text.complete(messages, schema=scenes))[0])["scenes"]
    assert max(len(row["narration"]) for row in rows) > 56


async def test_what_is_said_in_plain_talk_is_not_spoilt(services):
    await services.behave(service="chat", action="malformed")
    assert "песочница" in (await services.text.complete([{"role": "user", "content": "Привет"}]))[0]
