"""The library's session file, with less writing in the event loop.

The library writes down its place in the stream of updates and the names of everybody at each update, four statements a message. A
statement that is not committed is lost in a crash all the same, so the place is kept in memory until it is saved, and names are
written when they are new.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyrogram.storage import SQLiteStorage
from pyrogram.storage.storage import UpdateState

MOST_NAMES = 5000  # remembered; about 300 bytes each


class SessionFile(SQLiteStorage):  # type: ignore[misc]
    """The file of one session."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.unwritten: dict[int, UpdateState] = {}
        self._names: dict[tuple[str, int], Any] = {}  # what the file says, by table and id

    async def set_update_state(self, update_state: UpdateState | Iterable[UpdateState]) -> None:
        """Note a place; what a note leaves open stays as it was."""
        for new in [update_state] if isinstance(update_state, UpdateState) else update_state:
            old = self.unwritten.get(new.id)
            self.unwritten[new.id] = new if old is None else _merged(old, new)

    async def get_update_states(self, ids: int | Iterable[int] | None = None) -> list[UpdateState]:
        await self._write()
        return list(await super().get_update_states(ids))

    async def delete_update_state(self, state_id: int | Iterable[int]) -> None:
        await self._write()
        await super().delete_update_state(state_id)

    async def save(self) -> None:
        """Commit all that is known."""
        await self._write()
        await super().save()

    async def _write(self) -> None:
        if self.unwritten:
            await super().set_update_state(list(self.unwritten.values()))
            self.unwritten.clear()

    async def update_peers(self, peers: Iterable[tuple[int, int, str, str | None]]) -> None:
        new = self._new("peers", {peer[0]: peer for peer in peers})
        if new:
            await super().update_peers(list(new.values()))
            self._remember("peers", new)

    async def update_usernames(self, usernames: Iterable[tuple[int, list[str | None]]]) -> None:
        new = self._new("usernames", {peer_id: tuple(names) for peer_id, names in usernames})
        if new:
            await super().update_usernames([(peer_id, list(names)) for peer_id, names in new.items()])
            self._remember("usernames", new)

    def _new(self, table: str, said: dict[int, Any]) -> dict[int, Any]:
        return {peer_id: value for peer_id, value in said.items() if self._names.get((table, peer_id)) != value}

    def _remember(self, table: str, written: dict[int, Any]) -> None:
        if len(self._names) + len(written) > MOST_NAMES:
            self._names.clear()
        self._names.update({(table, peer_id): value for peer_id, value in written.items()})


def _merged(old: UpdateState, new: UpdateState) -> UpdateState:
    return UpdateState(  # three times a message
        old.id,
        old.pts if new.pts is None else new.pts,
        old.qts if new.qts is None else new.qts,
        old.date if new.date is None else new.date,
        old.seq if new.seq is None else new.seq,
    )
