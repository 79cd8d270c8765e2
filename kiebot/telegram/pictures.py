"""Pictures of a question on their way to the model: fetched from Telegram, made small by the confined child, put in as data URLs.

Nothing of it happens on the event loop. What was made lies beside the file and goes with it when files are swept.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from kiebot.config import Config
from kiebot.confined.runner import Confined
from kiebot.errors import ConfinedError, ProviderError, ProviderErrorKind, UserFault
from kiebot.media.calls import refusal_key
from kiebot.media.view_calls import view
from kiebot.providers.openai_text import TextModel
from kiebot.services import pictures, references
from kiebot.services.chat import Question
from kiebot.store import inputs
from kiebot.telegram.threads import in_reader, in_store

log = logging.getLogger(__name__)

BLIND_FOR_S = 60.0  # a model that refused a picture is not shown another one so soon
LOST = "picture-lost"
BLIND_KINDS = frozenset({ProviderErrorKind.INPUT, ProviderErrorKind.NOT_FOUND, ProviderErrorKind.TRANSIENT})
BLIND_WORDS = re.compile(
    r"image_url is only supported|unknown variant .?image|that support image|image (?:input|content).{0,20}(?:not|un)\s?support"
    r"|(?:not|n't) (?:support|accept|allow|handle)\w* .{0,30}(?:image|vision|multimodal)|not a (?:multimodal|vision) model|mmproj"
    r"|at most 0 image|must be a string|missing data required for image",
    re.IGNORECASE,
)


class Downloads(Protocol):
    """Fetches files of people."""

    async def fetch(self, file_id: int) -> None: ...


class Pictures:
    """Shows pictures to `model`, which looks."""

    def __init__(self, model: TextModel, downloads: Downloads, confined: Confined) -> None:
        self.model = model
        self._downloads = downloads
        self._confined = confined
        self._making: dict[int, asyncio.Lock] = {}
        self._blind_until = 0.0

    async def put_in(self, question: Question) -> Question:
        """The question as it goes to the model. Raises UserFault when none of its own pictures can be shown."""
        wanted, own = pictures.wanted(question.messages), pictures.own(question.messages)
        if time.monotonic() < self._blind_until:
            if own:
                raise UserFault("vision-blind")
            wanted = []
        found = await asyncio.gather(*(self._seen(file_id) for file_id in wanted))
        views = {file_id: urls for file_id, urls in zip(wanted, found, strict=True) if isinstance(urls, list)}
        refused = {file_id: key for file_id, key in zip(wanted, found, strict=True) if isinstance(key, str)}
        if own and not any(file_id in views for file_id in own):
            raise UserFault(refused[own[0]])
        messages = pictures.shown(question.messages, views | {file_id: [] for file_id in refused})
        return replace(question, messages=messages, shows_pictures=bool(views))

    def is_blind(self, error: ProviderError) -> bool:
        """Whether an error says that the model takes no pictures; then it is not shown any for a while."""
        if not says_blind(error):
            return False
        log.warning("the model sees no pictures: %s", error.message[:200])
        self._blind_until = time.monotonic() + BLIND_FOR_S
        return True

    async def _seen(self, file_id: int) -> list[str] | str:
        """The views of a file as data URLs, or the key of the sentence that says why there are none."""
        row = await in_store(references.wanted, file_id)
        if row is not None and row.state == "fetching":
            await self._downloads.fetch(file_id)
            row = await in_reader(inputs.get, file_id)
        if row is None or row.state != "ready":
            return LOST
        try:
            async with self._making.setdefault(file_id, asyncio.Lock()):
                return await asyncio.to_thread(self._made, row)
        except ConfinedError as error:
            log.info("picture not shown file=%d reason=%s", file_id, error)
            return refusal_key(error)
        except FileNotFoundError:  # swept this moment
            return LOST
        finally:
            self._making.pop(file_id, None)

    def _made(self, row: Any) -> list[str]:
        path = Path(row.path)
        views = _kept(path)
        if not views:
            made = view(self._confined, path, kind=row.kind, out_dir=path.parent)
            views = [path.with_name(f"{path.name}.{number}.{len(made)}.jpg") for number in range(1, len(made) + 1)]
            for file, kept in zip(made, views, strict=True):
                file.replace(kept)
        return [f"data:image/jpeg;base64,{base64.b64encode(each.read_bytes()).decode()}" for each in views]


def says_blind(error: ProviderError) -> bool:
    """Whether a server's refusal means that its model takes no pictures."""
    return error.kind in BLIND_KINDS and BLIND_WORDS.search(error.message) is not None


def model_that_looks(config: Config, text_model: TextModel) -> TextModel:
    """The model that looks at pictures: the text model, unless the configuration names another."""
    vision, text = config.vision, config.text
    if not (vision.base_url or vision.model):
        return text_model
    key = vision.api_key if vision.base_url else text.api_key
    base_url, model = vision.base_url or text.base_url, vision.model or text.model
    return TextModel(base_url, key.get_secret_value(), model, name="vision", timeout_s=text.timeout_s)


def _kept(path: Path) -> list[Path]:
    """The views that were made before: all of them, or none."""
    found = sorted(path.parent.glob(f"{path.name}.*.jpg"))
    return found if found and found[0].name.split(".")[2] == str(len(found)) else []
