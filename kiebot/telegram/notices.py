"""What a press and an inline query get back besides messages: the notice on the button, a message taken away, a list of finds."""

from __future__ import annotations

import asyncio
import logging

from pyrogram import raw
from pyrogram.errors import RPCError

from kiebot.i18n import text
from kiebot.services.incoming import InlineQuery
from kiebot.telegram.calls import Calls, wait_of
from kiebot.telegram.handlers.desk import Effects
from kiebot.telegram.handlers.search import Hit
from kiebot.telegram.keyboards import keyboard

log = logging.getLogger(__name__)

LONGEST_NOTICE = 200
WAITS_S = (0.5, 1.0)
LONGEST_WAIT_S = 10.0  # Telegram forgets a press soon after
KEPT_S = 30  # Telegram may answer the same person the same for so long


async def answer_press(calls: Calls, query_id: int, effects: Effects) -> None:
    """Take away what the press deletes, and end its spinner with the notice."""
    await delete_messages(calls, effects)
    words = text(effects.language, effects.notice, **effects.notice_args) if effects.notice else ""
    await _notify(calls, query_id, words[:LONGEST_NOTICE], effects.alert)


async def delete_messages(calls: Calls, effects: Effects) -> None:
    """Telegram allows it for two days."""
    for chat_id, message_id in effects.delete:
        try:
            await calls.delete(chat_id, message_id)
        except (RPCError, TimeoutError, OSError) as exc:
            log.info("message not deleted chat=%d error=%s", chat_id, exc)
            effects.notice, effects.alert = "result-not-deleted", True


async def _notify(calls: Calls, query_id: int, words: str, alert: bool) -> None:
    """The notice is often all that a press leads to: try again what did not arrive, while the person still looks."""
    for wait_s in (*WAITS_S, None):
        try:
            await calls.answer_press(query_id, words, alert=alert)
            return
        except (RPCError, TimeoutError, OSError) as exc:
            asked_s = wait_of(exc) if isinstance(exc, RPCError) else wait_s
            if wait_s is None or asked_s is None or asked_s > LONGEST_WAIT_S:
                log.info("press unanswered error=%s", exc)  # the spinner ends by itself; what the press did is done
                return
            await asyncio.sleep(asked_s)


async def answer_inline(calls: Calls, query: InlineQuery, hits: list[Hit], onward: int | None) -> None:
    """Show what was found; `onward` is where the next page begins."""
    results = raw.functions.messages.SetInlineBotResults(
        query_id=query.query_id,
        results=[_result(hit) for hit in hits],
        cache_time=KEPT_S,
        private=True,  # each person reads another language
        next_offset="" if onward is None else str(onward),
    )
    try:
        await calls.invoke(results)
    except (RPCError, TimeoutError, OSError) as exc:  # the next letter asks anew
        log.info("inline query unanswered error=%s", exc)


def _result(hit: Hit) -> raw.types.InputBotInlineResult:
    message = raw.types.InputBotInlineMessageText(message=hit.words, reply_markup=keyboard(hit.buttons, "en"), no_webpage=True)
    return raw.types.InputBotInlineResult(
        id=hit.key, type="article", title=hit.title, description=hit.about, send_message=message
    )
