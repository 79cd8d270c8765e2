"""Files that people send: what can be made of them, and files for a form that waits for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kiebot.catalog.forms import Field
from kiebot.i18n import text
from kiebot.services import earlier, references
from kiebot.services.accounts import Person, place
from kiebot.services.delivery import Button, Place
from kiebot.services.earlier import Earlier
from kiebot.services.incoming import Attachment, Incoming
from kiebot.services.pictures import SEEN_KINDS
from kiebot.store import accounts, forms, inputs
from kiebot.store.inputs import name_of
from kiebot.telegram.handlers.desk import Desk, Effects, notice
from kiebot.telegram.handlers.drafts import (
    OFFERING,
    Draft,
    Spot,
    cost,
    draft_of,
    files_in,
    leave_open,
    open_form,
    place_files,
    room,
    takes,
)
from kiebot.telegram.handlers.formscreens import after, field_view
from kiebot.telegram.handlers.menu import GROUPS, HOME, type_name
from kiebot.telegram.handlers.offered import begin_offer, note_offer
from kiebot.telegram.handlers.screens import Rows, Screen, in_rows, post, repost
from kiebot.telegram.handlers.shelf import Shelf
from kiebot.telegram.handlers.values import field_named
from kiebot.telegram.handlers.views import View, noted, show_again, show_anew
from kiebot.telegram.handlers.wording import SHOWN_PROMPT, shorten

HEARD_KINDS = ("audio", "video")
MEDIA_MIMES = ("image/", "video/", "audio/")
PAPER_MIMES = frozenset({"image/tiff", "image/vnd.djvu", "image/x-djvu", "image/x.djvu"})  # what scanners make: pages to be read
NOT_TAKEN = {"image": "kind-photo", "video": "kind-video", "audio": "kind-voice"}
MAIN_KINDS = {"image": "image", "video": "video", "audio": "audio", "speech": "audio"}  # what a type begins with is what it takes


def is_media(file: Attachment | None) -> bool:
    """Whether a document is a picture, a clip or a sound that was sent as a file."""
    return file is not None and file.mime.startswith(MEDIA_MIMES) and file.mime not in PAPER_MIMES


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
    left = _place(draft, awaited, file)
    if left and not (awaited is not None or _came_with(form, incoming)):
        return False
    form.files = [*form.files, *left]
    form.memo["took"] = incoming.album
    words = incoming.words.strip()
    if words and draft.model.prompt_parameter and not draft.words:
        draft.chosen[draft.model.prompt_parameter] = words
    form.input = draft.chosen
    draft = draft_of(desk, person, form)
    view = after(desk, draft)
    if awaited is not None and awaited.kind == "media" and awaited.parameter.type == "array" and not form.memo.get("chain"):
        view = field_view(desk, draft, awaited)
    _show(draft, place(person, incoming), noted(view, _added_line(draft, file)) if not left else view, first=first)
    return True


def _place(draft: Draft, awaited: Field | None, file: Any) -> list[int]:
    """Put the file where it is awaited, else where the model takes it. Returns its id when there is no room."""
    if awaited is None or awaited.kind != "media" or awaited.parameter.media not in (file.kind, "file"):
        return place_files(draft.model, draft.form.type, draft.chosen, [file.id])
    parameter = awaited.parameter
    if parameter.type != "array":
        draft.chosen[parameter.name] = name_of(file.id)
        return []
    if room(parameter, draft.chosen) < 1:
        return [file.id]
    draft.chosen[parameter.name] = [*(draft.chosen.get(parameter.name) or []), name_of(file.id)]
    return []


def _came_with(form: Any, incoming: Incoming) -> bool:
    """Whether the form has taken earlier files of the same album: what it has no room for is counted, not offered anew."""
    return bool(incoming.album) and form.memo.get("took") == incoming.album


def _added_line(draft: Draft, file: Any) -> str:
    return text(draft.person.language, "form-file-added", kind=file.kind, count=len(files_in(draft.model, draft.chosen)))


def _show(draft: Any, where: Place, view: View, *, first: bool) -> None:
    """Each file gets a sign of its own; those of an album share one."""
    if first:
        show_anew(draft, where, view)
    else:
        show_again(draft, where, view)


def offer(desk: Desk, person: Person, incoming: Incoming, file_ids: list[int], words: str, *, asked: bool = False) -> None:
    """Show what can be made of files; the caption waits for the model that is chosen. `asked`: it was answered already."""
    files = inputs.many(file_ids)
    screen = offer_screen(desk, person, files, words)
    if screen is None:
        notice(person, incoming, NOT_TAKEN.get(files[0].kind, "kind-other"))
        return
    spot = Spot(incoming.chat_id, incoming.topic_id, incoming.message_id)
    leave_open(person.account_id, spot)
    row = post(person, place(person, incoming), screen)
    begin_offer(person.account_id, spot, row, file_ids, words=words, album=incoming.album, asked=asked)


def offer_screen(desk: Desk, person: Person, files: Sequence[Any], words: str) -> Screen | None:
    """The types of work for these files; None when there are none."""
    kinds, language = list(dict.fromkeys(file.kind for file in files)), person.language
    fitting = types_taking(desk.shelf, kinds, earlier.of_file(files[0])) or types_taking(desk.shelf, kinds[:1])
    types: list[Button] = [{"text": type_name(model_type, language), "data": f"t:{model_type}"} for model_type in fitting]
    if not types:
        return None
    about: list[Button] = [{"key": "picture-ask", "data": "v:ask"}, {"key": "picture-prompt", "data": "v:ref"}]
    said = "\n" + text(language, "offer-words", words=shorten(words, SHOWN_PROMPT)) if words else ""
    return Screen(
        "offer",
        {"kind": kinds[0] if len(kinds) == 1 else "mixed", "count": len(files), "words": said},
        [*([about] if set(kinds) <= set(SEEN_KINDS) else []), *in_rows(types, 2), *_words_of(desk, person, files), [HOME]],
    )


def _words_of(desk: Desk, person: Person, files: Sequence[Any]) -> Rows:
    """A button that has the words of a sound or clip written down, where somebody does that."""
    heard = desk.shelf.hears and len(files) == 1 and files[0].kind in HEARD_KINDS
    return [[words_button(desk, person, files[0])]] if heard else []


def words_button(desk: Desk, person: Person, file: Any) -> Button:
    """Write down what is said in a file that somebody sent, and what that costs."""
    data, price = f"h:file:{file.id}", cost(desk, person, desk.tariff.transcription(file.duration_s or 0))
    if price:
        return {"text": text(person.language, "voice-file-button-price", credits=price), "data": data}
    return {"key": "voice-file-button", "data": data}


def types_taking(shelf: Shelf, kinds: Sequence[str], made: Earlier | None = None) -> list[str]:
    """The types of work that begin with files of all these kinds, or with what one is a result of, in the order of the menus."""
    types = [model_type for group in GROUPS.values() for model_type in group if not model_type.startswith("text_")]
    return [
        model_type
        for model_type in types
        if MAIN_KINDS.get(model_type.partition("_")[0], kinds[0]) in kinds
        and any(all(takes(model, kind, made) for kind in kinds) for model in shelf.of_type(model_type))
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
    screen = offer_screen(desk, person, inputs.many(file_ids), words)
    forms.save(form.id, files=file_ids, memo={**form.memo, "words": words})
    note_offer(form.id)
    if screen is not None:
        repost(place(person, incoming), form.status_row, screen)
