"""Scripts of films as a text model writes them: exact counts, narration that fits, varied scenes. They say who wrote them.

Which part of a script is asked for is seen by the properties of the schema, what it is about by the marks of the message: <idea>,
<wish>, and lines such as "Title: ...". Where a mark is missing, the last message is the idea.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiebot.sandbox.ai.film_words import (
    BEATS,
    LIGHTS,
    LOOKS,
    MOVES,
    NARRATIONS,
    PEOPLE,
    PLACES,
    SHORT_NARRATION,
    SHOTS,
    SIGNED,
    TITLES,
)
from kiebot.sandbox.ai.question import Question

IDEA = re.compile(r"<idea>\s*(.*?)\s*</idea>", re.DOTALL)
WISH = re.compile(r"<wish>\s*(.*?)\s*</wish>", re.DOTALL)
LANGUAGE = re.compile(r"Language of the narration: (\w+)")
LINE = re.compile(r"^(\d+)\. (.*)$", re.MULTILINE)
NOW = re.compile(r"They are now:\n")
QUOTED = re.compile(r"[«“\"]([^»”\"]{2,60})[»”\"]")
WORD = re.compile(r"[^\W\d_]{4,}")
FREQUENT = frozenset(
    WORD.findall(
        "film movie about scene scenes make with that this from what when where which and then them they have into over "
        "фильм фильма кино видео сними сделай расскажи историю история который которая которое которые чтобы когда потом этом "
        "этот этого есть было были будет только очень через сцену сцены"
    )
)
ALL_SCENES = re.compile(r"\b(?:all|every|whole|весь|вс[её]|всех|каждую)\b", re.IGNORECASE)
ABOUT_WORDS = re.compile(r"narrat|text|says?\b|words|текст|слова|говор|диктор|рассказ", re.IGNORECASE)
ABOUT_TITLE = re.compile(r"title|called|назва|назов", re.IGNORECASE)
CYRILLIC_LANGUAGES = ("Russian", "Ukrainian")
OTHER_SHARE = 3  # of the narrations of a changed scene


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a message asks for."""

    text: str
    words: tuple[str, ...]  # of the idea, those that carry it
    language: str
    seed: int
    wish: str = ""


