"""Our place in Telegram's stream of updates: without holes, and saved only behind what is in the store.

Telegram numbers the events of each box (our own, and each supergroup's): an update says which number it has (`pts`) and how
many it covers. The library notes the number of whatever arrives, also when those before it are missing: a message that comes
between the connection and the question what was missed makes it forget all that came while the bot was down. So the numbers are
kept here: the place only moves over what has no hole before it, and a hole that stays is asked for.

The library also saves the place as soon as it has asked, with all that was missed still in its queue. Here the place is saved
in a quiet moment, and when none comes by itself one is made: new updates wait a few milliseconds until those before them are in
the store. Saved too early, a crash would lose what was on its way there; saved too late, it only comes again and is recognised.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyrogram
from pyrogram import raw, utils
from pyrogram.errors import RPCError
from pyrogram.storage.storage import UpdateState

from kiebot.telegram.calm import Calm

log = logging.getLogger(__name__)

SAVE_EVERY_S = 1.0
LONGEST_UNSAVED_S = 10.0
QUIET_S = 0.05  # from the arrival of an update to its handler it is nowhere to be counted
PATIENCE_S = 2.0
HOLE_STAYS_S = 1.0  # the answers to our own calls fill most holes before
OWN_BOX = 0

_live: ContextVar[bool] = ContextVar("live", default=False)


@dataclass(slots=True)
class Place:
    """How far one box is known without a hole, and what is known behind the first hole."""

    known: int
    later: list[tuple[int, int]] = field(default_factory=list)

    def add(self, pts: int, count: int) -> None:
        """The events up to `pts` are here, `count` of them."""
        self.later.append((pts - count, pts))
        self.later.sort()
        while self.later and self.later[0][0] <= self.known:
            self.known = max(self.known, self.later.pop(0)[1])

    def reach(self, pts: int) -> None:
        """Everything up to `pts` was asked for and came."""
        self.add(pts, max(0, pts - self.known))


class UpdateStream:
    """Keeps the place, counts what is being handled, and saves."""

    def __init__(self, client: pyrogram.Client) -> None:
        self._client = client
        self._take = client.handle_updates
        self._keep = client.storage.set_update_state
        self._commit = client.storage.save
        self._open = asyncio.Event()
        self._open.set()
        self.intake = Calm()
        self._saved_at = time.monotonic()
        self._places: dict[int, Place] = {}
        self._holes: set[int] = set()
        self._hole = asyncio.Event()
        self.at_once: Callable[[Any], None] | None = None  # is shown whatever comes, before it waits for anything
        client.handle_updates = self._gated
        client.storage.set_update_state = self._keep_authoritative
        client.storage.save = self._save_if_quiet

    async def _gated(self, updates: Any) -> None:
        if self.at_once is not None:
            self.at_once(updates)
        await self._open.wait()
        with self.handled():
            token = _live.set(True)
            try:
                await self._take(updates)
            finally:
                _live.reset(token)
            await self.heard(updates)
        if isinstance(updates, raw.types.UpdatesTooLong):
            self._ask_for(OWN_BOX)
        for update in getattr(updates, "updates", []):
            if isinstance(update, raw.types.UpdateChannelTooLong):
                self._ask_for(utils.get_channel_id(update.channel_id))

    async def _keep_authoritative(self, states: UpdateState | Iterable[UpdateState]) -> None:
        """The library's own notes: what it says after asking is so, what it says of updates that just come is not."""
        for state in [states] if isinstance(states, UpdateState) else states:
            if _live.get():
                date = None if self._holes else state.date
                await self._keep(UpdateState(state.id, None, state.qts, date, state.seq))
                continue
            await self._keep(state)
            if state.pts is not None:
                place = self._places.setdefault(state.id, Place(state.pts))
                place.reach(state.pts)
                self._look_for_holes(state.id, place)

    async def heard(self, answer: Any) -> None:
        """Note the numbers in updates or in the answer to a call of ours: what we send is an event of the box too."""
        for box, pts, count in _numbers(answer):
            place = self._places.get(box) or await self._stored(box)
            if place is None:
                place = Place(pts)
            self._places[box] = place
            place.add(pts, count)
            self._look_for_holes(box, place)
            await self._keep(UpdateState(box, place.known, None, None, None))

    async def _stored(self, box: int) -> Place | None:
        """Where the last life was; None for a box never seen."""
        states = await self._client.storage.get_update_states(box)
        return next((Place(state.pts) for state in states if state.pts is not None), None)

    def _look_for_holes(self, box: int, place: Place) -> None:
        if place.later:
            self._ask_for(box)
        else:
            self._holes.discard(box)

    def _ask_for(self, box: int) -> None:
        self._holes.add(box)
        self._hole.set()

    async def mend(self) -> None:
        """Ask for what is missing, for ever."""
        while True:
            await self._hole.wait()
            self._hole.clear()
            await asyncio.sleep(HOLE_STAYS_S)
            holes, self._holes = self._holes, set()
            if not holes:
                continue
            known_after = {box: place.later[-1][1] for box in holes if (place := self._places.get(box)) and place.later}
            try:
                messages, others = await self._client.recover_gaps(holes)
            except (RPCError, TimeoutError, OSError) as exc:
                log.info("holes stay boxes=%d error=%s", len(holes), exc)
                self._holes |= holes
                self._hole.set()
            else:
                log.info("holes mended boxes=%d messages=%d others=%d", len(holes), messages, others)
                for box, pts in known_after.items():  # what Telegram did not give is not to be had
                    self._places[box].reach(pts)

    @contextmanager
    def handled(self) -> Iterator[None]:
        """An update is on its way to the store."""
        with self.intake.busy():
            yield

    async def run(self) -> None:
        """Save for ever."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            if self._quiet():
                await self._save()
            elif time.monotonic() - self._saved_at > LONGEST_UNSAVED_S:
                await self._save_behind_the_gate()

    async def _save_behind_the_gate(self) -> None:
        self._open.clear()
        try:
            ends_at = time.monotonic() + PATIENCE_S
            while not self._quiet() and time.monotonic() < ends_at:  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(QUIET_S / 2)
            if self._quiet():
                await self._save()
        finally:
            self._open.set()

    async def _save_if_quiet(self) -> None:
        if self._quiet():
            await self._save()

    async def _save(self) -> None:
        try:
            await self._commit()
        except sqlite3.Error:  # a full disk; what is not saved comes again and is recognised
            log.exception("place in the stream of updates not saved")
            return
        self._saved_at = time.monotonic()

    def _quiet(self) -> bool:
        since = (datetime.now() - self._client.last_update_time).total_seconds()  # the library's clock has no zone
        return self.intake.is_calm and self._client.dispatcher.updates_queue.empty() and since > QUIET_S


def _numbers(answer: Any) -> Iterator[tuple[int, int, int]]:
    """(box, pts, how many events) of everything in here that is numbered."""
    for update in getattr(answer, "updates", None) or [answer]:
        pts, count = getattr(update, "pts", None), getattr(update, "pts_count", None)
        if pts is None or count is None:
            continue
        peer = getattr(getattr(update, "message", None), "peer_id", None)
        channel = getattr(peer, "channel_id", None) or getattr(update, "channel_id", None)
        yield utils.get_channel_id(channel) if channel else OWN_BOX, pts, count
