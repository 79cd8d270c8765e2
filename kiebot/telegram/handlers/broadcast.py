"""/admin → Broadcast: send or forward the post, add buttons, choose who gets it and when, see it, and say yes a second time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiebot.errors import UserFault
from kiebot.i18n import text
from kiebot.services import broadcast as service
from kiebot.services import delivery, waiting
from kiebot.services.accounts import Person, place, press_place
from kiebot.services.audience import EVERYBODY, OFFERED, Audience, audience_of
from kiebot.services.broadcast import MOST_BUTTONS, Post, button_of
from kiebot.services.broadcast_pump import status_of
from kiebot.services.delivery import Button, Place
from kiebot.services.incoming import Incoming
from kiebot.services.moments import Past, moment_of, sentence_of
from kiebot.store import broadcasts
from kiebot.store.db import utc_now
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed, notice, say
from kiebot.telegram.handlers.screens import Rows, Screen, in_rows, post, put
from kiebot.telegram.posts import post_of

AREA = "bc"
HOME = f"{AREA}:home"
POST, BUTTON, TIME = "broadcast:post", "broadcast:button", "broadcast:time"  # waited for; the later two with id and version
TIMES = {  # what is offered, and how an operator would type it
    "now": ("broadcast-time-now", ""),
    "hour": ("broadcast-time-hour", "1h"),
    "tomorrow": ("broadcast-time-tomorrow", "tomorrow 10:00"),
}
KINDS = {"text": "text", "photo": "photo", "video": "video", "animation": "video", "audio": "audio", "document": "document"}
STEPS: dict[str, Callable[[int], bool]] = {"pause": service.pause, "resume": service.resume, "stop": service.cancel}


# -- what the admin writes -----------------------------------------------------------------------------------------------------


def awaits_part(incoming: Incoming) -> bool:
    """Whether a message is the post, the button or the time that was asked for."""
    if not incoming.private or incoming.edited_at or incoming.command or incoming.kind not in KINDS:
        return False
    return waiting.expected(incoming.chat_id).startswith((POST, BUTTON, TIME))


def on_part(desk: Desk, person: Person, incoming: Incoming) -> None:
    """Take it; what cannot be taken is asked for again."""
    asked = waiting.expected(incoming.chat_id)
    if asked == POST:
        _take_post(desk, person, incoming)
        return
    what, broadcast_id, version = asked.rsplit(":", 2)
    take = _take_button if what == BUTTON else _take_time
    take(desk, person, incoming, int(broadcast_id), int(version))


def _take_post(desk: Desk, person: Person, incoming: Incoming) -> None:
    if incoming.album:
        notice(person, incoming, "broadcast-one-file")
        return
    made = _post_of(incoming)
    if made is None:
        say(person, incoming, "broadcast-too-long")
        return
    waiting.forget(incoming.chat_id)
    where = place(person, incoming)
    row = service.draft(made, EVERYBODY, author_id=person.account_id, place=where)
    _present(desk, person, where, row)


def _post_of(incoming: Incoming) -> Post | None:
    file, kind = None, KINDS[incoming.kind]
    if incoming.attachment is not None:
        given = incoming.attachment
        file = {"file_id": given.file_id, "name": given.name, "mime": given.mime}
    return post_of(incoming.text, incoming.entities, kind=kind, file=file, markdown=not incoming.forwarded)


def _take_button(desk: Desk, person: Person, incoming: Incoming, broadcast_id: int, version: int) -> None:
    button = button_of(incoming.text)
    if button is None:
        say(person, incoming, "broadcast-button-wrong")
        return
    waiting.forget(incoming.chat_id)
    row = _draft(person, broadcast_id, version)
    _change_buttons(desk, person, place(person, incoming), row, [*row.post["buttons"], [button]])


def _take_time(desk: Desk, person: Person, incoming: Incoming, broadcast_id: int, version: int) -> None:
    try:
        start_at = moment_of(incoming.text, desk.timezone)
    except ValueError as fault:
        say(person, incoming, "broadcast-time-past" if isinstance(fault, Past) else "broadcast-time-wrong")
        return
    waiting.forget(incoming.chat_id)
    row = _draft(person, broadcast_id, version)
    broadcasts.revise(row.id, row.version, start_at=start_at)
    post(person, place(person, incoming), _draft_screen(desk, broadcasts.get(row.id)))


def _change_buttons(desk: Desk, person: Person, where: Place, row: Any, buttons: Rows) -> None:
    broadcasts.revise(row.id, row.version, post={**row.post, "buttons": buttons})
    _present(desk, person, where, broadcasts.get(row.id))


def _present(desk: Desk, person: Person, where: Place, row: Any) -> None:
    """The post as everybody will see it, and below it what can be done with it."""
    service.show(row, where)
    post(person, where, _draft_screen(desk, row))


# -- screens -------------------------------------------------------------------------------------------------------------------


def _draft_screen(desk: Desk, row: Any) -> Screen:
    audience = _audience(desk, row.audience)
    people, version = audience.count(), row.version
    buttons: Rows = [
        [{"key": "broadcast-audience-button", "data": f"{AREA}:{row.id}:who:{version}"}],
        [{"key": "broadcast-add-button", "data": f"{AREA}:{row.id}:link:{version}"}],
        [{"key": "broadcast-when-button", "data": f"{AREA}:{row.id}:when:{version}"}],
        [{"key": "broadcast-send-button", "data": f"{AREA}:{row.id}:send:{version}"}],
        [{"key": "broadcast-drop-button", "data": f"{AREA}:{row.id}:drop:{version}"}],
    ]
    if row.post["buttons"]:
        buttons[1].append({"key": "broadcast-bare-button", "data": f"{AREA}:{row.id}:bare:{version}"})
    return Screen("broadcast-draft", {"audience": audience.sentence, "people": people, "when": _when(desk, row)}, buttons)


def _when(desk: Desk, row: Any) -> dict[str, Any]:
    return sentence_of(row.start_at, desk.timezone)


def _times_screen(desk: Desk, row: Any) -> Screen:
    keys = {name: key for name, (key, _) in TIMES.items()} | {"type": "broadcast-time-type"}
    choices: list[Button] = [{"key": key, "data": f"{AREA}:{row.id}:at:{row.version}:{name}"} for name, key in keys.items()]
    back: Button = {"key": "broadcast-back-button", "data": f"{AREA}:{row.id}:back:{row.version}"}
    return Screen("broadcast-times", {"zone": desk.timezone}, [*in_rows(choices, 2), [back]])


def _audience(desk: Desk, name: str) -> Audience:
    return audience_of(name, desk.access) or Audience(EVERYBODY, desk.access)


def _audience_screen(desk: Desk, person: Person, row: Any) -> Screen:
    choices: list[Button] = []
    for name in OFFERED:
        audience = _audience(desk, name)
        words = text(person.language, "broadcast-audience", audience=audience.sentence, people=audience.count())
        choices.append({"text": words, "data": f"{AREA}:{row.id}:to:{row.version}:{name}"})
    back: Button = {"key": "broadcast-back-button", "data": f"{AREA}:{row.id}:back:{row.version}"}
    return Screen("broadcast-who", {}, [*in_rows(choices, 1), [back]])


def _sure_screen(desk: Desk, row: Any) -> Screen:
    audience = _audience(desk, row.audience)
    people = audience.count()
    if not people:
        raise UserFault("broadcast-nobody")
    words: Rows = [
        [{"key": "broadcast-yes-button", "data": f"{AREA}:{row.id}:yes:{row.version}"}],
        [{"key": "broadcast-back-button", "data": f"{AREA}:{row.id}:back:{row.version}"}],
    ]
    return Screen("broadcast-sure", {"audience": audience.sentence, "people": people, "when": _when(desk, row)}, words)


def _status_screen(desk: Desk, row: Any) -> Screen:
    key, args, buttons = status_of(row, service.progress(row, desk.broadcasts_per_s), desk.timezone)
    return Screen(key, args, [*buttons, [{"key": "broadcast-new-button", "data": f"{AREA}:new"}]])


def _cancel_screen(row: Any) -> Screen:
    words: Rows = [
        [{"key": "broadcast-stop-button", "data": f"{AREA}:{row.id}:stop"}],
        [{"key": "broadcast-back-button", "data": f"{AREA}:{row.id}:look"}],
    ]
    return Screen("broadcast-cancel-sure", {"id": str(row.id)}, words)


# -- presses -------------------------------------------------------------------------------------------------------------------


def press_broadcast(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """bc:home, bc:new; bc:<id>:<action>:<version>... of a draft; bc:<id>:<action> of one that is on its way. Admins only."""
    if not person.admin or pressed.press.chat_id < 0:
        raise UserFault("broadcast-admins")
    words = pressed.words
    live = broadcasts.newest_live() if words == ("home",) else None
    if live is not None:
        post(person, press_place(person, pressed.press), _status_screen(desk, live))
    elif words in (("home",), ("new",)):
        where = press_place(person, pressed.press)
        waiting.expect(where.chat_id, POST)
        delivery.say(where, "broadcast-ask", lane=Lane.ANSWER)
    elif len(words) == 2:
        _steer(desk, person, pressed, words[1])
    elif len(words) > 2:
        _compose(desk, person, pressed, words[1])
    else:
        raise UserFault("button-old")


def _compose(desk: Desk, person: Person, pressed: Pressed, action: str) -> None:
    row = _draft(person, pressed.number(0), pressed.number(2))
    where = press_place(person, pressed.press)
    if action == "who":
        put(person, pressed, _audience_screen(desk, person, row))
    elif action == "to":
        _choose(desk, person, pressed, row)
    elif action == "when":
        put(person, pressed, _times_screen(desk, row))
    elif action == "at":
        _choose_time(desk, person, pressed, row)
    elif action == "back":
        put(person, pressed, _draft_screen(desk, row))
    elif action == "link":
        if len(row.post["buttons"]) >= MOST_BUTTONS:
            raise UserFault("broadcast-enough-buttons", most=MOST_BUTTONS)
        waiting.expect(where.chat_id, f"{BUTTON}:{row.id}:{row.version}")
        delivery.say(where, "broadcast-button-ask", lane=Lane.ANSWER)
    elif action == "bare":
        _change_buttons(desk, person, where, row, [])
    elif action == "drop":
        broadcasts.move(row.id, ("draft",), "discarded")
        put(person, pressed, Screen("broadcast-dropped"))
    elif action == "send":
        put(person, pressed, _sure_screen(desk, row))
    elif action == "yes":
        _send(desk, person, pressed, row)
    else:
        raise UserFault("button-old")


def _draft(person: Person, broadcast_id: int, version: int) -> Any:
    """This person's draft as the button shows it. Raises UserFault: it changed, went out, or another one took its place."""
    row = broadcasts.get(broadcast_id)
    if row is None or row.author_id != person.account_id or row.state != "draft" or row.version != version:
        raise UserFault("broadcast-old")
    return row


