"""The catalogue with what the operator changed live: `kiebot-admin models disable` works without a restart."""

from __future__ import annotations

import logging
import time
from datetime import UTC, date, datetime
from typing import Any

from kiebot.catalog.loading import Catalogue, Override
from kiebot.catalog.rows import CatalogueFault
from kiebot.store import overrides

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


def override_of(row: Any) -> Override:
    """What a row of the store says."""
    ends = date.fromisoformat(row.ends) if row.ends else None
    return Override(enabled=row.enabled, reason=row.reason, price=row.price, ends=ends)


class LiveCatalogue:
    """Asks the store at most once a second whether something changed. Several threads may use it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._written = catalogue
        self._now = catalogue
        self._known: tuple[overrides.Version, date] | None = None
        self._look_at = 0.0

    @property
    def now(self) -> Catalogue:
        """The catalogue as it is this moment; another day may end models."""
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_EVERY_S
            known = overrides.version(), datetime.now(UTC).date()
            if known != self._known:
                self._now = self._overlaid()
                self._known = known
        return self._now

    def _overlaid(self) -> Catalogue:
        try:
            return self._written.overlaid({row.model: override_of(row) for row in overrides.every()})
        except (CatalogueFault, ValueError) as fault:  # written past kiebot-admin: what was valid before goes on
            log.error("model overrides ignored: %s", fault)
            return self._now
