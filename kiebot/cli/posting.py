"""What a post needs before it goes to many people: its file at Telegram, and the admins' look at it."""

from __future__ import annotations

import mimetypes
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from kiebot.cli.asking_bot import LOOK_EVERY_S, ask
from kiebot.cli.people import short
from kiebot.cli.state import ring_bot
from kiebot.config import Config
from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError, OperatorFault
from kiebot.media import calls
from kiebot.process import is_running
from kiebot.services import broadcast as service
from kiebot.services.delivery import Place
from kiebot.services.languages import pick
from kiebot.store import accounts, outbox

PREVIEW_S = 20.0
BYTES_A_SECOND = 200_000  # the slowest line that an upload is waited for on
MOST_BYTES = 2_000 * 2**20


def uploaded(config: Config, kind: str, path: Path) -> dict[str, Any]:
    """The file as outbox rows name it, by Telegram's own reference: it is uploaded once, however many get it."""
    size = path.stat().st_size
    if not 0 < size <= MOST_BYTES:
        raise OperatorFault(f"{path} is empty, or larger than the 2,000 MiB that Telegram takes")
    mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    with tempfile.TemporaryDirectory(prefix="kiebot-post-") as folder:
        arguments = {"path": str(path), "kind": kind, "name": path.name, "mime": mime, **_facts(config, kind, path, Path(folder))}
        found = ask(config, "upload_media", arguments, within_s=15 + size / BYTES_A_SECOND)
    return {"file_id": found["file_id"], "name": path.name, "mime": mime}


def _facts(config: Config, kind: str, path: Path, folder: Path) -> dict[str, Any]:
    """Size and length, as the apps show them before anybody has loaded the file."""
    confined = Confined(socket=config.media.socket)
    try:
        if kind == "video":
            probe, thumbnail = calls.thumbnail(confined, path, out_dir=folder)
            return {"width": probe.width, "height": probe.height, "duration_s": probe.duration_s, "thumb": str(thumbnail)}
        return {"duration_s": calls.probe(confined, path, out_dir=folder).duration_s} if kind == "audio" else {}
    except ConfinedError as error:
        if error.reason != "missing":
            raise OperatorFault(f"{path} cannot be sent as {kind}: {error}") from error
        click.echo(f"without ffmpeg nobody knows how long {path.name} is: it is sent all the same", err=True)
        return {}


def show_to_admins(config: Config, broadcast: Any, *, required: bool) -> None:
    """Send it to the admins as everybody will see it. Raises OperatorFault when Telegram refuses it, and when nobody can have the
    look that is `required`."""
    known = {
        admin.id: admin for admin in (*accounts.admins(), *map(accounts.by_user, config.telegram.admins)) if admin is not None
    }
    if not known or not is_running("bot", config.data_dir):
        why = "the bot does not run" if known else "no admin (telegram.admins) has written to the bot yet"
        _do_without(why, required)
        return
    shown = [(admin, service.show(broadcast, _place(admin))) for admin in known.values()]
    ring_bot(config)
    rows = [_ended(row_id) for _, row_id in shown]
    refused = next((row for row in rows if row.state == "failed" or row.payload.get("plain")), None)
    if refused is not None:
        raise OperatorFault(f"Telegram does not take this post: {refused.error}. Nothing was sent")
    seen = [short(admin) for (admin, _), row in zip(shown, rows, strict=True) if row.state == "sent"]
    if seen:
        click.echo(f"shown to {', '.join(seen)}", err=True)
    else:
        _do_without("it has not reached any admin", required)


def _do_without(why: str, required: bool) -> None:
    if required:
        raise OperatorFault(f"{why}: nobody can see the post first, so nothing was sent (--yes sends it unseen)")
    click.echo(f"{why}: nobody has seen the post first", err=True)


def _place(admin: Any) -> Place:
    return Place(admin.user_id, admin.language or pick(admin.language_code))


def _ended(row_id: int) -> Any:
    """The outbox row once it is sent, or refused, or the wait is over."""
    deadline = time.monotonic() + PREVIEW_S
    while True:
        row = outbox.get(row_id)
        if row is None or row.state != "queued" or time.monotonic() > deadline:
            return row
        time.sleep(LOOK_EVERY_S)
