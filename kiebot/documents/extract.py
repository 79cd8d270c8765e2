"""The child's operations on documents: look what it is, read a slice of it with the reader of that kind; open a locked PDF."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from kiebot.confined.protocol import Answer
from kiebot.documents import OCR, ReadingLimits, ReadingOrder
from kiebot.documents.kinds import kind_of
from kiebot.errors import ConfinedError

# Imported when needed: each brings a large library, and a call that needs none of them should not pay for it.
_READERS = {
    **{kind: f"kiebot.documents.{kind}" for kind in ("pdf", "docx", "xlsx", "pptx", "epub", "fb2", "rtf", "html", "text")},
    **dict.fromkeys(("odt", "ods", "odp"), "kiebot.documents.odf"),
    "image": "kiebot.documents.pictures",
}
_WITH_PICTURES = frozenset({"docx", "pptx", "odt", "odp"})  # where a file without words may be photographs of pages


def extract(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """The fields of `Document`; refuses every kind that has no reader."""
    if path.stat().st_size > order.limits.max_bytes:
        raise ConfinedError("refused", "too-large")
    kind = kind_of(path)
    if kind not in _READERS:
        raise ConfinedError("refused", kind)
    document: dict[str, Any] = importlib.import_module(_READERS[kind]).read(path, order)
    if kind in _WITH_PICTURES and order.ocr != "never" and not any(page["text"] for page in document["pages"]):
        packed_pictures = importlib.import_module("kiebot.documents.packed_pictures")
        return packed_pictures.read(path, kind, document["title"], order) or document
    return document


def extract_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """The same for one received file. `args` are the fields of ReadingOrder."""
    limits, first, ocr = args.get("limits"), args.get("first"), args.get("ocr")
    if not isinstance(limits, dict) or type(first) is not int or first < 1 or ocr not in OCR:
        raise ConfinedError("protocol", "bad order")
    known = {name: value for name, value in limits.items() if name in ReadingLimits.__dataclass_fields__ and type(value) is int}
    return Answer(extract(_only(files), ReadingOrder(ReadingLimits(**known), first, ocr, str(args.get("password", "")))))


def unlock_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """A copy of an encrypted PDF that needs no password."""
    pdf = importlib.import_module("kiebot.documents.pdf")
    target = folder / "unlocked.pdf"
    pdf.unlock(_only(files), str(args.get("password", "")), target)
    return Answer({}, [target])


def _only(files: list[Path]) -> Path:
    if len(files) != 1:
        raise ConfinedError("protocol", "one file expected")
    return files[0]
