"""What was made, as the person gets it: a message for each result, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kiebot.services import delivery
from kiebot.services.jobs import place, result_buttons
from kiebot.store import outbox

PHOTO_BYTES = 10 * 10**6  # Telegram's limits for a photo; what is beyond goes as a file
PHOTO_SIDES = 10_000  # width + height
PHOTO_RATIO = 20
TITLE_CHARS = 64
CAPTION_WORDS = 600  # of the prompt; Telegram's captions have 1,024 characters


def show(job: Any, results: Sequence[dict[str, Any]]) -> None:
    """Send all results of a finished job. Part of the transaction that ends it."""
    for number, result in enumerate(results, 1):
        if "text" in result:
            buttons = result_buttons(job.id, number, text=True)
            delivery.say_markdown(
                place(job), result["text"], lane=outbox.Lane.RESULT, buttons=buttons, dedup_key=_key(job, number)
            )
        else:
            delivery.send_file(
                place(job),
                message_kind(result),
                named(job, result),
                "job-result",
                caption_args(job),
                buttons=result_buttons(job.id, number),
                dedup_key=_key(job, number),
                job_id=job.id,
            )


def named(job: Any, file: dict[str, Any]) -> dict[str, Any]:
    """A sound says in the player what it is and who made it."""
    if not file["mime"].startswith("audio/"):
        return file
    words = " ".join(job.prompt.split())
    title = words if len(words) <= TITLE_CHARS else words[: TITLE_CHARS - 1].rstrip() + "…"
    return {"title": title or job.label, "performer": job.label, **file}


def caption_args(job: Any) -> dict[str, str | int]:
    """What stands under a result."""
    words = " ".join(job.prompt.split())
    shown = words if len(words) <= CAPTION_WORDS else words[: CAPTION_WORDS - 1].rstrip() + "…"
    return {"model": job.label, "job": str(job.id), "words": f"\n{shown}" if shown else ""}


def _key(job: Any, number: int) -> str:
    return f"job:{job.id}:{number}"


def message_kind(file: dict[str, Any]) -> str:
    """photo, video, audio or document: what Telegram shows this file as."""
    family = file["mime"].partition("/")[0]
    if family == "image":
        sides = sorted((file.get("width", 0), file.get("height", 0)))
        small = file["size"] <= PHOTO_BYTES and 0 < sum(sides) <= PHOTO_SIDES and sides[1] <= PHOTO_RATIO * sides[0]
        return "photo" if small and file["mime"] in ("image/png", "image/jpeg", "image/webp") else "document"
    if file["mime"] == "video/mp4":
        return "video"
    return "audio" if file["mime"] in ("audio/mpeg", "audio/mp4") else "document"
