"""What a text model is to answer about a script, as JSON schemas; and reading what it does answer, mended where that is possible.

What is wrong comes out in sentences for the model, so that it can be asked again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kiebot.films.script import Character, Look, Outline, Scene

Schema = dict[str, Any]

MOST_CHARACTERS = 8
LONGEST_TITLE, LONGEST_NAME, LONGEST_LOOK, LONGEST_LINE = 80, 40, 300, 200
LONGEST_IMAGE_PROMPT, LONGEST_MOTION_PROMPT = 600, 300
CYRILLIC = frozenset({"ru", "uk"})
OTHER_NAMES = {  # what models call the properties of a scene when nothing holds them to the schema
    "index": ("number", "scene", "scene_number", "id", "n"),
    "narration": ("voiceover", "voice_over", "voice", "text"),
    "image_prompt": ("imageprompt", "image", "visual", "picture"),
    "motion_prompt": ("motionprompt", "motion", "camera", "animation"),
}
LETTER = re.compile(r"[^\W\d_]")
CYRILLIC_LETTER = re.compile(r"[а-яёіїєґ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScenesRead:
    """What an answer about scenes holds. `scenes` can be kept; `long` are whole but for their narration, which is too long.

    `again`: the numbers to be asked for again, because of the `problems`.
    """

    scenes: list[Scene] = field(default_factory=list)
    long: list[Scene] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a wish for a change comes to: the title and the look as they shall be, and the scenes that change."""

    title: str
    look: Look
    numbers: list[int]


# -- what is asked for ------------------------------------------------------------------------------------------------------


def outline_schema(count: int) -> Schema:
    """Title, look, and one line for each scene."""
    return _object(**_of_the_whole(), lines={**_array(_string(LONGEST_LINE)), "minItems": count, "maxItems": count})


def scenes_schema(numbers: Sequence[int], most_chars: int, *, some: bool = False) -> Schema:
    """These scenes, with narration that fits; `some`: only those of them that are to change."""
    scene = _object(
        index={"type": "integer", "enum": list(numbers)},
        narration=_string(most_chars),
        image_prompt=_string(LONGEST_IMAGE_PROMPT),
        motion_prompt=_string(LONGEST_MOTION_PROMPT),
    )
    return _object(scenes={**_array(scene), "minItems": 0 if some else len(numbers), "maxItems": len(numbers)})


def plan_schema(count: int) -> Schema:
    """What a change is about."""
    number = {"type": "integer", "minimum": 1, "maximum": count}
    return _object(**_of_the_whole(), numbers={**_array(number), "minItems": 0, "maxItems": count})


def _of_the_whole() -> dict[str, Schema]:
    character = _object(name=_string(LONGEST_NAME), look=_string(LONGEST_LOOK))
    return {
        "title": _string(LONGEST_TITLE),
        "characters": {**_array(character), "minItems": 0, "maxItems": MOST_CHARACTERS},
        "look": _string(LONGEST_LOOK),
    }


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _string(longest: int) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": longest}


# -- what is answered -------------------------------------------------------------------------------------------------------


def outline_of(answer: Any, count: int) -> tuple[Outline | None, list[str]]:
    """The outline in an answer, and what is wrong with it. One with the wrong number of lines is there, and yet wrong."""
    fields = _fields(answer)
    title, lines = (
        _words(fields.get("title"), LONGEST_TITLE),
        [_words(_line(each), LONGEST_LINE) for each in _list(fields, "lines")],
    )
    problems = [] if title else ["the title is missing"]
    if len(lines) != count or not all(lines):
        problems.append(f"“lines” has to hold exactly {count} lines, one for each scene; there were {sum(map(bool, lines))}")
    if not title or not any(lines):
        return None, problems
    return Outline(title, _look(fields), tuple(lines)), problems


def fitted(outline: Outline, count: int) -> Outline:
    """The outline with exactly so many lines; where some are missing, the scenes are told without."""
    lines = [*outline.lines[:count], *[""] * (count - len(outline.lines))]
    return Outline(outline.title, outline.look, tuple(lines))


def scenes_of(answer: Any, numbers: Sequence[int], most_chars: int, language: str, *, some: bool = False) -> ScenesRead:
    """The scenes in an answer that were asked for. `some`: those that are not there stay as they are."""
    rows = _rows(answer)
    if some and not rows and not isinstance(_fields(answer).get("scenes"), list):
        return ScenesRead(again=list(numbers), problems=["“scenes” is missing"])
    read, found = ScenesRead(), dict[int, Scene]()
    for place, row in enumerate(rows):
        number = _number(row, numbers[place] if len(rows) == len(numbers) else None)
        if number in numbers:
            found.setdefault(number, _scene(number, row))
    for number in numbers:
        if number in found:
            _judge(read, found[number], most_chars, language)
        elif not some:
            read.again.append(number)
            read.problems.append(f"scene {number} is missing")
    return read


