"""Our place in the stream of updates, against the real data centre and the real client."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pyrogram
from pyrogram import handlers, raw

from kiebot.sandbox.telegram.centre import DataCentre
from kiebot.telegram.client import build_client
from kiebot.telegram.stream import Place, UpdateStream, _live


class Listener:
    """A bot that writes down what it hears. `slow_s`: how long a message takes to the store."""

    def __init__(self, centre: DataCentre, folder: Path, slow_s: float = 0.0) -> None:
        self.client = build_client(
            "listener",
            folder,
            api_id=1,
            api_hash="0" * 32,
            bot_token=centre.bot["token"],
            server=f"{centre.host}:{centre.port}",
            public_key_file=centre.public_key_file,
            skip_updates=False,
            workers=16,
        )
        self.stream = UpdateStream(self.client)
        self.heard: list[str] = []
        self._slow_s = slow_s
        self.client.add_handler(handlers.MessageHandler(self._on_message))

    async def _on_message(self, _: pyrogram.Client, message: pyrogram.types.Message) -> None:
        with self.stream.handled():
            await asyncio.sleep(self._slow_s)
            self.heard.append(message.text)

    async def start(self) -> None:
        await self.client.start()
        self.tasks = [asyncio.create_task(self.stream.run()), asyncio.create_task(self.stream.mend())]

    async def die(self) -> None:
        """As SIGKILL: the session file keeps what was committed, nothing more."""
        for task in self.tasks:
            task.cancel()
        self.client.storage.conn.rollback()
        self.client.storage.unwritten.clear()
        await self.client.stop()

    async def until_heard(self, *texts: str) -> None:
        async with asyncio.timeout(15):
            while not set(texts) <= set(self.heard):
                await asyncio.sleep(0.02)


async def saved_pts(listener: Listener) -> int:
    return next(state.pts for state in await listener.client.storage.get_update_states(0))


def test_a_place_moves_over_what_has_no_hole_before_it() -> None:
    place = Place(10)
    place.add(12, 1)
    place.add(14, 2)
    assert (place.known, place.later) == (10, [(11, 12), (12, 14)])
    place.add(11, 1)
    assert (place.known, place.later) == (14, [])


def test_a_repeated_update_moves_nothing_back() -> None:
    place = Place(10)
    place.add(9, 1)
    place.add(10, 1)
    assert (place.known, place.later) == (10, [])


def test_what_was_asked_for_fills_the_hole() -> None:
    place = Place(10)
    place.add(14, 1)
    place.reach(13)
    assert (place.known, place.later) == (14, [])


async def test_an_update_that_comes_before_the_question_what_was_missed_hides_nothing(centre: DataCentre, tmp_path: Path) -> None:
    ann = centre.humans.add_user("Ann")["id"]
    first = Listener(centre, tmp_path)
    await first.start()
    centre.humans.post(ann, ann, "before")
    await first.until_heard("before")
    await asyncio.sleep(1.3)
    await first.die()
    centre.humans.post(ann, ann, "while it was down")

    second = Listener(centre, tmp_path)
    asked, recover = asyncio.Event(), second.client.recover_gaps

    async def recover_late(*args: object) -> tuple[int, int]:
        """The network is slow: a new message comes first."""
        if not asked.is_set():
            asked.set()
            centre.humans.post(ann, ann, "just now")
            await second.until_heard("just now")
        return await recover(*args)

    second.client.recover_gaps = recover_late
    await second.start()
    await second.until_heard("while it was down", "just now")
    await second.die()


async def test_a_lost_update_is_asked_for(centre: DataCentre, tmp_path: Path) -> None:
    ann = centre.humans.add_user("Ann")["id"]
    listener = Listener(centre, tmp_path)
    await listener.start()
    centre.humans.post(ann, ann, "one")
    await listener.until_heard("one")
    centre.humans.fault("updates", "drop")
    centre.humans.post(ann, ann, "two, lost on the way")
    centre.humans.post(ann, ann, "three")
    await listener.until_heard("two, lost on the way", "three")
    await listener.die()


async def test_what_is_on_its_way_to_the_store_when_the_process_dies_comes_again(centre: DataCentre, tmp_path: Path) -> None:
    ann = centre.humans.add_user("Ann")["id"]
    first = Listener(centre, tmp_path)
    await first.start()
    centre.humans.post(ann, ann, "before")
    await first.until_heard("before")
    await asyncio.sleep(1.3)
    await first.die()
    centre.humans.post(ann, ann, "missed")

    dying = Listener(centre, tmp_path, slow_s=30)
    await dying.start()  # asks what was missed; the library would save its place now
    await asyncio.sleep(1.3)
    for task in dying.client.dispatcher.handler_worker_tasks:
        task.cancel()
    dying.client.dispatcher.handler_worker_tasks.clear()
    await dying.die()
    assert dying.heard == []

    last = Listener(centre, tmp_path)
    await last.start()
    await last.until_heard("missed")
    await last.die()


async def test_our_own_messages_are_no_holes(centre: DataCentre, tmp_path: Path) -> None:
    ann = centre.humans.add_user("Ann")["id"]
    listener = Listener(centre, tmp_path)
    await listener.start()
    for number in range(3):
        centre.humans.post(ann, ann, f"message {number}")
        await listener.until_heard(f"message {number}")
        peer = await listener.client.resolve_peer(ann)
        query = raw.functions.messages.SendMessage(peer=peer, message="answer", random_id=number + 1)
        await listener.stream.heard(await listener.client.session.send(query))
    before = await saved_pts(listener)
    centre.humans.post(ann, ann, "the last")
    await listener.until_heard("the last")
    assert not listener.stream._holes
    assert await saved_pts(listener) == before + 1
    assert not _live.get()
    await listener.die()
