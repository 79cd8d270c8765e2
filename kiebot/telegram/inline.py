"""Answers to inline queries."""

from __future__ import annotations

from pyrogram import raw

from kiebot.services.incoming import InlineQuery
from kiebot.telegram.calls import Calls
from kiebot.telegram.handlers.search import Hit
from kiebot.telegram.keyboards import keyboard

KEPT_S = 30  # Telegram may answer the same person the same for so long


async def answer_inline(calls: Calls, query: InlineQuery, hits: list[Hit], onward: int | None) -> None:
    """Show what was found; `onward` is where the next page begins."""
    await calls.invoke(
        raw.functions.messages.SetInlineBotResults(
            query_id=query.query_id,
            results=[_result(hit) for hit in hits],
            cache_time=KEPT_S,
            private=True,  # each person reads another language
            next_offset="" if onward is None else str(onward),
        )
    )


def _result(hit: Hit) -> raw.types.InputBotInlineResult:
    message = raw.types.InputBotInlineMessageText(message=hit.words, reply_markup=keyboard(hit.buttons, "en"), no_webpage=True)
    return raw.types.InputBotInlineResult(
        id=hit.key, type="article", title=hit.title, description=hit.about, send_message=message
    )
