"""`python -m bench.retrieval [FOLDER]`: how often the page that answers a question is among the passages that are quoted.

The documents come out of Debian's packages, as for `bench.corpus`; the questions and their pages stand in `bench/questions.yaml`.
What is measured is the product's own way: pages read in the confined child, cut, indexed in the store, found by the question.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from bench import report
from bench.corpus import fetch_debian, unpacked
from bench.report import ms, p50
from kiebot.confined.runner import Confined
from kiebot.documents import read_document
from kiebot.services import documents as reading
from kiebot.services import passages
from kiebot.store import accounts, documents
from kiebot.store.db import close_store, open_store

QUESTIONS = Path(__file__).with_name("questions.yaml")
WANTED = 0.9


@dataclass(frozen=True, slots=True)
class Tried:
    """One question: the pages where its answer stands, those of the passages that were found, and the time it took."""

    ask: str
    pages: list[int]
    found: list[int]
    seconds: float

    @property
    def good(self) -> bool:
        return bool(set(self.pages) & set(self.found))


def main() -> int:
    """Try all questions and print the tables. Exit code 1 when fewer are answered than is wanted."""
    parser = argparse.ArgumentParser(prog="bench.retrieval", description=main.__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(tempfile.gettempdir(), "kiebot-corpus"))
    folder: Path = parser.parse_args().folder
    tried: list[Tried] = []
    rows = []
    with tempfile.TemporaryDirectory() as home:
        open_store(Path(home))
        for group in yaml.safe_load(QUESTIONS.read_text()):
            pages = _pages(folder, group["package"], group["file"])
            document_id, indexed_s = _indexed(pages)
            own = [_tried(document_id, question) for question in group["questions"]]
            tried += own
            rows.append(_row(group, len(pages), indexed_s, own))
        close_store()
    good = sum(one.good for one in tried)
    head = ["document", "pages", "cut and indexed, s", "questions", "page among the quoted", "found in p50, ms"]
    print(f"{report.machine()}\n\n{report.table(head, rows)}\n")
    print(
        f"{good} of {len(tried)}: {good / len(tried):.1%} (wanted: {WANTED:.0%}), at most {passages.MOST_QUOTED} passages each.\n"
    )
    print("\n".join(f"not found: {one.ask} (p. {one.pages}, quoted {one.found})" for one in tried if not one.good))
    return 0 if good / len(tried) >= WANTED else 1


def _pages(folder: Path, package: str, pattern: str) -> list[dict[str, Any]]:
    """A document's pages; kept beside it, since reading scans takes minutes."""
    home = folder / package
    if not home.is_dir():
        print(f"fetching {package}", file=sys.stderr)
        fetch_debian(package, home)
    path = unpacked(next(iter(sorted(home.glob(pattern)))))
    kept = path.with_name(f"{path.name}.pages.json")
    if not kept.exists():
        with tempfile.TemporaryDirectory() as out_dir:
            document = read_document(Confined(), path, out_dir=Path(out_dir))
        kept.write_text(json.dumps([asdict(page) for page in document.pages]))
    found: list[dict[str, Any]] = json.loads(kept.read_text())
    return found


def _indexed(pages: list[dict[str, Any]]) -> tuple[int, float]:
    """The document as the store has it once it is read, and how long cutting and indexing took."""
    document = documents.add(account=accounts.of_user(1).id, chat_id=1, name="bench", state="ready")
    documents.write_pages(document.id, pages)
    documents.change(document.id, chars=0)
    began = time.monotonic()
    reading.index_old()  # cuts and indexes what was not counted yet
    return document.id, time.monotonic() - began


def _tried(document_id: int, question: dict[str, Any]) -> Tried:
    began = time.monotonic()
    found = passages.find([document_id], question["ask"])
    took_s = time.monotonic() - began
    return Tried(question["ask"], question["pages"], sorted({passage.page for passage in passages.read(found)}), took_s)


def _row(group: dict[str, Any], pages: int, indexed_s: float, tried: list[Tried]) -> list[str]:
    name = Path(group["file"]).name.removesuffix(".gz")
    good = sum(one.good for one in tried)
    seconds = p50([one.seconds for one in tried])
    return [f"{name} ({group['package']})", str(pages), f"{indexed_s:.2f}", str(len(tried)), str(good), ms(seconds)]


if __name__ == "__main__":
    sys.exit(main())
