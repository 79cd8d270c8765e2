"""Segments of people: all, active:30d, lang:ru, paying, or a list of Telegram ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kiebot.services.access import OPEN, Rules
from kiebot.services.delivery import Args
from kiebot.services.languages import LANGUAGES, RUSSIAN_READERS
from kiebot.store import audiences
from kiebot.store.audiences import Condition
from kiebot.store.db import utc_now

UNIT_S = {"h": 3600.0, "d": 86_400.0}
EVERYBODY, IDS = "all", "ids"
OFFERED = (EVERYBODY, "active:7d", "active:30d", *(f"lang:{code}" for code in LANGUAGES), "paying")
_ACTIVE = re.compile(r"active:(?P<number>[1-9]\d{0,3})(?P<unit>[hd])")
_LANGUAGE = re.compile(r"lang:(?P<code>[a-z]{2,3})")


@dataclass(frozen=True, slots=True)
class Audience:
    """A segment by its name; `user_ids` belong to "ids" alone. `rules`: who may use the bot at all."""

    name: str
    rules: Rules
    user_ids: tuple[int, ...] = ()

    @property
    def condition(self) -> Condition:
        """Who is meant, as of now."""
        live = self.rules.live()
        if live.mode == OPEN:
            return self._segment
        return audiences.both(self._segment, audiences.let_in(sorted(live.users)))

    @property
    def _segment(self) -> Condition:
        if self.name == IDS:
            return audiences.named(self.user_ids)
        if self.name == "paying":
            return audiences.PAYING
        active, language = _ACTIVE.fullmatch(self.name), _LANGUAGE.fullmatch(self.name)
        if active is not None:
            return audiences.seen_after(utc_now() - int(active["number"]) * UNIT_S[active["unit"]])
        return _reading(language["code"]) if language is not None else audiences.EVERYBODY

    @property
    def sentence(self) -> dict[str, str | Args]:
        """How it is called in the locales."""
        kind, _, detail = self.name.partition(":")
        args: Args = {"code": detail} if kind == "lang" else {}
        if kind == "active":
            args = {"number": int(detail[:-1]), "unit": detail[-1]}
        return {"key": f"audience-{kind}", "args": args}

    def count(self) -> int:
        """How many of them can be written to."""
        return audiences.count(self.condition)


def audience_of(words: str, rules: Rules) -> Audience | None:
    """The segment that is called so, or None."""
    name = words.strip().lower()
    known = name in (EVERYBODY, "paying") or _ACTIVE.fullmatch(name) or _LANGUAGE.fullmatch(name)
    return Audience(name, rules) if known else None


def listed(user_ids: Sequence[int], rules: Rules) -> Audience:
    """These people."""
    return Audience(IDS, rules, tuple(dict.fromkeys(user_ids)))


def _reading(code: str) -> Condition:
    if code not in LANGUAGES:
        return audiences.app_speaks(code)
    readers = sorted(RUSSIAN_READERS)
    return audiences.reads(code, readers) if code == "ru" else audiences.reads_not(code, readers)
