"""The child's operation "extract": look what it is, read it with the reader of that kind."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from kiebot.confined.protocol import Answer
from kiebot.documents import ReadingLimits
from kiebot.documents.kinds import kind_of
from kiebot.errors import ConfinedError

# Imported when needed: each brings a large library, and a call that needs none of them should not pay for it.
_READERS = {"pdf": "kiebot.documents.pdf", "docx": "kiebot.documents.docx", "text": "kiebot.documents.text"}


def extract(path: Path, limits: ReadingLimits) -> dict[str, Any]:
    """{"kind", "title", "pages": [{"number", "text", "method"}], "page_count", "truncated"}; refuses every other kind."""
    if path.stat().st_size > limits.max_bytes:
        raise ConfinedError("refused", "too-large")
    kind = kind_of(path)
    if kind not in _READERS:
        raise ConfinedError("refused", kind)
    document: dict[str, Any] = importlib.import_module(_READERS[kind]).read(path, limits)
    return document


def extract_operation(args: dict[str, Any], files: list[Path], folder: Path) -> Answer:
    """The same for one received file."""
    if len(files) != 1:
        raise ConfinedError("protocol", "one file expected")
    known = {name: value for name, value in args.items() if name in ReadingLimits.__dataclass_fields__ and type(value) is int}
    return Answer(extract(files[0], ReadingLimits(**known)))
