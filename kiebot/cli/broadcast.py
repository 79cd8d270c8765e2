"""`kiebot-admin broadcast`: one post to many people: show it to the admins, count, confirm, watch, pause, cancel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking import agreed, change_options
from kiebot.cli.broadcast_progress import watch
from kiebot.cli.ids import ROW_ID
from kiebot.cli.output import json_option, local_time, print_facts, print_json, print_table
from kiebot.cli.posting import show_to_admins, uploaded
from kiebot.cli.spans import moment_from
from kiebot.cli.state import opened, ring_bot
from kiebot.config import Config
from kiebot.errors import OperatorFault
from kiebot.services import audience as audiences
from kiebot.services import broadcast as service
from kiebot.services.access import Rules
from kiebot.services.audience import OFFERED, Audience
from kiebot.services.broadcast import MOST_BUTTONS, Post
from kiebot.services.delivery import Button, Place
from kiebot.store import broadcasts
from kiebot.telegram.posts import post_of

COLUMNS = ("id", "state", "kind", "to", "total", "sent", "blocked", "failed", "skipped", "waiting", "confirmed", "ended")
IDS = "ids:@"


@dataclass(frozen=True, slots=True)
class Wish:
    """What `send` was asked for."""

    words: str
    files: Sequence[tuple[str, Path]]
    buttons: Sequence[Sequence[Button]]
    audience: Audience
    missing: int  # ids of the list that nobody has who can be written to


@click.group()
def broadcast() -> None:
    """Write to many people at once; steer what is on its way."""


def _file_option(kind: str) -> Callable[[Any], Any]:
    path = click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path)
    return click.option(f"--{kind}", type=path, help=f"Send this file as a {kind}; the text stands below it.")


@broadcast.command()
@click.argument("text", default="")
@_file_option("photo")
@_file_option("video")
@_file_option("audio")
@_file_option("document")
@click.option("--button", "buttons", multiple=True, metavar="WORDS=TARGET", help="https://... or /command; may be repeated.")
@click.option("--to", "segment", default="all", show_default=True, help="all, active:30d, lang:ru, paying, ids:@FILE.")
@click.option("--at", "start_at", help='When: "2026-12-31 18:00", "tomorrow 10:00" (in your time zone), or after 90m, 2h, 1d.')
@click.option("--watch/--no-watch", "watching", default=True, show_default=True, help="Follow it until it is over.")
@click.option("--dry-run", is_flag=True, help="Count who would get it; send nothing, not even a preview.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def send(
    file: Path | None,
    /,
    text: str,
    buttons: tuple[str, ...],
    segment: str,
    start_at: str | None,
    watching: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **files: Path | None,
) -> None:
    """Send TEXT (Markdown; @FILE reads it from a file) to a segment. The admins see it first; then you type how many people it
    goes to. It is sent by the bot and the worker: this command may end, and the machine may restart, meanwhile."""
    given = [(kind, path) for kind, path in files.items() if path is not None]
    with opened(file) as config:
        wish = _wish(text, given, buttons, _audience(segment, Rules.of(config.access)))
        begins_at = 0 if start_at is None else moment_from(start_at, config.timezone)
        if dry_run:
            _tell_counts(wish, config.broadcast.per_second, as_json)
            return
        broadcast_id, people = _sent(wish, config, begins_at, yes)
        starts = local_time(begins_at or None, config.timezone)
        if as_json:
            print_json({"broadcast": broadcast_id, "people": people, "starts": starts})
            return
        click.echo(f"broadcast {broadcast_id} goes to {people} people" + (f" at {starts}" if starts else ""))
        if watching and not begins_at:
            watch(broadcast_id, config.broadcast.per_second)


def _sent(wish: Wish, config: Config, begins_at: float, yes: bool) -> tuple[int, int]:
    """Show it, ask, and let it go: (the broadcast, to how many). Whatever stops it on the way, nothing is sent."""
    row = service.draft(_post(wish, config), wish.audience.name, author_id=None, place=Place(0, "en"))
    try:
        show_to_admins(config, row, required=not yes)
        _agree(wish, yes)
        people = service.confirm(row.id, row.version, wish.audience, start_at=begins_at)
    except (OperatorFault, click.Abort):
        broadcasts.move(row.id, ("draft",), "discarded")
        raise
    if people is None:
        raise OperatorFault("somebody changed this draft meanwhile: nothing was sent")
    return int(row.id), people


def _wish(text: str, files: Sequence[tuple[str, Path]], buttons: Sequence[str], audience: Audience) -> Wish:
    if len(files) > 1:
        raise click.UsageError("a post is one message: give one file")
    words = _read(Path(text[1:]), "TEXT") if text.startswith("@") and len(text) > 1 else text
    missing = len(audience.user_ids) - audience.count() if audience.user_ids else 0
    return Wish(words, files, _buttons(buttons), audience, missing)


def _audience(segment: str, rules: Rules) -> Audience:
    if segment.startswith(IDS):
        return audiences.listed(_ids(Path(segment.removeprefix(IDS))), rules)
    found = audiences.audience_of(segment, rules)
    if found is None:
        raise click.BadParameter(f"{segment!r} is none of {', '.join(OFFERED)}, {IDS}FILE", param_hint="--to")
    return found


def _read(path: Path, whose: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise click.BadParameter(f"{path} cannot be read: {exc}", param_hint=whose) from exc


def _ids(path: Path) -> list[int]:
    """Telegram ids, one a line; what follows a # is a comment."""
    found = []
    for number, line in enumerate(_read(path, "--to").splitlines(), 1):
        word = line.partition("#")[0].strip().rstrip(",;")
        if word and not (word.isascii() and word.isdigit() and len(word) < 18):
            raise click.BadParameter(f"{path}, line {number}: {word!r} is no Telegram id of a person", param_hint="--to")
        if word:
            found.append(int(word))
    if not found:
        raise click.BadParameter(f"{path} holds no ids", param_hint="--to")
    return found


