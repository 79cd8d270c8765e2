"""The endpoints: each reads its body, asks the data centre's people and answers in JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from kiebot.sandbox.page import bodies
from kiebot.sandbox.page.events import EventHub
from kiebot.sandbox.page.faults import Json, RequestFault
from kiebot.sandbox.page.files import file_response
from kiebot.sandbox.page.uploads import Upload, receive_upload
from kiebot.sandbox.telegram.humans import Humans

AiBehaviour = Callable[[dict[str, Any]], Awaitable[None]]
Processes = Callable[[], list[dict[str, Any]]]
EVENT_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Api:
    """The HTTP API of the sandbox (DESIGN section 12)."""

    def __init__(
        self,
        humans: Humans,
        events: EventHub,
        *,
        processes: Processes,
        addresses: dict[str, str],
        ai_behaviour: AiBehaviour,
        upload_dir: Path,
    ) -> None:
        self._humans = humans
        self._events = events
        self._processes = processes
        self._addresses = addresses
        self._ai_behaviour = ai_behaviour
        self._upload_dir = upload_dir

    def routes(self) -> list[Route]:
        """The table of addresses, relative to /api."""
        chat = "/chats/{chat}"
        return [
            Route("/state", self.state, methods=["GET"]),
            Route("/events", self.events, methods=["GET"]),
            Route("/users", self.add_user, methods=["POST"]),
            Route("/users/bulk", self.add_users, methods=["POST"]),
            Route("/users/{user}/block", self.block, methods=["POST"]),
            Route("/chats", self.add_chat, methods=["POST"]),
            Route(f"{chat}/topics", self.add_topic, methods=["POST"]),
            Route(f"{chat}/messages", self.messages, methods=["GET"]),
            Route(f"{chat}/messages", self.post, methods=["POST"]),
            Route(f"{chat}/messages/{{message}}", self.edit, methods=["PATCH"]),
            Route(f"{chat}/messages/{{message}}", self.delete, methods=["DELETE"]),
            Route(f"{chat}/press", self.press, methods=["POST"]),
            Route(f"{chat}/stop_draft", self.stop_draft, methods=["POST"]),
            Route(f"{chat}/messages/{{message}}/vote", self.vote, methods=["POST"]),
            Route(f"{chat}/members", self.add_member, methods=["POST"]),
            Route(f"{chat}/members/{{user}}", self.remove_member, methods=["DELETE"]),
            Route(f"{chat}/upgrade", self.upgrade, methods=["POST"]),
            Route("/inline", self.inline, methods=["POST"]),
            Route("/inline/choose", self.choose_inline, methods=["POST"]),
            Route("/users/{user}/stars", self.give_stars, methods=["POST"]),
            Route("/users/{user}/charges", self.charges, methods=["GET"]),
            Route("/pay", self.pay, methods=["POST"]),
            Route("/refund", self.refund, methods=["POST"]),
            Route("/files/{file}", self.file, methods=["GET"]),
            Route("/faults", self.fault, methods=["POST"]),
            Route("/ai/behaviour", self.behaviour, methods=["POST"]),
        ]

    async def state(self, request: Request) -> Response:
        return Json({**self._humans.state(), "processes": self._processes(), "addresses": self._addresses})

    async def events(self, request: Request) -> Response:
        last = request.headers.get("last-event-id") or request.query_params.get("last_event_id", "")
        return StreamingResponse(self._events.stream(last), media_type="text/event-stream", headers=EVENT_HEADERS)

    async def add_user(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.NewUser)
        return self._grown(self._humans.add_user(body.name, body.language_code, body.username))

    async def add_users(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.ManyUsers)
        return self._grown(self._humans.add_users(body.count))

    async def block(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Block)
        self._humans.block(_number(request, "user"), body.blocked)
        return Json({"blocked": body.blocked})

    async def add_chat(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.NewChat)
        return self._grown(self._humans.add_chat(body.title, body.users, body.kind, body.with_bot))

    async def add_topic(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.NewTopic)
        return self._grown({"topic": self._humans.add_topic(_number(request, "chat"), body.title)})

    async def messages(self, request: Request) -> Response:
        query = request.query_params
        after, limit = _query_number(query.get("after"), "after"), _query_number(query.get("limit"), "limit")
        as_user = _query_number(query.get("as_user"), "as_user") if "as_user" in query else None
        found = self._humans.messages(_number(request, "chat"), after, as_user)
        return Json(found[-limit:] if limit else found)

    async def post(self, request: Request) -> Response:
        chat = _number(request, "chat")
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            return Json(await self._say(chat, await bodies.read(request, bodies.NewMessage), Upload()), 201)
        upload = await receive_upload(request, self._upload_dir)
        try:
            return Json(await self._say(chat, bodies.check(upload.fields, bodies.NewMessage), upload), 201)
        finally:
            upload.discard()

    async def edit(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.NewText)
        chat, message = _number(request, "chat"), _number(request, "message")
        return Json(self._humans.edit(chat, message, _actor(chat, body.as_user), body.text))

    async def delete(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Actor)
        chat, message = _number(request, "chat"), _number(request, "message")
        self._humans.delete(chat, [message], _actor(chat, body.as_user))
        return Json({"deleted": [message]})

    async def press(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Press)
        chat = _number(request, "chat")
        if (body.data is None) == (body.button is None):
            raise RequestFault("data", "say either `data` or `button`")
        answer = await self._humans.press(
            chat, body.message_id, _actor(chat, body.as_user), data=body.data, button=body.button, timeout=body.timeout
        )
        return Json(answer)

    async def stop_draft(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Actor)
        chat = _number(request, "chat")
        self._humans.stop_draft(chat, _actor(chat, body.as_user))
        return Json({"stopped": True})

    async def inline(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Inline)
        return Json(await self._humans.inline(body.as_user, body.query, body.chat))

    async def choose_inline(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.InlineChoice)
        return Json(self._humans.choose_inline(body.chat, body.as_user, body.query_id, body.result_id), 201)

    async def vote(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Vote)
        chat, message = _number(request, "chat"), _number(request, "message")
        return Json(self._humans.vote(chat, message, _actor(chat, body.as_user), body.options))

    async def add_member(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.NewMember)
        return self._grown(self._humans.add_member(_number(request, "chat"), body.user, body.as_user))

    async def remove_member(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Actor)
        chat, user = _number(request, "chat"), _number(request, "user")
        return self._changed(self._humans.remove_member(chat, user, _actor(chat, body.as_user)))

    async def upgrade(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Actor)
        chat = _number(request, "chat")
        return self._grown(self._humans.upgrade(chat, _actor(chat, body.as_user)))

    async def pay(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Pay)
        chat = body.as_user if body.chat is None else body.chat
        return Json(await self._humans.pay(chat, body.message_id, body.as_user, body.repeat, body.delay_s))

    async def refund(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Refund)
        return Json(await self._humans.refund(body.charge_id, body.repeat, body.delay_s))

    async def give_stars(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.GivenStars)
        return self._grown(self._humans.give_stars(_number(request, "user"), body.stars))

    async def charges(self, request: Request) -> Response:
        return Json(self._humans.charges(_number(request, "user")))

    async def file(self, request: Request) -> Response:
        path, mime, name = self._humans.file(_number(request, "file"))
        return file_response(path, mime, name, download="download" in request.query_params)

    async def fault(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.Fault)
        self._humans.fault(**body.model_dump())
        return Json(body.model_dump(), 201)

    async def behaviour(self, request: Request) -> Response:
        body = await bodies.read_json(request)
        try:
            await self._ai_behaviour(body)
        except ValueError as wrong:  # a wish that makes no sense; its words say why
            raise RequestFault("action", str(wrong)) from wrong
        return Json(body, 201)

    def _grown(self, answer: Any) -> Response:
        """Somebody or some place is new."""
        return self._changed(answer, 201)

    def _changed(self, answer: Any, status: int = 200) -> Response:
        """The other open pages read the state again."""
        self._events.publish({"type": "state"})
        return Json(answer, status)

    async def _say(self, chat: int, body: bodies.NewMessage, upload: Upload) -> dict[str, Any]:
        """Post one message. The words of a voice go ahead of it, so that the bot's request already finds them."""
        if body.kind in bodies.MEDIA_KINDS and upload.path is None:
            raise RequestFault("file", f"a {body.kind} needs a file")
        if body.transcript and upload.path is not None:
            await self._ai_behaviour({"service": "transcription", "sha256": upload.sha256, "text": body.transcript})
        given = body.model_dump(exclude={"as_user", "transcript", "text", "entities"})
        if body.kind in bodies.EXTRAS:
            given["extra"] = bodies.check(body.extra or {}, bodies.EXTRAS[body.kind], "extra").model_dump()
        given |= {"name": body.name or upload.name, "mime": body.mime or upload.mime, "file": upload.path}
        entities = None if body.entities is None else [entity.model_dump(exclude_none=True) for entity in body.entities]
        return self._humans.post(chat, _actor(chat, body.as_user), body.text, entities=entities, **given)


def _number(request: Request, name: str) -> int:
    """A number of the address. What is no number names nothing, so it is not found."""
    try:
        return int(request.path_params[name])
    except ValueError as wrong:
        raise RequestFault(name, f"there is no {name} {request.path_params[name]!r}", 404) from wrong


def _query_number(value: str | None, name: str) -> int:
    try:
        return int(value or 0)
    except ValueError as wrong:
        raise RequestFault(name, "must be a whole number") from wrong


def _actor(chat: int, as_user: int | None) -> int:
    """Who acts: in a private chat the person whose chat it is, in a group somebody who must be named."""
    if as_user is not None:
        return as_user
    if chat <= 0:
        raise RequestFault("as_user", "say which user acts in this group")
    return chat
