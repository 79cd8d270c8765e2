"""Talking with the text model: taking messages in, what the model is shown, ending an answer.

A message is a row (a turn) before anything is sent: received -> answering -> answered | failed | stopped. The bot streams
the answer; what a crash left open is answered after the start, once, because the answer and its outbox row are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import billing, context, delivery, document_questions, limits, metering, pictures
from kiebot.services.accounts import Person, may_handle, place
from kiebot.services.delivery import Args, Button, Place
from kiebot.services.document_questions import NOTHING, Material
from kiebot.services.incoming import Incoming
from kiebot.services.metering import NO_CHARGE, Charge, Meter
from kiebot.store import documents, outbox, threads
from kiebot.store.db import transaction, utc_now
from kiebot.store.outbox import Lane

LONG_PART_CHARS = 3500  # Telegram's apps cut a long text into parts of up to 4,096: a part this long may have a next one
JOIN_WINDOW_S = 1.2  # so long a next part is waited for
PARTS_APART_S = 2.0  # between the dates of two parts of a text at most: the app sends them at once
QUOTE_CHARS = 1000
TOO_LONG = "chat-too-long"
ASK_AGAIN = "chat:again:{turn}"
STOP = "chat:stop:{turn}"
MOST_ATTEMPTS = 30  # starts of one answer, up to three a life of the bot; more means that answering it kills the bot


@dataclass(frozen=True, slots=True)
class TakenTurn:
    """A message that waits for its answer."""

    turn_id: int
    chat_id: int
    topic_id: int
    account_id: int
    language: str
    ready_at: float
    placeholder: int | None = None  # the outbox row that is edited into the answer, once there is one

    @property
    def private(self) -> bool:
        """Whether person and bot are alone: Telegram gives private chats the person's number, groups a negative one."""
        return self.chat_id > 0


def take(
    person: Person,
    incoming: Incoming,
    text: str,
    *,
    most_chars: int,
    group_text: str = "",
    more: Sequence[dict[str, Any]] = (),
    awaited: Sequence[int] = (),
) -> TakenTurn | None:
    """Take in a text for the model, inside the transaction that marks the update seen. `more` are the pictures it is about,
    `awaited` the documents that have to be read before it can be answered.

    None when it waits so, or is the next part of a text that is too long by now, which the person was told. Raises UserFault
    when it is too long by itself.
    """
    thread = threads.active(incoming.chat_id, incoming.topic_id)
    may_go_on = len(text) >= LONG_PART_CHARS and not incoming.edited_at
    album = incoming.album if more else ""
    ready_at = utc_now() + JOIN_WINDOW_S if may_go_on or album else 0.0
    last = threads.last_turn(thread.id)
    if last is not None and not more and _goes_on(last, person, incoming):
        return _append(last, text, ready_at, most_chars, incoming)
    if len(text) > most_chars:
        raise UserFault(TOO_LONG, chars=len(text), limit=most_chars)
    turn = threads.add_turn(
        thread=thread.id,
        account=person.account_id,
        chat_id=incoming.chat_id,
        topic_id=incoming.topic_id,
        message_id=incoming.message_id,
        language=person.language,
        ready_at=ready_at,
        sent_at=incoming.sent_at,
        album=album,
        content=[{"type": "text", "text": quoted(incoming) + (group_text or text)}, *more],
        documents=list(awaited) or (documents.of_message(incoming.chat_id, incoming.reply_to) if incoming.reply_to else []),
    )
    if turn is None:
        raise UserFault("chat-seen")
    limits.count(person.account_id, "chat")
    if not thread.name:
        threads.rename(thread.id, _name(text))
    if awaited:
        return None
    if not incoming.private:
        _place_holder(turn, place(person, incoming))
    return taken(turn)


