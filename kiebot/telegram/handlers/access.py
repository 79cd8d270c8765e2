"""The door: who may use the bot here is let through, a stranger is told in one sentence, and a code opens."""

from __future__ import annotations

from dataclasses import replace

from kiebot.services import access, promo, waiting
from kiebot.services.access import refusal
from kiebot.services.accounts import Person, place
from kiebot.services.incoming import Incoming, InlineQuery
from kiebot.store import accounts
from kiebot.telegram.handlers import payments, search, start
from kiebot.telegram.handlers.balance import greet, link_of
from kiebot.telegram.handlers.desk import Desk, Effects, notice, say

# What Telegram asks of whoever takes money, and what people can ask for about their own data, is everybody's.
OPEN_COMMANDS = frozenset({"paysupport", "terms", "forget", "export"})
OPEN_AREAS = frozenset({"p"})
CODE_WORDS = 2  # a code may be written in two parts; more words are talk
LONGEST_WRITTEN = 64
INVITE = "invite"  # what is waited for


def lets_through(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> bool:
    """Whether the message is to be handled. If not, all was said that there is to say."""
    if incoming.private and incoming.command in OPEN_COMMANDS:
        return True
    sentence = refusal(person, incoming.chat_id, desk.access)
    if not sentence:
        return True
    code = _code_in(desk, incoming) if sentence == access.ASKS_FOR_CODE else ""
    if code:
        _show(desk, person, incoming, code, effects)
    else:
        _refuse(person, incoming, sentence)
    return False


def _refuse(person: Person, incoming: Incoming, sentence: str) -> None:
    if sentence == access.ASKS_FOR_CODE:
        waiting.expect(incoming.chat_id, INVITE)
    notice(person, incoming, sentence)


def _code_in(desk: Desk, incoming: Incoming) -> str:
    """What may be an invite code: behind /start, unless it is another link of ours, or a text of its own. Empty: nothing is."""
    if incoming.edited_at or incoming.kind != "text":
        return ""
    words = incoming.words.strip()
    if incoming.command:
        other = words == payments.START_WORD or link_of(incoming) is not None or search.linked(incoming) is not None
        words = "" if incoming.command != "start" or other else words
    may_be = len(words) <= LONGEST_WRITTEN and len(words.split()) <= CODE_WORDS and promo.is_code(promo.folded(words))
    return words if may_be else ""


def _show(desk: Desk, person: Person, incoming: Incoming, code: str, effects: Effects) -> None:
    asked = bool(incoming.command) or waiting.expected(incoming.chat_id) == INVITE
    answer = access.show_code(person.account_id, code)
    if answer.let_in:
        waiting.forget(incoming.chat_id)
        say(person, incoming, answer.key)
        greet(desk, person, place(person, incoming))
        start.on_start(desk, person, replace(incoming, words="", command="start"), effects)
    elif asked and answer.key != "access-code-wait":
        say(person, incoming, answer.key)
    elif asked:
        notice(person, incoming, answer.key, answer.args)
    else:  # the first words of a stranger: perhaps a greeting
        _refuse(person, incoming, access.ASKS_FOR_CODE)


def finds(desk: Desk, query: InlineQuery) -> bool:
    """Whether an inline query of this person is answered. They need no account for it."""
    live = desk.access.live()
    if live.mode == access.OPEN or query.sender.user_id in desk.admins:
        return True
    row = accounts.by_user(query.sender.user_id)
    if row is not None and (row.banned or row.role == "admin"):
        return not row.banned
    return access.is_in(query.sender.user_id, None if row is None else row.id, live)
