"""What a provider made, from its answer to checked files in the job's folder."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError, KiebotError
from kiebot.http.guarded import download
from kiebot.http.sniff import HEAD_BYTES, sniff
from kiebot.media import calls
from kiebot.providers.base import Result
from kiebot.store.failpoint import failpoint
from kiebot.worker.loop import LoopThread

log = logging.getLogger(__name__)

MAX_BYTES = {"image": 64 << 20, "audio": 512 << 20}
MAX_OTHER_BYTES = 2_000 << 20  # what a bot may send
DOWNLOAD_WITHIN_S = 600.0
SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/mp4": ".m4a",
}
FAMILIES = ("image", "video", "audio")
SHOWN_AS_PHOTO = ("image/png", "image/jpeg")  # other pictures get a JPEG made of them


class WrongResult(KiebotError):
    """The provider's result is not what its model makes."""


def pending(results: Sequence[Result], folder: Path) -> list[dict[str, Any]]:
    """Results as the job's row keeps them until they are stored. Bytes go into the job's folder at once."""
    kept: list[dict[str, Any]] = []
    for number, result in enumerate(results, 1):
        if result.text is not None:
            kept.append({"text": result.text})
        elif result.data is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / f"{number}.made"
            path.write_bytes(result.data)
            kept.append({"made": str(path)})
        else:
            kept.append({"url": result.url, "headers": result.headers})
    return kept


@dataclass(frozen=True, slots=True)
class Storage:
    """Fetches and checks results. `allowed_hosts` are the operator's own services, everything else must be a public address."""

    loop: LoopThread
    confined: Confined
    allowed_hosts: frozenset[str]

    def store(self, item: dict[str, Any], folder: Path, name: str, output: str) -> dict[str, Any]:
        """One pending result as a checked file. Raises DownloadError, ConfinedError or WrongResult."""
        if "text" in item:
            return {"text": item["text"]}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fetched = folder / f"{name}.fetched"
        if "made" in item:
            Path(item["made"]).replace(fetched) if Path(item["made"]).exists() else None
        else:
            most = MAX_BYTES.get(output, MAX_OTHER_BYTES)
            self.loop.run(
                download(
                    item["url"],
                    fetched,
                    max_bytes=most,
                    timeout_s=DOWNLOAD_WITHIN_S,
                    allowed_hosts=self.allowed_hosts,
                    headers=item["headers"],
                )
            )
        failpoint("job-downloaded")
        return self._checked(fetched, folder, name, output)

    def _checked(self, fetched: Path, folder: Path, name: str, output: str) -> dict[str, Any]:
        mime = _mime_of(fetched)
        if output in FAMILIES and mime.partition("/")[0] != output:
            raise WrongResult(f"{mime} instead of {output}")
        path = fetched.with_name(name + SUFFIXES.get(mime, ".bin"))
        facts = self._facts(fetched, mime, folder)
        fetched.replace(path)
        return {"path": str(path), "mime": mime, "name": path.name, "size": path.stat().st_size} | facts

    def _facts(self, path: Path, mime: str, folder: Path) -> dict[str, Any]:
        """Size and length, by opening the file where it can do no harm. Without ffmpeg on this machine: nothing."""
        try:
            match mime.partition("/")[0]:
                case "image":
                    return self._picture(path, mime, folder)
                case "video":
                    probe, thumbnail = calls.thumbnail(self.confined, path, out_dir=folder)
                    return {"width": probe.width, "height": probe.height, "duration_s": probe.duration_s, "thumb": str(thumbnail)}
                case "audio":
                    return {"duration_s": calls.probe(self.confined, path, out_dir=folder).duration_s}
        except ConfinedError as error:
            if error.reason != "missing":
                raise
            log.warning("result not checked, a program is missing: %s", error)
        return {}

    def _picture(self, path: Path, mime: str, folder: Path) -> dict[str, Any]:
        report = calls.picture(self.confined, path, out_dir=folder, photo=mime not in SHOWN_AS_PHOTO and mime != "image/gif")
        facts: dict[str, Any] = {"width": report.width, "height": report.height}
        if report.photo is not None:
            size = report.photo.stat().st_size
            facts |= {"width": report.photo_width, "height": report.photo_height}
            facts |= {"path": str(report.photo), "mime": "image/jpeg", "name": path.stem + ".jpg", "size": size}
        return facts


def _mime_of(path: Path) -> str:
    with path.open("rb") as file:
        return sniff(file.read(HEAD_BYTES))
