"""/admin: the figures of `kiebot-admin stats`, a message a section, and the way to broadcasts. For admins, in private chats.

Over a month of a busy bot a section takes a second to read, so all is read beside the writer of the store. The way back goes
the same way: what was pressed last is what stays."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.services import stats
from kiebot.services.accounts import Person, place
from kiebot.services.delivery import Args, Button
from kiebot.services.incoming import Incoming
from kiebot.store import feedback
from kiebot.telegram.handlers import broadcast
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed, Reading, say
from kiebot.telegram.handlers.menu import EMOJI, type_name
from kiebot.telegram.handlers.screens import Rows, Screen, in_rows, post, put

AREA = "a"
SPANS = (1, 7, 30)  # days
USUAL = 7
DAY_S = 86_400
LINES = 15  # in a message
LONGEST_LINE = 160  # characters: so many lines fit into one argument of a sentence, which is 2,500 at most
NEWEST_FEEDBACK = 10
GB = 2**30


def on_admin(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/admin: the sections, for admins in their private chat."""
    if not person.admin:
        say(person, incoming, "admin-only")
    elif not incoming.private:
        say(person, incoming, "admin-private")
    else:
        post(person, place(person, incoming), _home())


def _home() -> Screen:
    sections: list[Button] = [{"key": button, "data": f"{AREA}:{name}:{USUAL}"} for name, (button, _) in SECTIONS.items()]
    return Screen("admin", {}, [*in_rows(sections, 2), [{"key": "admin-broadcast-button", "data": broadcast.HOME}]])


