"""Rich messages: what a client writes (blocks, HTML or Markdown) becomes the blocks that a message shows.

Telegram parses HTML and Markdown on its side. The sandbox keeps such a text readable, one paragraph a block, without layout.
"""

from __future__ import annotations

import html
import re
from typing import Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram.calls import Call
from kiebot.sandbox.telegram.shapes import rich_text
from kiebot.sandbox.telegram.tl import Refused, utf16_length

_LENGTH_LIMIT, _BLOCK_LIMIT = 32_768, 500


def rich_message(call: Call, asked: Any) -> Any:
    """The message form of an input rich message."""
    if isinstance(asked, T.InputRichMessageHTML):
        rich = _paragraphs(html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?i)<(br|/p|/div|/h\d|/li)[^>]*>", "\n\n", asked.html))))
    elif isinstance(asked, T.InputRichMessageMarkdown):
        rich = _paragraphs(asked.markdown)
    else:
        files = call.centre.files
        rich = T.RichMessage(
            blocks=asked.blocks,
            photos=[files.referred(photo).object for photo in asked.photos or ()],
            documents=[files.referred(document).object for document in asked.documents or ()],
            rtl=asked.rtl,
        )
    words = rich_text(rich)
    if not rich.blocks:
        raise Refused(400, "MESSAGE_EMPTY")
    if utf16_length(words) > _LENGTH_LIMIT or len(rich.blocks) > _BLOCK_LIMIT:
        raise Refused(400, "MESSAGE_TOO_LONG")
    return rich


def _paragraphs(words: str) -> Any:
    parts = [part.strip() for part in re.split(r"\n\s*\n", words) if part.strip()]
    blocks = [T.PageBlockParagraph(text=T.TextPlain(text=part)) for part in parts]
    return T.RichMessage(blocks=blocks, photos=[], documents=[])
