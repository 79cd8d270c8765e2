"""Bytes to text, by content, slice by slice.

What the parent uses stands here and needs no reader library: `read_slice()` runs the readers in the confined child and checks
what comes back; `read_document()` asks for slices until there are no more. The readers themselves (`pdf`, `docx`, ...) are
imported only in the child.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiebot.errors import ConfinedError

if TYPE_CHECKING:  # the child imports this module too and should not load the parent's side
    from kiebot.confined.runner import Confined

# What a reader may say when it refuses. Each word ends a key of the locales: `document-refused-<word>`.
REFUSALS = frozenset({
    "password", "wrong-password", "encrypted", "broken", "empty", "too-large", "bomb", "unsafe", "unknown", "program", "archive",
    "heic", "djvu", "media", "doc", "xls", "ppt",
})  # fmt: skip
METHODS = frozenset({"text", "ocr", "none"})
# What was inside a file and left alone. Each word is a value of `$note` in the locales.
NOTES = ("macros", "scripts")
OCR = ("auto", "never", "always")
CALL_S = 120.0


@dataclass(frozen=True)
class ReadingLimits:
    """How much of a document is read. What lies beyond pages and characters is cut off and said so."""

    max_bytes: int = 50 << 20
    max_pages: int = 2_000
    max_chars: int = 2_000_000


@dataclass(frozen=True)
class ReadingOrder:
    """What one call is to read: pages from `first` on, as many as fit into a slice.

    `ocr`: "auto" (where a page needs it), "never" or "always". `password` opens an encrypted PDF and is kept nowhere.
    """

    limits: ReadingLimits = field(default_factory=ReadingLimits)
    first: int = 1
    ocr: str = "auto"
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Page:
    """One page. `method` is "text", "ocr", or "none" when it is a picture that could not be read."""

    number: int
    text: str
    method: str


@dataclass(frozen=True)
class Document:
    """What was read: `truncated` when the limits cut it, `page_count` as many pages as the file really has.

    `next_page` is the first page that another call has to read, 0 when there is none. `notes` name what was ignored.
    """

    kind: str
    title: str
    pages: list[Page]
    page_count: int
    truncated: bool
    next_page: int = 0
    notes: tuple[str, ...] = ()

    @property
    def has_text(self) -> bool:
        """False for a pure scan that nobody could read: the person should hear so, not get an answer about nothing."""
        return any(page.text for page in self.pages)


def read_slice(
    confined: Confined, path: Path, order: ReadingOrder | None = None, *, out_dir: Path, timeout_s: float = CALL_S
) -> Document:
    """Read some pages of a stranger's file in the confined child. Raises ConfinedError."""
    order = order or ReadingOrder()
    if path.stat().st_size > order.limits.max_bytes:
        raise ConfinedError("refused", "too-large")
    answer = confined.call("extract", asdict(order), [path], out_dir=out_dir, timeout_s=timeout_s)
    try:
        return _checked(_document(answer.data), order)
    except (KeyError, TypeError, ValueError) as exc:
        raise ConfinedError("protocol", "not a document") from exc


def read_document(
    confined: Confined,
    path: Path,
    order: ReadingOrder | None = None,
    *,
    out_dir: Path,
    timeout_s: float = CALL_S,
    progress: Callable[[int, int], None] = lambda done, count: None,
) -> Document:
    """Read the whole file, one slice after the other; `timeout_s` holds for each. Raises ConfinedError."""
    order = order or ReadingOrder()
    whole = read_slice(confined, path, order, out_dir=out_dir, timeout_s=timeout_s)
    while whole.next_page:
        progress(len(whole.pages), whole.page_count)
        left = order.limits.max_chars - sum(len(page.text) for page in whole.pages)
        rest = replace(order, first=whole.next_page, limits=replace(order.limits, max_chars=left))
        part = read_slice(confined, path, rest, out_dir=out_dir, timeout_s=timeout_s)
        whole = replace(whole, pages=whole.pages + part.pages, truncated=part.truncated, next_page=part.next_page)
    return whole


def unlock(confined: Confined, path: Path, password: str, *, out_dir: Path, timeout_s: float = CALL_S) -> Path:
    """A copy of an encrypted PDF that needs no password. Raises ConfinedError."""
    answer = confined.call("unlock", {"password": password}, [path], out_dir=out_dir, timeout_s=timeout_s)
    if len(answer.files) != 1:
        raise ConfinedError("protocol", "no copy")
    return answer.files[0]


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
        next_page=int(data["next_page"]),
        notes=tuple(note for note in NOTES if note in data["notes"]),
    )


def _checked(document: Document, order: ReadingOrder) -> Document:
    """The child may have been taken over: its pages follow each other, and each slice gets on."""
    numbers = [page.number for page in document.pages]
    most = order.limits.max_chars + order.limits.max_pages
    if (
        numbers != list(range(order.first, order.first + len(numbers)))
        or any(page.method not in METHODS for page in document.pages)
        or sum(len(page.text) for page in document.pages) > most
        or (document.next_page and document.next_page != order.first + max(1, len(numbers)))
    ):
        raise ConfinedError("protocol", "pages out of order")
    return document
