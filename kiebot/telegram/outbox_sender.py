"""Outbox rows → Telegram, each exactly once.

A row goes out under the random_id it was written with. What the outcome means:
- an answer, or RANDOM_ID_DUPLICATE: delivered;
- no answer (time-out, broken line): unknown, so the same row goes out again under the same id;
- flood wait: later, never dropped;
- blocked, deactivated, no rights: the chat's rows end and the account is marked, unless the group has become a supergroup;
- it takes the place of an earlier message: that one is deleted once this one is there;
- the message replied to is gone: once more without the reply;
- a file reference expired: once more with the new one of the message that first carried the file;
- any other refusal: once more as plain text without buttons or as a plain file, then the row fails, becomes an incident, and the
  person hears of it.
Rows of one chat go one after another, a second apart, and one that has to wait holds the later ones back (a large file on its way
only those that are not more urgent); chats do not wait for each other; lanes decide who goes first. A broadcast keeps to its pace
besides: a flood wait that it meets holds all of it, but not the answers in that chat; one that Telegram refuses otherwise fails
without a word, and the pump sees how many do.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from typing import Any

from pyrogram.errors import RPCError

from kiebot.services.incidents import record
from kiebot.store import accounts, outbox
from kiebot.store.db import StoreError, utc_now
from kiebot.store.outbox import Lane
from kiebot.telegram import albums, outcomes
from kiebot.telegram.ahead import Ahead
from kiebot.telegram.arrivals import Arrivals
from kiebot.telegram.calls import Calls, Delivered, wait_of
from kiebot.telegram.keyboards import keyboard
from kiebot.telegram.pace import CHAT_GAP_S, Pace
from kiebot.telegram.pieces import pieces_of
from kiebot.telegram.rendering import Piece
from kiebot.telegram.stars import invoice_media
from kiebot.telegram.threads import Together, in_reader, in_store
from kiebot.telegram.uploads import Uploads

log = logging.getLogger(__name__)

SAFETY_POLL_S = 1.0
MOST_AT_ONCE = 64  # calls at the same time
MOST_CHATS = 1000  # being served; most of them wait for their next second
LOGGED_OUT_S = 30.0
UNREACHABLE = (
    "USER_IS_BLOCKED",
    "INPUT_USER_DEACTIVATED",
    "USER_DEACTIVATED",
    "PEER_ID_INVALID",
    "CHAT_WRITE_FORBIDDEN",
    "CHANNEL_PRIVATE",
    "CHANNEL_INVALID",
    "CHAT_ID_INVALID",
    "USER_BANNED_IN_CHANNEL",
    "CHAT_ADMIN_REQUIRED",
    "CHAT_SEND_PLAIN_FORBIDDEN",
)
NO_PLACE = ("TOPIC_CLOSED", "TOPIC_DELETED")  # the chat lives on, only this topic does not
REPLY_GONE = ("REPLY_MESSAGE_ID_INVALID", "REPLY_TO_INVALID")
MESSAGE_GONE = ("MESSAGE_ID_INVALID", "MESSAGE_EDIT_TIME_EXPIRED", "MESSAGE_AUTHOR_REQUIRED")
PAYLOAD_REFUSED_TWICE = 2
RENEWALS = 2  # of a file reference, for one row
SHOWN = ("photo", "video", "audio", "voice")  # kinds that may also go as a plain file
NOTE_WAIT_S = 3.0  # a press waits so long for its message; Telegram forgets a press after some more seconds


class OutboxSender:
    """Sends what is queued, woken by a ring and by a slow poll."""

    def __init__(self, calls: Calls, uploads: Uploads, pace: Pace) -> None:
        self._calls = calls
        self._uploads = uploads
        self._pace = pace
        self._woken = asyncio.Event()
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._arrivals = Arrivals()
        self._ahead = Ahead(self._bring, self.wake)
        self._in_flight: dict[int, asyncio.Event] = {}  # by chat: what is being sent there, until its id is written down
        self._marks = Together(outcomes.mark_sent)
        self._stopping = False

    def wake(self) -> None:
        """Look at the table now."""
        self._woken.set()

    async def run(self) -> None:
        """Send until stop() is called."""
        while not self._stopping:
            self._woken.clear()
            wait_s = await self._look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._woken.wait()

    async def stop(self, grace_s: float) -> None:
        """Send the answers that are due, let calls in flight end; what is queued besides is sent after the next start."""
        ends_at = utc_now() + grace_s
        while utc_now() < ends_at and await self._answers_due():
            self.wake()
            await asyncio.sleep(0.05)
        self._stopping = True
        self.wake()
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=max(0.0, ends_at - utc_now()))
        self._ahead.drop(self._ahead.rows())

    async def _answers_due(self) -> bool:
        heads = await in_reader(outbox.heads)
        return any(lane == Lane.ANSWER and not_before <= utc_now() for _, lane, not_before in heads)

    async def wait_sent(self, row_id: int) -> int | None:
        """The message id that a row was delivered as, once it is; None when it has none."""
        return await self._arrivals.wait(row_id)

    async def noted(self, chat_id: int, message_id: int) -> None:
        """Wait until it is written down that a message of ours is this one. It can be pressed or replied to before: Telegram
        shows the message first and answers us then."""
        in_flight = self._in_flight.get(chat_id)
        if in_flight is None or await in_reader(outbox.by_message, chat_id, message_id) is not None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(NOTE_WAIT_S):
                await in_flight.wait()

    async def _look(self) -> float:
        """Begin to serve the chats whose next row is due. Returns the seconds until the next one will be."""
        now, busy = utc_now(), frozenset(self._busy)  # a row of a busy chat may be sent before we hear of it
        try:
            if uploads := self._ahead.rows():
                self._ahead.drop(uploads - await in_reader(outbox.queued_among, uploads))
            rows, next_at = await in_reader(outbox.due, now, busy, MOST_CHATS - len(busy), self._ahead.on_the_way())
        except StoreError:
            log.exception("outbox unreadable")
            return SAFETY_POLL_S
        wait_s = min(SAFETY_POLL_S, max(0.01, next_at - now)) if next_at is not None else SAFETY_POLL_S
        for row in rows:
            if row.lane == Lane.BROADCAST and (turn_s := self._pace.broadcasts.wait_s()) != 0:  # and so do all after it
                return wait_s if turn_s is None else min(wait_s, turn_s)
            if self._ahead.begin(row):
                self.wake()  # what may go by it
            elif self._ahead.lets_pass(row):
                self._begin(row)
        return wait_s

    def _begin(self, row: Any) -> None:
        broadcast = row.lane == Lane.BROADCAST
        if broadcast:
            self._pace.broadcasts.began()
        task = asyncio.create_task(self._serve(row), name=f"outbox-{row.chat_id}")
        self._busy[row.chat_id] = task
        task.add_done_callback(functools.partial(self._served, row.chat_id, broadcast))

    def _served(self, chat_id: int, broadcast: bool, task: asyncio.Task[None]) -> None:
        if broadcast:
            self._pace.broadcasts.ended()
        self._busy.pop(chat_id, None)
        self._pace.urgent.discard(chat_id)
        if not task.cancelled() and task.exception() is not None:  # the store, if anything: the slow poll tries again
            log.error("outbox chat failed", exc_info=task.exception())
        else:
            self.wake()

    async def _serve(self, row: Any) -> None:
        """Send what is next in a chat when its second has come. It is read anew then: a newer text may have taken its place."""
        chat_id = row.chat_id
        while (wait_s := self._pace.wait_s(chat_id)) > _may_hurry_s(row):
            self._pace.urgent.add(chat_id)
            await asyncio.sleep(wait_s)
            row = await in_reader(outbox.next_of_chat, chat_id, utc_now(), self._ahead.on_the_way())
            if row is None or self._stopping or not self._ahead.lets_pass(row) or self._ahead.begin(row):
                return
        async with self._slots:
            self._called(row)
            self._pace.urgent.discard(chat_id)
            noted = self._in_flight[chat_id] = asyncio.Event()
            try:
                await self._serve_one(row)
            finally:
                del self._in_flight[chat_id]
                noted.set()
            self._called(row)  # Telegram counts from when it came there, which is before it answered

    def _called(self, row: Any) -> None:
        if not row.payload.get("quiet"):
            self._pace.called(row.chat_id)

    async def _serve_one(self, row: Any) -> None:
        """Send one row and write down what came of it: it ends, or is queued as before and perhaps has to wait."""
        try:
            delivered = await self._send(row)
        except RPCError as exc:
            await self._refused(row, exc)
        except (TimeoutError, OSError) as exc:
            log.info("outbox unknown row=%d attempts=%d error=%s", row.id, row.attempts, type(exc).__name__)
            await in_store(outbox.delay, row.id, utc_now() + min(30.0, 0.5 * 2**row.attempts), repr(exc))
        except Exception as exc:
            code = await in_store(record, exc, process="bot", context={"outbox_row": row.id, "kind": row.kind})
            log.exception("outbox row=%d failed code=%s", row.id, code)
            await self._fail(row, repr(exc), code)
        else:
            file_id = self._uploads.file_id_of(getattr(delivered.message, "media", None))
            await self._marks.put((row, delivered.message_id, file_id))
            self._arrivals.forget(row.edits_id)
            self._arrivals.tell(row.id, delivered.message_id)

    async def _send(self, row: Any) -> Delivered:
        pieces = pieces_of(row.payload, row.kind)
        if len(pieces) > 1:
            await in_store(outcomes.write_further_rows, row, pieces)
        last = len(pieces) == 1
        markup = keyboard(row.payload.get("buttons", []) if last else [], row.payload["language"])
        if row.kind == "edit":
            return await self._edit(row, pieces[0], markup)
        if row.kind == "album":
            return await albums.send(self._calls, self._uploads, row, await self._ahead.take(row))
        if row.kind == "text":
            delivered = await self._calls.send_text(
                row.chat_id, pieces[0], row.random_id, markup=markup, topic_id=row.topic_id, reply_to=row.reply_to
            )
            await self._clear_away(row)
            return delivered
        media = await self._media(row)
        return await self._calls.send_media(
            row.chat_id, media, pieces[0], row.random_id, markup=markup, topic_id=row.topic_id, reply_to=row.reply_to
        )

    async def _media(self, row: Any) -> Any:
        if row.kind == "invoice":
            return invoice_media(row.payload["invoice"], row.payload["language"])
        return await self._ahead.take(row)

    async def _bring(self, row: Any) -> Any:
        """Give Telegram the files of a row; nobody sees them yet."""
        return await (albums.keep(self._calls, self._uploads, row) if row.kind == "album" else self._uploads.media(row))

    async def _clear_away(self, row: Any) -> None:
        """The message that this one takes the place of goes. Where Telegram does not let it go any more, both stay."""
        earlier = row.payload.get("instead_of")
        message_id = await in_store(outbox.withdraw, earlier) if earlier is not None else None
        if message_id is None:
            return
        try:
            await self._calls.delete(row.chat_id, message_id)
        except (RPCError, TimeoutError, OSError) as exc:
            log.info("earlier message stays row=%d error=%s", row.id, exc)

    async def _edit(self, row: Any, piece: Piece, markup: Any) -> Delivered:
        """Change an earlier message, or send a new one when it has no known id or is gone (not for the sake of tidying up)."""
        message_id = await self._sent_before(row.edits_id)
        if message_id is not None:
            try:
                await self._calls.edit_text(row.chat_id, message_id, piece, markup=markup)
                return Delivered(message_id)
            except RPCError as exc:
                if not any(gone in str(exc) for gone in MESSAGE_GONE):
                    raise
        if row.payload.get("quiet"):
            return Delivered(None)
        return await self._calls.send_text(
            row.chat_id, piece, row.random_id, markup=markup, topic_id=row.topic_id, reply_to=row.reply_to
        )

    async def _sent_before(self, row_id: int) -> int | None:
        """The message id of a row, which is sent first if it still waits. TimeoutError: it is not known yet."""
        row = await in_reader(outbox.get, row_id)
        if row is not None and row.state == "queued":  # a less urgent lane, or it had to wait
            await self._serve_one(row)
            await asyncio.sleep(self._pace.wait_s(row.chat_id))
            self._pace.called(row.chat_id)
            row = await in_reader(outbox.get, row_id)
            if row is not None and row.state == "queued":
                raise TimeoutError("the message to be changed is not sent yet")
        return None if row is None else row.message_id

    async def _refused(self, row: Any, error: RPCError) -> None:
        wait_s = wait_of(error)
        if wait_s is not None:
            log.warning("outbox flood wait row=%d seconds=%.0f", row.id, wait_s)
            self._hold(row, wait_s)
            await in_store(outbox.delay, row.id, utc_now() + wait_s, str(error), counts=False)
            return
        if any(reason in str(error) for reason in UNREACHABLE):
            if not await self._has_moved(row):
                await in_store(outcomes.end_chat, row, str(error))
                self._arrivals.tell(row.id, None)
            return
        if any(reason in str(error) for reason in NO_PLACE):
            await self._end(row, "blocked", str(error))
            return
        if row.reply_to and any(reason in str(error) for reason in REPLY_GONE):
            await in_store(outbox.drop_reply, row.id)
            return
        if "FILE_REFERENCE" in str(error) and row.attempts < RENEWALS:
            await self._renew(row, error)
            return
        code = abs(int(error.CODE or 0))
        if code == 401:
            await in_store(record, error, process="bot", context={"outbox_row": row.id})
            await in_store(outbox.delay, row.id, utc_now() + LOGGED_OUT_S, str(error), counts=False)
            return
        if code >= 500 and row.attempts < outbox.GIVE_UP_AFTER:
            await in_store(outbox.delay, row.id, utc_now() + min(30.0, 0.5 * 2**row.attempts), str(error))
            return
        await self._plainly(row, error)

    async def _has_moved(self, row: Any) -> bool:
        """Whether the group has become a supergroup, of which we may not have heard yet: what is for it is sent there then."""
        try:
            new = await self._calls.moved_to(row.chat_id)
        except (RPCError, TimeoutError, OSError) as exc:
            log.info("not known where a group went row=%d error=%s", row.id, exc)
            return False
        if new is not None:
            await in_store(accounts.move_chat, row.chat_id, new)
        return new is not None

    def _hold(self, row: Any, wait_s: float) -> None:
        """Telegram asked to wait. In a group that may be the group's own slow mode; else broadcasts wait, and answers come first
        when it is over."""
        if row.chat_id > 0:
            self._pace.broadcasts.hold(wait_s)
        if row.lane != Lane.BROADCAST:
            self._pace.called(row.chat_id, wait_s)

    async def _renew(self, row: Any, error: RPCError) -> None:
        """Telegram's references of files expire: the message that first carried the file has a new one."""
        old = row.payload["file"].get("file_id", "")
        if "broadcast" in row.payload:
            await self._renew_post(row, old, error)
            return
        source = await in_reader(outbox.sent_as, old)
        new = await self._uploads.renewed(source.chat_id, source.message_id) if source is not None else ""
        if not new:
            await self._end(row, "failed", str(error))
            await in_store(outcomes.say_gone, row)
            return
        await in_store(outcomes.renew_file, row, old, new, str(error))

    async def _renew_post(self, row: Any, old: str, error: RPCError) -> None:
        """The file of a broadcast: its post may have a new reference already, else one of its messages gives one."""
        new, carriers = await in_reader(outcomes.file_of_post, row.payload["broadcast"])
        for chat_id, message_id in carriers if new == old else []:
            new = await self._uploads.renewed(chat_id, message_id) or old
            if new != old:
                break
        if new == old:
            await self._fail(row, str(error), "")
        else:
            await in_store(outcomes.renew_post, row, new, str(error))

    async def _plainly(self, row: Any, error: RPCError) -> None:
        """Telegram does not take it as it is: the words alone, or the file as a file, once; then give up with an incident."""
        code = await in_store(record, error, process="bot", context={"outbox_row": row.id, "kind": row.kind})
        log.error("outbox refused row=%d kind=%s error=%s code=%s", row.id, row.kind, error, code)
        if row.lane == Lane.BROADCAST:
            await self._fail(row, str(error), code)
            return
        if row.kind in SHOWN:
            await in_store(outcomes.make_file, row, str(error))
            return
        if row.kind == "album" and not row.payload.get("as_files"):
            await in_store(outcomes.send_as_files, row, str(error))
            return
        if row.kind not in ("text", "edit") or row.attempts >= PAYLOAD_REFUSED_TWICE:
            await self._fail(row, str(error), code)
            return
        await in_store(outcomes.make_plain, row, str(error))

    async def _fail(self, row: Any, error: str, code: str) -> None:
        """Nothing more is tried; the person hears that there is something they did not get."""
        await in_store(outcomes.fail_row, row, error, code)
        self._arrivals.tell(row.id, None)

    async def _end(self, row: Any, state: str, error: str) -> None:
        await in_store(outbox.end, row.id, state, error)
        self._arrivals.tell(row.id, None)


def _may_hurry_s(row: Any) -> float:
    """How much of a chat's wait a row may skip: buttons go between two messages, but not while Telegram asks us to wait."""
    return CHAT_GAP_S if row.payload.get("quiet") else 0.0
