"""A script: its title, who is in it and how it looks, its scenes; and the prompts that come out of it for models that draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kiebot.films.choices import STYLES
from kiebot.films.timeline import clock

LONGEST_MUSIC_PROMPT = 400  # some take no more without lyrics


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody who is seen in several scenes. The same words about the looks go into each prompt, so that the looks stay."""

    name: str
    look: str


@dataclass(frozen=True, slots=True)
class Look:
    """What stays the same through the whole film."""

    characters: tuple[Character, ...] = ()
    look: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Look:
        """As the film's row keeps it."""
        rows = stored.get("characters") or []
        return cls(tuple(Character(str(row["name"]), str(row["look"])) for row in rows), str(stored.get("look", "")))

    def to_json(self) -> dict[str, Any]:
        """For the film's row."""
        return {"characters": [{"name": each.name, "look": each.look} for each in self.characters], "look": self.look}


@dataclass(frozen=True, slots=True)
class Outline:
    """The beginning of a script: what each scene tells, in one line."""

    title: str
    look: Look
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene: what is said, what is seen, what moves. `line` is what it tells, as the outline says."""

    number: int
    narration: str
    image_prompt: str
    motion_prompt: str
    line: str = ""
    start_s: float = 0.0
    end_s: float = 0.0

    @property
    def written(self) -> bool:
        """Whether the script has it already."""
        return bool(self.narration and self.image_prompt)

    def to_json(self) -> dict[str, Any]:
        """What a script says of it."""
        return {
            "number": self.number,
            "narration": self.narration,
            "image_prompt": self.image_prompt,
            "motion_prompt": self.motion_prompt,
        }


class SceneRow(Protocol):
    """A scene as the store keeps it."""

    number: Any
    start_s: Any
    end_s: Any
    line: Any
    narration: Any
    image_prompt: Any
    motion_prompt: Any


@dataclass(frozen=True, slots=True)
class Headings:
    """What stands before the parts of a readable script: the same signs whatever its language."""

    characters: str
    look: str
    picture: str
    motion: str


def scene_of(row: SceneRow) -> Scene:
    """The scene of a row."""
    return Scene(row.number, row.narration, row.image_prompt, row.motion_prompt, row.line, row.start_s, row.end_s)


def readable(title: str, look: Look, scenes: Sequence[Scene], headings: Headings, *, prompts: bool = False) -> str:
    """The script as Markdown for a person; `prompts`: with what the models that draw are told."""
    parts = [f"# {title}"]
    if look.characters:
        people = [f"- **{each.name}**: {each.look}" for each in look.characters]
        parts.append("\n".join([headings.characters, "", *people]))
    if look.look:
        parts.append(f"{headings.look} {look.look}")
    parts += [_readable_scene(scene, headings, prompts) for scene in scenes]
    return "\n\n".join(parts) + "\n"


def _readable_scene(scene: Scene, headings: Headings, prompts: bool) -> str:
    head = f"**{scene.number}** · {clock(scene.start_s)}–{clock(scene.end_s)}"
    parts = [f"{head} · *{scene.line}*" if scene.line else head, scene.narration]
    if prompts:
        parts += [f"{headings.picture} {scene.image_prompt}", f"{headings.motion} {scene.motion_prompt}"]
    return "\n\n".join(part for part in parts if part)


def image_prompt_of(scene: Scene, look: Look, style: str) -> str:
    """What the model that draws is told. The end may be cut off for models that take little: it matters least."""
    people = [f"{each.name}: {each.look}" for each in look.characters if _appears(each, scene)]
    parts = [scene.image_prompt, *people, STYLES.get(style, style), look.look, "no text, no captions, no watermark"]
    return ". ".join(part.strip().rstrip(".") for part in parts if part.strip()) + "."


def motion_prompt_of(scene: Scene, look: Look) -> str:
    """What the model that makes a clip of the picture is told."""
    people = [f"{each.name}: {each.look}" for each in look.characters if _appears(each, scene)]
    parts = [
        scene.motion_prompt or "slow, steady camera movement",
        scene.image_prompt,
        *people,
        "one continuous shot, no cuts, no text",
    ]
    return ". ".join(part.strip().rstrip(".") for part in parts if part.strip()) + "."


def music_prompt_of(title: str, look: Look, style: str) -> str:
    """What the model that makes music is told: a bed for a voice."""
    mood = f"{STYLES.get(style, style)}. {look.look}"
    text = (
        f"Instrumental background music for a narrated film called “{title}”. Calm, no vocals, steady, room for a voice. {mood}"
    )
    return text[:LONGEST_MUSIC_PROMPT]


def _appears(character: Character, scene: Scene) -> bool:
    """Whether a scene shows somebody: the prompts call everybody by name."""
    shown = f"{scene.image_prompt} {scene.motion_prompt}".casefold()
    return character.name.casefold() in shown or character.name.split(" ", 1)[0].casefold() in shown.split()
