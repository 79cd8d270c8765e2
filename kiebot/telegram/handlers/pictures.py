"""Pictures and clips that people ask about: a question as the caption, a reply, the next message; prompts made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiebot.errors import UserFault
from kiebot.services import chat, context, pictures, references
from kiebot.services.accounts import Person, may_handle, place, press_place
from kiebot.services.incoming import Incoming
from kiebot.store import accounts, forms, inputs, threads
from kiebot.store.db import utc_now
from kiebot.telegram.handlers import offers
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed
from kiebot.telegram.handlers.drafts import ASKING, OFFERING, Spot, begin, draft_of, replace_form
from kiebot.telegram.handlers.formscreens import advance
from kiebot.telegram.handlers.menu import HOME
from kiebot.telegram.handlers.offered import begin_offer, shown_form
from kiebot.telegram.handlers.orders import default_of
from kiebot.telegram.handlers.screens import Screen, check_owner, post, put, row_of
from kiebot.telegram.handlers.spoken import ordered_type
from kiebot.telegram.handlers.views import show_anew
from kiebot.telegram.handlers.wishes import is_order

WAITS_S = 1800.0  # for the question that a button asked for
FRESH_S = 600.0  # what is written so soon after a picture without words is about it
EDITS = {"image": "image_edit", "video": "video_to_video"}
MAKES = {"image": "text_to_image", "video": "text_to_video"}
BACK = {"key": "menu-back", "data": "v:back"}

Action = Callable[[Desk, Person, Pressed, Effects], None]


# -- messages ----------------------------------------------------------------------------------------------------------------


def on_media(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """A picture or clip: for the form that waits for it; answered when it comes with a question; else an offer."""
    file = offers.take(desk, person, incoming, effects)
    first = offers.is_first(incoming)
    if offers.fill(desk, person, incoming, file, first=first):
        return
    joined = bool(incoming.album) and chat.join_album(person, incoming, pictures.parts_of([file.id])[0])
    earlier = offers.album_files(person, incoming)
    if earlier or not (joined or _is_question(incoming, file)):
        offers.propose(desk, person, incoming, file, first=first)
    if not joined and _is_question(incoming, file):
        if earlier:
            _answered(forms.get(person.account_id, incoming.chat_id, incoming.topic_id))
        _ask(desk, person, incoming, effects, [*earlier, file.id])


def _is_question(incoming: Incoming, file: Any) -> bool:
    """Words that the person wrote under what can be looked at; those of a forwarded post are not a question of theirs."""
    words = incoming.words.strip()
    return bool(words) and not incoming.forwarded and file.kind in pictures.SEEN_KINDS and not is_order(words)


def on_typed(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> bool:
    """Words about an earlier picture: a reply to it, or what is written right after it. False: they are about none."""
    words = incoming.words.strip()
    if not words:
        return False
    if incoming.reply_to:
        return _on_reply(desk, person, incoming, effects, words)
    form = forms.get(person.account_id, incoming.chat_id, incoming.topic_id)
    if form is None or not form.files:
        return False
    if form.step == ASKING and form.updated_at > utc_now() - WAITS_S:
        _answered(form)
        if form.memo.get("change"):
            _change(person, incoming, effects, threads.turn(form.memo["change"]), words)
        else:
            _ask(desk, person, incoming, effects, form.files)
        return True
    return _right_after(desk, person, incoming, effects, form, words)


def _right_after(desk: Desk, person: Person, incoming: Incoming, effects: Effects, form: Any, words: str) -> bool:
    fresh = form.step == OFFERING and form.updated_at > utc_now() - FRESH_S and not form.memo.get("asked")
    seen = all(row.kind in pictures.SEEN_KINDS for row in inputs.many(form.files))
    if not fresh or not seen or ordered_type(incoming) is not None:
        return False
    if is_order(words):
        offers.offer(desk, person, incoming, form.files, words)
    else:
        _answered(form)
        _ask(desk, person, incoming, effects, form.files)
    return True


def _answered(form: Any) -> None:
    """The files are part of the conversation now; their offer stays."""
    forms.save(form.id, step=OFFERING, memo={**form.memo, "asked": True, "change": 0})


def _on_reply(desk: Desk, person: Person, incoming: Incoming, effects: Effects, words: str) -> bool:
    turn = threads.turn_answered_in(incoming.chat_id, incoming.reply_to)
    if turn is not None and pictures.prompt_part(turn.content) is not None:
        _change(person, incoming, effects, turn, words)
        return True
    file = references.take_replied(person.account_id, incoming, kinds=pictures.SEEN_KINDS, limits=desk.limits)
    if file is None:
        return False
    if file.state == "fetching":
        effects.fetch_inputs.append(file.id)
    if is_order(words):
        offers.offer(desk, person, incoming, [file.id], words)
    else:
        _ask(desk, person, incoming, effects, [file.id])
    return True


def _ask(desk: Desk, person: Person, incoming: Incoming, effects: Effects, file_ids: list[int]) -> None:
    """A question about files goes to the model that looks."""
    words = incoming.words.strip()
    spoken = words if incoming.private else f"{person.name}: {words}"
    parts = pictures.parts_of(file_ids)
    turn = chat.take(person, incoming, words, most_chars=desk.text_chars, group_text=spoken, more=parts)
    if turn is not None:
        effects.turns.append(turn)


def _change(person: Person, incoming: Incoming, effects: Effects, turn: Any, wish: str) -> None:
    """A prompt with a wish becomes another prompt."""
    if turn is None:
        raise UserFault("button-old")
    part = pictures.prompt_part(turn.content)
    assert part is not None, "only prompts are changed"
    before = pictures.prompt_of(turn.answer)
    content = pictures.prompt_content(pictures.files_in(turn.content), part["for"], part["language"], before=before, wish=wish)
    effects.turns.append(chat.take_prompt(person, place(person, incoming), incoming.message_id, content))


# -- buttons -------------------------------------------------------------------------------------------------------------------


def press_picture(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """v:<action>[:<turn>[:<word>]]: what can be done with files that are offered or were asked about."""
    action = ACTIONS.get(pressed.words[0] if pressed.words else "")
    if action is None:
        raise UserFault("button-old")
    action(desk, person, pressed, effects)


def _press_ask(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """The words that came with the files are the question, else the next message is."""
    form = _offered(person, pressed)
    words = form.memo.get("words", "")
    if not words:
        forms.save(form.id, step=ASKING)
        put(person, pressed, Screen("picture-ask-now", buttons=[[BACK, HOME]]))
        return
    effects.notice = "spoken-answering"
    if form.memo.get("asked"):
        return
    _answered(form)
    _ask(desk, person, _as_message(pressed, words, form.order_message_id), effects, form.files)


def _press_back(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """Back to what can be made of the files."""
    form = _offered(person, pressed)
    forms.save(form.id, step=OFFERING)
    _put_offer(desk, person, pressed, form)


def _put_offer(desk: Desk, person: Person, pressed: Pressed, form: Any) -> None:
    screen = offers.offer_screen(desk, person, inputs.many(form.files), form.memo.get("words", ""))
    if screen is not None:
        put(person, pressed, screen)


def _press_reference(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """A prompt of the offered files: for what?"""
    _offered(person, pressed)
    put(person, pressed, _targets())


def _targets() -> Screen:
    targets = [{"key": f"picture-for-{target}", "data": f"v:for:{target}"} for target in pictures.TARGETS]
    return Screen("picture-for", buttons=[targets, [BACK, HOME]])


def _press_target(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """v:for:<target>: the prompt is written; the offer stays for other wishes."""
    form, target = _offered(person, pressed), pressed.words[1] if len(pressed.words) > 1 else ""
    if target not in pictures.TARGETS:
        raise UserFault("button-old")
    effects.notice = "picture-prompting"
    _answered(form)
    _put_offer(desk, person, pressed, form)
    _prompt(person, pressed, effects, pictures.prompt_content(form.files, target, "en"))


def _press_language(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """v:in:<turn>:<language>: the same prompt in the other language."""
    (turn, part), language = _own_prompt(person, pressed), pressed.words[2] if len(pressed.words) > 2 else ""
    if language not in pictures.LANGUAGES:
        raise UserFault("button-old")
    effects.notice = "picture-prompting"
    wish = f"Say the same in {pictures.LANGUAGES[language]}."
    content = pictures.prompt_content(
        pictures.files_in(turn.content), part["for"], language, before=pictures.prompt_of(turn.answer), wish=wish
    )
    _prompt(person, pressed, effects, content)


def _prompt(person: Person, pressed: Pressed, effects: Effects, content: list[dict[str, Any]]) -> None:
    """A press has no message of its own: its turn is numbered by the press, below all messages."""
    press = pressed.press
    effects.turns.append(chat.take_prompt(person, press_place(person, press), -abs(press.query_id), content))


def _press_change(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """The next message says what is to be different in a prompt."""
    (turn, _), press = _own_prompt(person, pressed), pressed.press
    row = post(person, press_place(person, press), Screen("picture-change-now", buttons=[[HOME]]))
    files, memo = pictures.files_in(turn.content), {"change": turn.id}
    spot = Spot(press.chat_id, press.topic_id)
    replace_form(person.account_id, spot, files=files, memo=memo, step=ASKING, status_row=row)


def _press_make(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """v:make:<turn>:<target>: an order with the prompt filled in."""
    (turn, _), target = _own_prompt(person, pressed), pressed.words[2] if len(pressed.words) > 2 else ""
    if target not in MAKES:
        raise UserFault("button-old")
    _open_form(desk, person, pressed, MAKES[target], pictures.prompt_of(turn.answer), [])


def _press_edit(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """The words were an order after all: work on the files with them."""
    turn = _own_turn(person, pressed)
    file_ids = pictures.files_in(turn.content)
    files = inputs.many(file_ids)
    if not files:
        raise UserFault("button-old")
    _open_form(desk, person, pressed, EDITS[files[0].kind], _words_of(turn), file_ids)


def _open_form(desk: Desk, person: Person, pressed: Pressed, model_type: str, words: str, file_ids: list[int]) -> None:
    press = pressed.press
    spot = Spot(press.chat_id, press.topic_id)
    form = begin(person, spot, default_of(desk, model_type), model_type, words=words, files=file_ids)
    draft = draft_of(desk, person, form)
    show_anew(draft, press_place(person, press), advance(desk, draft))


def _press_more(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """All that can be made of the files of a question."""
    turn = _own_turn(person, pressed)
    message = _as_message(pressed, "", max(0, turn.message_id))
    offers.offer(desk, person, message, pictures.files_in(turn.content), _words_of(turn), asked=True)


def _press_prompt(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """v:prompt:<turn>: a prompt of the files that were asked about."""
    turn, press = _own_turn(person, pressed), pressed.press
    row = post(person, press_place(person, press), _targets())
    files = pictures.files_in(turn.content)
    begin_offer(person.account_id, Spot(press.chat_id, press.topic_id), row, files, words=_words_of(turn), asked=True)


def _press_got(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """v:got:<file>:<action>: a file that a link led to becomes an offer in this message, and the action follows."""
    file, row, press = inputs.get(pressed.number(1)), row_of(pressed.press), pressed.press
    action = pressed.words[2] if len(pressed.words) > 2 else ""
    if file is None or row is None or file.chat_id != press.chat_id or action not in ("ask", "ref", "back"):
        raise UserFault("button-old")
    if not may_handle(person, file.account_id, press.chat_id):
        raise UserFault("button-not-yours")
    begin_offer(person.account_id, Spot(press.chat_id, press.topic_id), row.id, [file.id], asked=False)
    ACTIONS[action](desk, person, pressed, effects)


ACTIONS: dict[str, Action] = {
    "got": _press_got,
    "ask": _press_ask,
    "back": _press_back,
    "ref": _press_reference,
    "for": _press_target,
    "in": _press_language,
    "change": _press_change,
    "make": _press_make,
    "edit": _press_edit,
    "more": _press_more,
    "prompt": _press_prompt,
}


def _offered(person: Person, pressed: Pressed) -> Any:
    """The offer whose button was pressed. Raises UserFault."""
    check_owner(person, pressed)
    form = shown_form(person, pressed)
    if form is None or not form.files:
        raise UserFault("button-old")
    return form


def _own_turn(person: Person, pressed: Pressed) -> Any:
    """The turn that a button names. Raises UserFault."""
    turn = threads.turn(pressed.number(1))
    if turn is None or turn.chat_id != pressed.press.chat_id or not pictures.files_in(turn.content):
        raise UserFault("button-old")
    if not may_handle(person, turn.account_id, turn.chat_id):
        raise UserFault("button-not-yours")
    return turn


def _own_prompt(person: Person, pressed: Pressed) -> tuple[Any, dict[str, Any]]:
    """The prompt that a button names: its turn, and what was asked for. Raises UserFault."""
    turn = _own_turn(person, pressed)
    part = pictures.prompt_part(turn.content)
    if part is None:
        raise UserFault("button-old")
    return turn, part


def _words_of(turn: Any) -> str:
    """What the person asked, without what was quoted and without the name that stands before it in groups."""
    lines = [line for line in context.text_of(turn.content).splitlines() if not line.startswith("> ")]
    name = f"{accounts.get(turn.account_id).name}: " if turn.chat_id < 0 else ""
    return "\n".join(lines).strip().removeprefix(name)


def _as_message(pressed: Pressed, words: str, message_id: int) -> Incoming:
    """A press as the message that it stands for."""
    press = pressed.press
    return Incoming(
        press.chat_id, press.chat_kind, "", message_id, press.sender, "photo", words, topic_id=press.topic_id, words=words
    )
