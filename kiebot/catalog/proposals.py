"""From differences to a change of the catalogue's files, for a person to look over.

Only the lines of what changed are touched: comments, labels, descriptions, prices and rules stay as somebody wrote them. A change
that would break its model (a price that names a value which is gone) is not made but handed to the person.
"""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from kiebot.catalog import blocks
from kiebot.catalog.loading import load
from kiebot.catalog.model_rows import BELONGS, read_model
from kiebot.catalog.names import LOADER
from kiebot.catalog.openapi import Listed
from kiebot.catalog.rows import CatalogueFault
from kiebot.catalog.schema import PARAMETER_TYPES, TYPES, Parameter
from kiebot.catalog.sync import Difference
from kiebot.catalog.validation import check_value

EMOJI = {"image": "🖼", "video": "🎬", "audio": "🎵", "text": "📝"}
OUTPUTS = {
    "text_to_speech": "audio",
    "text_to_music": "audio",
    "lip_sync": "video",
    "motion_control": "video",
    "video_extend": "video",
    "watermark_removal": "video",
    "image_analysis": "text",
}
ROW_KEYS = (
    "required", "items", "format", "values", "default", "min", "max", "also_allowed", "multiple_of",
    "min_length", "max_length", "min_items", "max_items", "accept", "max_mb",
)  # fmt: skip
LIST_KEYS = ("values", "also_allowed", "accept")


@dataclass(slots=True)
class Proposal:
    """The files as they would be, by name, and what is left to the person."""

    before: dict[str, str]
    after: dict[str, str]
    by_hand: list[str] = field(default_factory=list)

    @property
    def changed(self) -> list[str]:
        """Names of the files that would change."""
        return [name for name, text in self.after.items() if text != self.before.get(name)]

    def diff(self) -> str:
        """The change as a patch for `models/`."""
        parts = []
        for name in self.changed:
            old, new = self.before.get(name, ""), self.after[name]
            lines = difflib.unified_diff(old.splitlines(True), new.splitlines(True), f"a/{name}", f"b/{name}")
            parts.append("".join(line if line.endswith("\n") else line + "\n" for line in lines))
        return "".join(parts)

    def write(self, folder: Path) -> None:
        """Change the files, after the whole catalogue has been loaded as it will be. Raises CatalogueFault or OSError."""
        with tempfile.TemporaryDirectory() as trial:
            for name, text in self.after.items():
                (Path(trial) / name).write_text(text, encoding="utf-8")
            load(Path(trial))
        for name in self.changed:
            (folder / name).write_text(self.after[name], encoding="utf-8")


def propose(folder: Path, differences: Iterable[Difference], listed: Iterable[Listed], today: date) -> Proposal:
    """What the files in `folder` would have to say."""
    before = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
    proposal = Proposal(before, dict(before))
    theirs = {each.id: each for each in listed}
    by_model: dict[str, list[Difference]] = {}
    for difference in differences:
        by_model.setdefault(difference.model, []).append(difference)
    for name, changes in by_model.items():
        if changes[0].kind == "new_model":
            _add(proposal, theirs[name], today)
        else:
            _change(proposal, name, changes, theirs.get(name), today)
    return proposal


def _change(proposal: Proposal, name: str, changes: Sequence[Difference], listed: Listed | None, today: date) -> None:
    file = next(each for each, text in proposal.after.items() if blocks.holds_model(text, name))
    edits = [change for change in changes if _is_plain(change)]
    proposal.by_hand += [str(change) for change in changes if change not in edits and change.kind != "no_schema"]
    if not edits:
        return
    text = proposal.after[file]
    for path in dict.fromkeys(change.parameter for change in edits):
        about = [change for change in edits if change.parameter == path]
        try:
            edited = _edited(text, name, about, listed, today)
            _check(file, edited, name)
        except CatalogueFault as fault:
            proposal.by_hand += [f"{change} (not written: {fault})" for change in about]
        else:
            text = edited
    proposal.after[file] = text


def _is_plain(change: Difference) -> bool:
    """What can be written without asking. Another default than the provider's is our choice; what is inside items, a person's."""
    return change.kind not in ("no_schema", "listed_again") and change.key != "default" and "[]" not in change.parameter