def plan_of(answer: Any, count: int) -> tuple[Plan | None, list[str]]:
    """The plan of a change in an answer, and what is wrong with it."""
    fields = _fields(answer)
    title = _words(fields.get("title"), LONGEST_TITLE)
    numbers = {number for each in _list(fields, "numbers") if (number := _whole(each)) is not None and 1 <= number <= count}
    if not title or not isinstance(fields.get("numbers"), list):
        return None, ["“title” and “numbers” are needed, as the schema says"]
    return Plan(title, _look(fields), sorted(numbers)), []


def shortened(narration: str, most_chars: int) -> str:
    """As many whole sentences as fit; when not even one does, whole words and an ellipsis."""
    text = " ".join(narration.split())
    if len(text) <= most_chars:
        return text
    ends = [found.end() for found in re.finditer(r"[.!?…]+[»”\"')]*(?=\s)", text) if found.end() <= most_chars]
    if ends:
        return text[: ends[-1]]
    return text[: most_chars - 1].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _judge(read: ScenesRead, scene: Scene, most_chars: int, language: str) -> None:
    """Put a scene where it belongs."""
    missing = [name for name in ("narration", "image_prompt") if not getattr(scene, name)]
    if missing:
        problem = f"scene {scene.number} has no {' and no '.join(missing)}"
    elif not _written_in(language, scene.narration):
        problem = f"the narration of scene {scene.number} is in the wrong language"
    elif len(scene.narration) > most_chars:
        read.long.append(scene)
        problem = _too_long(scene, most_chars)
    else:
        read.scenes.append(scene)
        return
    read.again.append(scene.number)
    read.problems.append(problem)


def _too_long(scene: Scene, most_chars: int) -> str:
    size = f"{len(scene.narration)} characters, at most {most_chars} fit"
    return f"the narration of scene {scene.number} has {size}: “{scene.narration}”"


def _scene(number: int, row: Mapping[str, Any]) -> Scene:
    narration = _words(_property(row, "narration"), 10_000)
    picture = _words(_property(row, "image_prompt"), LONGEST_IMAGE_PROMPT)
    return Scene(number, narration, picture, _words(_property(row, "motion_prompt"), LONGEST_MOTION_PROMPT))


def _number(row: Mapping[str, Any], by_place: int | None) -> int:
    """The number of a scene; one that does not say is taken by its place when all are there."""
    number = _whole(_property(row, "index"))
    return number if number is not None else by_place or 0


def _rows(answer: Any) -> list[Mapping[str, Any]]:
    """The scenes, wherever they stand: in `scenes`, in a bare list, or as one alone."""
    if isinstance(answer, Mapping):
        found = answer.get("scenes")
        if found is None:
            lists = [value for value in answer.values() if isinstance(value, list)]
            found = lists[0] if lists else [answer]
        answer = list(found.values()) if isinstance(found, Mapping) else found
    return [row for row in answer if isinstance(row, Mapping)] if isinstance(answer, list) else []


def _property(row: Mapping[str, Any], name: str) -> Any:
    if name in row:
        return row[name]
    plain = {str(key).casefold().replace(" ", "_").replace("-", "_"): value for key, value in row.items()}
    return next((plain[each] for each in (name, *OTHER_NAMES[name]) if each in plain), None)


def _look(fields: Mapping[str, Any]) -> Look:
    people = [each for each in _list(fields, "characters") if isinstance(each, Mapping)]
    named = [Character(_words(each.get("name"), LONGEST_NAME), _words(each.get("look"), LONGEST_LOOK)) for each in people]
    return Look(
        tuple(each for each in named if each.name and each.look)[:MOST_CHARACTERS], _words(fields.get("look"), LONGEST_LOOK)
    )


def _line(line: Any) -> Any:
    """A line; some models make an object of each."""
    return next((value for value in line.values() if isinstance(value, str)), "") if isinstance(line, Mapping) else line


def _fields(answer: Any) -> Mapping[str, Any]:
    return answer if isinstance(answer, Mapping) else {}


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else []


def _words(value: Any, longest: int) -> str:
    """One line of words, cut between two of them where it is too long."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0]


def _whole(value: Any) -> int | None:
    if isinstance(value, str):
        found = re.search(r"\d+", value)
        return int(found.group()[:9]) if found else None
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1 else None


def _written_in(language: str, text: str) -> bool:
    """Whether most letters are of the alphabet that the language is written in."""
    letters, cyrillic = len(LETTER.findall(text)), len(CYRILLIC_LETTER.findall(text))
    return letters == 0 or (cyrillic * 2 >= letters) == (language in CYRILLIC)
