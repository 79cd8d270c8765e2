"""Documents that are ZIP archives of XML: opened, looked through and read part by part. Nothing is ever unpacked to a disk.

Sizes that the archive declares are checked before anything is inflated (zipfile never gives out more than was declared). XML is
read as a stream whose tree is thrown away behind the reading point, so memory does not follow the size of the document; entities
and DTDs are refused.
"""

from __future__ import annotations

import posixpath
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lxml import etree

from kiebot.errors import ConfinedError

MAX_MEMBERS = 5_000
MAX_PART_BYTES = 100 << 20
MAX_SETTINGS_BYTES = 10 << 20
HARMLESS_BYTES = 10 << 20
_MAX_RATIO = 200  # Word's XML deflates 10 to 60 times; deflate's own limit is 1032
_MAX_DIRECTORY_BYTES = 1 << 20  # 5,000 members with names of 160 letters
_TAIL_BYTES = 22 + 0xFFFF  # the end record with the longest comment
_OUTSIDE = re.compile(r"^(?:[/\\]|[A-Za-z]:)|(?:^|[/\\])\.\.(?:[/\\]|$)")
# A RuntimeError is zipfile's word for a member that is locked or packed in a way that it does not know.
_DAMAGE = (zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError, zlib.error)

Event = tuple[str, "etree._Element"]


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open an archive whose list of members is of sane length and names nothing outside of it."""
    if _directory_bytes(path) > _MAX_DIRECTORY_BYTES:
        raise ConfinedError("refused", "bomb")
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as exc:
        raise ConfinedError("refused", "broken") from exc
    if len(archive.infolist()) > MAX_MEMBERS:
        raise ConfinedError("refused", "bomb")
    if any(_is_trap(entry) for entry in archive.infolist()):
        raise ConfinedError("refused", "unsafe")
    return archive


def fits(archive: zipfile.ZipFile, part: str, max_bytes: int = MAX_PART_BYTES) -> bool:
    """Whether the part exists; refuses one that would inflate beyond reason."""
    try:
        entry = archive.getinfo(part)
    except KeyError:
        return False
    if entry.flag_bits & 1:
        raise ConfinedError("refused", "encrypted")
    too_dense = entry.file_size > HARMLESS_BYTES and entry.file_size > entry.compress_size * _MAX_RATIO
    if entry.file_size > max_bytes or too_dense:
        raise ConfinedError("refused", "bomb")
    return True


def only_member(archive: zipfile.ZipFile) -> str:
    """The name of the one file in an archive; empty when there are more, or none."""
    names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    return names[0] if len(names) == 1 else ""


def content(archive: zipfile.ZipFile, part: str, max_bytes: int = MAX_SETTINGS_BYTES) -> bytes:
    """The bytes of a part; none when it does not exist."""
    if not fits(archive, part, max_bytes):
        return b""
    with opened(archive, part) as stream:
        return stream.read()


def events(archive: zipfile.ZipFile, part: str, tags: tuple[str, ...], max_bytes: int = MAX_PART_BYTES) -> Iterator[Event]:
    """Starts and ends of the elements named `tags`, whatever their namespace; nothing when the part does not exist."""
    if fits(archive, part, max_bytes):
        with opened(archive, part) as stream:
            yield from elements(stream, tags)


@contextmanager
def opened(archive: zipfile.ZipFile, part: str) -> Iterator[IO[bytes]]:
    """The unpacked bytes of a part, as a stream. Ask `fits()` before all of it is read."""
    try:
        with archive.open(part) as stream:
            yield stream
    except _DAMAGE as exc:
        raise ConfinedError("refused", "broken") from exc


def elements(stream: IO[bytes], tags: tuple[str, ...], *, encoding: str | None = None, recover: bool = False) -> Iterator[Event]:
    """The same of any XML. `encoding` is believed more than what the XML says; `recover` reads on behind mistakes."""
    wildcards = [f"{{*}}{tag}" for tag in tags]  # Word writes one of two namespaces
    try:
        found = etree.iterparse(
            stream, events=("start", "end"), tag=wildcards, encoding=encoding, recover=recover, remove_comments=True,
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        )  # fmt: skip
        for number, (event, element) in enumerate(found):
            if number == 0 and element.getroottree().docinfo.doctype:
                raise ConfinedError("refused", "bomb")
            yield event, element
    except (etree.XMLSyntaxError, LookupError) as exc:
        raise ConfinedError("refused", "broken") from exc


def ends(archive: zipfile.ZipFile, part: str, *tags: str, max_bytes: int = MAX_SETTINGS_BYTES) -> Iterator[etree._Element]:
    """Each finished element named `tags`; it is emptied afterwards."""
    for event, element in events(archive, part, tags, max_bytes):
        if event == "end":
            yield element
            forget(element)


def relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What an Office part refers to: id -> (the last word of the relation's type, the name of the other part)."""
    folder, name = posixpath.split(part)
    found = {}
    for element in ends(archive, f"{folder}/_rels/{name}.rels".lstrip("/"), "Relationship"):
        target = value(element, "Target")
        full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[value(element, "Id")] = (value(element, "Type").rpartition("/")[2], full)
    return found


def title(archive: zipfile.ZipFile, part: str = "docProps/core.xml") -> str:
    """The title among a document's properties, or nothing."""
    return next((element.text or "" for element in ends(archive, part, "title")), "")


def macros(archive: zipfile.ZipFile) -> list[str]:
    """The note about macros, when there are any. They are bytes among others here: nothing runs them."""
    names = (name.lower() for name in archive.namelist())
    return ["macros"] if any(name.endswith("vbaproject.bin") or name.startswith("basic/") for name in names) else []


def value(element: etree._Element, name: str) -> str:
    """An attribute, whatever its namespace."""
    return next((str(found) for key, found in element.attrib.items() if local(key) == name), "")


def local(name: object) -> str:
    """A tag or attribute without its namespace; nothing for a comment."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def forget(element: etree._Element) -> None:
    """Empty an element and drop what stands before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _is_trap(entry: zipfile.ZipInfo) -> bool:
    """No honest program writes names that lead out of the archive, or links."""
    return bool(_OUTSIDE.search(entry.filename)) or stat.S_ISLNK(entry.external_attr >> 16)


def _directory_bytes(path: Path) -> int:
    """How long the list says it is; zipfile reads no more than that, but would build all of it in memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
