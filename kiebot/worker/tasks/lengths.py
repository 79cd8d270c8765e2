"""The real length of a person's clips and sounds, found before an order that is paid by it leaves.

Until then the price rests on what Telegram said of a file, and for a link on the longest that the model takes. What is shorter
costs less; what is longer than was said is not sent.
"""

from __future__ import annotations

import logging
import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiebot.catalog.prices import media_links, media_seconds
from kiebot.catalog.schema import Model
from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError, ProviderErrorKind
from kiebot.http.guarded import DownloadError, download
from kiebot.media import calls
from kiebot.services import documents, generation, references
from kiebot.services.pricing import Tariff, by_media
from kiebot.services.references import Fetched
from kiebot.store import inputs
from kiebot.worker.loop import LoopThread

log = logging.getLogger(__name__)

SLACK_S = 1.0  # Telegram says whole seconds
WITHIN_S = 180.0
FAMILIES = ("video/", "audio/", "image/")


@dataclass(frozen=True, slots=True)
class Lengths:
    """Bound once in worker/app.py. `most_bytes`: how large a file behind a link may be."""

    loop: LoopThread
    confined: Confined
    tariff: Tariff
    data_dir: Path
    most_bytes: int
    allowed_hosts: frozenset[str] = frozenset()

    def settle_price(self, job: Any, model: Model) -> bool:
        """Whether the order may leave for what is held; its price goes down where the media are shorter.

        False: it has ended, and the person knows why. What cannot be looked at right now raises ConfinedError.
        """
        price = self.tariff.in_force(model)
        if not job.price or not by_media(price):
            return True
        assert price is not None
        try:
            self._take_links(job, model)
            if not self._measured(job):
                return True  # a file is not here any more: the order will wait for it and come back
        except DownloadError as error:
            return not generation.fail(job, "link", message=str(error))
        except ConfinedError as error:
            if error.reason != "refused":
                raise
            return not generation.fail(job, ProviderErrorKind.INPUT, message=str(error))
        return self._is_affordable(job, model, float(price.assumed or 0))

    # -- links -----------------------------------------------------------------------------------------------------------

    def _take_links(self, job: Any, model: Model) -> None:
        """Nobody knows how long is what a link leads to: it is fetched, and is a file of the person's from then on."""
        links = media_links(model, job.input)
        if not links:
            return
        folder = documents.folder(self.data_dir, job.id) / "links"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            fetched = {url: self._fetched(url, folder / str(number)) for number, url in enumerate(links)}
            references.take_links(job, fetched, data_dir=self.data_dir)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _fetched(self, url: str, path: Path) -> Fetched:
        wanted = download(url, path, max_bytes=self.most_bytes, timeout_s=WITHIN_S, allowed_hosts=self.allowed_hosts)
        found = self.loop.run(wanted)
        if not found.mime.startswith(FAMILIES):
            raise DownloadError("status", f"{found.mime} is no clip, sound or picture")
        return Fetched(path, found.mime, found.size)

    # -- lengths ---------------------------------------------------------------------------------------------------------

    def _measured(self, job: Any) -> bool:
        """False when a file is not here."""
        for row in self._with_length(job):
            if row.state != "ready" or not Path(row.path).is_file():
                return False
            if not row.measured:
                references.measured(row.id, self._length_s(job, row))
        return True

    def _with_length(self, job: Any) -> Iterator[Any]:
        return (row for row in inputs.of_job(job.id) if row.kind in ("video", "audio"))

    def _length_s(self, job: Any, row: Any) -> float:
        folder = documents.folder(self.data_dir, job.id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return calls.probe(self.confined, Path(row.path), out_dir=folder).duration_s

    # -- the price -------------------------------------------------------------------------------------------------------

    def _is_affordable(self, job: Any, model: Model, assumed_s: float) -> bool:
        real_s = media_seconds(model, job.input, references.facts(inputs.named_in(job.input)))
        price = self.tariff.price_of(model, job.input, real_s)
        if real_s is None or price is None:
            return True
        slack_s = SLACK_S * len(list(self._with_length(job)))
        if price < job.price:
            return generation.lower_price(job, price)
        if price == job.price or real_s <= (job.media_s or assumed_s) + slack_s:
            return True  # rounded, or the price went up since it was shown
        log.info("job is longer than was said job=%d said=%s real=%.1f", job.id, job.media_s, real_s)
        numbers = {"seconds": math.ceil(real_s), "credits": price, "held": job.price}
        return not generation.fail(job, "longer", message=f"{real_s:.1f} s instead of {job.media_s or assumed_s:g}", args=numbers)
