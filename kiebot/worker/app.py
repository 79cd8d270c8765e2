"""The worker process: Huey's consumer, the poller and the sweeps, from start to an orderly stop."""

from __future__ import annotations

import logging
import secrets
import signal
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from kiebot import logs
from kiebot.catalog import loading
from kiebot.config import Config
from kiebot.confined.runner import Confined
from kiebot.documents import ReadingLimits
from kiebot.errors import OperatorFault
from kiebot.http.client import HttpClient
from kiebot.jobqueue import PAYMENTS, JobQueue
from kiebot.payments.lavatop import Lavatop
from kiebot.payments.lavatop_webhook import source_of
from kiebot.process import EXIT_DONE, only_one, sd_notify, under_systemd, wait_while_held, watchdog_every_s
from kiebot.providers.base import Provider
from kiebot.providers.kie import Kie
from kiebot.providers.openai_audio import Server, Speaker, Transcriber
from kiebot.providers.openai_text import TextModel
from kiebot.services import delivery, film_studio, room
from kiebot.services.catalogue import LiveCatalogue
from kiebot.services.film_studio import Studio
from kiebot.services.incident_watch import watched
from kiebot.services.pricing import Tariff
from kiebot.store import heartbeats, jobs
from kiebot.store.db import StoreError, close_store, open_store
from kiebot.store.wake import Bell, listen, socket_path
from kiebot.worker.broadcasts import Pump
from kiebot.worker.loop import LoopThread
from kiebot.worker.poller import Poller
from kiebot.worker.runner import Runner, Step, Steps
from kiebot.worker.sweeps import Keep, Sweeps
from kiebot.worker.tasks.aloud import SpeechTasks
from kiebot.worker.tasks.documents import DocumentTasks
from kiebot.worker.tasks.export import ExportTasks
from kiebot.worker.tasks.film import FilmTasks
from kiebot.worker.tasks.film_script import ScriptTasks
from kiebot.worker.tasks.generation import GenerationTasks
from kiebot.worker.tasks.lavatop import Cashier, Terms
from kiebot.worker.tasks.lengths import Lengths
from kiebot.worker.tasks.links import LinkTasks
from kiebot.worker.tasks.results import Storage
from kiebot.worker.tasks.voices import VoiceTasks
from kiebot.worker.turns import Turns

log = logging.getLogger(__name__)

CHECK_THREADS_S = 10.0
STUCK_AFTER_S = 60.0  # a poller or sweep that shows no life for so long is not reported alive to systemd
HTTP_TIMEOUT_S = 20.0  # shorter than the consumer's patience: an orderly stop leaves no order half sent


def main(config: Config) -> int:
    """Work until SIGTERM or SIGINT. Returns the exit code."""
    logs.set_up("worker", config)
    try:
        with only_one("worker", config.data_dir), watched("worker"):
            Worker(config).run()
    except OperatorFault as fault:
        log.error("worker not started: %s", fault)
        return fault.exit_code
    return EXIT_DONE


