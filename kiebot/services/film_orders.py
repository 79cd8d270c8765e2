"""The jobs of a film: inner ones, which a provider makes, and local work. All are made here, each at most once.

A job is named "film:<id>:<kind>:<number>:<try>", with ":r<k>" when it belongs to a change of the finished film. The picture of a
scene is given to the model that animates as an input file: a second name of its bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiebot.catalog.prices import provider_credits
from kiebot.catalog.schema import Model
from kiebot.catalog.validation import MediaFacts
from kiebot.films.fitting import order_input
from kiebot.films.script import Look, image_prompt_of, motion_prompt_of, music_prompt_of, scene_of
from kiebot.services import film_money
from kiebot.services.film_studio import bound, choices_of
from kiebot.services.film_words import changes
from kiebot.services.input_files import linked, path_of
from kiebot.store import films, inputs, jobs
from kiebot.store.db import after_commit, utc_now
from kiebot.store.failpoint import failpoint
from kiebot.store.inputs import name_of

TRIES = 3  # of one picture or clip before the person is asked
AGAIN_AFTER_S = (0.0, 10.0, 60.0)
ASK_AT_ONCE = frozenset({"input", "moderation", "not_found", "model_off", "gone"})  # another try would end as this one
LABEL = "🎬"


def is_failed(scene: Any, kind: str) -> bool:
    """Whether a scene's picture or clip is not tried again by itself."""
    tries = getattr(scene, f"{kind}_tries")
    return getattr(scene, kind) is None and bool(scene.fail_code) and (tries >= TRIES or scene.fail_code in ASK_AT_ONCE)


def order(film: Any, scene: Any, kind: str, *, wait_s: float = 0) -> bool:
    """Order the picture or the clip of a scene. False when it cannot be ordered: then the scene says why."""
    model = model_of(film, scene, kind)
    given, files = (None, set()) if model is None else _input(film, scene, kind, model)
    if model is None or given is None:
        code = "not_found" if model is None else "gone" if _picture_is_gone(scene, kind) else "input"
        films.change_scene(film.id, scene.number, fail_code=code)
        return False
    tries = getattr(scene, f"{kind}_tries")
    wait_s = max(wait_s, AGAIN_AFTER_S[min(tries, len(AGAIN_AFTER_S) - 1)])
    price = int(film.prices["picture"]) if kind == "picture" else film_money.clip_price(film, scene)
    job = _inner(film, kind, scene.number, model, given, files, price=price, wait_s=wait_s)
    films.change_scene(film.id, scene.number, **{f"{kind}_job": job.id, f"{kind}_tries": tries + 1})
    failpoint("film-ordering")
    return True


def _picture_is_gone(scene: Any, kind: str) -> bool:
    return kind == "clip" and (scene.picture is None or not Path(scene.picture["path"]).is_file())


def model_of(film: Any, scene: Any, kind: str) -> Model | None:
    """The model that makes the picture or the clip of a scene."""
    if kind == "clip" and scene.clip_model:
        return bound().catalogue.now.get(scene.clip_model)
    return film_money.model_for(choices_of(film), kind)


def _input(film: Any, scene: Any, kind: str, model: Model) -> tuple[dict[str, Any] | None, set[int]]:
    choices, look, words = choices_of(film), Look.from_json(film.look), scene_of(scene)
    if kind == "picture":
        return order_input(model, prompt=image_prompt_of(words, look, choices.style), aspect=choices.aspect), set()
    if _picture_is_gone(scene, kind):
        return None, set()
    file_id = _as_input(film, scene.picture)
    given = order_input(
        model, prompt=motion_prompt_of(words, look), aspect=choices.aspect, seconds=scene.end_s - scene.start_s,
        image=name_of(file_id), facts=_facts(scene.picture),
    )  # fmt: skip
    return given, {file_id}


