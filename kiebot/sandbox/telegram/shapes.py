"""The JSON shapes of the people's side (DESIGN section 12), built from what the data centre keeps.

Message ids are those of the bot's view: of its own box in private chats and basic groups, of the supergroup's box otherwise. A
message that the bot never got has a negative id.
"""

from __future__ import annotations

from typing import Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram.peers import Group, User, is_channel
from kiebot.sandbox.telegram.posts import Post

Json = dict[str, Any]

_ENTITY_NAMES = {
    T.MessageEntityBold: "bold",
    T.MessageEntityItalic: "italic",
    T.MessageEntityUnderline: "underline",
    T.MessageEntityStrike: "strikethrough",
    T.MessageEntitySpoiler: "spoiler",
    T.MessageEntityBlockquote: "blockquote",
    T.MessageEntityCode: "code",
    T.MessageEntityPre: "pre",
    T.MessageEntityTextUrl: "text_link",
    T.MessageEntityUrl: "url",
    T.MessageEntityEmail: "email",
    T.MessageEntityPhone: "phone_number",
    T.MessageEntityMention: "mention",
    T.MessageEntityMentionName: "text_mention",
    T.MessageEntityHashtag: "hashtag",
    T.MessageEntityCashtag: "cashtag",
    T.MessageEntityBotCommand: "bot_command",
    T.MessageEntityCustomEmoji: "custom_emoji",
}
_ENTITY_CLASSES = {name: cls for cls, name in _ENTITY_NAMES.items()}


def user_shape(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "language_code": user.language_code,
        "chat": user.id,
        "username": user.username,
        "phone": user.phone,
        "stars": user.stars,
    }


def group_shape(group: Group) -> Json:
    topics = [{"id": topic, "title": fields["title"]} for topic, fields in group.topics.items()]
    return {"id": group.id, "title": group.title, "kind": group.kind, "users": list(group.members), "topics": topics}


def shown_id(post: Post, bot: int) -> int:
    return post.id_for(bot) or -post.uid


def chat_of(post: Post, bot: int) -> int:
    """The chat's id on the people's side: a private chat with the bot is named by the person."""
    if post.recipient < 0:
        return post.recipient
    return post.recipient if post.author == bot else post.author


def message_shape(post: Post, bot: int) -> Json:
    content = post.content
    text = getattr(content, "message", "") or ""
    rich = getattr(content, "rich_message", None)
    return {
        "id": shown_id(post, bot),
        "chat": chat_of(post, bot),
        "from": post.author,
        "date": content.date,
        "kind": _kind(content),
        "text": rich_text(rich) if rich is not None else text,
        "entities": entities_shape(getattr(content, "entities", None)),
        "media": media_shape(getattr(content, "media", None)),
        "buttons": buttons_shape(getattr(content, "reply_markup", None)),
        "keyboard": keyboard_shape(getattr(content, "reply_markup", None)),
        "reply_to": _reply_to(post, bot),
        "edited": getattr(content, "edit_date", None),
        "topic": post.topic or None,
        "album": str(content.grouped_id) if getattr(content, "grouped_id", None) else None,
        "forward_from": _forward(content),
        "via_bot": getattr(content, "via_bot_id", None),
        "reactions": _reactions(content),
        "service": service_shape(content),
    }


def _reply_to(post: Post, bot: int) -> int | None:
    return post.reply_ids.get(post.recipient if is_channel(post.recipient) else bot)


def _forward(content: Any) -> int | None:
    header = getattr(content, "fwd_from", None)
    return getattr(header.from_id, "user_id", None) if header is not None else None


def _reactions(content: Any) -> list[Json]:
    reactions = getattr(content, "reactions", None)
    found = reactions.recent_reactions if reactions is not None else None
    return [{"from": one.peer_id.user_id, "emoji": one.reaction.emoticon} for one in found or ()]


def service_shape(content: Any) -> Json | None:
    action = getattr(content, "action", None)
    if action is None:
        return None
    fields = {
        name: getattr(action, name)
        for name in ("title", "users", "user_id", "currency", "total_amount")
        if getattr(action, name, None) is not None
    }
    if getattr(action, "charge", None) is not None:
        fields["charge_id"] = action.charge.id
    return {"type": type(action).__name__.removeprefix("MessageAction"), **fields}


def entities_shape(entities: list[Any] | None) -> list[Json]:
    shaped = []
    for entity in entities or ():
        shape = {"type": _ENTITY_NAMES.get(type(entity), "unknown"), "offset": entity.offset, "length": entity.length}
        for field in ("url", "language", "user_id", "collapsed"):
            if getattr(entity, field, None):
                shape[field] = getattr(entity, field)
        shaped.append(shape)
    return shaped


def entities_of(shapes: list[Json] | None) -> list[Any]:
    """TL entities from the JSON ones that a person's message carries."""
    found = []
    for shape in shapes or ():
        extra = {key: shape[key] for key in ("url", "language", "user_id") if key in shape}
        if shape["type"] == "pre":
            extra.setdefault("language", "")
        found.append(_ENTITY_CLASSES[shape["type"]](offset=shape["offset"], length=shape["length"], **extra))
    return found


