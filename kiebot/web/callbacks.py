"""Callbacks of providers: a stranger's POST, worth at most "look at this job now"."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kiebot.jobqueue import JobQueue
from kiebot.providers.kie_callback import CallbackRefused, read_callback
from kiebot.services import sending
from kiebot.store.db import close_store

log = logging.getLogger(__name__)

LONGEST_BODY_BYTES = 256 * 1024  # a record of KIE holds the order and the result: some kilobytes
STATUS_OF = {"body": 400, "signature": 401, "age": 401}


class KieCallbacks:
    """`POST /callback/kie/{token}`: the token names the job, the signature (when a key is configured) says that it is KIE.

    Whether the callback is true does not matter: the job is read again from KIE. A job that is looked at soon anyway, that has
    ended or that nobody knows changes nothing, so storms and forgeries cost a look into an index.
    """

    def __init__(self, queue: JobQueue, webhook_key: str) -> None:
        self._queue = queue
        self._webhook_key = webhook_key

    def route(self) -> Route:
        """Where it is served."""
        return Route("/callback/kie/{token:str}", self._receive, methods=["POST"])

    async def _receive(self, request: Request) -> Response:
        body = await read_body(request, LONGEST_BODY_BYTES)
        if body is None:
            return PlainTextResponse("too large\n", 413)
        try:
            hint = read_callback(request.headers, body, self._webhook_key)
        except CallbackRefused as refused:
            log.info("callback refused reason=%s", refused.reason)
            return PlainTextResponse("refused\n", STATUS_OF[refused.reason])
        looked = await run_in_threadpool(then_closed, lambda: self._look(request.path_params["token"], hint.remote_id))
        log.info("callback taken signed=%s looked=%s", hint.signed, looked)
        return PlainTextResponse("ok\n")  # the same for a token that nobody knows: there is nothing to find out here

    def _look(self, token: str, task_id: str) -> bool:
        return sending.called_back(token, task_id, queue=self._queue)


async def read_body(request: Request, most_bytes: int) -> bytes | None:
    """The body, or None when it is too large: no more than the limit is ever held."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most_bytes:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def then_closed(work: Callable[[], bool]) -> bool:
    """Requests run on many threads: none of them keeps a connection."""
    try:
        return work()
    finally:
        close_store()