def take_prompt(person: Person, where: Place, message_id: int, content: list[dict[str, Any]]) -> TakenTurn:
    """Take in the wish for a prompt made of pictures (`pictures.prompt_content`). Raises UserFault when it was taken before."""
    turn = threads.add_turn(
        thread=threads.active(where.chat_id, where.topic_id).id,
        account=person.account_id,
        chat_id=where.chat_id,
        topic_id=where.topic_id,
        message_id=message_id,
        language=person.language,
        content=content,
    )
    if turn is None:
        raise UserFault("chat-seen")
    limits.count(person.account_id, "chat")
    if where.chat_id < 0:
        _place_holder(turn, where)
    return taken(turn)


def _goes_on(turn: Any, person: Person, incoming: Incoming) -> bool:
    """Whether a message is the next part of the one before it. Its date says so, not when we hear of it: that may be hours later,
    and of all that came meanwhile in the same moment."""
    waits = turn.state == "received" or turn.fail_key == TOO_LONG
    may_go_on = turn.ready_at > 0 and not turn.album and turn.account_id == person.account_id
    return bool(waits and may_go_on and 0 <= incoming.sent_at - turn.sent_at <= PARTS_APART_S)


def join_album(person: Person, incoming: Incoming, part: dict[str, Any]) -> bool:
    """The next picture of an album whose first one began a turn. False when there is no such turn."""
    turn = threads.turn_of_album(incoming.chat_id, incoming.album)
    if turn is None or turn.account_id != person.account_id:
        return False
    if part not in turn.content:
        threads.change_turn(turn.id, content=[*turn.content, part], ready_at=utc_now() + JOIN_WINDOW_S)
    return True


def _append(turn: Any, text: str, ready_at: float, most_chars: int, incoming: Incoming) -> TakenTurn | None:
    """The next part of a text that Telegram cut. Once it is too long the person is told, and its other parts are dropped."""
    parts = list(turn.content)
    joined = parts[0]["text"] + " " + text  # the apps cut at white space and drop it
    if turn.state == "received" and len(joined) > most_chars:
        fail_answer(turn.id, TOO_LONG, {"chars": len(joined), "limit": most_chars}, again=False)
    elif turn.state == "received":
        parts[0] = {"type": "text", "text": joined}
        threads.change_turn(turn.id, content=parts, ready_at=ready_at, sent_at=incoming.sent_at)
        turn.ready_at = ready_at
        return taken(turn)
    threads.change_turn(turn.id, ready_at=ready_at, sent_at=incoming.sent_at)
    return None


def taken(turn: Any) -> TakenTurn:
    """A turn as whoever answers it needs it."""
    return TakenTurn(turn.id, turn.chat_id, turn.topic_id, turn.account_id, turn.language, turn.ready_at, turn.placeholder)