def press_admin(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """a:home; a:<section>:<days>. Admins only, whatever the data says."""
    if not person.admin or pressed.press.chat_id < 0:
        raise UserFault("admin-only")
    name, days = pressed.words[0] if pressed.words else "", pressed.number(1)
    if name == "home":
        read = _home
    elif name in SECTIONS and days in SPANS:
        read = partial(_section, desk, person.language, name, days)
    else:
        raise UserFault("button-old")
    effects.readings.append(Reading(read, partial(put, person, pressed)))


def _section(desk: Desk, language: str, name: str, days: int) -> Screen:
    _, read = SECTIONS[name]
    key, args = read(desk, language, time.time() - days * DAY_S)
    return Screen(key, args, _below(name, days))


def _below(name: str, days: int) -> Rows:
    """The other spans, the same anew, and the way back."""
    spans: list[Button] = [
        {"key": f"admin-days-{each}" + ("-on" if each == days else ""), "data": f"{AREA}:{name}:{each}"} for each in SPANS
    ]
    back: Button = {"key": "menu-back", "data": f"{AREA}:home"}
    if name in NO_SPAN:
        return [[back, {"key": "admin-again", "data": f"{AREA}:{name}:{days}"}]]
    return [spans, [back]]


# -- sections ------------------------------------------------------------------------------------------------------------------

Read = Callable[[Desk, str, float], tuple[str, Args]]


def _people(desk: Desk, language: str, since: float) -> tuple[str, Args]:
    found = stats.people(since)
    return "admin-people", {**found, "chart": _chart(desk, since, "new")}


def _messages(desk: Desk, language: str, since: float) -> tuple[str, Args]:
    found = stats.messages(since)
    wait = _wait(language, found.pop("wait_s"))
    return "admin-messages", {**found, "wait": wait, "chart": _chart(desk, since, "messages")}


def _work(desk: Desk, language: str, since: float) -> tuple[str, Args]:
    found = _found_work(desk, since)
    args = {name: found[name] for name in ("ordered", *stats.OUTCOMES, stats.OPEN)}
    lines = _lines(
        text(language, "admin-type-line", type=_type(name, language), **_ended(counts)) for name, counts in found["types"].items()
    )
    more = {"success": _percent(found["success"]), "wait": _wait(language, found["wait_s"]), "lines": lines}
    return "admin-work", {**args, **more, "chart": _chart(desk, since, "jobs")}


def _models(desk: Desk, language: str, since: float) -> tuple[str, Args]:
    models = _found_work(desk, since)["models"]
    if not models:
        return "admin-models-none", {}
    lines = _lines(_model_line(desk, row, language) for row in models)
    return "admin-models", {"lines": lines, "more": max(0, len(models) - LINES)}


def _model_line(desk: Desk, row: dict[str, Any], language: str) -> str:
    model, wait = desk.shelf.catalogue.get(row["model"]), row["wait_s"]
    label = model.label[language] if model is not None else row["model"]
    votes = {"up": row["votes_up"], "down": row["votes_down"]}
    times = {"median": wait["median"] or 0, "p95": wait["p95"] or 0}
    return text(language, "admin-model-line", model=label, success=_percent(row["success"]), **_ended(row), **times, **votes)


def _money(desk: Desk, language: str, since: float) -> tuple[str, Args]:
    found = stats.money(since, rate=desk.tariff.rates.credit_price)
    lines = _lines(text(language, "admin-payment-line", **row) for row in found.pop("payments"))
    shown = {name: round(value) for name, value in found.items()}
    return "admin-money", {**shown, "lines": lines, "chart": _chart(desk, since, "sold")}


def _errors(desk: Desk, language: str, since: float) -> tuple[str, Args]:
    found = stats.errors(since)
    lines = _lines(f"{row['code']} · {row['kind']} · {row['place']} · ×{row['times']}" for row in found["newest"])
    return "admin-errors", {"kinds": found["kinds"], "new": found["new"], "lines": lines}


def _state(desk: Desk, language: str, since: float) -> tuple[str, Args]:
    found = stats.state(desk.data_dir, desk.queue)
    disk = {name.removesuffix("_bytes"): round(size / GB, 1) for name, size in found["disk"].items()}
    heard = {name: "never" if age is None else round(age) for name, age in found["heard_s"].items()}
    return "admin-state", {**disk, **found["queue"], **heard}


def _feedback(desk: Desk, language: str, since: float) -> tuple[str, Args]:
    listed = feedback.listed(since, NEWEST_FEEDBACK)
    lines = _lines(_feedback_line(row) for row in listed)
    return ("admin-feedback", {"lines": lines}) if listed else ("admin-feedback-none", {})


def _feedback_line(row: dict[str, Any]) -> str:
    what = row["text"] if row["kind"] == "text" else "👍" if row["vote"] > 0 else "👎"
    about = f", {row['model']}" if row["model"] else ""
    return f"{row['name'] or '…'}{about}: {what}"


SECTIONS: dict[str, tuple[str, Read]] = {  # the words of their buttons, and who reads them
    "people": ("admin-people-button", _people),
    "messages": ("admin-messages-button", _messages),
    "work": ("admin-work-button", _work),
    "models": ("admin-models-button", _models),
    "money": ("admin-money-button", _money),
    "errors": ("admin-errors-button", _errors),
    "feedback": ("admin-feedback-button", _feedback),
    "state": ("admin-state-button", _state),
}
NO_SPAN = frozenset({"state"})


# -- words ---------------------------------------------------------------------------------------------------------------------


def _found_work(desk: Desk, since: float) -> dict[str, Any]:
    types = {model.id: model.type for model in desk.shelf.catalogue.models.values()}
    return stats.work(since, types=types, rate=desk.tariff.rates.credit_price)


def _type(name: str, language: str) -> str:
    """A type of work in words; what is no order of a model is called by its kind."""
    return type_name(name, language) if name in EMOJI else text(language, f"admin-kind-{name}")


def _ended(counts: dict[str, Any]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in (*stats.OUTCOMES, stats.OPEN)}


def _percent(share: float | None) -> int | str:
    return "none" if share is None else round(share * 100)


def _wait(language: str, wait: dict[str, float | None]) -> str:
    if wait["median"] is None:
        return text(language, "admin-wait-none")
    return text(language, "admin-wait", median=wait["median"], p95=wait["p95"] or 0)


def _chart(desk: Desk, since: float, name: str) -> str:
    """A bar a day, as high as its share of the best one."""
    return stats.bars([day[name] for day in stats.days(since, desk.timezone)])


def _lines(lines: Any) -> str:
    shown = [line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…" for line in lines]
    return "\n".join(shown[:LINES])
