"""EPUB: the book's own list says which of its pages come in which order; each is read as HTML."""

from __future__ import annotations

import posixpath
import urllib.parse
import zipfile
from pathlib import Path
from typing import Any

from kiebot.documents import ReadingOrder
from kiebot.documents.archives import MAX_SETTINGS_BYTES, content, ends, open_zip, title, value
from kiebot.documents.encodings import encoding_of
from kiebot.documents.html import read_markup
from kiebot.documents.paper import EnoughError, Paper
from kiebot.documents.text import document
from kiebot.errors import ConfinedError

_CONTAINER, _ENCRYPTION, _RIGHTS = "META-INF/container.xml", "META-INF/encryption.xml", "META-INF/rights.xml"


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """Each file of the spine begins a page."""
    with open_zip(path) as archive:
        names = archive.namelist()
        if _ENCRYPTION in names and _RIGHTS in names:  # without rights it only hides the fonts
            raise ConfinedError("refused", "encrypted")
        package = _package(archive)
        paper = Paper(order.limits.max_chars)
        try:
            for part in _spine(archive, package):
                paper.turn()
                _read_part(archive, part, paper)
        except EnoughError:
            pass
        return document("epub", title(archive, package), paper.pages(), order.limits, full=paper.full)


def _read_part(archive: zipfile.ZipFile, part: str, paper: Paper) -> None:
    data = content(archive, part, MAX_SETTINGS_BYTES)
    read_markup(data.decode(encoding_of(data), errors="replace"), paper)
    if paper.full:
        raise EnoughError


def _package(archive: zipfile.ZipFile) -> str:
    for element in ends(archive, _CONTAINER, "rootfile"):
        return value(element, "full-path")
    raise ConfinedError("refused", "broken")


def _spine(archive: zipfile.ZipFile, package: str) -> list[str]:
    folder = posixpath.dirname(package)
    targets: dict[str, str] = {}
    for element in ends(archive, package, "item"):
        if "html" in value(element, "media-type"):
            name = urllib.parse.unquote(value(element, "href").partition("#")[0])
            targets[value(element, "id")] = posixpath.normpath(posixpath.join(folder, name))
    order = [value(element, "idref") for element in ends(archive, package, "itemref")]
    return [targets[name] for name in order if name in targets] or list(targets.values())