def _name(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 40 else words[:39].rstrip() + "…"


def _place_holder(turn: Any, where: Place) -> None:
    """In groups the first sign is a reply that is later edited into the answer."""
    buttons = [[{"key": "chat-stop-button", "data": STOP.format(turn=turn.id)}]]
    key = f"turn:{turn.id}:{turn.answer_row or 0}:{turn.attempts}"
    row = delivery.say(where, "chat-working", lane=Lane.ANSWER, buttons=buttons, dedup_key=key)
    threads.change_turn(turn.id, placeholder=row)
    turn.placeholder = row


def hold_place(turn_id: int) -> int:
    """The outbox row of the message that will be edited into the answer, written now if there is none."""
    with transaction():
        turn = threads.turn(turn_id)
        assert turn is not None
        if turn.placeholder is None:
            _place_holder(turn, place_of(turn))
        return int(turn.placeholder)


def quoted(incoming: Incoming) -> str:
    """What the person replied to, as a quotation before the text."""
    if not incoming.reply_to:
        return ""
    said = outbox.words_of_message(incoming.chat_id, incoming.reply_to)
    if not said:
        turn = threads.turn_of_message(incoming.chat_id, incoming.reply_to)
        said = incoming.reply_text if turn is None else _written(turn)
    lines = said[:QUOTE_CHARS].splitlines()
    return "\n".join(f"> {line}" for line in lines) + "\n\n" if lines else ""


def _written(turn: Any) -> str:
    """What a person wrote; nobody wrote the words of a task."""
    return "" if turn.task else context.text_of(turn.content)


def place_of(turn: Any) -> Place:
    """Where the answer of a turn goes. As a reply where one cannot tell to which message it is: in groups, and when the person
    has written again since."""
    replies = turn.chat_id < 0 or threads.is_followed(turn)
    return Place(turn.chat_id, turn.language, turn.topic_id, max(0, turn.message_id) if replies else 0)


def open_turns() -> list[TakenTurn]:
    """All turns that wait for an answer, oldest first."""
    return [taken(turn) for turn in threads.open_turns()]


def ready_at(turn_id: int) -> float:
    """When no further part of the message is expected any more (Unix seconds)."""
    turn = threads.turn(turn_id)
    return 0.0 if turn is None else float(turn.ready_at)


# -- what the model is shown ---------------------------------------------------------------------------------------------

Prompts = Callable[[Any], list[str]]  # a turn -> the parts of its system prompt


@dataclass(frozen=True, slots=True)
class Question:
    """A turn ready to be asked: the messages, what is reserved for it, and what fell out of the context and wants a summary."""

    turn_id: int
    thread_id: int
    account_id: int
    language: str
    messages: list[dict[str, Any]]
    fallen_out: bool
    shows_pictures: bool = False
    rests_on_passages: bool = False
    charge: Charge = NO_CHARGE


def begin_answer(
    turn_id: int, *, prompts: Prompts, most_chars: int, material: Material = NOTHING, meter: Meter | None = None
) -> Question | None:
    """Claim a turn and build what the model is shown, about `most_chars` characters at most. None when it is closed by now, or
    when the person cannot pay: the turn has ended with that sentence then.
    """
    costs = meter is not None and meter.tariff.answers_cost
    with transaction(durable=costs):
        turn = threads.start_answer(turn_id)
        if turn is None:
            return None
        if turn.attempts > MOST_ATTEMPTS:
            fail_answer(turn_id, "chat-gave-up")
            return None
        thread = threads.get(turn.thread_id)
        assert thread is not None
        if turn.passages != list(material.passages):
            threads.change_turn(turn.id, passages=list(material.passages))
        messages, fallen_out = context.messages_of(thread, turn, prompts(turn), material.text, most_chars)
        charge = _charge(turn, messages, material, meter if costs else None)
    if charge is None:
        return None
    rests = bool(material.passages)
    return Question(
        turn.id, thread.id, turn.account_id, turn.language, messages, fallen_out, rests_on_passages=rests, charge=charge
    )


def _charge(turn: Any, messages: list[dict[str, Any]], material: Material, meter: Meter | None) -> Charge | None:
    """Reserve what the answer may cost. None: the person cannot pay, which was said."""
    if meter is None:
        if turn.attempts > 1:  # begun while answers cost something
            billing.give_back_answer(turn.id)
        return NO_CHARGE
    try:
        return metering.reserve(turn, messages, meter, documents=bool(material.text))
    except UserFault as fault:
        buy: list[list[Button]] = [[billing.BUY]] if meter.sells else []
        fail_answer(turn.id, fault.key, fault.sentence_args, ways=buy)
        return None


# -- ending an answer -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said. `ending` is answered, stopped (by the person), cut (the stream broke), limit (the model's own) or
    credits (the person's). `ways`: buttons that lead on."""

    markdown: str
    ending: str
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    charge: Charge = NO_CHARGE
    price: int = 0
    ways: Sequence[list[Button]] = ()


def end_answer(turn_id: int, answer: Answer, note: str = "") -> bool:
    """Keep the answer, charge it and write it to the outbox, in one transaction. False when somebody else ended the turn.

    `note` is a sentence under the answer (that it was stopped, or cut), already in the person's language.
    """
    with transaction(durable=answer.charge.held > 0):
        turn = threads.turn(turn_id)
        state = "stopped" if answer.ending == "stopped" else "answered"
        fields = {
            "answer": answer.markdown,
            "model": answer.model,
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.completion_tokens,
        }
        if turn is None or not threads.end_turn(turn_id, state, **fields):
            return False
        markdown = pictures.answer_shown(turn.content, answer.markdown)
        again: Button = {"key": "chat-again-button", "data": ASK_AGAIN.format(turn=turn_id)}
        buttons = [*answer.ways, *pictures.answer_buttons(turn), *document_questions.answer_buttons(turn), [again]]
        charged = _settle(turn, answer)
        row = _write(turn, f"{markdown}\n\n{note}" if note else markdown, buttons)
        threads.change_turn(turn_id, answer_row=row, price=turn.price + charged)
    return True


def _settle(turn: Any, answer: Answer) -> int:
    """What it cost. Nothing came, nothing is charged."""
    if answer.markdown:
        return metering.settle(turn, answer.charge, answer.price)
    billing.give_back_answer(turn.id)
    return 0


def _write(turn: Any, markdown: str, buttons: list[list[Button]]) -> int:
    where = place_of(turn)
    if turn.placeholder is not None:
        return delivery.change_to_markdown(where, turn.placeholder, markdown, buttons=buttons)
    return delivery.say_markdown(where, markdown, buttons=buttons, dedup_key=f"answer:{turn.id}:{turn.answer_row or 0}")


def fail_answer(
    turn_id: int, key: str, args: Args | None = None, *, again: bool = True, ways: Sequence[list[Button]] = ()
) -> bool:
    """End a turn with a sentence instead of an answer, and offer to try again, and other `ways`. Nothing is charged."""
    with transaction():
        turn = threads.turn(turn_id)
        if turn is None or not threads.end_turn(turn_id, "failed", fail_key=key):
            return False
        billing.give_back_answer(turn_id)
        where = place_of(turn)
        retry: list[list[Button]] = [[{"key": "common-retry", "data": ASK_AGAIN.format(turn=turn_id)}]] if again else []
        buttons = [*ways, *retry]
        if turn.placeholder is not None:
            delivery.change(where, turn.placeholder, key, args, lane=Lane.ANSWER, buttons=buttons)
        else:
            delivery.say(where, key, args, lane=Lane.ANSWER, buttons=buttons)
    return True


def ask_again(person: Person, turn_id: int, chat_id: int = 0) -> TakenTurn:
    """Answer a turn anew; `chat_id`: where it was pressed. Raises UserFault: somebody else's, gone, still being answered."""
    turn = threads.turn(turn_id)
    if turn is None:
        raise UserFault("button-old")
    if not may_handle(person, turn.account_id, chat_id):
        raise UserFault("button-not-yours")
    if not threads.reopen_turn(turn_id):
        raise UserFault("chat-still-answering")
    limits.count(person.account_id, "chat")
    turn = threads.turn(turn_id)
    assert turn is not None
    if turn.chat_id < 0:
        _place_holder(turn, place_of(turn))
    return taken(turn)


def may_stop(person: Person, turn_id: int, chat_id: int = 0) -> None:
    """Raises UserFault when the person cannot stop this answer."""
    turn = threads.turn(turn_id)
    if turn is None or turn.state not in threads.OPEN_STATES:
        raise UserFault("chat-nothing-to-stop")
    if not may_handle(person, turn.account_id, chat_id) and not person.admin:
        raise UserFault("button-not-yours")


def edited(person: Person, incoming: Incoming, text: str) -> int | None:
    """The person changed a message to `text`: keep the new words. Returns the turn that can be answered anew, None when nothing
    changed."""
    turn = threads.turn_of_message(incoming.chat_id, incoming.message_id)
    if turn is None or turn.account_id != person.account_id or not text:
        return None
    shown, before = quoted(incoming) + text, context.text_of(turn.content)
    if before == shown or (len(shown) >= LONG_PART_CHARS and before.startswith(shown)):
        return None
    threads.change_turn(turn.id, content=pictures.with_text(turn.content, shown))
    return int(turn.id)
