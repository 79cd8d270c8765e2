"""What the person sees while an answer grows: a draft in private chats, paced edits of a reply in groups.

A draft costs no message and has Telegram's own stop button. Where drafts are refused the answer falls back to a message that is
edited. Nothing here matters for delivery: the final text goes through the outbox, whatever became of its previews.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from pyrogram.errors import RPCError

from kiebot.i18n import text
from kiebot.services import chat
from kiebot.services.chat import STOP, TakenTurn
from kiebot.telegram.calls import Calls, wait_of
from kiebot.telegram.calm import Calm
from kiebot.telegram.keyboards import keyboard
from kiebot.telegram.outbox_sender import OutboxSender
from kiebot.telegram.pace import GROUP_EDIT_GAP_S, Pace
from kiebot.telegram.rendering import LIMIT, Piece, preview
from kiebot.telegram.threads import in_store

log = logging.getLogger(__name__)

DRAFT_GAP_S = 0.5
SIGNS_FIRST_S = 2.0
DRAFT_REFRESH_S = 20.0  # a draft fades after 30 s
MOST_REMEMBERED = 10_000
MOST_NOTE_CHARS = 100  # of what stands under an answer that grows


class Growing(Protocol):
    """The preview of one answer."""

    async def begin(self) -> None:
        """Show in words that the message was accepted and is being worked on."""

    def show(self, parts: Sequence[str]) -> None:
        """The answer so far; returns at once."""

    def waits(self, count: int) -> None:
        """So many messages of the same person wait for this answer; returns at once."""

    async def end(self) -> None:
        """Nothing more is shown."""


GrowingFactory = Callable[[TakenTurn], Growing]


class Previews:
    """Makes the right preview for each turn, and remembers where drafts are refused and whether they count as messages."""

    def __init__(self, calls: Calls, sender: OutboxSender, pace: Pace) -> None:
        self.calls = calls
        self.sender = sender
        self.pace = pace
        self.signs = Calm()  # first signs on their way
        self.no_drafts: set[int] = set()
        self.drafts_count = False  # a draft was answered with a flood wait: from then on drafts keep the chat's pace

    def refuse_drafts(self, chat_id: int) -> None:
        """Telegram takes no drafts in this chat."""
        if len(self.no_drafts) >= MOST_REMEMBERED:
            self.no_drafts.clear()
        self.no_drafts.add(chat_id)

    def __call__(self, turn: TakenTurn) -> Growing:
        """The preview of this turn's answer."""
        if turn.private and turn.chat_id not in self.no_drafts:
            return GrowingDraft(self, turn)
        return GrowingMessage(self, turn)