def _facts(picture: dict[str, Any]) -> MediaFacts:
    return MediaFacts("image", picture["mime"], picture["size"], None, picture.get("width"), picture.get("height"))


def _as_input(film: Any, picture: dict[str, Any]) -> int:
    """The picture as a file that can be given to a model. It is swept as all of them are, once no job has to send it any more."""
    row = inputs.add(
        account=film.account_id, chat_id=film.chat_id, message_id=0, kind="image", mime=picture["mime"], name="",
        size_bytes=picture["size"], width=picture.get("width"), height=picture.get("height"), file_id="", state="ready",
    )  # fmt: skip
    path = linked(Path(picture["path"]), path_of(bound().data_dir, row.id))
    inputs.change(row.id, ("ready",), path=str(path))
    return int(row.id)


def order_music(film: Any) -> bool:
    """Order the music of the whole film. False when it cannot be ordered."""
    choices, tries = choices_of(film), films.tries_of(film.id, "music", 0)
    model = film_money.model_for(choices, "music")
    prompt = music_prompt_of(film.title, Look.from_json(film.look), choices.style)
    given = None if model is None else order_input(model, prompt=prompt, aspect=choices.aspect, seconds=choices.seconds)
    if model is None or given is None:
        return False
    wait_s = AGAIN_AFTER_S[min(tries, len(AGAIN_AFTER_S) - 1)]
    _inner(film, "music", 0, model, given, set(), price=int(film.prices["music"]), wait_s=wait_s)
    return True


def _inner(
    film: Any, kind: str, number: int, model: Model, given: dict[str, Any], files: set[int], *, price: int, wait_s: float
) -> Any:
    cost = provider_credits(model, given, None)
    job = _add(
        film,
        jobs.INNER,
        _key(film, kind, number),
        model=model.id,
        label=model.label.get(film.language, model.id),
        prompt=given.get(model.prompt_parameter or "", ""),
        input=given,
        deadline_s=model.deadline_s,
        next_poll_at=utc_now() + wait_s if wait_s else None,
        expected_cost=None if cost is None else float(cost),
        credit_price=bound().tariff.rates.credit_price,
    )
    inputs.attach(job.id, files)
    films.add_work(job.id, film.id, kind, number=number, round=film.rounds, price=price)
    return job


def local(film: Any, do: str, *, price: int = 0, **given: Any) -> Any:
    """Order local work for a film."""
    kind = "aspect" if "aspect" in given else do
    job = _add(film, jobs.LOCAL, _key(film, kind, 0), label=LABEL, input={"film": film.id, "do": do, **given})
    films.add_work(job.id, film.id, kind, round=film.rounds, price=price)
    return job


def _key(film: Any, kind: str, number: int) -> str:
    """Each try has its own: it is counted, so the same is never ordered twice, nor a name used again."""
    name = f"film:{film.id}:{kind}:{number}:{films.tries_of(film.id, kind, number) + 1}"
    return f"{name}:r{film.rounds}" if film.rounds else name


def _add(film: Any, kind: str, order_key: str, **fields: Any) -> Any:
    """Nobody is told of it: people see the film."""
    job = jobs.add(
        order_key=order_key,
        account=film.account_id,
        kind=kind,
        chat_id=film.chat_id,
        topic_id=film.topic_id,
        message_id=film.message_id,
        language=film.language,
        notify=False,
        **fields,
    )
    after_commit(lambda: bound().queue.wake_later(job.id))
    return job


def stop(film: Any) -> None:
    """Nothing more is to be made: what has not left for a provider ends, the rest comes for nobody.

    Of a finished film that was being changed, files that were asked for besides still come.
    """
    for work in films.open_works(film.id):
        if work.kind in films.SIDE and changes(film):
            continue
        if work.job.kind == jobs.LOCAL:
            jobs.move(work.job_id, ("queued", "storing"), "cancelled")
        else:
            jobs.move(work.job_id, ("queued", "submitting"), "cancelled", unsent=True)
