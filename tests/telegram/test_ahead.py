"""Large files on their way to Telegram, and what of a chat may go by them. The real data centre, slow where a test wants it."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path
from typing import Any

import pyrogram
import pytest

from kiebot.sandbox.telegram.centre import DataCentre
from kiebot.services import delivery
from kiebot.services.delivery import Place
from kiebot.store import outbox
from kiebot.store.models import OutboxRow
from kiebot.store.outbox import Lane
from kiebot.telegram.ahead import LARGE_BYTES
from kiebot.telegram.calls import Calls
from kiebot.telegram.outbox_sender import OutboxSender
from kiebot.telegram.pace import Pace
from kiebot.telegram.uploads import Uploads
from tests.telegram.conftest import client_of
from tests.telegram.test_outbox_sender import Post, post

__all__ = ["post"]

SLOW_S = 3


@pytest.fixture
def clip(tmp_path: Path) -> dict[str, Any]:
    """A file whose upload takes long."""
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(LARGE_BYTES + 1))
    return {"path": str(path), "mime": "video/mp4", "name": "film.mp4", "width": 64, "height": 64, "duration_s": 1}


def send(post: Post, chat: int, file: dict[str, Any], name: str = "film", **more: Any) -> int:
    """A slow upload begins."""
    post.humans.fault("upload.Save*", "delay", seconds=SLOW_S)
    return delivery.send_file(Place(chat, "en"), "video", file, "film-scene", {"scene": 1, "words": name}, dedup_key=name, **more)


def say(chat: int, words: str, lane: Lane) -> int:
    return delivery.say(Place(chat, "en"), "film-scene", {"scene": 2, "words": words}, lane=lane)


async def begun(post: Post) -> None:
    await post.until(lambda: post.sender._ahead.on_the_way())


async def test_answers_go_by_a_large_upload_and_what_follows_it_waits(post: Post, clip: dict[str, Any]) -> None:
    ann = post.person()
    send(post, ann, clip)
    await begun(post)
    say(ann, "its question", Lane.RESULT)
    say(ann, "an answer", Lane.ANSWER)
    say(ann, "another answer", Lane.ANSWER)
    say(ann, "a notice", Lane.NOTICE)
    await post.quiet(20)
    words = ["an answer", "another answer", "film", "its question", "a notice"]
    assert [text.partition(": ")[2] for text in post.texts(ann)] == words


async def test_everything_goes_by_a_film_whose_place_matters_to_nobody(post: Post, clip: dict[str, Any]) -> None:
    ann = post.person()
    send(post, ann, clip, overtaken=True)
    await begun(post)
    for lane in (Lane.RESULT, Lane.NOTICE):
        say(ann, lane.name, lane)
    await post.quiet(20)
    assert [text.partition(": ")[2] for text in post.texts(ann)] == ["RESULT", "NOTICE", "film"]


async def test_a_film_whose_answer_was_lost_is_uploaded_anew_and_comes_once(post: Post, clip: dict[str, Any]) -> None:
    ann = post.person()
    post.humans.fault("messages.SendMedia", "cut_after")
    row = delivery.send_file(Place(ann, "en"), "video", clip, "film-scene", {"scene": 1, "words": "film"}, dedup_key="film")
    await post.quiet(40)
    assert len(post.seen(ann)) == 1
    assert outbox.get(row).attempts == 2
    assert post.sender._ahead.rows() == set()


async def test_an_upload_that_is_refused_is_tried_as_a_file(post: Post, clip: dict[str, Any]) -> None:
    ann = post.person()
    post.humans.fault("upload.Save*", "error", error="FILE_PART_TOO_BIG")
    delivery.send_file(Place(ann, "en"), "video", clip, "film-scene", {"scene": 1, "words": "film"}, dedup_key="film")
    await post.quiet(20)
    assert [message["kind"] for message in post.seen(ann)] == ["document"]


async def test_a_bot_that_ends_in_an_upload_sends_the_film_in_its_next_life(
    post: Post, client: pyrogram.Client, clip: dict[str, Any]
) -> None:
    ann = post.person()
    send(post, ann, clip)
    await begun(post)
    await post.sender.stop(0)
    assert post.seen(ann) == []
    again = OutboxSender(Calls(client), Uploads(client), Pace())
    running = asyncio.create_task(again.run())
    await post.quiet(20)
    await asyncio.sleep(0.5)
    assert len(post.seen(ann)) == 1
    await again.stop(1)
    await running


async def test_an_answer_that_changes_a_film_on_its_way_waits_for_it(post: Post, clip: dict[str, Any]) -> None:
    ann = post.person()
    row = send(post, ann, clip)
    await begun(post)
    OutboxRow.update(lane=Lane.NOTICE).where(OutboxRow.id == row).execute()
    delivery.change(Place(ann, "en"), row, "film-scene", {"scene": 1, "words": "changed"}, lane=Lane.ANSWER)
    await post.quiet(20)
    assert [text.partition(": ")[2] for text in post.texts(ann)] == ["changed"]


async def test_what_nobody_wants_any_more_is_not_carried_on(post: Post, clip: dict[str, Any]) -> None:
    ann, bob = post.person(), post.person("Bob")
    send(post, ann, clip)
    await begun(post)
    outbox.end_chat(ann, "blocked")
    post.say(bob, "for bob")
    await post.until(lambda: post.sender._ahead.rows() == set())
    await post.quiet()
    assert post.seen(ann) == []


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.1, 1.0])
async def test_files_go_on_being_sent_whenever_an_upload_was_given_up(post: Post, clip: dict[str, Any], after_s: float) -> None:
    ann, bob = post.person(), post.person("Bob")
    send(post, ann, clip)
    await begun(post)
    await asyncio.sleep(after_s)  # the session for files is being opened, or open
    outbox.end_chat(ann, "blocked")
    delivery.send_file(Place(bob, "en"), "video", clip, "film-scene", {"scene": 1, "words": "for bob"}, dedup_key="bob")
    await post.until(lambda: post.seen(bob), 25)
    assert post.seen(ann) == []


@pytest.mark.parametrize("after_s", [0.0, 0.1, 1.0])
def test_a_process_that_ends_in_an_upload_ends(made_folder: Path, tmp_path: Path, clip: dict[str, Any], after_s: float) -> None:
    shutil.copytree(made_folder, tmp_path / "centre")
    shutil.copy(made_folder.parent / "bot.session", tmp_path / "bot.session")

    async def life() -> float:
        centre = DataCentre(tmp_path / "centre")
        await centre.start()
        centre.humans.fault("upload.Save*", "delay", seconds=SLOW_S)
        client = client_of(centre, tmp_path)
        await client.start()
        uploads = Uploads(client)
        waiting = asyncio.create_task(uploads._saved(clip["path"]))
        await asyncio.sleep(after_s)
        waiting.cancel()
        stopped_at = time.monotonic()
        await client.stop()
        await uploads.end()
        await centre.stop()
        return stopped_at

    assert time.monotonic() - asyncio.run(life()) < SLOW_S


async def test_a_large_file_that_is_gone_before_its_upload_is_said(post: Post, clip: dict[str, Any]) -> None:
    ann = post.person()
    send(post, ann, {**clip, "path": f"{clip['path']}.gone"})
    await post.quiet()
    assert "film" not in post.texts(ann)[0]
    assert len(post.seen(ann)) == 1


async def test_clips_of_an_album_are_carried_beside_the_chat_too(post: Post, clip: dict[str, Any]) -> None:
    ann = post.person()
    post.humans.fault("upload.Save*", "delay", seconds=SLOW_S)
    items = [{"kind": "video", "file": clip, "key": "film-scene", "args": {"scene": n, "words": "clip"}} for n in (1, 2)]
    delivery.send_album(Place(ann, "en"), items)
    await begun(post)
    say(ann, "its question", Lane.RESULT)
    say(ann, "an answer", Lane.ANSWER)
    await post.quiet(20)
    assert [text.partition(": ")[2] for text in post.texts(ann)] == ["an answer", "clip", "clip", "its question"]
    assert len({message["album"] for message in post.seen(ann)} - {None}) == 1
