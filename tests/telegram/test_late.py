"""Screens that take long to read: what others do meanwhile, and what is shown."""

from __future__ import annotations

import asyncio
import threading

import pytest

from kiebot.store import incidents, outbox
from kiebot.telegram.handlers.desk import Reading
from kiebot.telegram.handlers.screens import Screen
from kiebot.telegram.late import show_late
from kiebot.telegram.threads import in_reader, in_store

pytestmark = pytest.mark.usefixtures("data_dir", "threads_closed")


async def test_the_writer_and_the_readers_are_free_while_figures_are_read() -> None:
    shown: list[Screen] = []
    go_on = threading.Event()

    def read() -> Screen:
        assert go_on.wait(20)
        return Screen("admin")

    late = [asyncio.create_task(show_late(Reading(read, shown.append))) for _ in range(3)]
    try:
        async with asyncio.timeout(5):
            assert await in_store(incidents.count) == 0
            assert await asyncio.gather(*(in_reader(outbox.counts) for _ in range(4))) == [{}] * 4
        assert shown == []
    finally:
        go_on.set()
    await asyncio.gather(*late)
    assert shown == [Screen("admin")] * 3


async def test_what_was_asked_for_last_is_shown_last() -> None:
    shown: list[Screen] = []
    keys = ("admin-people", "admin-money", "admin")
    await asyncio.gather(*(show_late(Reading(lambda key=key: Screen(key), shown.append)) for key in keys))
    assert [screen.key for screen in shown] == list(keys)


async def test_what_cannot_be_read_is_an_incident_with_its_code() -> None:
    shown: list[Screen] = []

    def read() -> Screen:
        raise RuntimeError("no such table")

    await show_late(Reading(read, shown.append))
    [broken] = await in_store(incidents.listed)
    assert (shown[0].key, shown[0].args) == ("common-unexpected", {"code": broken.code})
