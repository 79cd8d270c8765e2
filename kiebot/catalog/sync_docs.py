"""What models take by the provider's published pages, for those whose schema the listing does not give.

llms.txt lists every page; each has a twin in Markdown with the OpenAPI document in a fenced block. A page's address says nothing
about the model's id, so all pages are read. They are strangers' text: fetched by the guarded fetcher, from the one host only.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import yaml

from kiebot.catalog.names import LOADER
from kiebot.catalog.openapi import CREATE, model_of
from kiebot.errors import OperatorFault
from kiebot.http.guarded import DownloadError, download

DOCS_URL = "https://docs.kie.ai"
INDEX = "llms.txt"
LINK = re.compile(r"\]\(\s*<?([^)\s>]+\.md)>?\s*\)")
FENCE = re.compile(
    r"^(?P<fence>`{3,}|~{3,}) *(?P<kind>yaml|yml|json)\b[^\n]*\n(?P<body>.*?)^(?P=fence) *$", re.MULTILINE | re.DOTALL
)
TRANSLATED = "/cn/"
MAX_PAGE_BYTES = 2 << 20
PAGE_WITHIN_S = 30.0
AT_ONCE = 4


class DocsFault(OperatorFault):
    """The pages cannot be read at all; the text says why."""


async def read_docs(
    docs_url: str, wanted: Iterable[str], *, on_page: Callable[[int, int], None] | None = None
) -> dict[str, Mapping[str, Any]]:
    """The OpenAPI documents of the wanted models, as far as there are pages. `on_page(done, all)` tells the progress."""
    missing, found = set(wanted), dict[str, Mapping[str, Any]]()
    if not missing:
        return {}
    pages = _pages(docs_url, await _fetched_index(docs_url))
    done, gate = 0, asyncio.Semaphore(AT_ONCE)

    async def look_at(url: str) -> None:
        nonlocal done
        async with gate:
            text = await _fetched(url, docs_url) if missing - found.keys() else ""
        for document in documents(text):
            name = model_of(document)
            if name in missing:
                found.setdefault(name, document)
        done += 1
        if on_page is not None:
            on_page(done, len(pages))

    await asyncio.gather(*map(look_at, pages))
    return found


def documents(page: str) -> Iterator[Mapping[str, Any]]:
    """The OpenAPI documents of a page that order something."""
    for block in FENCE.finditer(page):
        if CREATE not in block["body"]:
            continue
        try:
            document = _parsed(block["kind"], block["body"])
        except (ValueError, RecursionError, yaml.YAMLError):
            continue
        if isinstance(document, Mapping) and "paths" in document:
            yield document


def _parsed(kind: str, text: str) -> Any:
    return json.loads(text) if kind == "json" else yaml.load(text, Loader=LOADER)  # noqa: S506 - one of the two safe loaders


def _pages(docs_url: str, index: str) -> list[str]:
    """The pages of this host that the index names, each once, without translations."""
    home = urlsplit(docs_url)
    urls = dict.fromkeys(urljoin(f"{docs_url}/", link) for link in LINK.findall(index))
    return [url for url in urls if urlsplit(url)[:2] == home[:2] and TRANSLATED not in urlsplit(url).path]


async def _fetched_index(docs_url: str) -> str:
    index = f"{docs_url}/{INDEX}"
    try:
        return await _download(index, docs_url)
    except DownloadError as error:
        raise DocsFault(f"{index}: {error}") from error


async def _fetched(url: str, docs_url: str) -> str:
    """A page; nothing for one that is not there."""
    try:
        return await _download(url, docs_url)
    except DownloadError as error:
        if error.may_pass:
            raise DocsFault(f"{url}: {error}") from error
        return ""


async def _download(url: str, docs_url: str) -> str:
    """`docs_url` is the operator's word; only what is not the provider's own host may be a private address."""
    own = frozenset() if docs_url == DOCS_URL else frozenset({_host_and_port(docs_url)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page"
        await download(url, path, max_bytes=MAX_PAGE_BYTES, timeout_s=PAGE_WITHIN_S, allowed_hosts=own)
        return await asyncio.to_thread(path.read_text, "utf-8", "replace")


def _host_and_port(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
