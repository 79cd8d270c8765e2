"""Bytes to text, by content.

What the parent uses stands here and needs no reader library: `read_document()` runs the readers in the confined child
and checks what comes back. The readers themselves (`pdf`, `docx`, `text`) are imported only in the child.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiebot.errors import ConfinedError

if TYPE_CHECKING:  # the child imports this module too and should not load the parent's side
    from kiebot.confined.runner import Confined

# What a reader may say when it refuses. Each word ends a key of the locales: `document-refused-<word>`.
REFUSALS = frozenset({
    "encrypted", "broken", "empty", "too-large", "bomb", "unknown", "program", "archive", "image", "media",
    "doc", "xlsx", "pptx", "odt", "epub", "rtf",
})  # fmt: skip


@dataclass(frozen=True)
class ReadingLimits:
    """How much of a document is read. What lies beyond pages and characters is cut off and said so."""

    max_bytes: int = 50 << 20
    max_pages: int = 2_000
    max_chars: int = 2_000_000


@dataclass(frozen=True)
class Page:
    """One page. `method` is "text", or "none" when there is no text layer to read (a scan)."""

    number: int
    text: str
    method: str


@dataclass(frozen=True)
class Document:
    """What was read: `truncated` when the limits cut it, `page_count` as many pages as it really has."""

    kind: str
    title: str
    pages: list[Page]
    page_count: int
    truncated: bool

    @property
    def has_text(self) -> bool:
        """False for a pure scan: the person should hear so, not get an answer about nothing."""
        return any(page.method == "text" for page in self.pages)


def read_document(
    confined: Confined, path: Path, *, out_dir: Path, limits: ReadingLimits | None = None, timeout_s: float = 120
) -> Document:
    """Read a stranger's file in the confined child. Raises ConfinedError."""
    limits = limits or ReadingLimits()
    if path.stat().st_size > limits.max_bytes:
        raise ConfinedError("refused", "too-large")
    answer = confined.call("extract", asdict(limits), [path], out_dir=out_dir, timeout_s=timeout_s)
    try:
        return _document(answer.data)
    except (KeyError, TypeError, ValueError) as exc:
        raise ConfinedError("protocol", "not a document") from exc


def refusal_key(error: ConfinedError) -> str:
    """The locale key of the sentence for the person. A word that is not ours becomes the general one."""
    if error.reason == "refused" and error.message in REFUSALS:
        return f"document-refused-{error.message}"
    return "document-refused-unknown" if error.reason == "refused" else f"confined-{error.reason}"


def _document(data: dict[str, Any]) -> Document:
    return Document(
        kind=str(data["kind"]),
        title=str(data["title"]),
        pages=[Page(int(page["number"]), str(page["text"]), str(page["method"])) for page in data["pages"]],
        page_count=int(data["page_count"]),
        truncated=bool(data["truncated"]),
    )
