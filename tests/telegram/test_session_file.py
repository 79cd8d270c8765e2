"""What of a session survives, against the library's own reading of the file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyrogram.storage import SQLiteStorage
from pyrogram.storage.storage import UpdateState

from kiebot.telegram.session_file import SessionFile


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[SessionFile]:
    session = SessionFile("bot", workdir=tmp_path)
    await session.open()
    yield session
    await session.close()


async def as_after_a_crash(folder: Path) -> SQLiteStorage:
    """The file as the next life finds it, with what was committed."""
    copy = folder / "copy"
    copy.mkdir()
    (copy / "bot.session").write_bytes((folder / "bot.session").read_bytes())
    other = SQLiteStorage("bot", workdir=copy)
    await other.open()
    return other


async def test_the_place_is_read_as_it_was_noted_last(session: SessionFile) -> None:
    await session.set_update_state(UpdateState(0, 5, 1, 100, 7))
    await session.set_update_state([UpdateState(0, 6, None, None, None), UpdateState(-100, 3, None, None, None)])
    assert await session.get_update_states(0) == [UpdateState(0, 6, 1, 100, 7)]
    await session.set_update_state(UpdateState(0, None, 2, None, None))
    assert sorted(await session.get_update_states(), key=lambda state: state.id) == [
        UpdateState(-100, 3, None, None, None),
        UpdateState(0, 6, 2, 100, 7),
    ]


async def test_a_box_that_is_gone_does_not_come_back(session: SessionFile) -> None:
    await session.set_update_state([UpdateState(-1, 1, None, None, None), UpdateState(-2, 2, None, None, None)])
    await session.delete_update_state(-1)
    await session.save()
    assert await session.get_update_states() == [UpdateState(-2, 2, None, None, None)]


async def test_only_a_saved_place_survives_a_crash(session: SessionFile, tmp_path: Path) -> None:
    await session.set_update_state(UpdateState(0, 5, 0, 1, 0))
    await session.save()
    await session.set_update_state(UpdateState(0, 6, 0, 1, 0))
    after = await as_after_a_crash(tmp_path)
    assert await after.get_update_states(0) == [UpdateState(0, 5, 0, 1, 0)]
    await after.close()


async def test_names_are_written_when_they_are_new_or_change(session: SessionFile) -> None:
    written = session.conn.total_changes
    for access_hash in (1, 1, 2):
        await session.update_peers([(7, access_hash, "user", None), (8, 1, "user", None)])
        await session.update_usernames([(7, ["ann"])])
        assert (await session.get_peer_by_id(7)).access_hash == access_hash
    assert (await session.get_peer_by_username("ann")).user_id == 7
    await session.update_usernames([(7, ["bob"])])
    with pytest.raises(KeyError):
        await session.get_peer_by_username("ann")
    assert session.conn.total_changes - written < 10
