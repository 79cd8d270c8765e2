"""Films, as a person makes them: an idea, choices, a start, an answer to each stage, and what can be done with the finished film.

Every function is one transaction. Only the film's own person may answer, also in a group. A second press finds that the film is
somewhere else by now, and says so. The stages themselves are in film_stages.py, what is done afterwards in film_changes.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kiebot.errors import UserFault
from kiebot.films.choices import Choices
from kiebot.films.fitting import models_for
from kiebot.films.script import scene_of
from kiebot.services import billing, film_money, film_screens, film_stages, limits, room
from kiebot.services.delivery import Place
from kiebot.services.film_money import Offer
from kiebot.services.film_studio import bound, choices_of, kept, own, with_voice
from kiebot.services.limits import unlimited
from kiebot.store import accounts, films
from kiebot.store.db import transaction, utc_now
from kiebot.store.failpoint import failpoint

KIND = "generation"  # a film counts as one request, and as one job of its person
LONGEST_WORDS = 4000  # of a change that a person asks for


# -- drafts ------------------------------------------------------------------------------------------------------------------


def begin(account_id: int, where: Place, message_id: int, idea: str, choices: Choices) -> Any:
    """A new draft. The same message gives the same film."""
    with transaction():
        earlier = films.draft_of_message(account_id, where.chat_id, message_id) if message_id else None
        if earlier is not None:
            return earlier
        return films.add(
            account=account_id,
            chat_id=where.chat_id,
            topic_id=where.topic_id,
            message_id=message_id,
            language=where.language,
            idea=idea.strip(),
            choices=choices.to_json(),
        )


def change_draft(film_id: int, account_id: int, *, idea: str | None = None, choices: Choices | None = None) -> Any:
    """Other words or other choices. Raises UserFault: film-gone, film-not-yours, film-late."""
    with transaction():
        film = _in_state(own(film_id, account_id), "draft")
        changed = {} if idea is None else {"idea": idea.strip()}
        film_stages.change(film, **changed, **({} if choices is None else {"choices": choices.to_json()}))
        return film


def discard(film_id: int, account_id: int) -> None:
    """A draft that nobody wants. What is no draft any more stays."""
    with transaction():
        film = films.get(film_id)
        if film is not None and film.account_id == account_id:
            films.drop(film_id)


def estimate(account_id: int, choices: Choices) -> Offer:
    """What it would cost and how long it would take."""
    return film_money.offer(account_id, choices)


def of_account(account_id: int) -> list[Any]:
    """The person's films, the newest first."""
    return films.of_account(account_id)


def list_open(account_id: int) -> list[Any]:
    """The person's films that have not ended, the oldest first; drafts are none yet."""
    return films.in_states((*films.MAKING, "asleep"), account_id)


# -- the start ---------------------------------------------------------------------------------------------------------------


def start(film_id: int, account_id: int) -> Any:
    """Hold the whole price and begin with the script. A film is one request and one job of its person.

    Raises UserFault: film-gone, film-not-yours, film-late, film-no-idea, film-no-model, film-no-price, film-limit-user,
    film-limit-total, limit-minute, limit-hour, limit-jobs, credits-too-low, order-nobody-pays, disk-low.
    """
    with transaction(durable=True):
        film = _in_state(own(film_id, account_id), "draft")
        if not film.idea:
            raise UserFault("film-no-idea")
        check_limits(account_id, new=True)
        choices = _settled(choices_of(film))
        offered = film_money.offer(account_id, choices)
        _check_offer(account_id, offered, choices)
        film_stages.change(film, choices=choices.to_json(), prices=offered.prices)
        film_money.hold_all(film, choices)
        limits.count(account_id, KIND, offered.total)
        failpoint("film-starting")
        film_stages.enter(film, "script")
    failpoint("film-started")
    return films.get(film_id)


def _settled(choices: Choices) -> Choices:
    """With the models that make it by name: the film keeps them, whatever is the default tomorrow. Where no model makes music,
    or nobody speaks, the film has none."""
    picture, clip, music = (film_money.model_for(choices, role) for role in ("picture", "clip", "music"))
    return replace(
        with_voice(choices),
        image_model=choices.image_model if picture is None else picture.id,
        animation_model=choices.animation_model if clip is None else clip.id,
        music=choices.music and music is not None,
    )


def _check_offer(account_id: int, offered: Offer, choices: Choices) -> None:
    """Everything can be made, and has a price where it has to be paid."""
    for role in offered.estimate.unknown:
        if film_money.model_for(choices, role) is None:
            raise UserFault("film-no-model", what=role)
        if offered.pays:
            raise UserFault("film-no-price", what=role)
    billing.price_for(accounts.get(account_id), offered.estimate.total, enabled=bound().tariff.enabled)


