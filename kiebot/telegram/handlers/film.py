"""/film, plain words that begin one, the buttons of films, and words that a film waits for."""

from __future__ import annotations

from typing import Any

from kiebot.errors import UserFault
from kiebot.films.asking import MOST_IDEA_CHARS
from kiebot.services import delivery
from kiebot.services import film as services
from kiebot.services.accounts import Person, may_handle, place
from kiebot.services.chat import LONG_PART_CHARS
from kiebot.services.delivery import Args, Place
from kiebot.services.film_words import kind_of_chat
from kiebot.services.incoming import Incoming
from kiebot.store import films, outbox
from kiebot.store.db import utc_now
from kiebot.store.outbox import Lane
from kiebot.telegram.handlers import film_answers, film_drafts, film_list, film_scenes, film_waits, spoken
from kiebot.telegram.handlers.desk import Desk, Effects, Pressed, PressHandler, notice, say
from kiebot.telegram.handlers.film_waits import IDEA, SCENE, WISH, Wait, expect, forget
from kiebot.telegram.handlers.form import JOIN_WITHIN_S
from kiebot.telegram.handlers.orders import payer
from kiebot.telegram.handlers.screens import post, retire

ASK_IDEA = "film-ask-idea"


def on_film(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """/film IDEA; without one the next words are the idea."""
    if incoming.attachment is not None:
        say(person, incoming, "film-no-pictures")
    _begin(desk, person, incoming, incoming.words.strip())


def on_spoken(desk: Desk, person: Person, incoming: Incoming, effects: Effects, idea: str) -> None:
    """Plain words that begin a film; `idea` is what of them tells what it is about."""
    _begin(desk, person, incoming, idea, spoken=True)


def _begin(desk: Desk, person: Person, incoming: Incoming, idea: str, *, spoken: bool = False) -> None:
    if not desk.shelf.writes:
        say(person, incoming, "film-no-writer")
    elif not idea:
        expect(person, incoming.chat_id, incoming.topic_id, Wait(IDEA))
        say(person, incoming, ASK_IDEA, {"where": kind_of_chat(incoming.chat_id)})
    elif _is_short(person, incoming, idea):
        film_drafts.begin(desk, person, place(person, incoming), incoming.message_id, idea, spoken=spoken)


def _is_short(person: Person, incoming: Incoming, words: str) -> bool:
    """Whether it can be taken; of what is too long the person is told."""
    if len(words) <= MOST_IDEA_CHARS:
        return True
    say(person, incoming, "chat-too-long", {"chars": len(words), "limit": MOST_IDEA_CHARS})
    return False


# -- buttons -------------------------------------------------------------------------------------------------------------------


def press_film(desk: Desk, person: Person, pressed: Pressed, effects: Effects) -> None:
    """film:<action>:<film>[:...]. Only the film's own person may press; for one that a group began in its own name, everybody."""
    action = ACTIONS.get(pressed.words[0] if pressed.words else "")
    if action is None:
        raise UserFault("button-old")
    film = films.get(pressed.number(1))
    if film is not None and may_handle(person, film.account_id, pressed.press.chat_id):
        person = payer(person, film.account_id)
    action(desk, person, pressed, effects)


ACTIONS: dict[str, PressHandler] = {
    "change": film_drafts.press_change,
    "back": film_drafts.press_back,
    "pick": film_drafts.press_pick,
    "set": film_drafts.press_set,
    "start": film_drafts.press_start,
    "drop": film_drafts.press_drop,
    "talk": film_drafts.press_talk,
    "approve": film_answers.press_approve,
    "revise": film_answers.press_revise,
    "nothing": film_answers.press_nothing,
    "rewrite": film_answers.press_rewrite,
    "all": film_answers.press_all,
    "sheet": film_answers.press_sheet,
    "failed": film_answers.press_failed,
    "fail": film_answers.press_fail,
    **dict.fromkeys(("again", "still", "leave"), film_answers.press_decide),
    "models": film_answers.press_models,
    "model": film_answers.press_model,
    "cancel": film_answers.press_cancel,
    "stop": film_answers.press_stop,
    "keep": film_answers.press_keep,
    "retry": film_answers.press_retry,
    "resume": film_answers.press_resume,
    **dict.fromkeys(("redo", "scene", "numbers"), film_scenes.press_redo),
    "one": film_scenes.press_one,
    "make": film_scenes.press_make,
    "aspects": film_scenes.press_aspects,
    "aspect": film_scenes.press_aspect,
    "parts": film_scenes.press_parts,
    "list": film_list.press_list,
    "open": film_list.press_open,
}


# -- words and files that a film waits for -------------------------------------------------------------------------------------


def on_typed(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> bool:
    """Give what was written or said to the film that waits for it here. False: none does."""
    wait, words = film_waits.awaited(person, incoming), incoming.words.strip()
    if wait is None or not words:
        return False
    if wait.what == IDEA:
        return _take_idea(desk, person, incoming, wait, words)
    if _is_over(wait):
        forget(person, incoming.chat_id, incoming.topic_id)
        say(person, incoming, "film-words-late", {"where": kind_of_chat(incoming.chat_id)})
    else:
        _take_words(person, incoming, wait, words)
    return True


def _take_idea(desk: Desk, person: Person, incoming: Incoming, wait: Wait, words: str) -> bool:
    """The idea that was asked for, or another one. False: these words are none."""
    film = films.get(wait.film_id) if wait.film_id else None
    if film is None or film.state != "draft":
        _begin(desk, person, incoming, words)
        return True
    goes_on = _goes_on(film)
    if not goes_on and _is_something_else(film, incoming, words):
        return False
    idea = f"{film.idea} {words}" if goes_on else words
    if _is_short(person, incoming, idea):
        film_drafts.other_idea(desk, person, place(person, incoming), film.id, incoming.message_id, idea)
    return True


def _is_something_else(film: Any, incoming: Incoming, words: str) -> bool:
    """Whether words below a film that has not started are a question or order something; a reply to it is an idea anyway."""
    replied = outbox.by_message(incoming.chat_id, incoming.reply_to) if incoming.reply_to else None
    if replied is not None and replied.id == film.approval_row:
        return False
    return words.endswith("?") or (spoken.ordered_type(incoming) is not None and not spoken.film_idea(words))


def _goes_on(film: Any) -> bool:
    """Whether the idea is so long and so fresh that Telegram's app may have cut it: what comes now is its next part."""
    return len(film.idea) >= LONG_PART_CHARS and film.updated_at > utc_now() - JOIN_WITHIN_S


def _is_over(wait: Wait) -> bool:
    """Whether the film is somewhere else by now: its words come too late."""
    film = films.get(wait.film_id)
    stages = ("script",) if wait.what == WISH else ("pictures", "animation")
    return film is None or not (film.state == "done" or (film.state == "waiting" and film.stage in stages))


def _take_words(person: Person, incoming: Incoming, wait: Wait, words: str) -> None:
    where = place(person, incoming)
    if wait.what == SCENE:
        if not film_scenes.on_number(person, where, films.get(wait.film_id), words):
            args: Args = {"count": len(films.scenes(wait.film_id)), "where": kind_of_chat(incoming.chat_id)}
            say(person, incoming, "film-no-such-scene", args)
        return
    forget(person, incoming.chat_id, incoming.topic_id)
    if wait.what == WISH:
        services.revise(wait.film_id, person.account_id, words)
    else:
        film_scenes.on_words(person, wait, words)
        delivery.say(where, "film-redo-taken", {"scene": wait.number}, lane=Lane.ANSWER)


def orders(incoming: Incoming) -> bool:
    """Whether words may change a film, which must survive a power cut."""
    new = incoming.kind == "text" and not (incoming.command or incoming.edited_at)
    return new and film_waits.is_waited(incoming.chat_id, incoming.topic_id)


def on_file(desk: Desk, person: Person, incoming: Incoming) -> bool:
    """A file where an idea was asked for: films are made from words, such as its caption. False: none was asked for. In a group
    other files that name the bot are about something else: only a reply to the question answers it."""
    wait = film_waits.awaited(person, incoming)
    if wait is None or wait.what != IDEA or wait.film_id or not (incoming.private or _answers_question(incoming)):
        return False
    notice(person, incoming, "film-no-pictures")
    if incoming.words.strip():
        _begin(desk, person, incoming, incoming.words.strip())
    return True


def _answers_question(incoming: Incoming) -> bool:
    replied = outbox.by_message(incoming.chat_id, incoming.reply_to) if incoming.reply_to else None
    return replied is not None and replied.payload.get("key") == ASK_IDEA


def on_changed(desk: Desk, person: Person, incoming: Incoming) -> bool:
    """The person changed the message with the idea of a film that has not started. False: it is another message."""
    film = films.draft_of_message(person.account_id, incoming.chat_id, incoming.message_id)
    words = incoming.words.strip()
    if film is None or film.state != "draft" or not words or not _is_short(person, incoming, words):
        return False
    film_drafts.other_idea(desk, person, place(person, incoming), film.id, incoming.message_id, words)
    return True


def give_up(person: Person, chat_id: int, topic_id: int) -> str:
    """/cancel: what a film waits for here is not waited for any more, and a draft goes. What to say of it; empty: nothing was."""
    wait = film_waits.expected(person.account_id, chat_id, topic_id)
    if wait is None:
        return ""
    forget(person, chat_id, topic_id)
    if wait.what != IDEA:  # of a film that is made or done: it goes on
        return "film-no-wish"
    draft = films.get(wait.film_id) if wait.film_id else None
    if draft is not None and draft.state == "draft":
        retire(draft.approval_row)
        services.discard(draft.id, person.account_id)
    return "film-dropped"


def ask_to_cancel(person: Person, where: Place) -> bool:
    """/cancel: a film that is being made is hours of work, so it is asked about. False: there is none."""
    making = films.in_states(films.MAKING, person.account_id)
    for each in making:
        post(person, where, film_answers.sure_screen(each))
    return bool(making)