def _choose(desk: Desk, person: Person, pressed: Pressed, row: Any) -> None:
    audience = audience_of(":".join(pressed.words[3:]), desk.access)
    if audience is None:
        raise UserFault("button-old")
    broadcasts.revise(row.id, row.version, audience=audience.name)
    put(person, pressed, _draft_screen(desk, broadcasts.get(row.id)))


def _choose_time(desk: Desk, person: Person, pressed: Pressed, row: Any) -> None:
    name = pressed.words[3] if len(pressed.words) > 3 else ""
    if name == "type":
        where = press_place(person, pressed.press)
        waiting.expect(where.chat_id, f"{TIME}:{row.id}:{row.version}")
        delivery.say(where, "broadcast-time-ask", {"zone": desk.timezone}, lane=Lane.ANSWER)
        return
    if name not in TIMES:
        raise UserFault("button-old")
    _, words = TIMES[name]
    broadcasts.revise(row.id, row.version, start_at=moment_of(words, desk.timezone) if words else 0)
    put(person, pressed, _draft_screen(desk, broadcasts.get(row.id)))


def _send(desk: Desk, person: Person, pressed: Pressed, row: Any) -> None:
    if row.start_at and row.start_at < utc_now():
        raise UserFault("broadcast-time-past")
    if service.confirm(row.id, row.version, _audience(desk, row.audience), start_at=row.start_at) is None:
        raise UserFault("broadcast-old")
    status_row = put(person, pressed, _status_screen(desk, broadcasts.get(row.id)))
    broadcasts.change(row.id, status_row=status_row)


def _steer(desk: Desk, person: Person, pressed: Pressed, action: str) -> None:
    row = broadcasts.get(pressed.number(0))
    if row is None or row.state not in broadcasts.LIVE:
        raise UserFault("broadcast-over-already")
    if action == "cancel":
        put(person, pressed, _cancel_screen(row))
        return
    if action not in (*STEPS, "look"):
        raise UserFault("button-old")
    if action in STEPS:
        STEPS[action](row.id)
    put(person, pressed, _status_screen(desk, broadcasts.get(row.id)))
