"""Better words for an order, by the text model: what it is asked, and what becomes of its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kiebot.catalog.names import table
from kiebot.errors import UserFault
from kiebot.services import accounts as services
from kiebot.services import limits
from kiebot.services.delivery import Place
from kiebot.store import accounts, forms
from kiebot.store.db import transaction
from kiebot.telegram.handlers.desk import Desk
from kiebot.telegram.handlers.drafts import IMPROVING, Draft, draft_of
from kiebot.telegram.handlers.formscreens import improved_view, not_improved_view
from kiebot.telegram.handlers.views import View, show_again

LONGEST = 1500  # characters; a model that takes fewer says so
INSTRUCTIONS = (
    "Rewrite the person's few words as one vivid, concrete description for a generative model. Task: {task}. Keep what the person"
    " named, add subject, setting, light, style and, for video or sound, movement or mood. Use the language of the words given."
    " At most {most} characters, one paragraph, no introduction, no quotation marks, no explanation."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the text model is asked for a form, and the words it is about."""

    form_id: int
    words: str
    most: int
    messages: list[dict[str, Any]]


def wish_of(desk: Desk, form_id: int) -> Wish | None:
    """What to ask; None when the person went on meanwhile. It is a request of the person, counted as a chat."""
    draft = _open(desk, form_id)
    if draft is None:
        return None
    parameter = draft.model.input[draft.model.prompt_parameter or ""]
    most = min(LONGEST, parameter.max_length or LONGEST)
    task = table("types.yaml")[draft.form.type]["label"]["en"]
    with transaction():
        limits.count(draft.person.account_id, "chat")
    messages = [
        {"role": "system", "content": INSTRUCTIONS.format(task=task, most=most)},
        {"role": "user", "content": draft.words},
    ]
    return Wish(form_id, draft.words, most, messages)


def answered(desk: Desk, wish: Wish, words: str) -> None:
    """Show what the model made of the words (empty: nothing), unless the person went on meanwhile."""
    draft = _open(desk, wish.form_id)
    if draft is None or draft.words != wish.words:
        return
    better = _clean(words, wish.most)
    with transaction():
        if not better:
            _show(draft, not_improved_view(draft))
            return
        draft.form.memo["improved"] = better
        _show(draft, improved_view(draft, better))


def _open(desk: Desk, form_id: int) -> Draft | None:
    form = forms.by_id(form_id)
    if form is None or form.step != IMPROVING or desk.shelf.get(form.model) is None:
        return None
    account = accounts.get(form.account_id)
    try:
        return draft_of(desk, services.person_of(account), form)
    except UserFault:
        return None


def _show(draft: Draft, view: View) -> None:
    show_again(draft, Place(draft.form.chat_id, draft.person.language, draft.form.topic_id), view)


def _clean(words: str, most: int) -> str:
    """One paragraph without the quotation marks that models like to put around it, cut at a word."""
    line = " ".join(words.split()).strip("\"'«»“”„ ")
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0]
