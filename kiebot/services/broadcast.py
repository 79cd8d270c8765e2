"""Broadcasts: a post is drafted, shown to its author, confirmed, and then the worker's pump writes it to everybody.

Whoever confirms names the version that was seen; a draft that changed since, or that another one replaced, does not go out.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from kiebot.services import delivery
from kiebot.services.audience import Audience
from kiebot.services.delivery import Button, Place
from kiebot.services.incoming import Entity
from kiebot.store import audiences, broadcasts
from kiebot.store.db import transaction, utc_now
from kiebot.store.outbox import Lane

log = logging.getLogger(__name__)

KINDS = ("text", "photo", "video", "audio", "document")
COMMAND_AREA = "do"  # the buttons that run a command: "do:buy"
COMMANDS = (
    *(
        "menu",
        "new",
        "chats",
        "img",
        "video",
        "music",
        "say",
        "film",
        "films",
        "ref",
        "models",
        "jobs",
        "history",
        "voice",
        "docs",
    ),
    *("balance", "promo", "buy", "terms", "paysupport", "settings", "lang", "help"),
)  # what a button may run, without words
MOST_BUTTONS = 10
LONGEST_LABEL = 64  # characters
LONGEST_URL = 2048
RATE_OVER_S = 10.0
_COMMAND = re.compile(r"/(?P<name>[a-z0-9_]{1,32})")


@dataclass(frozen=True, slots=True)
class Post:
    """What everybody gets: one message. `file` as the outbox has it."""

    kind: str
    text: str
    entities: Sequence[Entity] = ()
    file: dict[str, Any] | None = None
    buttons: Sequence[Sequence[Button]] = field(default_factory=list)

    @property
    def stored(self) -> dict[str, Any]:
        """The post as a row of the store has it."""
        post = {"text": self.text, "entities": [list(one) for one in self.entities], "buttons": [list(r) for r in self.buttons]}
        return post | ({"file": self.file} if self.file is not None else {})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast is."""

    state: str
    total: int
    sent: int
    blocked: int
    failed: int
    skipped: int
    waiting: int
    per_second: float  # of late
    seconds_left: float | None  # None: nothing is on its way

    @property
    def settled(self) -> int:
        """How many have it, or never will."""
        return self.total - self.waiting


def button_of(words: str) -> Button | None:
    """The button that "Words = https://..." or "Words = /command" describes; None: it is none."""
    label, found, target = (part.strip() for part in words.partition("="))
    if not found or not label or len(label) > LONGEST_LABEL:
        return None
    command = _COMMAND.fullmatch(target)
    if command is not None:
        return {"text": label, "data": f"{COMMAND_AREA}:{command['name']}"} if command["name"] in COMMANDS else None
    return {"text": label, "url": target} if _is_address(target) else None


def _is_address(target: str) -> bool:
    """Whether Telegram opens it: a page, or a link into Telegram itself."""
    if len(target) > LONGEST_URL or any(sign.isspace() for sign in target):
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return parts.scheme in ("http", "https", "tg") and bool(parts.netloc) and ("." in parts.netloc or parts.scheme == "tg")


# -- drafts --------------------------------------------------------------------------------------------------------------------


def draft(post: Post, audience: str, *, author_id: int | None, place: Place) -> Any:
    """Write a draft down; the author's earlier ones are given up. `place`: where the author hears of it, chat 0: all admins."""
    with transaction():
        if author_id is not None:
            broadcasts.discard_drafts(author_id)
        return broadcasts.add(
            author=author_id,
            kind=post.kind,
            post=post.stored,
            audience=audience,
            chat_id=place.chat_id,
            language=place.language,
        )


def show(broadcast: Any, place: Place) -> int:
    """Send it to one chat as everybody will see it. Returns the outbox row."""
    with transaction():
        row_id = delivery.send_post(place, broadcast.kind, _payload(broadcast), lane=Lane.ANSWER)
        broadcasts.change(broadcast.id, preview_row=row_id)
    return row_id


def _payload(broadcast: Any) -> dict[str, Any]:
    return {**broadcast.post, "broadcast": broadcast.id}


def write(broadcast: Any, account_id: int, place: Place) -> int:
    """Write it to one recipient, once. Returns the outbox row."""
    key = f"broadcast:{broadcast.id}:{account_id}"
    random_id = _random_id(f"{broadcast.created_at}:{key}")
    payload = _payload(broadcast)
    return delivery.send_post(place, broadcast.kind, payload, lane=Lane.BROADCAST, dedup_key=key, random_id=random_id)


def _random_id(words: str) -> int:
    """The same for the same recipient: a backup of the middle of a broadcast, restored, sends nothing twice."""
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big") >> 1 | 1


def confirm(broadcast_id: int, version: int, audience: Audience, *, start_at: float = 0) -> int | None:
    """It goes out: to how many. None: this version is no draft any more, and nothing happens."""
    with transaction(durable=True):
        if not broadcasts.revise(broadcast_id, version, state="scheduled", start_at=start_at, audience=audience.name):
            return None
        total = audiences.write_down(broadcast_id, audience.condition)
        broadcasts.change(broadcast_id, total=total)
    log.info("broadcast confirmed broadcast=%d people=%d", broadcast_id, total)
    return total


# -- on its way ----------------------------------------------------------------------------------------------------------------


def pause(broadcast_id: int, reason: str = "") -> bool:
    """Nothing more goes out until resume(). False: it is not on its way."""
    with transaction(durable=True):
        if not broadcasts.move(broadcast_id, ("running", "scheduled"), "paused", reason=reason, told_at=0):
            return False
        broadcasts.hold(broadcast_id)
    log.info("broadcast paused broadcast=%d reason=%s", broadcast_id, reason)
    return True


def resume(broadcast_id: int) -> bool:
    """paused -> as before: on its way, or waiting for its time. False: it is not paused."""
    with transaction(durable=True):
        row = broadcasts.get(broadcast_id)
        state = "running" if row is not None and row.started_at is not None else "scheduled"
        if not broadcasts.move(broadcast_id, ("paused",), state, reason="", told_at=0):
            return False
        broadcasts.release(broadcast_id)
        delivery.wake_bot()
    log.info("broadcast resumed broadcast=%d", broadcast_id)
    return True


def cancel(broadcast_id: int) -> bool:
    """Whoever has not got it never does; what is there stays. False: it is over already."""
    with transaction(durable=True):
        if not broadcasts.move(broadcast_id, broadcasts.LIVE, "cancelled", ended_at=utc_now()):
            return False
        broadcasts.withdraw(broadcast_id)
    log.info("broadcast cancelled broadcast=%d", broadcast_id)
    return True


def progress(broadcast: Any, rate: float) -> Progress:
    """How far it is; `rate`: messages a second at most."""
    counts, now = broadcasts.counts(broadcast.id), utc_now()
    waiting = broadcasts.still_to_come(counts)
    number, first = broadcasts.settled_since(broadcast.id, now - RATE_OVER_S)
    per_second = number / max(1.0, min(RATE_OVER_S, now - first)) if number else 0.0
    running = broadcast.state == "running"
    return Progress(
        state=broadcast.state,
        total=broadcast.total,
        sent=counts.get("sent", 0),
        blocked=counts.get("blocked", 0),
        failed=counts.get("failed", 0),
        skipped=counts.get("skipped", 0),
        waiting=waiting,
        per_second=per_second if running else 0.0,
        seconds_left=waiting / (per_second or rate) if running else None,
    )