def _edited(text: str, model: str, changes: Sequence[Difference], listed: Listed | None, today: date) -> str:
    """The file after the changes of one parameter, or of the model itself."""
    first = changes[0]
    if first.kind == "gone_model" or listed is None or listed.input is None:
        return blocks.retired(text, model, f"KIE has not listed it since {today}")
    if first.kind == "gone_parameter":
        return blocks.without_parameter(text, model, first.parameter)
    theirs = listed.input[first.parameter]
    if first.kind == "new_parameter":
        return blocks.with_new_parameter(text, model, first.parameter, row_of(theirs))
    old = blocks.parameter(text, model, first.parameter)
    return blocks.with_parameter(text, model, first.parameter, _merged(old, theirs, [change.key for change in changes]))


def _merged(old: Mapping[str, Any], theirs: Parameter, keys: Sequence[str]) -> dict[str, Any]:
    """Our row with the keys that changed; what OpenAPI does not know (labels, file sizes) stays."""
    new, merged = row_of(theirs), dict(old)
    if "type" in keys or "values" in keys:
        keys = ["type", "values", *keys]
        if "default" in merged and not _takes(theirs, merged["default"]):
            keys = [*keys, "default"]
    for key in keys:
        if key in new:
            merged[key] = new[key]
        else:
            merged.pop(key, None)
    return {key: value for key, value in merged.items() if merged["type"] in BELONGS.get(key, (merged["type"],))}


def _takes(parameter: Parameter, value: Any) -> bool:
    return not check_value(parameter, value) if parameter.type in PARAMETER_TYPES else False


def row_of(parameter: Parameter) -> dict[str, Any]:
    """A parameter as the files have it."""
    row: dict[str, Any] = {"type": parameter.type}
    for key in ROW_KEYS:
        value = getattr(parameter, key)
        if key in LIST_KEYS:
            value = list(value) or None
        if value is not None and value != "" and (value is not False or key == "default"):
            row[key] = value
    if parameter.item_properties:
        row["item_properties"] = {name: row_of(each) for name, each in parameter.item_properties.items()}
    return row


def _check(file: str, text: str, model: str) -> None:
    """Whether the model can be read, now that it is changed."""
    for number, row in enumerate(yaml.load(text, Loader=LOADER), 1):  # noqa: S506 - one of the two safe loaders
        if row.get("id") == model:
            read_model(file, row, number)


def _add(proposal: Proposal, new: Listed, today: date) -> None:
    """Append a model that nobody has described yet, and that is therefore not offered."""
    types = [each for each in new.types if each in TYPES]
    if not types or new.input is None:
        missing = "its type is not one of ours" if not types else "nobody says what it takes; try --from docs"
        proposal.by_hand.append(f"{new.id}: new model, {', '.join(new.types) or 'no type'} (not written: {missing})")
        return
    file = _file_of(proposal, new.vendor)
    text = proposal.after.get(file, f"# {new.vendor}: found by `kiebot-admin models sync`.\n")
    added = f"{text.rstrip()}\n\n{_block(new, types, today)}"
    try:
        _check(file, added, new.id)
    except CatalogueFault as fault:
        proposal.by_hand.append(f"{new.id}: new model (not written: {fault})")
    else:
        proposal.after[file] = added
        proposal.by_hand.append(f"{new.id}: new model in {file}: write label, about and price, then set its status to current")


def _file_of(proposal: Proposal, vendor: str) -> str:
    """The file in which this vendor's models stand."""
    for name, text in proposal.after.items():
        if vendor.casefold() not in text.casefold():
            continue
        rows = yaml.load(text, Loader=LOADER)  # noqa: S506 - one of the two safe loaders
        if any(str(row.get("vendor", "")).casefold() == vendor.casefold() for row in rows):
            return name
    slug = "-".join("".join(letter if letter.isalnum() else " " for letter in vendor.lower()).split())
    return f"{slug or 'others'}.yaml"


def _block(new: Listed, types: Sequence[str], today: date) -> str:
    output = OUTPUTS.get(types[0]) or types[0].rpartition("_to_")[2]
    output = output if output in EMOJI else "image"
    head: dict[str, Any] = {
        "id": new.id,
        "label": {"ru": new.title, "en": new.title},
        "about": {"ru": "Новая модель, ещё не описана", "en": "A new model, not described yet"},
        "emoji": EMOJI[output],
        "vendor": new.vendor or "unknown",
        "family": new.title,
        "type": types[0],
        **({"also": list(types[1:])} if types[1:] else {}),
        "output": output,
        "provider": "kie",
        "status": "disabled",
        "reason": f"new at KIE on {today}, nobody has looked at it yet",
        "price": None,
    }
    words = " ".join(new.price_words.split())
    comment = f"# KIE on its price: {words[:200]}\n" if words else ""
    return comment + blocks.new_model(head, {name: row_of(each) for name, each in (new.input or {}).items()})
