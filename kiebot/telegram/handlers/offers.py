"""Files that people send: what can be made of them, and files for a form that waits for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kiebot.i18n import text
from kiebot.services import earlier, references
from kiebot.services.accounts import Person, place
from kiebot.services.delivery import Button, Place
from kiebot.services.earlier import Earlier
from kiebot.services.incoming import Incoming
from kiebot.services.pictures import SEEN_KINDS
from kiebot.store import accounts, forms, inputs
from kiebot.store.inputs import name_of
from kiebot.telegram.handlers.desk import Desk, Effects, notice
from kiebot.telegram.handlers.drafts import OFFERING, Spot, draft_of, leave_open, open_form, place_files, takes
from kiebot.telegram.handlers.formscreens import View, after, field_view, show_again, show_anew
from kiebot.telegram.handlers.menu import GROUPS, HOME, type_name
from kiebot.telegram.handlers.offered import begin_offer, note_offer
from kiebot.telegram.handlers.screens import Rows, Screen, in_rows, post, repost
from kiebot.telegram.handlers.shelf import Shelf
from kiebot.telegram.handlers.values import field_named
from kiebot.telegram.handlers.wording import SHOWN_PROMPT, shorten

HEARD_KINDS = ("audio", "video")
MEDIA_MIMES = ("image/", "video/", "audio/")
NOT_TAKEN = {"image": "kind-photo", "video": "kind-video", "audio": "kind-voice"}
MAIN_KINDS = {"image": "image", "video": "video", "audio": "audio", "speech": "audio"}  # what a type begins with is what it takes


def is_media(incoming: Incoming) -> bool:
    """Whether a document is a picture, a clip or a sound that was sent as a file."""
    return incoming.attachment is not None and incoming.attachment.mime.startswith(MEDIA_MIMES)


def on_media(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> None:
    """A sound: for the form that waits for it, else an offer of what can be made of it."""
    file = take(desk, person, incoming, effects)
    first = is_first(incoming)
    if not fill(desk, person, incoming, file, first=first):
        propose(desk, person, incoming, file, first=first)


def is_first(incoming: Incoming) -> bool:
    """Whether it is the first file of its album, or came alone."""
    return not incoming.album or accounts.first_seen(f"a:{incoming.chat_id}:{incoming.album}")


def propose(desk: Desk, person: Person, incoming: Incoming, file: Any, *, first: bool) -> None:
    """An offer of what can be made of a file; those of an album share one."""
    if first:
        offer(desk, person, incoming, [file.id], incoming.words.strip())
    else:
        _add_to_album(desk, person, incoming, file)


def take(desk: Desk, person: Person, incoming: Incoming, effects: Effects) -> Any:
    """Take the file of a message in; the bot fetches it at once, so that it is here when the order is confirmed."""
    file = references.take(person.account_id, incoming, limits=desk.limits)
    if file.state == "fetching":
        effects.fetch_inputs.append(file.id)
    return file


def fill(desk: Desk, person: Person, incoming: Incoming, file: Any, *, first: bool) -> bool:
    """Give the file to the form that waits here, if its model has a place for it. False: it has none."""
    form = open_form(person, incoming.chat_id, incoming.topic_id)
    if form is None or desk.shelf.get(form.model) is None:
        return False
    draft = draft_of(desk, person, form)
    awaited = field_named(draft.model, form.awaiting)
    if awaited is not None and awaited.kind == "media" and awaited.parameter.media in (file.kind, "file"):
        _put(draft.chosen, awaited.parameter, name_of(file.id))
    elif place_files(draft.model, form.type, draft.chosen, [file.id]):
        return False
    words = incoming.words.strip()
    if words and draft.model.prompt_parameter and not draft.words:
        draft.chosen[draft.model.prompt_parameter] = words
    form.input = draft.chosen
    draft = draft_of(desk, person, form)
    view = after(desk, draft)
    if awaited is not None and awaited.kind == "media" and awaited.parameter.type == "array" and not form.memo.get("chain"):
        view = field_view(desk, draft, awaited)
    _show(draft, place(person, incoming), view, first=first)
    return True


def _put(chosen: dict[str, Any], parameter: Any, name: str) -> None:
    """Into the parameter that is awaited: one more in a list, in the place of the one before otherwise."""
    if parameter.type != "array":
        chosen[parameter.name] = name
        return
    most = parameter.max_items or 10
    chosen[parameter.name] = [*(chosen.get(parameter.name) or []), name][-most:]


def _show(draft: Any, where: Place, view: View, *, first: bool) -> None:
    """Each file gets a sign of its own; those of an album share one."""
    if first:
        show_anew(draft, where, view)
    else:
        show_again(draft, where, view)


def offer(desk: Desk, person: Person, incoming: Incoming, file_ids: list[int], words: str, *, asked: bool = False) -> None:
    """Show what can be made of files; the caption waits for the model that is chosen. `asked`: it was answered already."""
    files = inputs.many(file_ids)
    screen = offer_screen(desk.shelf, files, words, person.language)
    if screen is None:
        notice(person, incoming, NOT_TAKEN.get(files[0].kind, "kind-other"))
        return
    spot = Spot(incoming.chat_id, incoming.topic_id, incoming.message_id)
    leave_open(person.account_id, spot)
    row = post(person, place(person, incoming), screen)
    begin_offer(person.account_id, spot, row, file_ids, words=words, album=incoming.album, asked=asked)


def offer_screen(shelf: Shelf, files: Sequence[Any], words: str, language: str) -> Screen | None:
    """The types of work for these files; None when there are none."""
    kind = files[0].kind
    types: list[Button] = [
        {"text": type_name(model_type, language), "data": f"t:{model_type}"}
        for model_type in types_taking(shelf, kind, earlier.of_file(files[0]))
    ]
    if not types:
        return None
    about: list[Button] = [{"key": "picture-ask", "data": "v:ask"}, {"key": "picture-prompt", "data": "v:ref"}]
    said = "\n" + text(language, "offer-words", words=shorten(words, SHOWN_PROMPT)) if words else ""
    return Screen(
        "offer",
        {"kind": kind, "count": len(files), "words": said},
        [*([about] if kind in SEEN_KINDS else []), *in_rows(types, 2), *_words_of(shelf, files), [HOME]],
    )


def _words_of(shelf: Shelf, files: Sequence[Any]) -> Rows:
    """A button that has the words of a sound or clip written down, where somebody does that."""
    heard = shelf.hears and len(files) == 1 and files[0].kind in HEARD_KINDS
    return [[{"key": "voice-file-button", "data": f"h:file:{files[0].id}"}]] if heard else []


def types_taking(shelf: Shelf, kind: str, made: Earlier | None = None) -> list[str]:
    """The types of work that begin with a file of this kind, or with what it is a result of, in the order of the menus."""
    types = [model_type for group in GROUPS.values() for model_type in group if not model_type.startswith("text_")]
    return [
        model_type
        for model_type in types
        if MAIN_KINDS.get(model_type.partition("_")[0], kind) == kind
        and any(takes(model, kind, made) for model in shelf.of_type(model_type))
    ]


def album_files(person: Person, incoming: Incoming) -> list[int]:
    """The files of the same album that are offered already."""
    form = _album_offer(person, incoming)
    return [] if form is None else list(form.files)


def _album_offer(person: Person, incoming: Incoming) -> Any | None:
    form = forms.get(person.account_id, incoming.chat_id, incoming.topic_id) if incoming.album else None
    return form if form is not None and form.memo.get("album") == incoming.album and form.step == OFFERING else None


def _add_to_album(desk: Desk, person: Person, incoming: Incoming, file: Any) -> None:
    """The next file of an album belongs to the offer that its first file got."""
    form = _album_offer(person, incoming)
    if form is None:
        return
    words = form.memo.get("words") or incoming.words.strip()
    file_ids = [*form.files, file.id]
    screen = offer_screen(desk.shelf, inputs.many(file_ids), words, person.language)
    forms.save(form.id, files=file_ids, memo={**form.memo, "words": words})
    note_offer(form.id)
    if screen is not None:
        repost(place(person, incoming), form.status_row, screen)
