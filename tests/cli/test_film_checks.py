"""doctor's check of films: the real ffmpeg, the real catalogue, configurations of all kinds."""

import os

from kiebot.catalog.loading import Override
from kiebot.cli.film_checks import films
from kiebot.config.keys import Config
from kiebot.films.fitting import models_for

WRITES = {"base_url": "http://127.0.0.1:9/v1"}
SPEAKS = {"base_url": "http://127.0.0.1:9/v1"}


def without(catalogue, *roles):
    """The catalogue after the operator switched off whatever serves these roles."""
    ids = {model.id for role in roles for model in models_for(catalogue, role)}
    return catalogue.overlaid({model_id: Override(enabled=False) for model_id in ids})


def test_it_names_what_films_would_be_made_with(catalogue):
    check = films(Config(text=WRITES, speech=SPEAKS, film={"script_model": "writer-1"}), catalogue)
    assert (check.name, check.status) == ("films", "ok")
    assert "script writer-1, picture " in check.detail
    assert "clip " in check.detail
    assert "music " in check.detail


def test_films_without_a_voice_or_music_are_possible_and_it_says_so(catalogue):
    check = films(Config(text=WRITES), without(catalogue, "music"))
    assert check.status == "warn"
    assert "no voice (speech.base_url is not set), no music" in check.detail


def test_the_way_out_is_that_of_what_lacks(catalogue):
    assert films(Config(text=WRITES), catalogue).fix == "set speech.base_url"
    silent = films(Config(text=WRITES, speech=SPEAKS), without(catalogue, "music"))
    assert silent.fix == "kiebot-admin models list --type text_to_music; models enable"


def test_nobody_writes_scripts_without_a_text_model(catalogue):
    check = films(Config(), catalogue)
    assert (check.status, check.fix) == ("warn", "set text.base_url and text.api_key")
    assert check.detail.startswith("no films can be made")


def test_no_films_without_a_model_that_animates(catalogue):
    check = films(Config(text=WRITES, speech=SPEAKS), without(catalogue, "clip"))
    assert check.detail == "no films can be made: no model on offer makes a clip of a scene"


def test_a_wished_model_that_is_not_there_is_named_with_the_one_that_is_taken(catalogue):
    check = films(Config(text=WRITES, speech=SPEAKS, film={"image_model": "nobody/knows"}), catalogue)
    assert check.status == "warn"
    assert check.detail.startswith("film.image_model: nobody/knows is not on offer")
    assert "is taken instead" in check.detail


def test_an_ffmpeg_without_what_films_need_is_told(catalogue, tmp_path, monkeypatch):
    poor = tmp_path / "ffmpeg"
    poor.write_text("#!/bin/sh\necho ' ... ass V->V x'\n")
    poor.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    check = films(Config(text=WRITES, speech=SPEAKS), catalogue)
    assert "this ffmpeg lacks filter atempo" in check.detail
    assert "encoder libx264" in check.detail
