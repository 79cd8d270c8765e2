"""Albums of the outbox against the real data centre: several messages, one call, each once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kiebot.services import delivery
from kiebot.services.delivery import Place
from kiebot.store import outbox
from kiebot.store.models import OutboxRow
from tests.telegram.test_outbox_sender import Post, post

__all__ = ["post"]


@pytest.fixture
def pictures(tmp_path: Path) -> list[dict[str, Any]]:
    """Pictures 1 to 12, each of its own size."""
    items = []
    for number in range(1, 13):
        path = tmp_path / f"{number}.jpg"
        Image.new("RGB", (60 + number, 40), "navy").save(path)
        file = {"path": str(path), "mime": "image/jpeg", "name": path.name, "width": 60 + number, "height": 40}
        items.append({"kind": "photo", "file": file, "key": "film-scene", "args": {"scene": number, "words": "the sea"}})
    return items


async def test_pictures_arrive_as_one_album_with_their_captions(post: Post, pictures: list[dict[str, Any]]) -> None:
    ann = post.person()
    delivery.send_album(Place(ann, "en"), pictures[:5], dedup_key="five")
    await post.quiet()
    seen = post.seen(ann)
    assert [message["text"] for message in seen] == [f"Scene {number}: the sea" for number in range(1, 6)]
    assert [message["media"]["width"] for message in seen] == [61, 62, 63, 64, 65]
    assert len({message["album"] for message in seen} - {None}) == 1


async def test_more_than_ten_are_spread_over_albums_and_one_alone_is_none(post: Post, pictures: list[dict[str, Any]]) -> None:
    ann, bob = post.person(), post.person("Bob")
    delivery.send_album(Place(ann, "en"), pictures, dedup_key="twelve")
    delivery.send_album(Place(bob, "en"), pictures[:1], dedup_key="one")
    await post.quiet(30)
    albums = [message["album"] for message in post.seen(ann)]
    assert [albums.count(album) for album in dict.fromkeys(albums)] == [6, 6]
    assert [(message["kind"], message["album"]) for message in post.seen(bob)] == [("photo", None)]


@pytest.mark.parametrize(("answer", "fault"), [("repeat", "cut_after"), ("400", "cut_after"), ("500", "drop")])
async def test_an_album_whose_answer_was_lost_comes_once(
    post: Post, pictures: list[dict[str, Any]], answer: str, fault: str
) -> None:
    ann = post.person()
    post.humans.duplicates(answer)
    post.humans.fault("messages.SendMultiMedia", fault)
    delivery.send_album(Place(ann, "en"), pictures[:3], dedup_key="three")
    await post.quiet(40)
    assert [message["text"] for message in post.seen(ann)] == ["Scene 1: the sea", "Scene 2: the sea", "Scene 3: the sea"]
    assert {row.state for row in OutboxRow.select()} == {"sent"}


@pytest.mark.parametrize("answer", ["repeat", "400"])
async def test_an_album_that_was_sent_before_a_crash_is_not_sent_again(
    post: Post, pictures: list[dict[str, Any]], answer: str
) -> None:
    ann = post.person()
    post.humans.duplicates(answer)
    delivery.send_album(Place(ann, "en"), pictures[:3], dedup_key="three")
    await post.quiet()
    album = OutboxRow.get(OutboxRow.kind == "album")
    OutboxRow.delete().where(OutboxRow.kind == "photo").execute()
    OutboxRow.update(state="queued", message_id=None).where(OutboxRow.id == album.id).execute()  # nothing of it was noted
    post.sender.wake()
    await post.quiet()
    assert len(post.seen(ann)) == 3
    assert outbox.get(album.id).state == "sent"


async def test_a_lost_answer_to_an_upload_shows_nothing_twice(post: Post, pictures: list[dict[str, Any]]) -> None:
    ann = post.person()
    post.humans.fault("messages.UploadMedia", "cut_after")
    delivery.send_album(Place(ann, "en"), pictures[:3], dedup_key="three")
    await post.quiet(40)
    assert len(post.seen(ann)) == 3


async def test_every_message_of_an_album_is_known_as_ours_with_its_file(post: Post, pictures: list[dict[str, Any]]) -> None:
    ann = post.person()
    delivery.send_album(Place(ann, "en"), pictures[:3], dedup_key="three")
    await post.quiet()
    for number, message in enumerate(post.seen(ann), 1):
        row = outbox.by_message(ann, message["id"])
        assert row is not None
        assert row.payload["file"]["name"] == f"{number}.jpg"
        if number > 1:
            assert row.file_id


async def test_what_telegram_takes_as_no_picture_comes_as_files(post: Post, pictures: list[dict[str, Any]]) -> None:
    ann = post.person()
    post.humans.fault("messages.SendMultiMedia", "error", error="PHOTO_INVALID_DIMENSIONS")
    delivery.send_album(Place(ann, "en"), pictures[:2], dedup_key="two")
    await post.quiet(20)
    assert [message["kind"] for message in post.seen(ann)] == ["document", "document"]


async def test_an_album_waits_its_turn_and_what_comes_after_it_too(post: Post, pictures: list[dict[str, Any]]) -> None:
    ann = post.person()
    post.humans.fault("messages.SendMultiMedia", "flood_wait", seconds=1)
    delivery.send_album(Place(ann, "en"), pictures[:2], dedup_key="two")
    delivery.say(Place(ann, "en"), "film-scene", {"scene": 9, "words": "the sea"}, lane=outbox.Lane.RESULT)
    await post.quiet(20)
    assert post.texts(ann) == ["Scene 1: the sea", "Scene 2: the sea", "Scene 9: the sea"]