class Worker:
    """Everything the process consists of, bound together once."""

    def __init__(self, config: Config) -> None:
        open_store(config.data_dir, migrate=not under_systemd())
        delivery.bind_bell(Bell(socket_path(config.data_dir, "bot")).ring)
        room.bind(config.data_dir, config.media.min_free_gb)
        boot_id = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._loop = LoopThread()
        self._loop.start()
        self._queue = JobQueue(config.data_dir, config.queue.url)
        self._http = self._loop.run(_client())
        providers = _providers(config, self._http)
        self._catalogue = LiveCatalogue(loading.load())
        tariff = Tariff(config.billing)
        speaks = bool(config.speech.base_url)
        film_studio.bind(Studio(config.film, config.limits, tariff, self._catalogue, self._queue, config.data_dir, speaks))
        self._poller = self._loop.run(_poller(providers, self._queue, config))
        self._cashier = self._loop.run(_cashier(config, self._http))
        days = config.retention
        keep = Keep(config.media.keep_hours, config.media.max_gb * 2**30, days.documents_days, days.chat_days)
        self._sweeps = Sweeps(boot_id, self._queue, config.data_dir, keep)
        self._pump = Pump(config.broadcast.per_second, config.timezone)
        ring_poller = partial(self._loop.call, self._poller.ring)
        self._writer = _writer(config)
        turns = Turns(jobs.LOCAL, boot_id, self._queue)
        runner = Runner(self._steps(config, providers, ring_poller, turns), boot_id, ring_poller, self._stopping)
        self._consumer = self._queue.consumer(runner.run, config.worker.threads)

    def _steps(self, config: Config, providers: Mapping[str, Provider], ring_poller: Callable[[], None], turns: Turns) -> Steps:
        confined = Confined(socket=config.media.socket)
        storage = Storage(self._loop, confined, frozenset(config.media.allowed_hosts))
        generation = GenerationTasks(
            catalogue=self._catalogue,
            providers=providers,
            loop=self._loop,
            storage=storage,
            lengths=self._lengths(config, confined),
            queue=self._queue,
            data_dir=config.data_dir,
            on_running=ring_poller,
            callback_url=config.kie.callback_url,
            stopping=self._stopping,
        )
        limits = ReadingLimits(max_bytes=config.limits.document_mb << 20, max_pages=config.limits.document_pages)
        keep = config.documents.keep_originals
        reading = DocumentTasks(confined=confined, limits=limits, queue=self._queue, keep_originals=keep)
        exporting = ExportTasks(config.data_dir)
        own = generation.steps() | reading.steps() | exporting.steps()
        return own | self._link_steps(config) | self._sound_steps(config, confined) | self._film_steps(config, confined, turns)

    def _lengths(self, config: Config, confined: Confined) -> Lengths:
        most_bytes, own = config.limits.upload_mb << 20, frozenset(config.media.allowed_hosts)
        return Lengths(self._loop, confined, Tariff(config.billing), config.data_dir, most_bytes, own)

    def _link_steps(self, config: Config) -> dict[tuple[str, str], Step]:
        most_bytes, own = config.limits.upload_mb << 20, frozenset(config.media.allowed_hosts)
        return LinkTasks(loop=self._loop, data_dir=config.data_dir, most_bytes=most_bytes, allowed_hosts=own).steps()

    def _sound_steps(self, config: Config, confined: Confined) -> dict[tuple[str, str], Step]:
        heard = config.transcription
        ear = Server(heard.base_url, heard.api_key.get_secret_value(), heard.model)
        transcriber, speaker = Transcriber(self._http, ear, heard.language), self._speaker(config)
        listening = VoiceTasks(confined=confined, transcriber=transcriber, loop=self._loop, queue=self._queue)
        speaking = SpeechTasks(confined=confined, speaker=speaker, loop=self._loop, data_dir=config.data_dir)
        return listening.steps() | speaking.steps()

    def _speaker(self, config: Config) -> Speaker:
        mouth = Server(config.speech.base_url, config.speech.api_key.get_secret_value(), config.speech.model)
        return Speaker(self._http, mouth, config.speech.voice)

    def _film_steps(self, config: Config, confined: Confined, turns: Turns) -> dict[tuple[str, str], Step]:
        writing = ScriptTasks(model=self._writer, loop=self._loop, instructions=config.film.script_instructions)
        making = FilmTasks(
            confined=confined,
            speaker=self._speaker(config),
            loop=self._loop,
            scripts=writing.works(),
            turns=turns,
            stopping=self._stopping,
        )
        return making.steps()

    def run(self) -> None:
        """Heal what the last life left, then work until somebody says stop."""
        wait_while_held()
        self._sweeps.heal()
        self._loop.begin(self._poller.run())
        taking_money = self._loop.begin(self._cashier.run()) if self._cashier is not None else None
        self._consumer.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        self._sweeps.start()
        self._pump.start()
        sd_notify("READY=1")
        log.info("worker ready")
        self._watch()
        sd_notify("STOPPING=1")
        log.info("worker stopping")
        self._consumer.stop()
        self._sweeps.stop()
        self._pump.stop()
        if self._cashier is not None and taking_money is not None:
            self._loop.call(self._cashier.stop)
            taking_money.result()
        self._loop.run(self._writer.aclose())
        self._loop.run(self._http.aclose())
        self._loop.stop()
        self._queue.close()
        close_store()

    def _watch(self) -> None:
        """Report life to systemd while all parts show it, and replace threads that died."""
        every_s = min(watchdog_every_s() or CHECK_THREADS_S, CHECK_THREADS_S)
        _show_life()
        while not self._stopping.wait(every_s):
            self._consumer.check()
            if max(self._silent_for()) < STUCK_AFTER_S:
                sd_notify("WATCHDOG=1")
                _show_life()
            else:
                log.error("worker stuck poller=%.0fs sweeps=%.0fs broadcasts=%.0fs payments=%.0fs", *self._silent_for())

    def _silent_for(self) -> tuple[float, float, float, float]:
        now = time.monotonic()
        payments = now if self._cashier is None else self._cashier.beat
        return now - self._poller.beat, now - self._sweeps.beat, now - self._pump.beat, now - payments


def _show_life() -> None:
    try:
        heartbeats.beat("worker")
    except StoreError as error:  # what else waits for the store says more about it
        log.warning("no heartbeat written: %s", error)


async def _client() -> HttpClient:
    return HttpClient(timeout_s=HTTP_TIMEOUT_S)


async def _poller(providers: Mapping[str, Provider], queue: JobQueue, config: Config) -> Poller:
    return Poller(providers, queue, config.data_dir)


async def _cashier(config: Config, http: HttpClient) -> Cashier | None:
    """Who asks lava.top, when it is configured; also while nothing is sold, since what was offered before may still be paid."""
    section = config.payments.lavatop
    api_key = section.api_key.get_secret_value()
    if not api_key:
        return None
    terms = Terms(section.offer_id, section.email, source_of(config.telegram.bot_token.get_secret_value()))
    return Cashier(Lavatop(http, api_key, section.base_url), terms, listen(socket_path(config.data_dir, PAYMENTS)))


def _writer(config: Config) -> TextModel:
    """Who writes the scripts of films."""
    text, model = config.text, config.film.script_model or config.text.model
    return TextModel(text.base_url, text.api_key.get_secret_value(), model, timeout_s=text.timeout_s)


def _providers(config: Config, http: HttpClient) -> dict[str, Provider]:
    """All providers by the names that the catalogue uses."""
    kie = Kie(http, config.kie.api_key.get_secret_value(), config.kie.base_url)
    return {kie.name: kie}
