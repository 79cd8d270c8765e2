"""`kiebot-admin documents`: what the bot would read out of a file. Needs no configuration and no data."""

from __future__ import annotations

import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import click

from kiebot.cli.output import json_option, print_json
from kiebot.confined.runner import Confined
from kiebot.documents import OCR, Document, ReadingOrder, read_document, refusal_key
from kiebot.errors import ConfinedError
from kiebot.i18n import text

NOTE_WORDS = {"macros": "It holds macros; they were left alone.", "scripts": "It holds scripts; they were not run."}


@click.group()
def documents() -> None:
    """Read documents as the bot does."""


@documents.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--ocr", type=click.Choice(OCR), default="auto", show_default=True, help="Look at pages as pictures where needed.")
@click.option("--password-file", type=click.File(), help="Holds the password of an encrypted PDF; - reads it from the input.")
@json_option
@click.pass_context
def extract(ctx: click.Context, file: Path, ocr: str, password_file: TextIO | None, as_json: bool) -> None:
    """Print the text of FILE, page by page."""
    password = password_file.read().rstrip("\r\n") if password_file else ""
    began = time.monotonic()
    try:
        document = _read(file, ReadingOrder(ocr=ocr, password=password))
    except ConfinedError as error:
        _refuse(error, as_json)
        ctx.exit(1)
    if as_json:
        print_json({"pages": [asdict(page) for page in document.pages], "seconds": round(time.monotonic() - began, 3)})
    else:
        _print(document)
    for words in _remarks(document):
        click.echo(words, err=True)


def _read(file: Path, order: ReadingOrder) -> Document:
    with tempfile.TemporaryDirectory(prefix="kiebot-extract-") as folder:
        return read_document(Confined(), file, order, out_dir=Path(folder), progress=_progress)


def _progress(done: int, count: int) -> None:
    click.echo(f"{done} of {count} pages", err=True)


def _print(document: Document) -> None:
    for page in document.pages:
        click.echo(f"--- page {page.number} ({page.method})\n{page.text}")


def _remarks(document: Document) -> list[str]:
    remarks = [NOTE_WORDS[note] for note in document.notes]
    if document.truncated:
        remarks.append(f"Only the beginning was read: {len(document.pages)} of {document.page_count} pages.")
    unread = sum(page.method == "none" for page in document.pages)
    return [*remarks, f"Pages that could not be read: {unread}."] if unread else remarks


def _refuse(error: ConfinedError, as_json: bool) -> None:
    """The code for programs, the sentence for people."""
    code = error.message if error.reason == "refused" else error.reason
    message = text("en", refusal_key(error))
    if as_json:
        print_json({"error": {"code": code, "message": message}})
    else:
        click.echo(f"kiebot-admin: {message}", err=True)
