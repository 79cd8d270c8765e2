"""Room on the disk: below `media.min_free_gb` orders wait, files are not taken, and the admins are told once.

Bound once by each process, as the bell is. The worker watches. Everybody asks the disk
itself: all goes on as soon as there is room.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from kiebot.errors import UserFault
from kiebot.services import delivery
from kiebot.services.accounts import person_of
from kiebot.services.delivery import Place
from kiebot.store import accounts
from kiebot.store.db import transaction

GB = 2**30
KEY = "disk_low"  # a live setting: whether the admins were told, over restarts
ENOUGH = 1.1  # of the least, before it is said that all is well again: around the edge nobody is told each minute


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk under a folder, and how much of it stays free."""

    folder: Path
    least_bytes: int

    def missing(self) -> int:
        """How many bytes are wanting; 0 or less: none."""
        return self.least_bytes - shutil.disk_usage(self.folder).free


_bound: list[Disk] = []


def bind(folder: Path, least_gb: float) -> None:
    """Set once by each process that takes or does work. 0 GB: there is always room."""
    _bound[:] = [Disk(folder, int(least_gb * GB))]


def missing() -> int:
    """How many bytes have to go; 0: none."""
    return max((disk.missing() for disk in _bound if disk.least_bytes), default=0)


def is_low() -> bool:
    """Whether there is too little room for anything new."""
    return missing() > 0


def check() -> None:
    """Raise UserFault disk-low when nothing new can be taken now."""
    if is_low():
        raise UserFault("disk-low")


def watch() -> bool:
    """Tell the admins once when there is too little room, once when there is enough again. Returns whether it is too little."""
    with transaction():
        told = bool(accounts.setting(KEY, default=False))
        low = any(disk.missing() + (ENOUGH - 1) * disk.least_bytes * told > 0 for disk in _bound if disk.least_bytes)
        if low is not told and (not low or accounts.admins()):  # on a new machine there may be nobody to tell yet
            accounts.change_setting(KEY, low)
            _tell_admins("disk-low-admin" if low else "disk-fine-admin")
    return low


def _tell_admins(key: str) -> None:
    disk = _bound[0]
    free, least = (f"{size / GB:.1f}" for size in (disk.least_bytes - disk.missing(), disk.least_bytes))
    for admin in accounts.admins():
        person = person_of(admin)
        delivery.say(Place(person.user_id, person.language), key, {"free": free, "least": least})
