"""What `kiebot-admin doctor` says of films: whether somebody writes, draws, animates and joins them here."""

from __future__ import annotations

import shutil

from kiebot.catalog.loading import Catalogue
from kiebot.cli.checks import Check, apt, output_of
from kiebot.config import Config
from kiebot.config.keys import OPENAI_URL
from kiebot.films.fitting import default_model

FILTERS = ("ass", "atempo", "alimiter", "ebur128", "gblur", "overlay", "perspective", "sidechaincompress", "tpad", "xfade")
ENCODERS = ("aac", "libx264", "mov_text")
ROLES = {"picture": "image_model", "clip": "animation_model", "music": "music_model"}


def films(config: Config, catalogue: Catalogue) -> Check:
    """The first thing that keeps films from being made, else what they would be made with."""
    return _machine() or _writer(config) or _models(config, catalogue) or _well(config, catalogue)


def _machine() -> Check | None:
    if shutil.which("ffmpeg") is None:
        return _impossible("ffmpeg not found", apt("ffmpeg"))
    known = {"filter": _listed("-filters"), "encoder": _listed("-encoders")}
    wanted = [*(("filter", name) for name in FILTERS), *(("encoder", name) for name in ENCODERS)]
    lacking = [f"{kind} {name}" for kind, name in wanted if name not in known[kind]]
    if lacking:
        return _impossible(f"this ffmpeg lacks {', '.join(lacking)}", f"{apt('ffmpeg')} (the distribution's has them)")
    return None


def _listed(what: str) -> set[str]:
    rows = [line.split() for line in output_of(["ffmpeg", "-hide_banner", what]).splitlines()]
    return {row[1] for row in rows if len(row) > 1}


def _writer(config: Config) -> Check | None:
    """OpenAI's own address is what is set when nobody set one: it wants a key."""
    if config.text.base_url == OPENAI_URL and not config.text.api_key.get_secret_value():
        return _impossible("no text model that writes scripts", "set text.base_url and text.api_key")
    return None


def _models(config: Config, catalogue: Catalogue) -> Check | None:
    for role, key in ROLES.items():
        wished = getattr(config.film, key)
        found = default_model(catalogue, role, wished)
        if found is None and role != "music":
            return _impossible(f"no model on offer makes a {role} of a scene", "kiebot-admin models list; models enable")
        if wished and (found is None or found.id != wished):
            other = f"{found.id} is taken instead" if found else "there is no music"
            told = f"film.{key}: {wished} is not on offer, or cannot make a {role} of a scene; {other}"
            return Check("films", "warn", told, "kiebot-admin models list")
    return None


def _well(config: Config, catalogue: Catalogue) -> Check:
    found = {role: default_model(catalogue, role, getattr(config.film, key)) for role, key in ROLES.items()}
    made = ", ".join(f"{role} {model.id}" for role, model in found.items() if model is not None)
    told = f"script {config.film.script_model or config.text.model}, {made}"
    voice = [] if config.speech.base_url else [("no voice (speech.base_url is not set)", "set speech.base_url")]
    music = (
        []
        if found["music"]
        else [("no music (no model on offer)", "kiebot-admin models list --type text_to_music; models enable")]
    )
    if lacking := [*voice, *music]:
        without, fix = (", ".join(said) for said in zip(*lacking, strict=True))
        return Check("films", "warn", f"{told}; {without}", fix)
    return Check("films", "ok", told)


def _impossible(why: str, fix: str) -> Check:
    return Check("films", "warn", f"no films can be made: {why}", fix)
