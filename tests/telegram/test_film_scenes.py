"""One scene made anew as a person sees it: what the buttons say is what happens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiebot.films.choices import NO_VOICE
from kiebot.store import films
from kiebot.store.models import OutboxRow
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from tests.telegram.phone import Phone, Shown
from tests.telegram.test_film import open_studio
from tests.telegram.test_film_stages import Set


@pytest.fixture
def crew(desk: Desk) -> Set:
    desk = open_studio(replace(desk, speaks=True))
    return Set(Phone(Intake(desk)), desk)


def first_scene(crew: Set, question: Shown, button: str) -> list[str]:
    """What can be made anew of the first scene."""
    one = crew.phone.press("film:one:", crew.phone.press(button, question))
    return [words for words, _ in one.buttons][:-1]


def test_of_a_picture_with_motion_the_picture_is_redone_without_a_clip(crew: Set) -> None:
    done = crew.to_done()
    films.change_scene(crew.film_id, 1, treatment="still", clip=None)
    assert first_scene(crew, done, "Redo a scene") == ["🖼 The picture", "🎞 The clip", "🗣 The narrator's words"]


@pytest.mark.parametrize(("subtitles", "words"), [("track", ["💬 The words of the subtitles"]), ("off", [])])
def test_where_nobody_speaks_only_subtitles_have_words_to_change(crew: Set, subtitles: str, words: list[str]) -> None:
    done = crew.to_done()
    films.change(crew.film_id, choices={**crew.film.choices, "voice": NO_VOICE, "subtitles": subtitles})
    assert first_scene(crew, done, "Redo a scene") == ["🖼 Picture and clip", "🎞 The clip", *words]


def test_with_the_clips_there_another_picture_means_another_clip(crew: Set) -> None:
    assert first_scene(crew, crew.to_animation(), "Redo one") == ["🖼 Picture and clip", "🎞 The clip"]


def test_the_picture_of_a_scene_comes_before_the_question_about_it(crew: Set) -> None:
    crew.phone.press("film:one:", crew.phone.press("Redo one", crew.to_pictures()))
    rows = [row for row in OutboxRow.select().order_by(OutboxRow.id) if row.kind != "edit"][-2:]
    assert [row.payload["key"] for row in sorted(rows, key=lambda row: (row.lane, row.id))] == ["film-scene", "film-one-scene"]