class Painter:
    """Shows the newest state in a task of its own, never more often than allowed."""

    gap_s = DRAFT_GAP_S

    def __init__(self, previews: Previews, turn: TakenTurn) -> None:
        self.previews = previews
        self.turn = turn
        self._parts: Sequence[str] = ()
        self._behind = 0
        self._shown = (0, 0)  # how much of the answer, and how many that wait
        self._changed = asyncio.Event()
        self._over = False
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Start painting; the first sign goes out at once."""
        name = f"preview-{self.turn.turn_id}"
        self._tasks = [asyncio.create_task(work, name=name) for work in (self._paint(), self._type())]

    def show(self, parts: Sequence[str]) -> None:
        """Remember the newest state."""
        self._parts = parts
        self._changed.set()

    def waits(self, count: int) -> None:
        """Remember how many wait. In a group each of them has a sign of its own."""
        if self.turn.private:
            self._behind = count
            self._changed.set()

    async def end(self) -> None:
        """Stop painting before the final text goes out, so that no preview follows it."""
        self._over = True
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _paint(self) -> None:
        try:
            with self.previews.signs.busy():
                await self.first_sign()
            while not self._over:
                await self._paint_next()
        except (RPCError, TimeoutError, OSError) as exc:
            log.info("preview ended turn=%d error=%s", self.turn.turn_id, exc)
        except Exception:  # the answer itself does not depend on it
            log.exception("preview failed turn=%d", self.turn.turn_id)

    async def _paint_next(self) -> None:
        started = time.monotonic()
        try:
            async with asyncio.timeout(DRAFT_REFRESH_S):
                await self._changed.wait()
        except TimeoutError:
            await self.keep_alive()
            return
        self._changed.clear()
        if self._over:
            return
        if (len(self._parts), self._behind) != self._shown:
            await self.paint(self._state())
        await asyncio.sleep(max(0.0, self.gap_s - (time.monotonic() - started)))

    def _state(self) -> Piece:
        """The answer so far, or that it is worked on; and what else waits."""
        self._shown = (len(self._parts), self._behind)
        if self._parts:
            piece = preview("".join(self._parts), LIMIT - MOST_NOTE_CHARS)
        else:
            piece = Piece(text(self.turn.language, "chat-working"))
        if not self._behind:
            return piece
        return Piece(f"{piece.text}\n\n{text(self.turn.language, 'chat-working-others', count=self._behind)}", piece.entities)

    async def _keep_pace(self) -> None:
        """Wait for the chat's next free second and take it; real messages go first."""
        while wait_s := self.previews.pace.preview_wait_s(self.turn.chat_id):  # noqa: ASYNC110 - time itself
            await asyncio.sleep(wait_s)
        self.previews.pace.called(self.turn.chat_id)

    async def first_sign(self) -> None:
        """Words that say it is accepted."""

    async def _type(self) -> None:
        """Telegram's own sign. It goes when everybody has the words, which say more: with a hundred people at once it would hold
        back those of the later ones."""
        await self.previews.signs.wait(SIGNS_FIRST_S)
        with contextlib.suppress(RPCError, TimeoutError, OSError):
            await self.previews.calls.typing(self.turn.chat_id, topic_id=self.turn.topic_id)

    async def keep_alive(self) -> None:
        """Nothing new came for long."""

    async def paint(self, piece: Piece) -> None:
        """Show a state."""
        raise AssertionError(piece)


class GrowingDraft(Painter):
    """A draft in a private chat. Falls back to a message when Telegram does not take drafts there."""

    async def first_sign(self) -> None:
        await self._draft(self._state())

    async def keep_alive(self) -> None:
        await self._draft(self._last)

    async def paint(self, piece: Piece) -> None:
        await self._draft(piece)

    async def _draft(self, piece: Piece) -> None:
        self._last = piece
        if self.previews.drafts_count:
            await self._keep_pace()
        try:
            await self.previews.calls.draft(self.turn.chat_id, self.turn.turn_id, piece, topic_id=self.turn.topic_id)
        except RPCError as exc:
            await self._refused(exc)
        if self.previews.drafts_count:
            self.previews.pace.called(self.turn.chat_id)

    async def _refused(self, error: RPCError) -> None:
        wait_s = wait_of(error)
        if wait_s is not None:
            self.previews.drafts_count = True
            self.previews.pace.called(self.turn.chat_id, wait_s)
            return
        log.warning("drafts refused chat_kind=private error=%s", error)
        self.previews.refuse_drafts(self.turn.chat_id)
        await in_store(chat.hold_place, self.turn.turn_id)
        raise error


class GrowingMessage(Painter):
    """A reply in a group that is edited into the answer."""

    gap_s = GROUP_EDIT_GAP_S

    async def first_sign(self) -> None:
        row = self.turn.placeholder
        if row is None:
            row = await in_store(chat.hold_place, self.turn.turn_id)
        self._message_id = await self.previews.sender.wait_sent(row)
        if self._message_id is None:
            raise TimeoutError("the placeholder has no known id")

    async def paint(self, piece: Piece) -> None:
        assert self._message_id is not None
        buttons = [[{"key": "chat-stop-button", "data": STOP.format(turn=self.turn.turn_id)}]]
        await self._keep_pace()
        try:
            await self.previews.calls.edit_text(
                self.turn.chat_id, self._message_id, piece, markup=keyboard(buttons, self.turn.language)
            )
        except RPCError as exc:
            wait_s = wait_of(exc) or 0.0
            if not wait_s:
                raise
            self.previews.pace.called(self.turn.chat_id, wait_s)
        else:
            self.previews.pace.called(self.turn.chat_id)