def film_answer(question: Question, schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer to a question about a film's script; None when it is about something else."""
    properties = schema.get("properties", {})
    asked = frozenset(properties)
    if asked == {"title", "characters", "look", "lines"}:
        return _outline(_wanted(question), properties)
    if asked == {"title", "characters", "look", "numbers"}:
        return _plan(_wanted(question), properties)
    if asked == {"scenes"} and {"index", "narration"} <= frozenset(_scene_properties(properties)):
        return _scenes(_wanted(question), properties)
    return None


def spoiled(answer: str, action: str, after_bytes: int = 0) -> str:
    """An answer that goes wrong as those of real models do.

    malformed: no JSON at all, or so many bytes of it in a code block that does not end; wordy: narrations of four times their
    length; short: lists without their last entry.
    """
    if action == "malformed":
        cut = answer.encode()[:after_bytes].decode(errors="ignore")
        return (
            f"Sure, here is the script:\n\n```json\n{cut}"
            if after_bytes
            else "Sure! I will write it at once. One moment, please."
        )
    value = json.loads(answer)
    change = _wordy if action == "wordy" else _shorter
    return json.dumps({name: change(each) for name, each in value.items()}, ensure_ascii=False)


def _wordy(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [
        {**row, "narration": " ".join([row["narration"]] * 4)} if isinstance(row, dict) and "narration" in row else row
        for row in value
    ]


def _shorter(value: Any) -> Any:
    return value[:-1] if isinstance(value, list) else value


def _wanted(question: Question) -> Wanted:
    text = question.last.text
    idea, wish, language = IDEA.search(text), WISH.search(text), LANGUAGE.search(text)
    about = idea[1] if idea else question.own_words
    named = language[1] if language else "Russian" if question.language == "ru" else "English"
    found = dict.fromkeys(word for word in WORD.findall(about) if word.casefold() not in FREQUENT)
    title = _after(text, "Title: ")
    seed = zlib.crc32((title or text).encode())
    return Wanted(
        text, tuple(found) or ("sandbox",), "ru" if named in CYRILLIC_LANGUAGES else "en", seed, wish[1] if wish else ""
    )


def _outline(wanted: Wanted, properties: Mapping[str, Any]) -> dict[str, Any]:
    count = int(properties["lines"].get("minItems", 1))
    known = [each.format(word=_capital(wanted.words[0])) for each in TITLES[wanted.language]]
    title = _pick([each for each in known if each not in wanted.text] or known, wanted.seed)  # another one than was not liked
    lines = [_line(wanted, number, count) for number in range(count)]
    return {
        "title": _cut(title, properties["title"]),
        "characters": [{"name": name, "look": look} for name, look in _people(wanted)],
        "look": _cut(f"{_pick(LOOKS, wanted.seed)}. {SIGNED['en']}", properties["look"]),
        "lines": [_cut(line, properties["lines"]["items"]) for line in lines],
    }


def _line(wanted: Wanted, number: int, count: int) -> str:
    """What a scene tells: the beat of the story that it stands in, and one word of the idea."""
    beats = BEATS[wanted.language]
    beat = beats[min(len(beats) - 1, number * len(beats) // max(1, count))]
    return f"{_pick(beat, number)}: {_word(wanted, number)}"


def _plan(wanted: Wanted, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The scenes that a wish names by number; all of them when it says so, or names none and is not about the title."""
    most = int(properties["numbers"].get("maxItems", 1))
    titled = QUOTED.search(wanted.wish) if ABOUT_TITLE.search(wanted.wish) else None
    named = sorted({number for each in re.findall(r"\d+", wanted.wish) if 1 <= (number := int(each)) <= most})
    whole = not named and titled is None
    return {
        "title": titled[1] if titled else _after(wanted.text, "Title: ") or SIGNED[wanted.language],
        "characters": list(_characters(_after(wanted.text, "Characters: "))),
        "look": _after(wanted.text, "Look: ") or SIGNED["en"],
        "numbers": list(range(1, most + 1)) if whole or ALL_SCENES.search(wanted.wish) else named,
    }


def _characters(line: str) -> Iterator[dict[str, str]]:
    for part in line.split("; "):
        name, found, look = part.partition(": ")
        if found:
            yield {"name": name, "look": look}


def _scenes(wanted: Wanted, properties: Mapping[str, Any]) -> dict[str, Any]:
    scene = _scene_properties(properties)
    numbers = scene["index"].get("enum") or range(1, int(properties["scenes"].get("minItems", 1)) + 1)
    if wanted.wish:
        return {"scenes": [_changed(wanted, row, scene) for row in _now(wanted.text) if row["index"] in numbers]}
    lines = {int(number): line for number, line in LINE.findall(wanted.text)}
    last = max(lines, default=max(numbers))
    return {"scenes": [_scene(wanted, number, last, lines.get(number, ""), scene) for number in numbers]}


def _scene(wanted: Wanted, number: int, last: int, line: str, scene: Mapping[str, Any]) -> dict[str, Any]:
    word = line.rpartition(": ")[2] or _word(wanted, number)
    name, _ = _pick(_people(wanted), number)
    shot, light = _pick(SHOTS, number + (wanted.seed >> 8)), _pick(LIGHTS, number // 3 + (wanted.seed >> 16))
    place = _pick(PLACES, wanted.seed + number * 5)
    return {
        "index": number,
        "narration": SIGNED[wanted.language] if number == last and _fits(SIGNED[wanted.language], scene["narration"]) else
        _narration(wanted, number, word, scene["narration"]),
        "image_prompt": _cut(f"{shot} of {name}, “{word}”, {place}, {light}, scene {number}", scene["image_prompt"]),
        "motion_prompt": _cut(_pick(MOVES, number * 3 + wanted.seed), scene["motion_prompt"]),
    }  # fmt: skip


def _narration(wanted: Wanted, number: int, word: str, limits: Mapping[str, Any]) -> str:
    """The next of the narrations that fits; only the word itself in scenes of a second or two."""
    known = NARRATIONS[wanted.language]
    rotated = [known[(wanted.seed + number + step) % len(known)] for step in range(len(known))]
    said = (each.format(word=word) for each in (*rotated, SHORT_NARRATION))
    return next((each for each in said if _fits(each, limits)), _cut(_capital(word), limits))


def _changed(wanted: Wanted, row: Mapping[str, Any], scene: Mapping[str, Any]) -> dict[str, Any]:
    """A scene with the wish in its pictures, or in its narration when that is what the wish is about."""
    wish = " ".join(wanted.wish.split())
    if ABOUT_WORDS.search(wish):
        quoted = QUOTED.search(wish)
        return {**row, "narration": _cut(quoted[1] if quoted else f"{wish}.", scene["narration"])}
    most = int(scene["image_prompt"].get("maxLength", 600))
    changed = f"Changed as wished ({wish[: most // OTHER_SHARE]}): {row['image_prompt']}"
    return {**row, "image_prompt": _cut(changed, scene["image_prompt"])}


def _now(text: str) -> list[dict[str, Any]]:
    found = NOW.search(text)
    rows = json.JSONDecoder().raw_decode(text, found.end())[0]["scenes"] if found else []
    return list(rows)


def _scene_properties(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = properties.get("scenes", {}).get("items", {}).get("properties", {})
    return found


def _people(wanted: Wanted) -> list[tuple[str, str]]:
    """Two people, other ones for another idea."""
    start = zlib.crc32(" ".join(wanted.words).encode())
    return [PEOPLE[(start + step) % len(PEOPLE)] for step in range(2)]


def _word(wanted: Wanted, number: int) -> str:
    return wanted.words[number % len(wanted.words)]


def _after(text: str, mark: str) -> str:
    """The rest of the first line that begins with a mark."""
    return next((line.removeprefix(mark).strip() for line in text.splitlines() if line.startswith(mark)), "")


def _pick(choices: Sequence[Any], number: int) -> Any:
    return choices[number % len(choices)]


def _fits(text: str, limits: Mapping[str, Any]) -> bool:
    return len(text) <= int(limits.get("maxLength", 1000))


def _cut(text: str, limits: Mapping[str, Any]) -> str:
    most = int(limits.get("maxLength", 1000))
    return text if len(text) <= most else (text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…")[:most]


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
