"""What can be chosen of a film before it starts, by buttons; what was chosen is where the next one begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiebot.store import preferences
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.intake import Intake
from tests.telegram.phone import Phone
from tests.telegram.test_film import IDEA, account_of, choose, newest, open_studio


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return open_studio(replace(desk, speaks=True))


def test_everything_can_be_chosen_and_is_remembered(ann: Phone) -> None:
    ann.say(f"/film {IDEA}")
    for field, value in [
        ("seconds", "0:30"), ("aspect", "9:16"), ("style", "Anime"), ("language", "Русский"),
        ("subtitles", "subtitles as a track"), ("transition", "smooth"),
    ]:  # fmt: skip
        shown = choose(ann, field, value)
        assert shown.key == "film-choices"
    shown = ann.press("film:back", shown)
    assert "0:30 · 6 scenes · 📐 9:16 · 🎨 Anime" in shown.text
    assert "Русский" in shown.text
    ann.press("film:drop", shown)
    assert "0:30 · 6 scenes · 📐 9:16 · 🎨 Anime" in ann.say("/film another idea").text


def test_music_is_switched_on_and_off(ann: Phone) -> None:
    ann.say(f"/film {IDEA}")
    shown = ann.press("film:change")
    shown = ann.press(":music:", shown)
    assert any("no music" in words for words, _ in shown.buttons)
    assert newest().choices["music"] is False


def test_models_are_listed_in_pages_and_chosen(ann: Phone) -> None:
    ann.say(f"/film {IDEA}")
    ann.press("film:change")
    first = ann.press(":clip")
    models = [data for _, data in first.buttons if ":set:" in data]
    assert len(models) == 8
    second = ann.press("▶️", first)
    assert not set(models) & {data for _, data in second.buttons}
    label, data = next((words, data) for words, data in second.buttons if ":set:" in data)
    ann.press_data(data, second)
    assert label.partition(" ")[2] in ann.press("film:back").text
    assert newest().choices["animation_model"]


def test_voices_are_offered_where_the_operator_names_several(desk: Desk) -> None:
    open_studio(desk, voices=["alloy", "coral"])
    phone = Phone(Intake(desk))
    assert "alloy" in phone.say(f"/film {IDEA}").text
    choose(phone, "voice", "coral")
    assert newest().choices["voice"] == "coral"


def test_a_film_can_be_without_a_voice_and_then_the_next_one_is_too(ann: Phone) -> None:
    assert "🗣 usual voice" in ann.say(f"/film {IDEA}").text
    choose(ann, "voice", "no voice")
    shown = ann.press("film:back:")
    assert "🗣 no voice" in shown.text
    assert "Voice and music" not in shown.text
    assert "\n🎵 Music: " in shown.text
    choose(ann, "music:off", "film:back")
    assert "🎵 Music" not in ann.last().text
    assert "🗣 no voice" in ann.say("/film bees").text
    choose(ann, "voice", "usual voice")
    assert "🗣 usual voice" in ann.press("film:back:").text


def test_what_is_lacking_here_is_said(desk: Desk) -> None:
    phone = Phone(Intake(open_studio(replace(desk, speaks=False))))
    shown = phone.say(f"/film {IDEA}")
    assert "no speech server" in shown.text
    assert "no voice" in shown.text


def test_broken_remembered_choices_are_the_defaults_again(ann: Phone) -> None:
    preferences.save(account_of(ann), "film", {"seconds": "long", "aspect": "4:3", "image_model": "gone/away"})
    assert "4:00 · 48 scenes · 📐 16:9" in ann.say(f"/film {IDEA}").text
