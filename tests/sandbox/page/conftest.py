"""A real data centre, the chat page over it, and a small real bot: what a newcomer's browser meets."""

from __future__ import annotations

import asyncio
import shutil
import subprocess

import httpx
import pytest
from PIL import Image, ImageDraw

from kiebot.sandbox.telegram.centre import DataCentre
from tests.sandbox.page.bot import start_bot
from tests.sandbox.page.running import running_sandbox


@pytest.fixture(scope="session")
def first_start(tmp_path_factory):
    """The folder of a data centre that ran once: its key takes a second to make, so the tests share one."""
    folder = tmp_path_factory.mktemp("first") / "centre"

    async def run() -> None:
        centre = DataCentre(folder)
        await centre.start()
        await centre.stop()

    asyncio.run(run())
    return folder


@pytest.fixture
async def sandbox(tmp_path, first_start):
    shutil.copytree(first_start, tmp_path / "centre")
    async with running_sandbox(tmp_path / "centre") as sandbox:
        yield sandbox


@pytest.fixture
async def api(sandbox):
    async with httpx.AsyncClient(base_url=f"{sandbox.url}api", timeout=15) as client:
        yield client


@pytest.fixture
async def you(api):
    return (await api.post("/users", json={"name": "You", "language_code": "en"})).json()


@pytest.fixture
async def bot(sandbox, tmp_path, picture, film):
    client = await start_bot(sandbox.centre, tmp_path, picture, film)
    yield client
    await client.stop()


@pytest.fixture(scope="session")
def picture(tmp_path_factory):
    """A photo of 900 x 600."""
    path = tmp_path_factory.mktemp("media") / "boat.jpg"
    image = Image.new("RGB", (900, 600), "#4a90d9")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 380, 900, 600), fill="#1f5f99")
    draw.polygon([(250, 390), (650, 390), (580, 460), (320, 460)], fill="#c0392b")
    draw.polygon([(450, 120), (450, 370), (620, 370)], fill="#fdf6e3")
    image.save(path, quality=88)
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """A clip of two seconds that Chromium plays."""
    path = tmp_path_factory.mktemp("media") / "clip.webm"
    made = ["-f", "lavfi", "-i", "testsrc2=size=480x270:rate=12:duration=2", "-c:v", "libvpx", "-b:v", "300k"]
    made += ["-deadline", "realtime", "-cpu-used", "8"]
    subprocess.run(["ffmpeg", "-v", "error", *made, "-y", str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """A voice of three seconds."""
    path = tmp_path_factory.mktemp("media") / "voice.ogg"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=3", "-c:a", "libopus", "-y", str(path)], check=True
    )
    return path