def _buttons(described: Sequence[str]) -> list[list[Button]]:
    if len(described) > MOST_BUTTONS:
        raise click.UsageError(f"a post has at most {MOST_BUTTONS} buttons")
    return [[_button(words)] for words in described]


def _button(words: str) -> Button:
    button = service.button_of(words)
    if button is None:
        commands = " ".join(f"/{name}" for name in service.COMMANDS)
        raise click.BadParameter(f"{words!r} is not WORDS=https://... or WORDS=/command ({commands})", param_hint="--button")
    return button


def _post(wish: Wish, config: Config) -> Post:
    """The post, with its file at Telegram. Words that do not fit are found out before anything is uploaded."""
    kind, path = wish.files[0] if wish.files else ("text", None)
    made = post_of(wish.words, kind=kind, buttons=wish.buttons)
    if made is None:
        raise OperatorFault("the text is empty, or longer than one message: 4,096 characters, below a file 1,024")
    if path is None:
        return made
    return Post(made.kind, made.text, made.entities, uploaded(config, made.kind, path), made.buttons)


def _tell_counts(wish: Wish, rate: float, as_json: bool) -> None:
    """How many each segment has, and the one that was asked for."""
    people = wish.audience.count()
    segments = {name: Audience(name, wish.audience.rules).count() for name in OFFERED}
    facts = {"to": wish.audience.name, "people": people, "seconds": round(people / rate, 1), "unknown_ids": wish.missing}
    if as_json:
        print_json({**facts, "segments": segments})
        return
    print_facts({**facts, **segments})
    click.echo("nothing was sent")


def _agree(wish: Wish, yes: bool) -> None:
    """Whoever sends it types to how many it goes: a slip of the finger sends nothing. Raises OperatorFault."""
    people = wish.audience.count()
    if not people:
        raise OperatorFault("there is nobody in this segment: nothing was sent")
    if wish.missing:
        click.echo(f"{wish.missing} of the ids never wrote to the bot, blocked it or are banned", err=True)
    if not yes:
        typed = click.prompt(f"It goes to {people} people ({wish.audience.name}). Type the number to send it", err=True)
        if typed.strip() != str(people):
            raise OperatorFault("that is another number: nothing was sent")