def check_limits(account_id: int, *, new: bool) -> None:
    """Raise UserFault when another film may not be worked on now. `new`: it counts as a request and as a job, too."""
    studio, account = bound(), accounts.get(account_id)
    room.check()
    if unlimited(account):
        return
    if films.count_making(account_id) >= studio.rules.per_user:
        raise UserFault("film-limit-user", most=studio.rules.per_user)
    if films.count_making() >= studio.rules.total:
        raise UserFault("film-limit-total")
    if new:
        limits.check(account, KIND, studio.limits)


# -- answers -----------------------------------------------------------------------------------------------------------------


def approve(film_id: int, account_id: int, stage: str) -> Any:
    """The person likes what a stage made: the next one begins.

    Raises UserFault: film-gone, film-not-yours, film-late (answered before), film-asleep, film-resting, film-undecided (scenes
    that failed).
    """
    with transaction(durable=True):
        film = waiting(own(film_id, account_id), stage)
        if undecided := film_stages.failed(film):
            raise UserFault("film-undecided", numbers=", ".join(map(str, undecided)))
        film_stages.enter(film, film_stages.NEXT[stage])
    failpoint("film-approved")
    return films.get(film_id)


def waiting(film: Any, *stages: str) -> Any:
    """The film, if it waits for an answer at one of these stages. Raises UserFault."""
    if film.state == "waiting" and film.stage in stages:
        return film
    raise UserFault({"asleep": "film-asleep", "resting": "film-resting"}.get(film.state, "film-late"))


def revise(film_id: int, account_id: int, words: str) -> Any:
    """Change the script by what the person says of it. Raises UserFault as approve(); film-no-idea, limit-minute, limit-hour."""
    with transaction(durable=True):
        film = waiting(own(film_id, account_id), "script")
        if not words.strip():
            raise UserFault("film-no-idea")
        _write_again(film, "revise", words=words.strip()[:LONGEST_WORDS], former=_script(film))
    return films.get(film_id)


def rewrite(film_id: int, account_id: int) -> Any:
    """Another script of the same idea. Raises UserFault as revise()."""
    with transaction(durable=True):
        film = waiting(own(film_id, account_id), "script")
        former = _script(film)
        films.drop_scenes(film.id)
        film_stages.change(film, title="", look={})
        earlier = {"title": former["title"], "lines": [scene["line"] for scene in former["scenes"]]}
        _write_again(film, "script", earlier=earlier, former=former)
    return films.get(film_id)


def _script(film: Any) -> dict[str, Any]:
    """All of the script as it is: it comes back when what is asked for instead does not work out."""
    rows = films.scenes(film.id)
    scenes = [{**scene_of(row).to_json(), "line": row.line, "start_s": row.start_s, "end_s": row.end_s} for row in rows]
    return {"title": film.title, "look": film.look, "scenes": scenes}


def _write_again(film: Any, do: str, **given: Any) -> None:
    """The script is paid for: what is asked for besides counts as a request, so that nobody asks without end."""
    account = accounts.get(film.account_id)
    limits.check_pace(account, bound().limits)
    limits.count(film.account_id, KIND)
    film_stages.change(film, state="working", waiting_since=None, tries=0, fail_code="")
    film_stages.local(film, do, price=0, **given)
    film_stages.show(film)


def failed(film: Any) -> dict[int, str]:
    """Scenes that failed for good and wait for a choice: number and code."""
    return film_stages.failed(film)


def choose(film_id: int, account_id: int, numbers: Sequence[int] | str, what: str) -> Any:
    """What becomes of scenes that failed ("all": all of them): "again", "leave_out", and of clips "still" or "model:<id>".

    Raises UserFault as approve(), and film-nothing-left, film-no-model, credits-too-low.
    """
    with transaction(durable=True):
        film = waiting(own(film_id, account_id), *film_stages.KIND_OF)
        lost = film_stages.failed(film)
        chosen = [number for number in lost if numbers == "all" or number in numbers]
        if not chosen:
            raise UserFault("film-late")
        if what == "leave_out" and len(chosen) == len(kept(film)):
            raise UserFault("film-nothing-left")
        if what == "leave_out" or (what == "still" and film.stage == "animation"):
            for number in chosen:
                films.change_scene(film.id, number, treatment="left_out" if what == "leave_out" else "still", fail_code="")
            film_stages.ask(film)
        elif what == "again" or (what.startswith("model:") and film.stage == "animation"):
            _try_again(film, chosen, what.removeprefix("model:") if what != "again" else "")
        else:
            raise UserFault("film-late")
    return films.get(film_id)


