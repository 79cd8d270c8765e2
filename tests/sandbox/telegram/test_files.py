"""Files: parts, big files, what a download gets."""

import hashlib
import io
import random
import resource

import pytest
from pyrogram import filters, raw
from pyrogram.errors import BadRequest
from pyrogram.handlers import MessageHandler

from tests.sandbox.telegram.seeing import eventually

MIB = 1 << 20


async def test_a_bot_s_file_arrives_whole(centre, bot, ann):
    data = random.Random(1).randbytes(12 * MIB + 12345)  # large enough for the client to use its parallel way
    upload = io.BytesIO(data)
    upload.name = "big.bin"
    await bot.send_document(ann, upload, caption="here")
    message = centre.humans.messages(ann)[-1]
    path, mime, name = centre.humans.file(message["media"]["id"])
    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(data).digest()
    assert (message["media"]["size"], name, message["text"]) == (len(data), "big.bin", "here")
    assert mime == "application/octet-stream"


async def test_a_sound_is_shown_with_its_title(centre, bot, ann):
    upload = io.BytesIO(bytes(1000))
    upload.name = "1.mp3"
    await bot.send_audio(ann, upload, title="Dawn", duration=7)
    assert centre.humans.messages(ann)[-1]["media"]["title"] == "Dawn"


async def test_a_person_s_file_is_downloaded_whole(centre, make_bot, ann, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(random.Random(2).randbytes(3 * MIB + 1))
    client = make_bot()
    got = []

    async def on_video(_, message):
        got.append(((await client.download_media(message, in_memory=True)).getvalue(), message.video))

    client.add_handler(MessageHandler(on_video, filters.video))
    await client.start()
    centre.humans.post(ann, ann, "watch", kind="video", file=path, duration=7, width=320, height=240)
    data, video = (await eventually(lambda: got))[0]
    assert data == path.read_bytes()
    assert (video.duration, video.width, video.height, video.mime_type) == (7, 320, 240, "video/mp4")


@pytest.mark.parametrize("size", [48 * MIB, pytest.param(1900 * MIB, marks=pytest.mark.soak)])
async def test_a_large_file_passes_with_flat_memory(centre, make_bot, ann, tmp_path, size):
    path = tmp_path / "huge.bin"
    with path.open("wb") as file:
        file.truncate(size)  # sparse
    client = make_bot()
    await client.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await client.send_document(ann, str(path))
    message = centre.humans.messages(ann)[-1]
    assert message["media"]["size"] == size
    count = 0
    async for chunk in client.stream_media(await client.get_messages(ann, message["id"])):
        count += len(chunk)
    assert count == size
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 40  # MiB


async def upload(client, data: bytes, part: int, file_id: int = 5) -> bool:
    return await client.invoke(raw.functions.upload.SaveFilePart(file_id=file_id, file_part=part, bytes=data))


async def send_uploaded(client, ann: int, parts: int, file_id: int = 5):
    file = raw.types.InputFile(id=file_id, parts=parts, name="x.bin", md5_checksum="")
    media = raw.types.InputMediaUploadedDocument(file=file, mime_type="application/octet-stream", attributes=[])
    peer = await client.resolve_peer(ann)
    return await client.invoke(raw.functions.messages.SendMedia(peer=peer, media=media, message="", random_id=client.rnd_id()))


async def test_parts_may_come_in_any_order_but_all_must_come(centre, bot, ann):
    with pytest.raises(BadRequest, match="Part 0 of the file is missing"):
        await send_uploaded(bot, ann, 3)
    await upload(bot, b"c" * 10, 2)
    await upload(bot, b"a" * 1024, 0)
    await upload(bot, b"b" * 1024, 1)
    await send_uploaded(bot, ann, 3)
    path, _, _ = centre.humans.file(centre.humans.messages(ann)[-1]["media"]["id"])
    assert path.read_bytes() == b"a" * 1024 + b"b" * 1024 + b"c" * 10
    await upload(bot, b"a" * 1024, 0, file_id=6)
    with pytest.raises(BadRequest, match="Part 1 of the file is missing"):
        await send_uploaded(bot, ann, 2, file_id=6)


async def test_empty_and_oversized_parts_are_refused(bot):
    with pytest.raises(BadRequest, match="FILE_PART_EMPTY"):
        await upload(bot, b"", 0)
    with pytest.raises(BadRequest, match="FILE_PART_TOO_BIG"):
        await upload(bot, b"x" * (MIB // 2 + 1), 0)