def buttons_shape(markup: Any) -> list[list[Json]]:
    if not isinstance(markup, T.ReplyInlineMarkup):
        return []
    return [[_button(button) for button in row.buttons] for row in markup.rows]


def _button(button: Any) -> Json:
    kind = button.type
    shape: Json = {"text": button.text}
    if isinstance(kind, T.InlineButtonTypeCallback):
        shape["data"] = kind.data.decode("utf-8", "surrogateescape")
    elif isinstance(kind, T.InlineButtonTypeBuy):
        shape["pay"] = True
    elif isinstance(kind, T.InlineButtonTypeWebView):
        shape["web_app"] = kind.url
    elif isinstance(kind, T.InlineButtonTypeCopy):
        shape["copy_text"] = kind.copy_text
    elif isinstance(kind, T.InlineButtonTypeSwitchInline):
        shape["switch_inline"] = kind.query
    elif getattr(kind, "url", None):
        shape["url"] = kind.url
    return shape


def keyboard_shape(markup: Any) -> list[list[str]] | None:
    """The keyboard under the input field: rows of texts; an empty list takes it away."""
    if isinstance(markup, T.ReplyKeyboardMarkup):
        return [[button.text for button in row.buttons] for row in markup.rows]
    return [] if isinstance(markup, T.ReplyKeyboardHide) else None


def _kind(content: Any) -> str:
    if hasattr(content, "action"):
        return "service"
    media = content.media
    if isinstance(media, T.MessageMediaDocument):
        return document_kind(media.document)
    for cls, kind in _PLAIN_KINDS.items():
        if isinstance(media, cls):
            return kind
    return "text"


_PLAIN_KINDS = {
    T.MessageMediaPhoto: "photo",
    T.MessageMediaInvoice: "invoice",
    T.MessageMediaPoll: "poll",
    T.MessageMediaContact: "contact",
    T.MessageMediaGeo: "location",
    T.MessageMediaDice: "dice",
}


def document_kind(document: Any) -> str:
    kinds = {type(attribute): attribute for attribute in document.attributes}
    if T.DocumentAttributeSticker in kinds:
        return "sticker"
    if T.DocumentAttributeAnimated in kinds:
        return "animation"
    if T.DocumentAttributeVideo in kinds:
        return "video_note" if kinds[T.DocumentAttributeVideo].round_message else "video"
    if T.DocumentAttributeAudio in kinds:
        return "voice" if kinds[T.DocumentAttributeAudio].voice else "audio"
    return "document"


def media_shape(media: Any) -> Json | None:
    if isinstance(media, T.MessageMediaDocument):
        return _document_shape(media.document)
    if isinstance(media, T.MessageMediaPhoto):
        large = media.photo.sizes[-1]
        return {
            "id": media.photo.id,
            "name": f"photo{media.photo.id}.jpg",
            "mime": "image/jpeg",
            "size": large.size,
            "duration": 0,
            "width": large.w,
            "height": large.h,
        }
    if isinstance(media, T.MessageMediaInvoice):
        shown = {"title": media.title, "description": media.description, "currency": media.currency}
        return {**shown, "amount": media.total_amount, "paid": media.receipt_msg_id is not None}
    if isinstance(media, T.MessageMediaPoll):
        return _poll_shape(media)
    if isinstance(media, T.MessageMediaContact):
        return {"phone": media.phone_number, "name": f"{media.first_name} {media.last_name}".strip(), "user": media.user_id}
    if isinstance(media, T.MessageMediaGeo):
        return {"latitude": media.geo.lat, "longitude": media.geo.long}
    return {"value": media.value, "emoji": media.emoticon} if isinstance(media, T.MessageMediaDice) else None


def _document_shape(document: Any) -> Json:
    shape = {
        "id": document.id,
        "name": "",
        "mime": document.mime_type,
        "size": document.size,
        "duration": 0,
        "width": 0,
        "height": 0,
    }
    for attribute in document.attributes:
        if isinstance(attribute, T.DocumentAttributeFilename):
            shape["name"] = attribute.file_name
        if isinstance(attribute, T.DocumentAttributeAudio) and attribute.title:
            shape["title"] = attribute.title
        shape["duration"] = getattr(attribute, "duration", None) or shape["duration"]
        shape["width"] = getattr(attribute, "w", None) or shape["width"]
        shape["height"] = getattr(attribute, "h", None) or shape["height"]
    return shape


def _poll_shape(media: Any) -> Json:
    votes = {result.option: result.voters for result in media.results.results or ()}
    options = [{"text": answer.text.text, "votes": votes.get(answer.option, 0)} for answer in media.poll.answers]
    return {"question": media.poll.question.text, "options": options, "closed": bool(media.poll.closed)}


def rich_text(rich: Any) -> str:
    """The words of a rich message, one block a paragraph."""
    return "\n\n".join(part for part in (_words(block) for block in rich.blocks) if part)


def _words(node: Any) -> str:
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return "".join(_words(part) for part in node)
    fields = [
        getattr(node, name, None) for name in ("text", "texts", "caption", "blocks", "items", "rows", "cells", "title", "source")
    ]
    return "".join(_words(field) for field in fields if field is not None)
