"""PDF through pdfium, page by page: the text layer where it is good, OCR where the page is a picture or its layer is garbage.

Scripts, launch actions and attachments are never run or opened: pdfium is built without them, and no form is loaded.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import mmap
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw

from kiebot.documents import ReadingOrder
from kiebot.documents.quality import is_garbage, mended, words
from kiebot.documents.slices import read_pages
from kiebot.documents.text import clean
from kiebot.errors import ConfinedError

# pdfium puts one of these where a word was hyphenated at the end of a line.
_HYPHENATION = re.compile("[\x02\ufffe]\r?\n?")
_SCRIPT = re.compile(rb"/(?:JavaScript|JS|Launch)\b")
_DPI = 200
_MAX_PIXELS = 20_000_000
_FEW_LETTERS = 200  # a stamp, a page number, the line of the scanning program
_PICTURE_SHARE = 0.5
_OBJECTS_LOOKED_AT = 200
_WIDGET_TEXT_BYTES = 20_000


def read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    """A slice of its pages. A file that pdfium cannot open gets a second, slower chance."""
    try:
        return _read(path, order)
    except ConfinedError as refusal:
        if refusal.message != "broken":
            raise
        from kiebot.documents.second_readers import read_pdf  # loads two large libraries that hardly a file needs

        return read_pdf(path, order)


def unlock(path: Path, password: str, target: Path) -> None:
    """Write a copy of an encrypted PDF that needs no password."""
    with closing(_opened(path, password)) as pdf:
        pdf.save(target, flags=pypdfium2.raw.FPDF_REMOVE_SECURITY)


def _read(path: Path, order: ReadingOrder) -> dict[str, Any]:
    with closing(_opened(path, order.password)) as pdf:
        if len(pdf) == 0:
            raise ConfinedError("refused", "empty")
        title = pdf.get_metadata_value("Title")
        return read_pages(
            "pdf", title, len(pdf), order, lambda number: _page(pdf, number - 1, order.ocr), notes=_notes(path, pdf)
        )


def _opened(path: Path, password: str) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path, password=password or None)
    except pypdfium2.PdfiumError as exc:
        if exc.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise ConfinedError("refused", "wrong-password" if password else "password") from exc
        locked = exc.err_code == pypdfium2.raw.FPDF_ERR_SECURITY
        raise ConfinedError("refused", "encrypted" if locked else "broken") from exc


def _notes(path: Path, pdf: pypdfium2.PdfDocument) -> list[str]:
    if pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(pdf) > 0:
        return ["scripts"]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return ["scripts"] if _SCRIPT.search(data) else []


def _page(pdf: pypdfium2.PdfDocument, index: int, ocr: str) -> tuple[str, str]:
    """A page that pdfium cannot load is an unread one: the rest of the document may be fine."""
    try:
        with closing(pdf[index]) as page:
            layer = _layer(page)
            if ocr != "never" and (ocr == "always" or _needs_ocr(page, layer)):
                return _recognised(page, layer, ocr)
            blank = not layer and pypdfium2.raw.FPDFPage_CountObjects(page) == 0
            return layer, "text" if layer or blank else "none"
    except pypdfium2.PdfiumError:
        return "", "none"


def _layer(page: pypdfium2.PdfPage) -> str:
    with closing(page.get_textpage()) as layer:
        text = mended(clean(_HYPHENATION.sub("", layer.get_text_bounded())))
    filled = [value for value in _filled_in(page) if value not in text]
    return "\n".join([text, *filled]) if filled else text


def _filled_in(page: pypdfium2.PdfPage) -> list[str]:
    """What people wrote into a form's fields, which is no part of the text layer."""
    raw, found = pypdfium2.raw, []
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _OBJECTS_LOOKED_AT)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        if annotation:
            if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET:
                found.append(clean(_field_value(annotation)))
            raw.FPDFPage_CloseAnnot(annotation)
    return [value for value in found if value]


def _field_value(annotation: Any) -> str:
    size = pypdfium2.raw.FPDFAnnot_GetStringValue(annotation, b"V", None, 0)
    if not 2 < size <= _WIDGET_TEXT_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pypdfium2.raw.FPDFAnnot_GetStringValue(annotation, b"V", ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", errors="replace")


def _needs_ocr(page: pypdfium2.PdfPage, layer: str) -> bool:
    letters = sum(map(str.isalnum, layer))
    if letters < 3:
        return bool(pypdfium2.raw.FPDFPage_CountObjects(page) > 0)
    return is_garbage(layer) or (letters < _FEW_LETTERS and _picture_share(page) > _PICTURE_SHARE)


def _picture_share(page: pypdfium2.PdfPage) -> float:
    """The largest part of the page that one picture covers."""
    width, height = page.get_size()
    pictures = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    areas = [
        max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
        for left, bottom, right, top in (picture.get_bounds() for picture in itertools.islice(pictures, _OBJECTS_LOOKED_AT))
    ]
    return float(max(areas, default=0.0) / max(width * height, 1.0))


def _recognised(page: pypdfium2.PdfPage, layer: str, mode: str) -> tuple[str, str]:
    """OCR, or the layer where that says more. "always" means it."""
    from kiebot.documents import ocr  # brings Pillow, which pages of text do not need

    if not ocr.available():
        return layer, "none" if not layer or is_garbage(layer) else "text"
    width, height = page.get_size()
    scale = min(_DPI / 72, math.sqrt(_MAX_PIXELS / max(width * height, 1.0)))
    seen = ocr.read_image(page.render(scale=scale, grayscale=True).to_pil())
    if mode != "always" and layer and (seen is None or (words(seen) <= words(layer) and not is_garbage(layer))):
        return layer, "text"
    return (layer, "none") if seen is None else (seen, "ocr")
