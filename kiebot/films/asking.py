"""What a text model is told when it writes a script: first the outline, then the scenes in batches, later changes.

The answer's form is a JSON schema beside the messages (films/answers.py). What stands here in words holds too when a server knows
no schemas, and whatever the operator's own instructions say: those replace only the first message.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kiebot.films.choices import STYLES, Choices
from kiebot.films.script import Look, Scene
from kiebot.films.timeline import most_chars

Message = dict[str, Any]

INSTRUCTIONS = (
    "You write scripts for short narrated films. Each scene is one picture that comes to life for a few seconds while a voice "
    "tells the story. Tell one story with a beginning, a turn and an end; every scene moves it on and looks different from the "
    "one before: other place, distance, angle or light. Narration is spoken language, simple and vivid, and it goes on from "
    "scene to scene without repeating itself. Nothing in it describes the picture or the camera."
)
LANGUAGE_NAMES = {
    "ru": "Russian", "en": "English", "uk": "Ukrainian", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian",
    "pt": "Portuguese", "pl": "Polish", "tr": "Turkish",
}  # fmt: skip
SCENES_AT_ONCE = 12  # asked for in one message: models grow careless over longer answers
MOST_PROBLEMS = 20
LINES_AROUND = 2  # so many scenes before and after a batch are shown whole
MOST_IDEA_CHARS = 12_000  # three messages of a text that Telegram's app cut


@dataclass(frozen=True, slots=True)
class Brief:
    """What does not change while a script is written."""

    idea: str
    choices: Choices
    instructions: str = ""  # the operator's own; empty: ours
    earlier: tuple[str, ...] = field(default=())  # title and lines of a script that the person did not want

    @property
    def most_chars(self) -> int:
        """How many characters of narration one scene takes."""
        return most_chars(self.choices.language, self.choices.segment_s)

    @property
    def language(self) -> str:
        """The language of the film, in English."""
        return LANGUAGE_NAMES.get(self.choices.language, self.choices.language)


def ask_outline(brief: Brief, problems: Sequence[str] = ()) -> list[Message]:
    """The title, who is in it, how it looks, and one line for each scene."""
    count = brief.choices.scene_count
    parts = [
        _film(brief),
        f"Write the outline of this film now: exactly {count} lines, one for each scene, in {brief.language}, each at most 120 "
        f"characters. “title”: in {brief.language}. “characters”: everybody who is seen in more than one scene; “name” as the "
        "prompts will call them, in Latin letters; “look”: age, build, face, hair, clothes and colours, in English, exact enough "
        "to be drawn the same each time. “look”: places, season, palette and mood of the whole film, in English.",
    ]
    if brief.earlier:
        parts.append("The person did not want the following script. Tell the idea in another way:\n" + "\n".join(brief.earlier))
    return _messages(brief, parts, problems)


def ask_scenes(
    brief: Brief, title: str, look: Look, scenes: Sequence[Scene], numbers: Sequence[int], problems: Sequence[str] = ()
) -> list[Message]:
    """The scenes of these numbers. `scenes`: all of the film, as far as they are written."""
    parts = [
        _film(brief),
        _so_far(title, look, scenes),
        *_near(scenes, numbers),
        f"Write these scenes now: {_listed(numbers)}.\n{_rules(brief)}",
    ]
    return _messages(brief, parts, problems)


def ask_plan(
    brief: Brief, title: str, look: Look, scenes: Sequence[Scene], wish: str, problems: Sequence[str] = ()
) -> list[Message]:
    """Which scenes a wish for a change is about, and whether title, characters or look change."""
    told = [f"{scene.number}. {scene.line} | {scene.narration}" for scene in scenes]
    parts = [
        _film(brief),
        f"The script so far.\nTitle: {title}\n{_look(look)}\nScenes, what each tells and what is said:\n" + "\n".join(told),
        _wish(wish),
        "Say what changes. “numbers”: of the scenes whose narration, picture or motion has to change, and of no others. “title”, "
        "“characters” and “look”: as they shall be afterwards; repeat word for word what does not change.",
    ]
    return _messages(brief, parts, problems)


def ask_changes(
    brief: Brief, title: str, look: Look, scenes: Sequence[Scene], numbers: Sequence[int], wish: str, problems: Sequence[str] = ()
) -> list[Message]:
    """The scenes of these numbers, changed as wished."""
    now = [_as_asked(scene) for scene in scenes if scene.number in numbers]
    parts = [
        _film(brief),
        _so_far(title, look, scenes),
        "These scenes may change. They are now:\n" + json.dumps({"scenes": now}, ensure_ascii=False),
        _wish(wish),
        "Write those of them anew that the wish is about, complete, and leave out the others. Keep what it does not touch.\n"
        + _rules(brief),
    ]
    return _messages(brief, parts, problems)


def _messages(brief: Brief, parts: Sequence[str], problems: Sequence[str]) -> list[Message]:
    if problems:
        listed = "\n".join(f"- {each}" for each in problems[:MOST_PROBLEMS])
        parts = [*parts, f"An answer to this could not be used as it was:\n{listed}\nMind that this time."]
    system = brief.instructions.strip() or INSTRUCTIONS
    return [{"role": "system", "content": system}, {"role": "user", "content": "\n\n".join(parts)}]


def _film(brief: Brief) -> str:
    choices = brief.choices
    return (
        f"The idea, in a person's own words:\n<idea>\n{brief.idea.strip()[:MOST_IDEA_CHARS]}\n</idea>\n"
        f"The film: {choices.scene_count} scenes of {choices.segment_s} seconds. Language of the narration: {brief.language}. "
        f"Style of the pictures: {STYLES.get(choices.style, choices.style)}."
    )


def _so_far(title: str, look: Look, scenes: Sequence[Scene]) -> str:
    lines = [f"{scene.number}. {scene.line}" for scene in scenes]
    return f"Title: {title}\n{_look(look)}\nOutline:\n" + "\n".join(lines)


def _look(look: Look) -> str:
    people = "; ".join(f"{each.name}: {each.look}" for each in look.characters) or "none"
    return f"Characters: {people}\nLook: {look.look}"


def _near(scenes: Sequence[Scene], numbers: Sequence[int]) -> list[str]:
    """What is said just before and after, so that the story goes on."""
    close = [
        scene
        for scene in scenes
        if scene.written and scene.number not in numbers and any(abs(scene.number - each) <= LINES_AROUND for each in numbers)
    ]
    said = "\n".join(f"{scene.number}. {scene.narration} [{scene.image_prompt}]" for scene in close)
    return [f"Written already, next to them:\n{said}"] if close else []


def _rules(brief: Brief) -> str:
    return (
        f"“narration”: in {brief.language}, at most {brief.most_chars} characters with spaces, or it cannot be spoken in time; "
        "whole words, no stage directions. “image_prompt”: in English, at most 400 characters: who (by the names above), doing "
        "what, where, distance, angle, light; not their looks and not the style, which are added. “motion_prompt”: in English, "
        "at most 200 characters: one movement of the camera and what moves in the picture; nothing that is not in it. No words, "
        "signs or letters to be seen."
    )


def _wish(wish: str) -> str:
    return f"The person wishes this change:\n<wish>\n{wish.strip()[:MOST_IDEA_CHARS]}\n</wish>"


def _as_asked(scene: Scene) -> dict[str, Any]:
    return {
        "index": scene.number,
        "narration": scene.narration,
        "image_prompt": scene.image_prompt,
        "motion_prompt": scene.motion_prompt,
    }


def _listed(numbers: Sequence[int]) -> str:
    whole = list(range(numbers[0], numbers[-1] + 1)) == list(numbers)
    return f"{numbers[0]} to {numbers[-1]}" if whole and len(numbers) > 2 else ", ".join(map(str, numbers))
