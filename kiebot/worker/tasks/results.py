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
from kiebot.http.sniff import HEAD_BYTES, SUFFIXES, sniff
from kiebot.media import calls
from kiebot.providers.base import Result
from kiebot.store.failpoint import failpoint
from kiebot.worker.loop import LoopThread

log = logging.getLogger(__name__)

MAX_BYTES = {"image": 64 << 20, "audio": 512 << 20}
MAX_OTHER_BYTES = 2_000 << 20  # what a bot may send
DOWNLOAD_WITHIN_S = 600.0
LONGEST_MESSAGE = 4000  # characters; Telegram takes 4,096 and counts some of them twice
FAMILIES = ("image", "video", "audio")
ABOUT = ("title", "remote_id")  # what a provider says of a result beside the thing itself
LIGHT_BYTES = 5_000_000  # of a picture; some models that animate take no more
SMALL_SIDE = 320  # pixels of what /history shows on demand
SHOWN_AS_PHOTO = ("image/png", "image/jpeg")  # other pictures get a JPEG made of them


class WrongResult(KiebotError):
    """The provider's result is not what its model makes."""


def pending(results: Sequence[Result], folder: Path) -> list[dict[str, Any]]:
    """Results as the job's row keeps them until they are stored. Bytes go into the job's folder at once."""
    return [_pending(result, folder / f"{number}.made") for number, result in enumerate(results, 1)]


def _pending(result: Result, path: Path) -> dict[str, Any]:
    about = {"title": result.name, "remote_id": result.remote_id}
    kept: dict[str, Any] = {key: value for key, value in about.items() if value}
    if result.text is not None:
        return kept | {"text": result.text, "mime": result.mime or "text/plain"}
    if result.data is not None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(result.data)
        return kept | {"made": str(path)}
    return kept | {"url": result.url, "headers": result.headers}


@dataclass(frozen=True, slots=True)
class Storage:
    """Fetches and checks results. `allowed_hosts` are the operator's own services, everything else must be a public address."""

    loop: LoopThread
    confined: Confined
    allowed_hosts: frozenset[str]

    def store(self, item: dict[str, Any], folder: Path, name: str, output: str, *, light: bool = False) -> dict[str, Any]:
        """One pending result as a checked file, or as words. `light`: it is given to another model; some take no large pictures.

        Raises DownloadError, ConfinedError or WrongResult.
        """
        about = {key: item[key] for key in ABOUT if key in item}
        if "text" in item:
            return about | _words(item, folder, name)
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
        return about | self._checked(fetched, folder, name, output, light)

    def _checked(self, fetched: Path, folder: Path, name: str, output: str, light: bool) -> dict[str, Any]:
        mime = _mime_of(fetched)
        if output in FAMILIES and mime.partition("/")[0] != output:
            raise WrongResult(f"{mime} instead of {output}")
        path = fetched.with_name(name + SUFFIXES.get(mime, ".bin"))
        facts = self._facts(fetched, mime, folder, light)
        fetched.replace(path)
        return {"path": str(path), "mime": mime, "name": path.name, "size": path.stat().st_size} | facts

    def _facts(self, path: Path, mime: str, folder: Path, light: bool) -> dict[str, Any]:
        """Size and length, by opening the file where it can do no harm. Without ffmpeg on this machine: nothing."""
        try:
            match mime.partition("/")[0]:
                case "image":
                    return self._picture(path, mime, folder, light)
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

    def _picture(self, path: Path, mime: str, folder: Path, light: bool) -> dict[str, Any]:
        as_photo = (mime not in SHOWN_AS_PHOTO and mime != "image/gif") or (light and path.stat().st_size > LIGHT_BYTES)
        report = calls.picture(self.confined, path, out_dir=folder, photo=as_photo, small=SMALL_SIDE)
        facts: dict[str, Any] = {"width": report.width, "height": report.height, "thumb": str(report.small)}
        if report.photo is not None:
            size = report.photo.stat().st_size
            facts |= {"width": report.photo_width, "height": report.photo_height}
            facts |= {"path": str(report.photo), "mime": "image/jpeg", "name": path.stem + ".jpg", "size": size}
        return facts


def _words(item: dict[str, Any], folder: Path, name: str) -> dict[str, Any]:
    """Words that fit into a message stay words; what is longer becomes a file."""
    if len(item["text"]) <= LONGEST_MESSAGE:
        return {"text": item["text"]}
    mime = item.get("mime", "text/plain")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / (name + (".json" if mime == "application/json" else ".txt"))
    path.write_text(item["text"], encoding="utf-8")
    return {"path": str(path), "mime": mime, "name": path.name, "size": path.stat().st_size}


def _mime_of(path: Path) -> str:
    with path.open("rb") as file:
        return sniff(file.read(HEAD_BYTES))