def _try_again(film: Any, numbers: Sequence[int], model_id: str) -> None:
    kind = film_stages.KIND_OF[film.stage]
    fields: dict[str, Any] = {"fail_code": "", f"{kind}_tries": 0}
    if model_id:
        fields["clip_model"] = _with_price(film, model_id)
    for number in numbers:
        films.change_scene(film.id, number, **fields)
    make_again(film, film.stage, numbers)


def _with_price(film: Any, model_id: str) -> str:
    """Another model for clips costs what it costs now."""
    model = bound().catalogue.now.get(model_id)
    credits = None if model is None or not model.offered else film_money.price_of_clip(film, model)
    if credits is None:
        raise UserFault("film-no-model", what="clip")
    film_stages.remember(film, clip_prices={**film.memo.get("clip_prices", {}), model_id: credits})
    return model_id


def make_again(film: Any, stage: str, numbers: Sequence[int]) -> None:
    """Pictures or clips of these scenes are made once more, and paid for when they are there. Raises credits-too-low."""
    scenes = [scene for scene in films.scenes(film.id) if scene.number in numbers]
    credits = sum(scene_price(film, scene, film_stages.KIND_OF[stage]) for scene in scenes)
    film_money.hold(film, stage, credits)
    film_stages.enter(film, stage)


def scene_price(film: Any, scene: Any, kind: str) -> int:
    """What one picture or clip of the film costs."""
    return int(film.prices["picture"]) if kind == "picture" else film_money.clip_price(film, scene)


def other_models(film_id: int, account_id: int) -> list[tuple[Any, int]]:
    """Models that could make the clips of the film, and what one costs: the film's own is not among them."""
    film = own(film_id, account_id)
    choices = choices_of(film)
    now = film_money.model_for(choices, "clip")
    found = [model for model in models_for(bound().catalogue.now, "clip", choices.aspect) if now is None or model.id != now.id]
    priced = [(model, film_money.price_of_clip(film, model)) for model in found]
    return [(model, credits) for model, credits in priced if credits is not None]


# -- stops and restarts ------------------------------------------------------------------------------------------------------


def cancel(film_id: int, account_id: int | None) -> Any:
    """Give a film up: what is held goes back, what was made goes after a while. A change of a finished film is taken back.

    Raises UserFault: film-gone, film-not-yours, film-late (it has ended).
    """
    with transaction(durable=True):
        film = own(film_id, account_id)
        if film.state == "draft":
            films.drop(film_id)
        elif film.state in films.ENDED:
            raise UserFault("film-late")
        else:
            film_stages.end(film, "cancelled")
    failpoint("film-cancelled")
    return film


def cancel_all(account_id: int) -> int:
    """Cancel all films of an account that have not ended. Returns how many."""
    open_films = list_open(account_id)
    for film in open_films:
        cancel(film.id, account_id)
    return len(open_films)


def resume(film_id: int, account_id: int | None) -> Any:
    """Wake a film that fell asleep, or try again what rests. None: the operator asks, whom no limits stop.

    Raises UserFault: film-gone, film-not-yours, film-late, film-limit-user, film-limit-total, disk-low, credits-too-low.
    """
    with transaction(durable=True):
        film = own(film_id, account_id)
        if film.state == "resting":
            return retry(film_id, account_id)
        _in_state(film, "asleep")
        if film.asleep_until is not None and film.asleep_until <= utc_now():
            raise UserFault("film-late")
        if account_id is not None:
            check_limits(account_id, new=False)
        _hold_rest(film)
        film_stages.change(film, state="waiting", waiting_since=utc_now(), asleep_until=None)
        failpoint("film-resuming")
        film_screens.resumed(film)
    failpoint("film-resumed")
    return film


def _hold_rest(film: Any) -> None:
    """Hold what is still to be made: all stages after the one that waits for an answer. Raises UserFault credits-too-low."""
    left = film_money.left(film)
    film_money.check_balance(film, sum(left.values()))
    for stage, credits in left.items():
        film_money.hold(film, stage, credits)


def retry(film_id: int, account_id: int | None) -> Any:
    """Try a stage again that failed too often. Raises UserFault: film-gone, film-not-yours, film-late, film-limit-user,
    film-limit-total, disk-low."""
    with transaction(durable=True):
        film = _in_state(own(film_id, account_id), "resting")
        if account_id is not None:
            check_limits(account_id, new=False)
        film_stages.enter(film, film.stage)
    failpoint("film-retried")
    return films.get(film_id)


def _in_state(film: Any, state: str) -> Any:
    if film.state != state:
        raise UserFault("film-late")
    return film
