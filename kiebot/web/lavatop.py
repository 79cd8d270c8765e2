"""lava.top's webhook: whoever has its key may make one order be looked at now."""

from __future__ import annotations

import logging

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kiebot.jobqueue import JobQueue
from kiebot.payments.lavatop_webhook import WebhookRefused, has_key, read_webhook
from kiebot.services import lavatop
from kiebot.web.callbacks import read_body, then_closed

log = logging.getLogger(__name__)

LONGEST_BODY_BYTES = 64 * 1024  # a webhook is about a kilobyte


class LavatopWebhook:
    """`POST /callback/lavatop`, with the key that the operator chose in the account.

    The key is all that vouches for it, so nothing but the contract's id is taken from it: the worker asks lava.top itself. A
    contract that nobody knows is answered with 200 too, or lava.top would send it twenty times.
    """

    def __init__(self, queue: JobQueue, key: str, source: str) -> None:
        self._queue = queue
        self._key = key
        self._source = source

    def route(self) -> Route:
        """Where it is served."""
        return Route("/callback/lavatop", self._receive, methods=["POST"])

    async def _receive(self, request: Request) -> Response:
        if not has_key(request.headers, self._key):
            log.warning("webhook of lava.top refused reason=key")
            return PlainTextResponse("refused\n", 401)
        body = await read_body(request, LONGEST_BODY_BYTES)
        if body is None:
            return PlainTextResponse("too large\n", 413)
        try:
            notice = read_webhook(body)
        except WebhookRefused as refused:
            log.warning("webhook of lava.top refused reason=%s", refused)
            return PlainTextResponse("refused\n", 400)
        if self._source and notice.source not in ("", self._source):
            log.info("webhook of lava.top is for another bot contract=%s source=%s", notice.contract_id, notice.source[:80])
            return PlainTextResponse("ok\n")
        known = await run_in_threadpool(then_closed, lambda: self._look(notice.contract_id))
        log.info("webhook of lava.top taken contract=%s known=%s", notice.contract_id, known)
        return PlainTextResponse("ok\n")

    def _look(self, contract_id: str) -> bool:
        return lavatop.called_back(contract_id, queue=self._queue)
