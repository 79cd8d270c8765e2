"""Every night the bot's account of Stars at Telegram against our payments: what one side missed is made good.

The first start, and a start after a night in which the bot was down, does it at once.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from pyrogram.errors import RPCError

from kiebot.payments.orders import STARS
from kiebot.services import payments
from kiebot.services.incidents import record
from kiebot.services.moments import zone_of
from kiebot.services.payments import Shop
from kiebot.store import accounts
from kiebot.store import payments as rows
from kiebot.store.db import StoreError, transaction, utc_now
from kiebot.telegram import stars
from kiebot.telegram.calls import Calls
from kiebot.telegram.threads import in_reader, in_store

log = logging.getLogger(__name__)

NIGHT_HOUR = 4  # of the operator's clock
LOOK_EVERY_S = 600.0
LOOK_BACK_S = 35 * 24 * 3600.0
SETTING = "payments:reconciled_at"


def last_night(now: float, timezone: str) -> float:
    """The latest four o'clock in the morning (Unix seconds)."""
    moment = datetime.fromtimestamp(now, zone_of(timezone))
    night = moment.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return (night if night <= moment else night - timedelta(days=1)).timestamp()


class Reconciler:
    """Lives in the bot, which alone can ask Telegram."""

    def __init__(self, calls: Calls, shop: Shop, timezone: str) -> None:
        self._calls = calls
        self._shop = shop
        self._timezone = timezone

    async def run(self) -> None:
        """Look every few minutes whether it is time, for ever."""
        while True:
            try:
                if await in_reader(self._is_due):
                    await self.compare()
            except (RPCError, TimeoutError, OSError, StoreError) as exc:  # the next look tries it again
                log.warning("payments not compared error=%r", exc)
            except Exception as exc:
                code = await in_store(record, exc, process="bot")
                log.exception("payments not compared code=%s", code)
            await asyncio.sleep(LOOK_EVERY_S)

    def _is_due(self) -> bool:
        concerned = bool(self._shop.stars) or rows.any_settled(STARS)
        return concerned and float(accounts.setting(SETTING, 0)) < last_night(utc_now(), self._timezone)

    async def compare(self) -> None:
        """Read Telegram's list and mend what differs."""
        since = utc_now() - LOOK_BACK_S
        listed = await stars.list_since(self._calls, since)
        found = await in_store(payments.reconcile_stars, listed, since, self._shop.star_rates)
        await in_store(_note_time)
        log.info(
            "payments compared listed=%d credited=%d reversed=%d missing=%d doubtful=%d foreign=%d",
            len(listed), len(found.credit), len(found.reverse), len(found.missing), len(found.doubtful), len(found.foreign),
        )  # fmt: skip


def _note_time() -> None:
    with transaction():
        accounts.change_setting(SETTING, utc_now())
