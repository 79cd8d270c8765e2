"""`kiebot-admin films`: which films are made, how far they are and what they cost; to let one go on."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking import agreed, change_options
from kiebot.cli.ids import ROW_ID
from kiebot.cli.output import json_option, local_time, print_facts, print_json, print_table
from kiebot.cli.people import telegram_id
from kiebot.cli.state import opened, ring_bot
from kiebot.config import Config
from kiebot.errors import OperatorFault, UserFault
from kiebot.store import films as rows
from kiebot.store import jobs, ledger

STATES = ("draft", "working", "waiting", "resting", "asleep", "done", "cancelled", "expired")
COLUMNS = ("id", "state", "stage", "scenes", "made", "user", "spent", "held", "begun", "changed", "fail_code")
WORK_COLUMNS = ("job", "kind", "scene", "state", "model", "price", "paid", "code")
CAN_GO_ON = ("asleep", "resting")


@click.group()
def films() -> None:
    """List or show films; let one go on that sleeps or rests."""


@films.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only films in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@click.pass_obj
def list_films(file: Path | None, state: str | None, limit: int, as_json: bool) -> None:
    """The newest films first."""
    with opened(file) as config:
        found = [_short(film, config.timezone) for film in rows.listed(state=state, limit=limit)]
    if as_json:
        print_json(found)
    else:
        print_table(found, COLUMNS, empty="no films")


@films.command()
@click.argument("film_id", type=ROW_ID)
@json_option
@click.pass_obj
def show(file: Path | None, film_id: int, as_json: bool) -> None:
    """One film with all that is made for it, without anything its person wrote."""
    with opened(file) as config:
        facts = _long(_film(film_id), config.timezone)
        works = [_work(work) for work in rows.works(film_id)]
    if as_json:
        print_json({**facts, "jobs": works})
        return
    print_facts(facts)
    click.echo()
    print_table(works, WORK_COLUMNS, empty="no jobs")


@films.command()
@click.argument("film_id", type=ROW_ID)
@change_options
@json_option
@click.pass_obj
def resume(file: Path | None, film_id: int, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Let FILM_ID go on that sleeps (its person is asked again) or rests (its stage is tried again). No limits count here."""
    with opened(file) as config:
        film = _film(film_id)
        if film.state not in CAN_GO_ON:
            raise OperatorFault(f"film {film_id} is {film.state}: only what is asleep or resting can go on")
        was, now = film.state, film.state
        if agreed(f"Let film {film_id} of user {film.account.user_id} go on, which is {was}?", dry_run=dry_run, yes=yes):
            now = _resumed(film_id, config)
            ring_bot(config)
    if as_json:
        print_json({"film": film_id, "was": was, "state": now})
    else:
        click.echo(f"would let film {film_id} go on, which is {was}" if dry_run else f"film {film_id} was {was}, is {now}")


def _resumed(film_id: int, config: Config) -> str:
    from kiebot.catalog.loading import load  # with the queue and Fluent: not for those who only look
    from kiebot.i18n import text
    from kiebot.jobqueue import JobQueue
    from kiebot.services import film, film_studio
    from kiebot.services.catalogue import LiveCatalogue
    from kiebot.services.film_studio import Studio
    from kiebot.services.pricing import Tariff

    with closing(JobQueue(config.data_dir, config.queue.url)) as queue:
        tariff, catalogue = Tariff(config.billing), LiveCatalogue(load())
        speaks = bool(config.speech.base_url)
        film_studio.bind(Studio(config.film, config.limits, tariff, catalogue, queue, config.data_dir, speaks))
        try:
            return str(film.resume(film_id, None).state)
        except UserFault as fault:
            words = text("en", fault.key, **fault.sentence_args)
            raise OperatorFault(f"it does not go on; its person would read: {words}") from fault


def _film(film_id: int) -> Any:
    row = rows.get(film_id)
    if row is None:
        raise OperatorFault(f"there is no film {film_id}")
    return row


def _short(film: Any, timezone: str) -> dict[str, Any]:
    scenes = rows.scenes(film.id)
    return {
        "id": film.id,
        "state": film.state,
        "stage": film.stage,
        "scenes": len(scenes),
        "made": _made(scenes),
        "user": telegram_id(film.account),
        "spent": rows.spent(film.id),
        "held": sum(hold.credits for hold in ledger.open_holds(f"film:{film.id}:")),
        "begun": local_time(film.created_at, timezone),
        "changed": local_time(film.updated_at, timezone),
        "fail_code": film.fail_code,
    }


def _made(scenes: list[Any]) -> dict[str, int]:
    """Of how many scenes the picture, the clip, ... is there."""
    counted = {what: sum(getattr(scene, what) is not None for scene in scenes) for what in ("picture", "clip", "voice", "part")}
    return {what: number for what, number in counted.items() if number}


def _long(film: Any, timezone: str) -> dict[str, Any]:
    """Everything but the person's words, which an admin has no need to read here."""
    times = ("waiting_since", "asleep_until", "delivered_at", "ended_at", "cleaned_at")
    numbers = {name: getattr(film, name) for name in ("chat_id", "message_id", "version", "rounds", "tries", "prices", "choices")}
    failed = {scene.number: scene.fail_code for scene in rows.scenes(film.id) if scene.fail_code}
    result = None if film.result is None else {name: film.result.get(name) for name in ("path", "size", "duration_s")}
    treated = Counter(scene.treatment for scene in rows.scenes(film.id))
    return {
        **_short(film, timezone),
        **{name: local_time(getattr(film, name), timezone) for name in times},
        **numbers,
        "treatments": dict(treated),
        "failed_scenes": failed,
        "result": result,
        "open_jobs": [work.job_id for work in rows.open_works(film.id)],
    }


def _work(work: Any) -> dict[str, Any]:
    job = work.job
    return {
        "job": job.id,
        "kind": work.kind,
        "scene": work.number or None,
        "state": job.state if job.kind != jobs.LOCAL or not job.progress else f"{job.state} {job.progress} %",
        "model": job.model,
        "price": work.price,
        "paid": work.paid,
        "code": job.fail_code,
    }
