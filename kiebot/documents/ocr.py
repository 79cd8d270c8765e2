"""Text of pictures, by tesseract with Russian and English. Only inside the confined child, whose limits it inherits."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from PIL import Image

from kiebot.documents.quality import words
from kiebot.documents.text import clean
from kiebot.errors import ConfinedError
from kiebot.media.tool import run_tool

LANGUAGES = "rus+eng"
_PAGE_S = 50.0  # a page takes 2 s; on a busy machine, full of small print, ten times as long
_SECOND_LOOK_S = 25.0  # a first look that took longer has no second one: a call has 120 s
_LEAST_CONFIDENCE = 30.0  # a word below is a stain
_LEAST_MEAN = 55.0  # a picture below holds no text
_SURE = 75.0  # a page below may stand on its side
_UPRIGHT, _ANY_TURN = "3", "1"  # tesseract's modes of page segmentation; the second looks how the page lies


def available() -> bool:
    """Whether the program is there at all."""
    return shutil.which("tesseract") is not None


def read_image(image: Image.Image) -> str | None:
    """The text in reading order, empty when the picture has none; None when it took too long or could not be looked at."""
    gray = image.convert("L")
    darkest, lightest = gray.getextrema()
    if darkest == lightest:
        return ""
    os.environ["OMP_THREAD_LIMIT"] = "1"  # on several threads it is five times slower on a busy machine
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.pgm")
        gray.save(source)
        began = time.monotonic()
        try:
            text, confidence = _read(source, _UPRIGHT)
            doubtful = confidence < _SURE or not words(text)
            if doubtful and time.monotonic() - began < _SECOND_LOOK_S:
                turned, better = _read(source, _ANY_TURN)
                text, confidence = (turned, better) if better > confidence else (text, confidence)
        except ConfinedError as error:
            if error.reason in {"timeout", "refused", "memory"}:
                return None
            raise
    return text if confidence >= _LEAST_MEAN else ""


def _read(source: Path, mode: str) -> tuple[str, float]:
    """The text and how sure tesseract is of it, in percent of its letters."""
    command = ["tesseract", str(source), "stdout", "-l", LANGUAGES, "--psm", mode, "--dpi", "200", "tsv"]
    return _assembled(run_tool(command, timeout_s=_PAGE_S).decode(errors="replace"))


def _assembled(table: str) -> tuple[str, float]:
    text: list[str] = []
    before = ("", "", "")
    sure, letters = 0.0, 0
    for line in table.splitlines()[1:]:
        row = line.split("\t")
        if len(row) < 12 or row[0] != "5" or not row[11].strip() or float(row[10]) < _LEAST_CONFIDENCE:
            continue
        place = (row[2], row[3], row[4])  # block, paragraph, line
        if text:
            text.append(" " if place == before else "\n" if place[:2] == before[:2] else "\n\n")
        text.append(row[11].strip())
        before = place
        sure += float(row[10]) * len(row[11])
        letters += len(row[11])
    return clean("".join(text)), sure / letters if letters else 0.0