@broadcast.command()
@click.argument("broadcast_id", type=ROW_ID, required=False)
@click.option("--watch", "watching", is_flag=True, help="Follow it until it is over.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@json_option
@click.pass_obj
def status(file: Path | None, broadcast_id: int | None, watching: bool, limit: int, as_json: bool) -> None:
    """How far BROADCAST_ID is, or all of them, the newest first."""
    with opened(file) as config:
        rows = broadcasts.listed(limit) if broadcast_id is None else [_found(broadcast_id)]
        if watching and broadcast_id is not None:
            watch(broadcast_id, config.broadcast.per_second)
            return
        found = [_short(row, config) for row in rows]
    if as_json:
        print_json(found if broadcast_id is None else found[0])
    elif broadcast_id is None:
        print_table(found, COLUMNS, empty="no broadcasts")
    else:
        print_facts(found[0])


def _found(broadcast_id: int) -> Any:
    row = broadcasts.get(broadcast_id)
    if row is None:
        raise OperatorFault(f"there is no broadcast {broadcast_id}")
    return row


def _short(row: Any, config: Config) -> dict[str, Any]:
    now = service.progress(row, config.broadcast.per_second)
    return {
        "id": row.id,
        "state": row.state,
        "reason": row.reason,
        "kind": row.kind,
        "to": row.audience,
        "total": now.total,
        "sent": now.sent,
        "blocked": now.blocked,
        "failed": now.failed,
        "skipped": now.skipped,
        "waiting": now.waiting,
        "per_second": round(now.per_second, 1),
        "seconds_left": None if now.seconds_left is None else round(now.seconds_left),
        "confirmed": local_time(row.created_at, config.timezone),
        "starts": local_time(row.start_at or None, config.timezone),
        "started": local_time(row.started_at, config.timezone),
        "ended": local_time(row.ended_at, config.timezone),
    }


@broadcast.command()
@click.argument("broadcast_id", type=ROW_ID)
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@json_option
@click.pass_obj
def pause(file: Path | None, broadcast_id: int, dry_run: bool, as_json: bool) -> None:
    """Let nothing more of BROADCAST_ID go out until it is resumed."""
    with opened(file) as config:
        _step(broadcast_id, service.pause, ("running", "scheduled"), dry_run)
        _tell_state(config, broadcast_id, as_json)


@broadcast.command()
@click.argument("broadcast_id", type=ROW_ID)
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@json_option
@click.pass_obj
def resume(file: Path | None, broadcast_id: int, dry_run: bool, as_json: bool) -> None:
    """Let a paused BROADCAST_ID go on where it was."""
    with opened(file) as config:
        _step(broadcast_id, service.resume, ("paused",), dry_run)
        ring_bot(config)
        _tell_state(config, broadcast_id, as_json)


@broadcast.command()
@click.argument("broadcast_id", type=ROW_ID)
@change_options
@json_option
@click.pass_obj
def cancel(file: Path | None, broadcast_id: int, dry_run: bool, yes: bool, as_json: bool) -> None:
    """End BROADCAST_ID: whoever has not got it never does."""
    with opened(file) as config:
        left = service.progress(_found(broadcast_id), config.broadcast.per_second).waiting
        go_on = agreed(f"Cancel broadcast {broadcast_id}? {left} people will not get it.", dry_run=dry_run, yes=yes)
        _step(broadcast_id, service.cancel, broadcasts.LIVE, not go_on)
        _tell_state(config, broadcast_id, as_json)


def _step(broadcast_id: int, take: Callable[[int], bool], states: Sequence[str], dry_run: bool) -> None:
    """Take a step that is possible in these states. Raises OperatorFault in another one."""
    row = _found(broadcast_id)
    if row.state not in states or not (dry_run or take(broadcast_id)):
        raise OperatorFault(f"broadcast {broadcast_id} is {_found(broadcast_id).state}: it has to be {' or '.join(states)}")


def _tell_state(config: Config, broadcast_id: int, as_json: bool) -> None:
    facts = _short(_found(broadcast_id), config)
    if as_json:
        print_json(facts)
    else:
        click.echo(f"broadcast {broadcast_id} is {facts['state']}: {facts['sent']} sent, {facts['waiting']} to come")
