"""Updates → handlers: who is meant, whether it was seen before, and an answer whatever happens.

Each update is one transaction that also writes its key, so a replay finds the key and does nothing. A UserFault becomes its
sentence; anything unexpected becomes an incident and a sentence with its code.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from kiebot.catalog.schema import has_words
from kiebot.errors import UserFault
from kiebot.services import accounts as services
from kiebot.services import waiting
from kiebot.services.access import refusal
from kiebot.services.accounts import Person, place, press_place
from kiebot.services.chat import LONG_PART_CHARS, PARTS_APART_S
from kiebot.services.incidents import record
from kiebot.services.incoming import Incoming, InlineQuery, Press
from kiebot.services.languages import pick
from kiebot.services.voices import as_typed, take_words
from kiebot.store import accounts, outbox, voices
from kiebot.store.db import StoreError, is_passing, transaction
from kiebot.telegram.handlers import access, broadcast, heard, search, words
from kiebot.telegram.handlers.albums import Albums
from kiebot.telegram.handlers.balance import awaits_code, greet
from kiebot.telegram.handlers.desk import DAY_S, Command, Desk, Effects, Pressed, notice, say
from kiebot.telegram.handlers.documents import is_about_file
from kiebot.telegram.handlers.feedback import awaits_words
from kiebot.telegram.handlers.film import orders as changes_film
from kiebot.telegram.handlers.links import is_link
from kiebot.telegram.handlers.spoken import ordered_type
from kiebot.telegram.handlers.table import AREAS, COMMANDS, KINDS, NOT_READ
from kiebot.telegram.handlers.taps import OVER, Taps

log = logging.getLogger(__name__)

SILENT = frozenset({"chat-seen"})  # faults that are no news to the person
JOBS = frozenset({"document", "voice", "video_note"})  # kinds of messages that become jobs


def is_worth_much(incoming: Incoming) -> bool:
    """Whether words alone may order something or bring credits, which must survive a power cut."""
    spoken = ordered_type(incoming) is not None or changes_film(incoming)
    return spoken or is_link(incoming) or is_about_file(incoming) or awaits_code(incoming)


class Intake:
    """Takes in messages and presses. Lives in the store thread."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._albums = Albums()
        self._taps = Taps()
        self._long_parts: dict[tuple[int, int], float] = {}  # when somebody wrote a long text in a group

    def message(self, incoming: Incoming) -> Effects:
        """Handle a message; what it asks of the event loop comes back."""
        effects = Effects()
        if incoming.words and not has_words(incoming.words):  # nobody can see what was written
            incoming = replace(incoming, words="")
        if incoming.edited_at and not accounts.was_seen(incoming.first_key):
            incoming = replace(incoming, edited_at=0)  # changed before we ever saw it: the bot was down, or it was not for us
        command = self._command(incoming)
        if command is None and not self._addressed(incoming):
            self._albums.hold(incoming)
            return effects
        for earlier in self._albums.called(incoming):
            self._take(earlier, None, effects)
        self._take(incoming, command, effects)
        return effects

    def _take(self, incoming: Incoming, command: Command | None, effects: Effects) -> None:
        durable = command.durable if command is not None else incoming.kind in JOBS or is_worth_much(incoming)
        self._once(
            incoming.key, durable, lambda: self._route(incoming, command, effects), lambda fault: self._explain(incoming, fault)
        )

    def heard(self, voice_id: int) -> Effects:
        """Act on what was said in a recording, as on a message; what it asks of the event loop comes back."""
        effects = Effects()
        voice = voices.get(voice_id)
        if voice is None:
            return effects
        incoming = as_typed(voice)

        def run() -> None:
            person = services.meet(incoming.sender, self.desk.admins)
            if person.banned:
                notice(person, incoming, "banned", every_s=DAY_S)
            elif access.lets_through(self.desk, person, incoming, effects):
                heard.act(self.desk, person, voice_id, effects)

        self._once(f"v:{voice_id}", True, run, lambda fault: self._explain(incoming, fault))
        with transaction(durable=True):
            take_words(voice_id)  # whatever came of it, it is not looked at again
        return effects

    def press(self, press: Press) -> Effects:
        """Handle a press; the notice on the button comes back."""
        effects = Effects(language=pick(press.sender.language_code))
        name, *words = press.data.split(":")
        area = AREAS.get(name)
        if area is None:
            effects.notice = "button-old"
            return effects

        def run() -> None:
            person = services.meet(press.sender, self.desk.admins)
            effects.language = person.language
            refused = "banned" if person.banned else self._refusal(person, name, press)
            if refused:
                effects.notice, effects.alert = refused, True
            else:
                waiting.forget(press.chat_id)
                greet(self.desk, person, press_place(person, press))
                area.run(self.desk, person, Pressed(self._in_topic(press), tuple(words)), effects)
                if not effects.alert:
                    self._taps.worked(press, effects.notice)

        def explain(fault: UserFault) -> None:
            told = self._taps.told(press) if fault.key in OVER else None
            effects.notice, effects.alert = told or fault.key, told is None
            effects.notice_args = fault.sentence_args

        self._once(press.key, area.durable, run, explain)
        return effects

    def inline(self, query: InlineQuery) -> tuple[list[search.Hit], int | None]:
        """What an inline query finds, and where its next page begins."""
        with transaction():
            return search.inline(self.desk, query) if access.finds(self.desk, query) else ([], None)

    def _refusal(self, person: Person, area: str, press: Press) -> str:
        return "" if area in access.OPEN_AREAS else refusal(person, press.chat_id, self.desk.access)

    def _in_topic(self, press: Press) -> Press:
        """Telegram does not say in which topic a button was pressed; the message's own row knows."""
        row = outbox.by_message(press.chat_id, press.message_id) if press.chat_id < 0 else None
        return replace(press, topic_id=row.topic_id) if row is not None else press

    def _once(self, key: str, durable: bool, run: Callable[[], None], explain: Callable[[UserFault], None]) -> None:
        """Run inside one transaction, unless the update was taken in before. Raises StoreError while the store cannot be written:
        nothing of the update is kept then, and it is to be repeated."""
        try:
            with transaction(durable=durable):
                if accounts.first_seen(key):
                    run()
        except UserFault as fault:
            self._once_more(key, fault, explain)
        except Exception as exc:
            if isinstance(exc, StoreError) and is_passing(exc):
                raise
            code = record(exc, process="bot", context={"update": key})
            log.exception("update failed code=%s", code)
            self._once_more(key, UserFault("common-unexpected", code=code), explain)

    def _once_more(self, key: str, fault: UserFault, explain: Callable[[UserFault], None]) -> None:
        """The transaction was rolled back, its key with it: write the key again together with the explanation."""
        if fault.key in SILENT:
            return
        with transaction():
            accounts.first_seen(key)
            explain(fault)

    def _explain(self, incoming: Incoming, fault: UserFault) -> None:
        say(services.meet(incoming.sender, self.desk.admins), incoming, fault.key, fault.sentence_args)

    def _command(self, incoming: Incoming) -> Command | None:
        """The command of a new message, or None; an edited command is not run again."""
        return None if incoming.edited_at else COMMANDS.get(incoming.command)

    def _addressed(self, incoming: Incoming) -> bool:
        """Whether a message without a command of ours is for us: in private, by mention or reply, or as a next part."""
        if incoming.private or incoming.mentioned or self._albums.belongs(incoming):
            self._remember_part(incoming)
            return True
        if incoming.reply_to and self._is_ours(incoming):
            self._remember_part(incoming)
            return True
        part_sent_at = self._long_parts.get((incoming.chat_id, incoming.sender.user_id), 0.0)
        return incoming.kind == "text" and 0 <= incoming.sent_at - part_sent_at <= PARTS_APART_S

    def _is_ours(self, incoming: Incoming) -> bool:
        return outbox.by_message(incoming.chat_id, incoming.reply_to) is not None

    def _remember_part(self, incoming: Incoming) -> None:
        if not incoming.private and len(incoming.text) >= LONG_PART_CHARS:
            forgotten = incoming.sent_at - PARTS_APART_S
            self._long_parts = {key: sent_at for key, sent_at in self._long_parts.items() if sent_at >= forgotten}
            self._long_parts[incoming.chat_id, incoming.sender.user_id] = incoming.sent_at

    def _route(self, incoming: Incoming, command: Command | None, effects: Effects) -> None:
        person = services.meet(incoming.sender, self.desk.admins)
        if person.banned:
            notice(person, incoming, "banned", every_s=DAY_S)
            return
        if not access.lets_through(self.desk, person, incoming, effects):
            return
        greet(self.desk, person, place(person, incoming))
        awaited = broadcast.awaits_part(incoming)
        if not (awaited or awaits_code(incoming) or awaits_words(incoming)):
            waiting.forget(incoming.chat_id)
        if command is not None:
            command.run(self.desk, person, incoming, effects)
        elif awaited and person.admin:
            broadcast.on_part(self.desk, person, incoming)
        elif incoming.edited_at and incoming.command:
            notice(person, incoming, "edited-command")
        elif incoming.edited_at:
            words.on_edited(self.desk, person, incoming, effects)
        elif incoming.command:
            notice(person, incoming, "unknown-command", {"command": f"/{incoming.command}"})
        else:
            self._by_kind(person, incoming, effects)

    def _by_kind(self, person: Person, incoming: Incoming, effects: Effects) -> None:
        handler = KINDS.get(incoming.kind)
        if handler is not None:
            handler(self.desk, person, incoming, effects)
        else:
            notice(person, incoming, NOT_READ.get(incoming.kind, "kind-other"))
