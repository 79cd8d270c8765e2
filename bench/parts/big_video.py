"""A video of 1.9 GB, sent over MTProto and written down: seconds, and the memory of bot and worker over time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.crowd import NoAnswer, Seat
from bench.files import check_room, write_video
from bench.report import section, table
from bench.studio import Studio

MINUTES = 15
TIMEOUT_S = 900
EVERY_S = 0.5
SHOWN = 14  # rows
COPIES = 4  # the file, the data centre's, the worker's, the one in the confined child's folder
LISTENING = "🎙 Listening"


@dataclass(frozen=True, slots=True)
class Look:
    """One moment."""

    at_s: float
    doing: str
    fetched: int
    bot: float  # MiB
    worker: float


async def measure(folder: Path, quick: bool) -> str:
    size, minutes = (120 * 10**6, 2) if quick else (1_900 * 10**6, MINUTES)
    check_room(folder, COPIES * size)
    video = await asyncio.to_thread(write_video, folder / "talk.mp4", size, 60 * minutes)
    async with Studio(folder) as studio:
        ears = {"KIEBOT_TRANSCRIPTION__BASE_URL": f"{studio.ai_url}/v1"}
        await studio.start("bot", "kiebot", "bot", **ears)
        await studio.start("worker", "kiebot", "worker", **ears)
        (seat,) = await studio.crowd.private(1)
        offer = await _offer(studio, seat, video)
        async with _watching(studio) as looks:
            await _write_down(studio, seat, offer)
            words = await _words(studio, seat, offer["id"])
    first, last = looks[0], looks[-1]
    most_bot, most_worker = max(look.bot for look in looks), max(look.worker for look in looks)
    return section(
        f"A video of {video.stat().st_size / 1e9:.2f} GB and {minutes} minutes, written down",
        f"From the press of the button to the words: {last.at_s:.0f} s. Memory: bot {first.bot:.0f} to at most {most_bot:.0f}"
        f" MiB, worker {first.worker:.0f} to at most {most_worker:.0f} MiB. The child that cuts the sound may use 1 GiB; what it"
        f" uses is not counted here. The sandbox's ear wrote: {words[:80]!r}",
        table(["seconds", "MB fetched", "bot MiB", "worker MiB", "what goes on"], [_row(look) for look in _some(looks)]),
    )


async def _offer(studio: Studio, seat: Seat, video: Path) -> dict[str, Any]:
    """The message that offers to write the words down."""
    sent = studio.crowd.humans.post(seat.chat, seat.user, "", kind="video", file=video, name="talk.mp4", mime="video/mp4")
    return await _message(studio, seat, sent["id"], lambda message: bool(_button(message)))


async def _write_down(studio: Studio, seat: Seat, offer: dict[str, Any]) -> None:
    await studio.crowd.humans.press(seat.chat, offer["id"], seat.user, data=_button(offer))


async def _words(studio: Studio, seat: Seat, after: int) -> str:
    message = await _message(studio, seat, after, lambda message: "🎙" in message["text"] and LISTENING not in message["text"])
    return str(message["text"])


async def _message(studio: Studio, seat: Seat, after: int, fits: Any) -> dict[str, Any]:
    ends_at = time.monotonic() + TIMEOUT_S
    while time.monotonic() < ends_at:
        for message in studio.crowd.humans.messages(seat.chat, after, as_user=seat.user):
            if message["from"] != seat.user and fits(message):
                found: dict[str, Any] = message
                return found
        await asyncio.sleep(0.1)
    raise NoAnswer(f"nothing within {TIMEOUT_S} s")


def _button(message: dict[str, Any]) -> str:
    data = (str(button.get("data", "")) for row in message["buttons"] for button in row)
    return next((word for word in data if word.startswith("h:file:")), "")


@asynccontextmanager
async def _watching(studio: Studio) -> AsyncIterator[list[Look]]:
    looks: list[Look] = []
    watching = asyncio.create_task(_watch(studio, looks))
    try:
        yield looks
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(studio: Studio, looks: list[Look]) -> None:
    began = time.monotonic()
    while True:
        doing, fetched = _doing(studio.data / "media")
        looks.append(Look(time.monotonic() - began, doing, fetched, studio.bot.rss(), studio.processes["worker"].rss()))
        await asyncio.sleep(EVERY_S)


def _doing(media: Path) -> tuple[str, int]:
    """By what lies in the job's folder: half a file, a whole one, parts of its sound."""
    for folder in media.glob("*") if media.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):  # renamed or removed this moment
            if (part := folder / "source.part").exists():
                return "fetching", part.stat().st_size
            if (whole := folder / "source").exists():
                others = len(list(folder.iterdir())) - 1
                return ("listening" if others else "cutting the sound"), whole.stat().st_size
    return "", 0


def _some(looks: list[Look]) -> list[Look]:
    """The first and the last, and some between them."""
    step = max(1, (len(looks) - 1) // (SHOWN - 1))
    return [*looks[:-1:step], looks[-1]]


def _row(look: Look) -> list[str]:
    return [f"{look.at_s:.0f}", f"{look.fetched / 1e6:.0f}", f"{look.bot:.0f}", f"{look.worker:.0f}", look.doing or "-"]
