"""What people say: voice and video messages, the words of sounds and videos, and answers that are read aloud."""

from __future__ import annotations

from typing import Any

from kiebot.errors import UserFault
from kiebot.services import aloud, voices
from kiebot.services.accounts import Person, place
from kiebot.services.incoming import Incoming
from kiebot.services.references import KINDS, kind_of
from kiebot.store import accounts, inputs
from kiebot.telegram.handlers import offers
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed, notice, say
from kiebot.telegram.handlers.drafts import draft_of, open_form
from kiebot.telegram.handlers.screens import Screen, check_owner, post, put
from kiebot.telegram.handlers.values import field_named

ON, OFF = frozenset({"on", "вкл", "да"}), frozenset({"off", "выкл", "нет"})
HEARD = ("audio", "video")


def on_voice(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """A voice or video message: for the form that waits for one, else its words count as if they had been typed."""
    if _awaited(desk, person, incoming):
        offers.on_media(desk, person, incoming, effects)
        return
    if not desk.shelf.hears:
        notice(person, incoming, "voice-off")
        return
    file = incoming.attachment
    assert file is not None, "a voice message has a file"
    job_id = voices.receive(
        person,
        place(person, incoming, reply=True),
        incoming,
        voices.Recording(file.file_id, file.size_bytes, file.duration_s or None),
        talk=True,
        limits=desk.limits,
        tariff=desk.tariff,
        order_key=f"m:{incoming.chat_id}:{incoming.message_id}",
    )
    effects.fetch.append(job_id)


def _awaited(desk: Desk, person: Person, incoming: Incoming) -> bool:
    """Whether a form that is open here has just asked for a sound or clip."""
    form = open_form(person, incoming.chat_id, incoming.topic_id)
    if form is None or desk.shelf.get(form.model) is None:
        return False
    field = field_named(draft_of(desk, person, form).model, form.awaiting)
    return field is not None and field.kind == "media" and field.parameter.media in (KINDS[incoming.kind], "file")


def on_large(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> bool:
    """A sound or video that is too large for the models can still be written down. False: it is not too large, or no sound."""
    file = incoming.attachment
    kind = KINDS.get(incoming.kind) or kind_of(file.mime if file is not None else "")
    if file is None or kind not in HEARD or not desk.shelf.hears or file.size_bytes <= desk.limits.upload_mb * 2**20:
        return False
    if file.size_bytes > desk.limits.audio_mb * 2**20:
        raise UserFault("voice-file-too-big", limit=desk.limits.audio_mb)
    row = inputs.add(
        account=person.account_id, chat_id=incoming.chat_id, message_id=incoming.message_id, kind=kind, mime=file.mime,
        name=file.name, size_bytes=file.size_bytes, duration_s=file.duration_s or None, file_id=file.file_id, state="swept",
    )  # fmt: skip
    post(person, place(person, incoming, reply=True), Screen("voice-offer", buttons=[[offers.words_button(desk, person, row)]]))
    return True


def press_file(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """h:file:<file>: the words of a sound or video that was sent."""
    row = inputs.get(pressed.number(1))
    if row is None or row.kind == "image":  # a sound of a rare format is known as a mere file once its bytes are here
        raise UserFault("button-old")
    if row.account_id != person.account_id:
        raise UserFault("button-not-yours")
    if not desk.shelf.hears:
        raise UserFault("voice-off")
    incoming = _message_of(pressed, row)
    recording = voices.Recording(row.file_id, row.size_bytes, row.duration_s)
    job_id = voices.receive(
        person, place(person, incoming, reply=True), incoming, recording, talk=False, limits=desk.limits, tariff=desk.tariff,
        order_key=f"h:{row.id}",
    )  # fmt: skip
    effects.notice = "voice-asked"
    if row.state != "ready" or not voices.take_from_disk(job_id, row.path, desk.data_dir, queue=desk.queue):
        effects.fetch.append(job_id)


def _message_of(pressed: Pressed, row: Any) -> Incoming:
    """The message that carries the file, as far as it is known now."""
    press = pressed.press
    return Incoming(row.chat_id, press.chat_kind, "", row.message_id, press.sender, row.kind, topic_id=press.topic_id)


def press_again(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """h:again:<job>: listen once more."""
    found = voices.again(person, pressed.number(1), queue=desk.queue, tariff=desk.tariff)
    if found is None:
        effects.notice, effects.alert = "job-retry-price", True
        return
    job_id, fetch = found
    effects.notice = "voice-asked"
    if fetch:
        effects.fetch.append(job_id)


def press_type(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """h:type:<job>: no more listening, the person writes instead."""
    check_owner(person, pressed)
    put(person, pressed, Screen("voice-typed"))


def on_switch(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/voice [on|off]: read answers aloud in this chat, or stop it."""
    accounts.chat(incoming.chat_id, incoming.chat_kind, incoming.chat_title)
    word = incoming.words.strip().lower()
    on = word in ON or (word not in OFF and not aloud.wanted(incoming.chat_id))
    if on and not desk.speaks:
        say(person, incoming, "aloud-none")
        return
    aloud.switch(incoming.chat_id, on)
    price = desk.tariff.rates.speech_per_1000_chars if on and desk.tariff.enabled and not person.free else 0
    if price:
        say(person, incoming, "aloud-on-price", {"credits": price})
    else:
        say(person, incoming, "aloud-on" if on else "aloud-off")
