"""`kiebot-admin jobs`: what was ordered, where it stands, how it went; to order it again, or to stop it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import click

from kiebot.catalog.loading import Catalogue
from kiebot.catalog.prices import media_seconds
from kiebot.cli.asking import agreed, change_options
from kiebot.cli.catalogue import catalogue_now
from kiebot.cli.ids import ROW_ID
from kiebot.cli.output import json_option, local_time, print_facts, print_json, print_table
from kiebot.cli.people import telegram_id
from kiebot.cli.state import opened, ring_bot
from kiebot.config import Config
from kiebot.errors import OperatorFault, UserFault
from kiebot.services import generation, references
from kiebot.services.generation import CancelOutcome
from kiebot.services.limits import Limits
from kiebot.services.pricing import Tariff
from kiebot.store import films, inputs
from kiebot.store import jobs as rows
from kiebot.store.erasing import is_gone

COLUMNS = ("id", "state", "kind", "model", "user", "ordered", "finished", "polls", "fail_code")


@click.group()
def jobs() -> None:
    """List, show, repeat or cancel jobs."""


@jobs.command("list")
@click.option("--state", type=click.Choice([*rows.OPEN_STATES, *rows.ENDED_STATES]), help="Only jobs in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@click.pass_obj
def list_jobs(file: Path | None, state: str | None, limit: int, as_json: bool) -> None:
    """The newest jobs first."""
    with opened(file) as config:
        found = [_short(row, config.timezone) for row in rows.listed(state=state, limit=limit)]
    if as_json:
        print_json(found)
    else:
        print_table(found, COLUMNS, empty="no jobs")


@jobs.command()
@click.argument("job_id", type=ROW_ID)
@json_option
@click.pass_obj
def show(file: Path | None, job_id: int, as_json: bool) -> None:
    """One job with all that happened to it."""
    with opened(file) as config:
        facts = _long(_job(job_id), config.timezone)
        events = [
            {"at": local_time(event.created_at, config.timezone), "state": event.state, "detail": event.detail}
            for event in rows.events(job_id)
        ]
    if as_json:
        print_json({**facts, "events": events})
        return
    print_facts(facts)
    click.echo()
    print_table(events, ("at", "state", "detail"), empty="no events")


@jobs.command()
@click.argument("job_id", type=ROW_ID)
@change_options
@json_option
@click.pass_obj
def retry(file: Path | None, job_id: int, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Order JOB_ID again for its person, for no more than the person was shown. The chat hears of it as of a pressed button."""
    catalogue = catalogue_now(file)
    with opened(file) as config:
        job = _ended_order(job_id)
        _check_offered(job.model, catalogue)
        earlier = rows.by_order(generation.retry_key(job_id))
        price, new_id = _price_again(job, catalogue, Tariff(config.billing)), None
        if agreed(_again(job, price), dry_run=dry_run, yes=yes):
            new_id = _ordered_again(job, price, config)
    repeated = earlier is not None
    if as_json:
        print_json({"job": job_id, "new_job": new_id, "repeated_before": repeated})
    elif dry_run:
        click.echo(f"would order job {job_id} again for user {job.account.user_id}, for {price} credits")
    else:
        click.echo(f"job {job_id} was ordered again {'before ' if repeated else ''}as job {new_id}")


def _ended_order(job_id: int) -> Any:
    """The job, if it can be ordered again."""
    job = _job(job_id)
    if job.kind != generation.KIND:
        raise OperatorFault(f"job {job_id} is a {job.kind} job: the person has to send the file again")
    if job.state not in ("failed", "cancelled"):
        raise OperatorFault(f"job {job_id} is {job.state}: only what failed or was cancelled can be ordered again")
    if is_gone(job.account):
        raise OperatorFault(f"whoever ordered job {job_id} is deleted: nobody is left to get it")
    return job


def _check_offered(model_id: str, catalogue: Catalogue) -> None:
    """The worker would only end the new job. A model that left the catalogue is told of by the worker."""
    model = catalogue.get(model_id)
    if model is not None and model.status != "current":
        raise OperatorFault(f"{model_id} is {model.status}{f' ({model.reason})' if model.reason else ''}: nothing can be ordered")


def _price_again(job: Any, catalogue: Catalogue, tariff: Tariff) -> int:
    """What it costs today, at most what the person was shown: nobody shows them another price here."""
    model, media = catalogue.get(job.model), references.facts(inputs.named_in(job.input))
    today = None if model is None else tariff.price_of(model, job.input, media_seconds(model, job.input, media))
    return int(job.price) if today is None else min(job.price, today)


