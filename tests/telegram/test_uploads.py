"""What Telegram is told of a file. The client is a double: it takes files and remembers their names."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pyrogram import raw

from kiebot.telegram.uploads import Uploads, size_to_upload

pytestmark = pytest.mark.asyncio


class Taking:
    """Takes every file."""

    def __init__(self):
        self.taken = []

    async def save_file(self, path, progress):
        self.taken.append(path)
        return raw.types.InputFile(id=1, parts=1, name=str(path), md5_checksum="")


async def test_a_film_can_be_watched_while_it_loads_and_shows_a_picture_before(tmp_path):
    film, thumb = tmp_path / "film-16x9-v0-12.mp4", tmp_path / "thumb.jpg"
    film.write_bytes(b"film")
    thumb.write_bytes(b"jpeg")
    file = {
        "path": str(film), "mime": "video/mp4", "name": "Маяк.mp4", "size": 4, "width": 1280, "height": 720,
        "duration_s": 239.4, "thumb": str(thumb),
    }  # fmt: skip
    client = Taking()
    media = await Uploads(client).media(SimpleNamespace(kind="video", payload={"file": file}))
    assert client.taken == [str(film), str(thumb)]
    assert (media.mime_type, media.nosound_video, media.force_file, media.thumb.name) == ("video/mp4", True, None, "thumb.jpg")
    attributes = {type(attribute): attribute for attribute in media.attributes}
    video = attributes[raw.types.DocumentAttributeVideo]
    assert (video.w, video.h, video.duration, video.supports_streaming) == (1280, 720, 240, True)
    assert attributes[raw.types.DocumentAttributeFilename].file_name == "Маяк.mp4"


async def test_only_what_telegram_does_not_have_yet_is_counted(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"12345")
    here, known, gone = {"path": str(path)}, {"path": str(path), "file_id": "x"}, {"path": str(tmp_path / "gone")}
    payloads = [{"text": "words"}, {"file": None}, {"file": known}, {"file": gone}, {"file": here, "album": [{"file": here}]}]
    assert [size_to_upload(SimpleNamespace(payload=payload)) for payload in payloads] == [0, 0, 0, 0, 10]
