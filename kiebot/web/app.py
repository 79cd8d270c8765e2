"""The web process: health for watchdogs, metrics for Prometheus, callbacks of providers. It never holds the Telegram session."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from kiebot import logs
from kiebot.config import Config
from kiebot.errors import OperatorFault
from kiebot.jobqueue import JobQueue
from kiebot.payments.lavatop_webhook import source_of
from kiebot.process import EXIT_DONE, EXIT_FAILED, only_one, sd_notify, under_systemd
from kiebot.services.incident_watch import watched
from kiebot.store.db import close_store, open_store
from kiebot.web.callbacks import KieCallbacks
from kiebot.web.health import Collector, health
from kiebot.web.lavatop import LavatopWebhook

log = logging.getLogger(__name__)

T = TypeVar("T")

STOP_WITHIN_S = 8  # requests in flight may end; systemd waits 20 s for the process
NOT_KEPT = {"cache-control": "no-store"}


def main(config: Config) -> int:
    """Serve until SIGTERM or SIGINT. Returns the exit code."""
    logs.set_up("web", config)
    try:
        with only_one("web", config.data_dir), _listening(config.web.host, config.web.port) as listener, watched("web"):
            open_store(config.data_dir, migrate=not under_systemd())
            log.info("web listens address=%s:%d", *listener.getsockname()[:2])
            queue = JobQueue(config.data_dir, config.queue.url)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: None)  # after its orderly stop uvicorn raises the signal once more, for us
            _serve(create_app(queue, config), listener)
            queue.close()
            close_store()
    except OperatorFault as fault:
        log.error("web not started: %s", fault)
        return fault.exit_code
    return EXIT_DONE


def _serve(app: Starlette, listener: socket.socket) -> None:
    """Serve until the signal. A client that dawdles does not hold up the stop: without a limit uvicorn waits for it for ever."""
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=STOP_WITHIN_S)
    uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OperatorFault(f"web.host and web.port: cannot listen on {host}:{port}: {error}", exit_code=EXIT_FAILED) from error


def _then_closed(read: Callable[[], T]) -> T:
    """Requests run on many threads: none of them keeps a connection."""
    try:
        return read()
    finally:
        close_store()


@asynccontextmanager
async def _ready(app: Starlette) -> AsyncIterator[None]:
    sd_notify("READY=1")
    yield
    sd_notify("STOPPING=1")


def create_app(queue: JobQueue, config: Config) -> Starlette:
    """The application over an open store."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector(queue))

    def show_health(request: Request) -> Response:
        well, report = _then_closed(lambda: health(queue))
        return JSONResponse(report, status_code=200 if well else 503, headers=NOT_KEPT)

    def show_metrics(request: Request) -> Response:
        return Response(_then_closed(lambda: generate_latest(registry)), media_type=CONTENT_TYPE_LATEST)

    def show_alive(request: Request) -> Response:
        return PlainTextResponse("alive\n")

    routes = [Route("/healthz", show_alive), Route("/api/health", show_health), Route("/metrics", show_metrics)]
    callbacks = KieCallbacks(queue, config.kie.webhook_key.get_secret_value())
    return Starlette(routes=[*routes, callbacks.route(), *_webhooks(queue, config)], lifespan=_ready)


def _webhooks(queue: JobQueue, config: Config) -> list[Route]:
    """Of payment systems: only those that are switched on and have a key are listened to."""
    lavatop = config.payments.lavatop
    key = lavatop.webhook_key.get_secret_value()
    if not (lavatop.enabled and key):
        return []
    return [LavatopWebhook(queue, key, source_of(config.telegram.bot_token.get_secret_value())).route()]
