"""The step of a link job: fetch what it leads to through the guarded client; a page of a video site through its own process."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kiebot.http.guarded import DownloadError, download
from kiebot.http.sniff import HEAD_BYTES, sniff
from kiebot.services import links
from kiebot.store.failpoint import failpoint
from kiebot.worker.loop import LoopThread
from kiebot.worker.runner import Step, do_again
from kiebot.worker.tasks import sites

WITHIN_S = 180.0
# The video sites that are asked, by their names with all that stands before them, and the readers of the library for each.
SITES: Mapping[str, list[str]] = {
    "youtube.com": ["youtube"],
    "youtu.be": ["youtube"],
    "instagram.com": ["instagram"],
    "tiktok.com": ["tiktok", "vm.tiktok"],
}
FAMILIES = ("image/", "video/", "audio/")
SENTENCES = {
    "too-long": "link-too-long",
    "too-large": "link-too-large",
    "size": "link-too-large",
    "missing": "link-no-sites",
    "address": "link-not-public",
    "url": "link-not-public",
}


class LinkTasks:
    """Bound once in worker/app.py."""

    def __init__(
        self,
        *,
        loop: LoopThread,
        data_dir: Path,
        most_bytes: int,
        allowed_hosts: frozenset[str],
        site_readers: Mapping[str, list[str]] = SITES,
    ) -> None:
        self._loop = loop
        self._data_dir = data_dir
        self._most_bytes = most_bytes
        self._allowed_hosts = allowed_hosts
        self._site_readers = site_readers

    def steps(self) -> dict[tuple[str, str], Step]:
        """What the runner does with link jobs."""
        step = Step("storing", self.fetch, do_again, links.quarantine)
        return {(links.KIND, "queued"): step, (links.KIND, "storing"): step}

    def fetch(self, job: Any) -> None:
        """Fetch it, look at its first bytes, hand it on. Safe to do again: until the end there is only the job's folder."""
        folder = self._data_dir / "media" / str(job.id)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        try:
            path = self._fetched(job.input["url"], folder)
            failpoint("link-fetched")
            mime = _mime_of(path)
            if mime.startswith(FAMILIES):
                links.arrived(job, path, mime=mime, data_dir=self._data_dir)
            else:
                links.fail(job, "link-no-media")
        except DownloadError as error:
            links.fail(job, SENTENCES.get(error.reason, "link-refused"))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _fetched(self, url: str, folder: Path) -> Path:
        readers = self._readers(urlsplit(url).hostname or "")
        if readers:
            caps = sites.Caps(self._most_bytes, links.LONGEST_S)
            return sites.fetch(self._loop, url, folder / "site", readers, caps, self._allowed_hosts)
        path = folder / "direct"
        self._loop.run(download(url, path, max_bytes=self._most_bytes, timeout_s=WITHIN_S, allowed_hosts=self._allowed_hosts))
        return path

    def _readers(self, host: str) -> list[str]:
        known = (readers for site, readers in self._site_readers.items() if host == site or host.endswith(f".{site}"))
        return next(known, [])


def _mime_of(path: Path) -> str:
    with path.open("rb") as file:
        return sniff(file.read(HEAD_BYTES))
