"""The bot process: one Pyrogram client, the intake of updates, answers, and the delivery of the outbox.

What it keeps in memory is what is going on this moment; everything else is in the store. It stops in order: no new updates,
answers that stream end (or are taken up again after the next start), calls in flight end.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pyrogram
from pyrogram import handlers, raw, types
from pyrogram.errors import RPCError

from kiebot.config import Config, missing
from kiebot.confined.runner import Confined
from kiebot.errors import OperatorFault
from kiebot.jobqueue import JobQueue
from kiebot.process import only_bot, only_one, sd_notify, under_systemd, wait_while_held, watchdog_every_s
from kiebot.providers.openai_text import TextModel
from kiebot.services import accounts, aloud, chat_settings, delivery, pictures, room
from kiebot.services.access import Rules
from kiebot.services.bonuses import Bonuses
from kiebot.services.incident_watch import watched
from kiebot.services.incoming import Incoming
from kiebot.services.metering import Meter
from kiebot.services.payments import shop_of
from kiebot.services.pricing import Tariff
from kiebot.store import heartbeats, voices
from kiebot.store.db import StoreError, close_store, open_store
from kiebot.store.wake import listen, socket_path
from kiebot.telegram.answers import Answers
from kiebot.telegram.bot_calls import BotCalls
from kiebot.telegram.calls import Calls
from kiebot.telegram.commands import set_commands
from kiebot.telegram.downloads import Downloads, kinds
from kiebot.telegram.growing import Previews
from kiebot.telegram.handlers import payments
from kiebot.telegram.handlers.desk import Desk, Effects
from kiebot.telegram.handlers.intake import Intake
from kiebot.telegram.handlers.start import on_membership, on_move
from kiebot.telegram.improver import Improver
from kiebot.telegram.inputs import InputDownloads
from kiebot.telegram.late import show_late
from kiebot.telegram.login import log_in, make_client
from kiebot.telegram.notices import answer_inline, answer_press, delete_messages
from kiebot.telegram.outbox_sender import OutboxSender
from kiebot.telegram.pace import Pace
from kiebot.telegram.pictures import Pictures, model_that_looks
from kiebot.telegram.reading import (
    client_user,
    plain_first,
    read_inline,
    read_membership,
    read_message,
    read_move,
    read_press,
    read_removal,
)
from kiebot.telegram.reconcile import Reconciler
from kiebot.telegram.rendering import speakable
from kiebot.telegram.replied import with_reply
from kiebot.telegram.stars import Paid, Refunded, Till
from kiebot.telegram.stream import UpdateStream
from kiebot.telegram.studio import open_shelf
from kiebot.telegram.threads import in_reader, in_store
from kiebot.telegram.uploads import Uploads

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

GRACE_S = 20.0
LOOK_AROUND_S = 15.0  # a wake-up that was lost costs this much
STORE_AGAIN_S = 5.0
GARBAGE_AFTER = 10_000  # objects more than went; the usual 700 have a crowd's messages looked through twelve times a hundred
VITAL = frozenset({"outbox", "save", "mend", "look-around", "watchdog"})  # the bot is no bot without these


def main(config: Config) -> int:
    """Run the bot until SIGTERM. Returns the exit code."""
    problems = missing(config)
    if problems:
        raise OperatorFault("the bot cannot start:\n" + "\n".join(f"  {problem}" for problem in problems))
    data_dir = config.data_dir.resolve()
    token = config.telegram.bot_token.get_secret_value()
    bot_id = token.partition(":")[0]
    with only_one("bot", data_dir), only_bot(int(bot_id), data_dir, config.telegram.server or ""):
        open_store(data_dir, migrate=not under_systemd())
        session = data_dir / "session"
        session.mkdir(mode=0o700, exist_ok=True)
        os.chdir(session)  # the library writes unknown_errors.txt where it stands
        try:
            with watched("bot"):
                asyncio.run(_run(config, data_dir))
        finally:
            close_store()
    return 0


async def _run(config: Config, data_dir: Path) -> None:
    bot = Bot(config, data_dir)  # the client keeps the loop in which it is made
    wait_while_held()
    accounts.keep_admins(config.telegram.admins)
    await bot.run()


class Bot:
    """All parts of the process, bound together."""

    def __init__(self, config: Config, data_dir: Path) -> None:
        self._config = config
        self._data_dir = data_dir
        self._client = make_client(config, data_dir)
        self._queue = JobQueue(data_dir, config.queue.url)
        self._model = TextModel(
            config.text.base_url, config.text.api_key.get_secret_value(), config.text.model, timeout_s=config.text.timeout_s
        )
        self._looking = model_that_looks(config, self._model)
        self._stream = UpdateStream(self._client)
        self._calls = Calls(self._client, self._stream.heard)
        self._uploads = Uploads(self._client)
        pace = Pace(config.broadcast.per_second)
        self._sender = OutboxSender(self._calls, self._uploads, pace)
        previews = Previews(self._calls, self._sender, pace)
        self._shop = shop_of(config.payments, billing=config.billing.enabled)
        self._meter = Meter(Tariff(config.billing), config.text.max_tokens, config.timezone, self._shop.sells)
        self._inputs = InputDownloads(self._client, data_dir, self._queue, config.limits.upload_mb * 2**20)
        self._answers = Answers(
            self._model,
            previews,
            prompts=self._prompts,
            context_tokens=config.text.context_tokens,
            max_tokens=config.text.max_tokens,
            end=functools.partial(aloud.end_answer, speakable=speakable, queue=self._queue, tariff=self._meter.tariff),
            pictures=Pictures(self._looking, self._inputs, Confined(socket=config.media.socket)),
            before=(self._stream.intake, previews.signs),
            meter=self._meter,
        )
        self._downloads = Downloads(self._client, data_dir, self._queue, kinds(config.limits))
        self._improver = Improver(self._model)
        self._bot_calls = BotCalls(self._client, self._calls, self._uploads)
        self._till = Till(self._calls, functools.partial(payments.judge, self._shop))
        self._stream.at_once = self._till.hear
        self._known_intake: Intake | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()
        self._look = asyncio.Event()
        self._fault: BaseException | None = None

    async def run(self) -> None:
        """From the first connection to the last saved byte."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        delivery.bind_bell(functools.partial(loop.call_soon_threadsafe, self._sender.wake))
        room.bind(self._data_dir, self._config.media.min_free_gb)
        bell = listen(socket_path(self._data_dir, "bot"))
        loop.add_reader(bell, self._rung, bell)
        self._add_handlers()
        await log_in(self._client, self._config.telegram.server or "Telegram")
        self._start(self._sender.run(), "outbox")
        self._start(self._look_around(), "look-around")
        self._start(self._catch_up(), "catch-up")
        self._start(self._stream.run(), "save")
        self._start(self._stream.mend(), "mend")
        self._start(self._watchdog(), "watchdog")
        self._start(Reconciler(self._calls, self._shop, self._config.timezone).run(), "reconcile")
        log.info("bot ready bot=%d", client_user(self._client).id)
        sd_notify("READY=1", "STATUS=connected")
        gc.freeze()  # what is loaded stays; looking through it would stop the loop for 0.1 s now and then
        gc.set_threshold(GARBAGE_AFTER)
        await self._stop.wait()
        await self._shut_down()
        if self._fault is not None:
            raise self._fault

    def _desk(self) -> Desk:
        config, me = self._config, client_user(self._client)
        return Desk(
            bot_id=me.id,
            bot_username=me.username or "",
            admins=frozenset(config.telegram.admins),
            shelf=open_shelf(config, self._meter.tariff, self._queue),
            data_dir=self._data_dir,
            queue=self._queue,
            limits=config.limits,
            text_chars=config.limits.text_chars,
            tariff=self._meter.tariff,
            speaks=bool(config.speech.base_url),
            bonuses=Bonuses.of(config.billing),
            timezone=config.timezone,
            shop=self._shop,
            broadcasts_per_s=config.broadcast.per_second,
            access=Rules.of(config.access),
            so_far=self._answers.so_far,
        )

    # -- updates ------------------------------------------------------------------------------------------------------

    def _add_handlers(self) -> None:
        """The library parses what it hands out. Presses (it would fetch the pressed message for each) and money are read raw."""
        client = self._client
        parsers = client.dispatcher.update_parsers
        for read_raw in (raw.types.UpdateBotCallbackQuery, raw.types.UpdateBotPrecheckoutQuery):
            parsers.pop(read_raw, None)
        for new in (raw.types.UpdateNewMessage, raw.types.UpdateNewChannelMessage):
            parsers[new] = plain_first(parsers[new], client)
        client.add_handler(handlers.MessageHandler(self._on_message))
        client.add_handler(handlers.EditedMessageHandler(self._on_message))
        client.add_handler(handlers.StoppedMessageGenerationHandler(self._on_stop))
        client.add_handler(handlers.RawUpdateHandler(self._on_raw), group=1)
        client.add_handler(handlers.ConnectHandler(self._on_connect))

    @property
    def _intake(self) -> Intake:
        if self._known_intake is None:  # updates come as soon as the bot knows itself, inside the client's start()
            self._known_intake = Intake(self._desk())
        return self._known_intake

    async def _on_message(self, _: pyrogram.Client, message: types.Message | Incoming | Paid | Refunded) -> None:
        with self._stream.handled():
            if isinstance(message, Paid | Refunded):
                await self._at_last(payments.take, self._intake.desk, message)
                return
            if isinstance(message, Incoming):
                await self._take_in(await with_reply(self._client, message))
                return
            me = client_user(self._client)
            if (move := read_move(message)) is not None:
                await self._at_last(on_move, move)
            elif (membership := read_membership(message, me)) is not None:
                await self._at_last(on_membership, self._intake.desk, membership)
            elif (incoming := read_message(message, me)) is not None:
                await self._take_in(await with_reply(self._client, incoming))

    async def _take_in(self, incoming: Incoming) -> None:
        if incoming.reply_to:  # a reply to a message of ours is meant for us
            await self._sender.noted(incoming.chat_id, incoming.reply_to)
        effects = await self._at_last(self._intake.message, incoming)
        self._follow(effects)
        await delete_messages(self._calls, effects)

    async def _at_last(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Write to the store, however long it cannot be written: our place in the stream of updates is not saved meanwhile, so
        whatever happens Telegram repeats the update."""
        while True:
            try:
                return await in_store(call, *args, **kwargs)
            except StoreError:
                log.exception("update waits for the store")
                await asyncio.sleep(STORE_AGAIN_S)

    def _follow(self, effects: Effects) -> None:
        for turn in effects.turns:
            self._answers.take(turn)
        for turn_id in effects.stop:
            self._answers.stop(turn_id)
        for job_id in effects.fetch:
            self._start(self._downloads.fetch(job_id), f"fetch-{job_id}")
        for file_id in effects.fetch_inputs:
            self._start(self._inputs.fetch(file_id), f"input-{file_id}")
        for form_id in effects.improve:
            self._start(self._improver.improve(self._intake.desk, form_id), f"improve-{form_id}")
        for reading in effects.readings:
            self._start(show_late(reading), "reading")

    async def _on_raw(self, _: pyrogram.Client, update: Any, users: dict[int, Any], chats: dict[int, Any]) -> None:
        gone = read_removal(update, users, client_user(self._client)) if self._client.me else None
        if gone is not None:
            with self._stream.handled():
                await self._at_last(on_membership, self._intake.desk, gone)
        if isinstance(update, raw.types.UpdateBotInlineQuery):
            await self._on_inline(update, users)
        elif isinstance(update, raw.types.UpdateBotCallbackQuery):
            await self._on_press(update, users, chats)
        elif isinstance(update, raw.types.UpdateBotPrecheckoutQuery):  # what was asked while the line was broken
            self._till.take(update, users)

    async def _on_inline(self, update: raw.types.UpdateBotInlineQuery, users: dict[int, Any]) -> None:
        query = read_inline(update, users)
        hits, onward = await in_store(self._intake.inline, query)
        await answer_inline(self._calls, query, hits, onward)

    async def _on_press(self, update: raw.types.UpdateBotCallbackQuery, users: dict[int, Any], chats: dict[int, Any]) -> None:
        with self._stream.handled():
            press = read_press(update, users, chats)
            await self._sender.noted(press.chat_id, press.message_id)
            effects = await self._at_last(self._intake.press, press)
            self._follow(effects)
        await answer_press(self._calls, press.query_id, effects)

    async def _on_stop(self, _: pyrogram.Client, stopped: types.MessageGenerationStopped) -> None:
        if stopped.chat is not None:  # the number is the person's word: only an answer of their own chat stops
            self._answers.stop(stopped.draft_id, stopped.chat.id)

    async def _on_connect(self, *_: Any) -> None:
        """After a reconnect ask for what was missed: the library does not when the server has forgotten the session."""
        if self._client.me is not None:
            self._start(self._recover(), "recover")

    async def _recover(self) -> None:
        with contextlib.suppress(RPCError, TimeoutError, OSError):  # the next reconnect, or the library's own check, asks again
            await self._client.recover_gaps()

    def _rung(self, bell: socket.socket) -> None:
        """Another process wrote something for us."""
        with contextlib.suppress(BlockingIOError):
            while bell.recv(64):
                pass
        self._sender.wake()
        self._look.set()

    async def _look_around(self) -> None:
        """What the last life left and what other processes ask: open turns and calls, at each ring and now and then."""
        while True:
            self._look.clear()
            try:
                await in_store(heartbeats.beat, "bot")
                await self._answers.take_open()
                await self._act_on_words()
                self._start(self._downloads.fetch_waiting(), "downloads")  # the worker misses a recording that was here
                self._start(self._inputs.fetch_waiting(), "inputs")  # or a file; or a job was repeated elsewhere
                await self._bot_calls.run_queued()
            except StoreError:
                log.exception("look-around without a store")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AROUND_S):
                    await self._look.wait()

    async def _act_on_words(self) -> None:
        """What people said, now that the worker has written it down."""
        for voice_id in await in_reader(voices.heard):
            self._follow(await in_store(self._intake.heard, voice_id))

    # -- background ------------------------------------------------------------------------------------------------------

    def _prompts(self, turn: Any) -> list[str]:
        """The parts of a turn's system prompt; runs in the store thread."""
        if of_prompt := pictures.instructions(turn.content):
            return [of_prompt]
        return chat_settings.prompts_for(turn, self._config.text.system_prompt)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("background task failed task=%s", task.get_name(), exc_info=task.exception())
            if task.get_name() in VITAL:
                self._fault = task.exception()
                self._stop.set()

    async def _catch_up(self) -> None:
        """Files that the last life did not fetch; then Telegram's menu."""
        await asyncio.gather(self._downloads.fetch_waiting(), self._inputs.fetch_waiting())
        with contextlib.suppress(RPCError, TimeoutError, OSError):  # the menu of the last start stays
            await set_commands(self._calls, money=self._config.billing.enabled)

    async def _watchdog(self) -> None:
        """Tell systemd that this loop is alive, from this loop."""
        every_s = watchdog_every_s()
        while every_s is not None:
            sd_notify("WATCHDOG=1")
            await asyncio.sleep(every_s)

    async def _shut_down(self) -> None:
        sd_notify("STOPPING=1")
        log.info("bot stopping")
        await self._answers.close(GRACE_S)
        await self._sender.stop(GRACE_S / 4)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(RPCError, TimeoutError, OSError):
            await self._client.stop()
        await self._uploads.end()
        await self._model.aclose()
        await self._looking.aclose()
        self._queue.close()
