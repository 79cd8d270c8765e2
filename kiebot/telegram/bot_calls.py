"""Calls that are not messages, asked of the bot by the CLI, the worker and the web through a table: nobody else has the
session."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pyrogram
from pyrogram import raw
from pyrogram.errors import RPCError

from kiebot.errors import OperatorFault
from kiebot.payments.orders import STARS
from kiebot.services import payments
from kiebot.services.incidents import record
from kiebot.store import bot_calls
from kiebot.telegram import stars
from kiebot.telegram.calls import Calls
from kiebot.telegram.threads import in_reader, in_store
from kiebot.telegram.uploads import Uploads

log = logging.getLogger(__name__)

Method = Callable[[dict[str, Any]], Awaitable[Any]]
UPLOAD_KINDS = ("photo", "video", "audio", "document")


@dataclass(frozen=True, slots=True)
class _Upload:
    """What kiebot.telegram.uploads needs to know of a file: the shape of an outbox row."""

    kind: str
    payload: dict[str, Any]


class BotCalls:
    """Runs what is queued; only the methods of this list."""

    def __init__(self, client: pyrogram.Client, calls: Calls, uploads: Uploads) -> None:
        self._client = client
        self._calls = calls
        self._uploads = uploads
        self._methods: dict[str, Method] = {
            "get_me": self._get_me,
            "refund_stars": self._refund_stars,
            "list_stars": self._list_stars,
            "upload_media": self._upload_media,
        }

    async def run_queued(self) -> None:
        """Run all queued calls. One that gets no answer stays queued: each of these may safely be asked again."""
        for call in await in_reader(bot_calls.queued):
            method = self._methods.get(call.method)
            if method is None:
                await in_store(bot_calls.finish, call.id, "failed", {"error": f"unknown method {call.method}"})
                continue
            try:
                result = await method(call.arguments)
            except (RPCError, KeyError, ValueError, OperatorFault) as exc:
                log.warning("bot call failed call=%d method=%s error=%s", call.id, call.method, exc)
                await in_store(bot_calls.finish, call.id, "failed", {"error": str(exc)})
            except (TimeoutError, OSError) as exc:
                log.info("bot call unanswered call=%d method=%s error=%s", call.id, call.method, type(exc).__name__)
            except Exception as exc:  # an answer we cannot read must not keep the others waiting
                code = await in_store(record, exc, process="bot", context={"bot_call": call.id})
                log.exception("bot call failed call=%d method=%s code=%s", call.id, call.method, code)
                await in_store(bot_calls.finish, call.id, "failed", {"error": f"{exc!r}, recorded as {code}"})
            else:
                await in_store(bot_calls.finish, call.id, "done", result)

    async def _get_me(self, arguments: dict[str, Any]) -> dict[str, Any]:
        users = await self._calls.invoke(raw.functions.users.GetUsers(id=[raw.types.InputUserSelf()]))
        return {"id": users[0].id, "username": users[0].username, "name": users[0].first_name}

    async def _refund_stars(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Give a payment back and take its credits; broken off in between, both are done when it is asked again."""
        charge_id = str(arguments["charge_id"])
        new = await stars.refund(self._client, self._calls, int(arguments["user_id"]), charge_id)
        await in_store(payments.refunded, STARS, charge_id)
        return {"refunded": True, "already": not new}

    async def _list_stars(self, arguments: dict[str, Any]) -> dict[str, Any]:
        offset, limit = str(arguments.get("offset", "")), int(arguments.get("limit", stars.PAGE))
        lines, onward = await stars.page_of_list(self._calls, offset, limit)
        return {"transactions": lines, "next_offset": onward}

    async def _upload_media(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Give Telegram a file of this machine ({"path", "kind", "mime", "name", ...}) once; many messages can refer to it."""
        kind = str(arguments["kind"])
        if kind not in UPLOAD_KINDS:
            raise ValueError(f"kind must be one of {', '.join(UPLOAD_KINDS)}")
        media = await self._uploads.media(_Upload(kind, {"file": {**arguments, "path": str(arguments["path"])}}))
        file_id = self._uploads.file_id_of(await self._calls.keep(media))
        if not file_id:
            raise ValueError("Telegram took the file and gave no reference")
        return {"file_id": file_id}