def _again(job: Any, price: int) -> str:
    return f"Order job {job.id} ({job.model}) again for user {job.account.user_id}, for {price} credits?"


def _ordered_again(job: Any, price: int, config: Config) -> int:
    from kiebot.i18n import text  # with Fluent and the queue: not for those who only look
    from kiebot.jobqueue import JobQueue

    with closing(JobQueue(config.data_dir, config.queue.url)) as queue:
        try:
            new_id = generation.retry(
                job.id, job.account_id, price=price,
                queue=queue, limits=_boundless(config), billing_enabled=config.billing.enabled,
            )  # fmt: skip
        except UserFault as fault:
            raise OperatorFault(f"not ordered; the person would read: {text('en', fault.key, **fault.sentence_args)}") from fault
    ring_bot(config)
    return new_id


def _boundless(config: Config) -> Limits:
    """The limits are for people who order; here the operator makes something good."""
    no_limit = dict.fromkeys(("requests_per_minute", "requests_per_hour", "jobs_at_once"), 10**9)
    return config.limits.model_copy(update=no_limit)


@jobs.command()
@click.argument("job_id", type=ROW_ID)
@click.option("--force", is_flag=True, help="Also what was sent: it ends as failed, the provider bills you all the same.")
@change_options
@json_option
@click.pass_obj
def cancel(file: Path | None, job_id: int, force: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Cancel JOB_ID if it was not sent yet: the person gets the credits back and is told."""
    with opened(file) as config:
        job = _job(job_id)
        if (work := films.work_of(job_id)) is not None:
            raise OperatorFault(f"job {job_id} is part of film {work.film_id}: its person cancels the film")
        if job.state in rows.ENDED_STATES:
            raise OperatorFault(f"job {job_id} has ended: {job.state}")
        outcome = "nothing"
        if agreed(f"Cancel job {job_id}, which is {job.state}?", dry_run=dry_run, yes=yes):
            outcome = _cancelled(job, force=force)
            ring_bot(config)
    if as_json:
        print_json({"job": job_id, "was": job.state, "outcome": outcome})
    else:
        click.echo(f"would cancel job {job_id}, which is {job.state}" if dry_run else f"job {job_id}: {outcome}")


def _cancelled(job: Any, *, force: bool) -> str:
    """What became of it. Raises OperatorFault when it goes on."""
    outcome = generation.cancel(job.id, job.account_id)
    if outcome is CancelOutcome.CANCELLED:
        return "cancelled"
    if outcome is CancelOutcome.PAID and not force:
        raise OperatorFault(
            f"job {job.id} was sent already and the provider bills it; it has no cancel. --force ends it here all the same"
        )
    current = _job(job.id)
    if outcome is CancelOutcome.PAID and generation.fail(current, "stopped", message="stopped with kiebot-admin"):
        return "failed"
    raise OperatorFault(f"job {job.id} moved on meanwhile: it is {_job(job.id).state} now")


def _job(job_id: int) -> Any:
    row = rows.get(job_id)
    if row is None:
        raise OperatorFault(f"there is no job {job_id}")
    return row


def _short(row: Any, timezone: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "kind": row.kind,
        "model": row.model,
        "user": telegram_id(row.account),
        "ordered": local_time(row.created_at, timezone),
        "finished": local_time(row.finished_at, timezone),
        "polls": row.polls,
        "fail_code": row.fail_code,
    }


def _long(row: Any, timezone: str) -> dict[str, Any]:
    """Everything but the person's words, which an admin has no need to read here."""
    times = {name: local_time(getattr(row, name), timezone) for name in ("submitted_at", "next_poll_at", "deadline_at")}
    names = ("chat_id", "message_id", "provider", "remote_id", "stuck_claims", "progress")
    rest = {name: getattr(row, name) for name in (*names, "results", "fail_message", "notify")}
    work = films.work_of(row.id)
    film = {} if work is None else {"film": work.film_id, "makes": work.kind, "scene": work.number or None}
    claims = {"claims": row.attempt}  # to send it and to keep what was made: more than one says nothing of a failure
    return {**_short(row, timezone), **film, **times, **_money(row), **claims, **rest, "retry_of": row.retry_of_id}


def _money(row: Any) -> dict[str, Any]:
    """What the person pays and what the provider takes: in its own credits, and what those are worth here."""
    taken = row.provider_cost if row.provider_cost is not None else row.expected_cost
    known = {"price": row.price, "provider_cost": row.provider_cost, "expected_cost": row.expected_cost}
    return {**known, "cost": None if taken is None or row.credit_price is None else round(taken * row.credit_price, 4)}
