"""What a request may contain. A wrong one is answered with the name of the field and a sentence."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from kiebot.sandbox.page.faults import RequestFault

MAX_JSON_BYTES = 4 * 1024 * 1024
MediaKind = Literal["photo", "video", "voice", "video_note", "audio", "document", "animation", "sticker"]
MEDIA_KINDS: tuple[str, ...] = get_args(MediaKind)


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would otherwise be a silent nothing."""

    model_config = ConfigDict(extra="forbid")


class NewUser(Body):
    name: str = Field(min_length=1, max_length=128)
    language_code: str = Field("en", max_length=16)
    username: str = Field("", max_length=32)


class ManyUsers(Body):
    count: int = Field(ge=1, le=100_000)


class Block(Body):
    blocked: bool = True


class NewChat(Body):
    title: str = Field(min_length=1, max_length=128)
    users: list[int] = Field(min_length=1)
    kind: Literal["group", "supergroup", "forum"] = "group"
    with_bot: bool = True


class NewTopic(Body):
    title: str = Field(min_length=1, max_length=128)


class Entity(Body):
    type: Literal[
        "bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "code", "pre", "text_link", "url", "email",
        "phone_number", "mention", "text_mention", "hashtag", "cashtag", "bot_command", "custom_emoji",
    ]  # fmt: skip
    offset: int = Field(ge=0)
    length: int = Field(ge=1)
    url: str | None = None
    language: str | None = None
    user_id: int | None = None
    collapsed: bool | None = None


class PollExtra(Body):
    question: str = Field(min_length=1, max_length=300)
    options: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(min_length=2, max_length=12)


class ContactExtra(Body):
    first_name: str = Field(min_length=1, max_length=64)
    last_name: str = Field("", max_length=64)
    phone: str = Field(min_length=1, max_length=32)
    user: int = 0


class LocationExtra(Body):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


EXTRAS: dict[str, type[Body]] = {"poll": PollExtra, "contact": ContactExtra, "location": LocationExtra}


class NewMessage(Body):
    """A post of a person. `as_user` may be left out in a private chat; `extra` holds a poll, contact or location."""

    as_user: int | None = None
    text: str = ""
    entities: list[Entity] | None = None
    kind: Literal[
        "text",
        "photo",
        "video",
        "voice",
        "video_note",
        "audio",
        "document",
        "animation",
        "sticker",
        "poll",
        "contact",
        "location",
    ] = "text"
    name: str = Field("", max_length=255)
    mime: str = Field("", max_length=127)
    duration: float = Field(0, ge=0)
    width: int = Field(0, ge=0)
    height: int = Field(0, ge=0)
    reply_to: int | None = None
    album: str | None = Field(None, max_length=64)
    forward_from: int | None = None
    topic: int | None = None
    extra: dict[str, Any] | None = None
    transcript: str = ""


class NewText(Body):
    text: str = Field(min_length=1)
    as_user: int | None = None


class Actor(Body):
    as_user: int | None = None


class Press(Body):
    message_id: int
    data: str | None = None
    button: str | None = None
    as_user: int | None = None
    timeout: float = Field(10, gt=0, le=120)


class Inline(Body):
    as_user: int
    query: str = ""
    chat: int | None = None


class InlineChoice(Body):
    chat: int
    as_user: int
    query_id: str = Field(pattern=r"^-?\d{1,20}$")
    result_id: str


class Vote(Body):
    options: list[Annotated[int, Field(ge=0, le=11)]]
    as_user: int | None = None


class NewMember(Body):
    user: int
    as_user: int


class Pay(Body):
    message_id: int
    as_user: int
    chat: int | None = None
    repeat: int = Field(1, ge=1, le=10)
    delay_s: float = Field(0, ge=0, le=600)


class Refund(Body):
    charge_id: str = Field(min_length=1, max_length=128)
    repeat: int = Field(1, ge=1, le=10)
    delay_s: float = Field(0, ge=0, le=600)


class GivenStars(Body):
    stars: int = Field(ge=1, le=1_000_000)


class Fault(Body):
    method: str = Field(min_length=1)
    action: Literal["flood_wait", "error", "delay", "drop", "cut", "cut_after", "duplicate", "late", "expire"]
    after: int = Field(0, ge=0)
    times: int = Field(1, ge=1)
    seconds: float = Field(0, ge=0)
    error: str = ""
    code: int = 400


B = TypeVar("B", bound=Body)


async def read(request: Request, shape: type[B]) -> B:
    """The request's JSON as `shape`. An empty body is an empty object."""
    return check(await read_json(request), shape)


async def read_json(request: Request) -> dict[str, Any]:
    """The request's JSON object, of bounded size."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_JSON_BYTES:
            raise RequestFault("", f"the body is larger than {MAX_JSON_BYTES} bytes", 413)
    try:
        value = json.loads(raw or b"{}")
        json.dumps(value, ensure_ascii=False).encode()  # half a character can never go over MTProto
    except (ValueError, RecursionError) as wrong:
        raise RequestFault("", f"the body is not JSON: {wrong}") from wrong
    if not isinstance(value, dict):
        raise RequestFault("", "the body must be a JSON object")
    return value


def check(value: dict[str, Any], shape: type[B], within: str = "") -> B:
    """`value` as `shape`, or the first thing that is wrong with it. `within` is the field that holds `value`."""
    try:
        return shape.model_validate(value)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise RequestFault(".".join([*filter(None, [within]), *map(str, first["loc"])]), first["msg"]) from wrong
