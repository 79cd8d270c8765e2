"""Sending: texts, media, albums, forwards, drafts."""

from __future__ import annotations

import random
from typing import Any

from pyrogram.raw import functions as F
from pyrogram.raw import types as T

from kiebot.sandbox.telegram import composing, text
from kiebot.sandbox.telegram.calls import Call, handles
from kiebot.sandbox.telegram.composing import Place
from kiebot.sandbox.telegram.methods.rich import rich_message
from kiebot.sandbox.telegram.office import Sent
from kiebot.sandbox.telegram.peers import Group, Peer, User, is_channel
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.tl import Refused
from kiebot.sandbox.telegram.updates import message_update, peers_in

_ALBUM_SIZES = range(2, 11)
_UPLOADED = (T.InputMediaUploadedPhoto, T.InputMediaUploadedDocument)  # an album wants what messages.UploadMedia took before
_FORWARD_LIMIT = 100


@handles(F.messages.SendMessage)
def send_message(call: Call, query: Any) -> Any:
    to = _addressee(call, query)
    repeated = _repeated(call, to, [query.random_id])
    if repeated is not None:
        return repeated
    rich = rich_message(call, query.rich_message) if query.rich_message else None
    if rich is None and not query.message.strip():
        raise Refused(400, "MESSAGE_EMPTY")
    text.check_length(query.message)
    fields = _common(call, query)
    call.centre.pace.spend(call.me.id, to.id)
    sent = composing.send(
        call.centre, call.me, to, query.message, place=_place(call, to, query), by=call.session, rich_message=rich, **fields
    )
    return _answer(call, to, [(sent, query.random_id)])


@handles(F.messages.SendMedia)
def send_media(call: Call, query: Any) -> Any:
    to = _addressee(call, query)
    repeated = _repeated(call, to, [query.random_id])
    if repeated is not None:
        return repeated
    text.check_length(query.message, text.CAPTION_LIMIT)
    fields = _common(call, query)
    place = _place(call, to, query)
    call.centre.pace.spend(call.me.id, to.id)
    sent = composing.send(
        call.centre,
        call.me,
        to,
        query.message,
        place=place,
        by=call.session,
        payload=getattr(query.media, "payload", None),
        media=call.centre.media.taken(call.me, query.media),
        **_with_pay_button(query.media, fields),
    )
    return _answer(call, to, [(sent, query.random_id)])


def _with_pay_button(media: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """An invoice without a keyboard gets the button that pays it."""
    if isinstance(media, T.InputMediaInvoice) and fields["reply_markup"] is None:
        button = T.KeyboardInlineButton(text="Pay", type=T.InlineButtonTypeBuy())
        fields["reply_markup"] = T.ReplyInlineMarkup(rows=[T.KeyboardInlineButtonRow(buttons=[button])])
    return fields


@handles(F.messages.UploadMedia)
def upload_media(call: Call, query: Any) -> Any:
    return call.centre.media.taken(call.me, query.media)


@handles(F.messages.SendMultiMedia)
def send_album(call: Call, query: Any) -> Any:
    to = _addressee(call, query)
    repeated = _repeated(call, to, [item.random_id for item in query.multi_media])
    if repeated is not None:
        return repeated
    if len(query.multi_media) not in _ALBUM_SIZES:
        raise Refused(400, "MULTI_MEDIA_TOO_LONG" if len(query.multi_media) > 1 else "MEDIA_EMPTY")
    if any(isinstance(item.media, _UPLOADED) for item in query.multi_media):
        raise Refused(400, "MEDIA_INVALID")
    place = _place(call, to, query)
    for item in query.multi_media:
        text.check_length(item.message, text.CAPTION_LIMIT)
    taken = [(item, call.centre.media.taken(call.me, item.media)) for item in query.multi_media]
    call.centre.pace.spend(call.me.id, to.id)
    album = random.getrandbits(60)
    sent = []
    for item, media in taken:
        entities = text.entities_for(item.message, item.entities, call.centre.peers)
        fields = {"media": media, "entities": entities, "grouped_id": album, "silent": query.silent}
        sent.append(
            (composing.send(call.centre, call.me, to, item.message, place=place, by=call.session, **fields), item.random_id)
        )
    return _answer(call, to, sent)


@handles(F.messages.ForwardMessages)
def forward_messages(call: Call, query: Any) -> Any:
    to, source = call.peer(query.to_peer), call.peer(query.from_peer)
    composing.check_may_write(call.centre, call.me, to)
    repeated = _repeated(call, to, query.random_id)
    if repeated is not None:
        return repeated
    if not query.id or len(query.id) > _FORWARD_LIMIT:
        raise Refused(400, "MESSAGE_IDS_EMPTY")
    found = [call.post(source.id, message_id) for message_id in query.id]
    if any(not isinstance(post.content, T.Message) for post in found):
        raise Refused(400, "MESSAGE_ID_INVALID")
    place = composing.place_in(call.centre, call.me, to, topic=query.top_msg_id or 0)
    call.centre.pace.spend(call.me.id, to.id)
    albums: dict[int, int] = {}
    sent = [
        (forward(call, to, post, place, albums, query), random_id) for post, random_id in zip(found, query.random_id, strict=True)
    ]
    return _answer(call, to, sent)


def forward(call: Call, to: Peer, post: Post, place: Place, albums: dict[int, int], query: Any) -> Sent:
    """A forwarded message names its first author; a copied one (drop_author) does not. Albums stay together."""
    content = post.content
    fields = {"media": content.media, "entities": content.entities, "silent": query.silent, "rich_message": content.rich_message}
    if not query.drop_author:
        fields["fwd_from"] = content.fwd_from or T.MessageFwdHeader(date=content.date, from_id=content.from_id)
    if content.grouped_id:
        fields["grouped_id"] = albums.setdefault(content.grouped_id, random.getrandbits(60))
    words = "" if query.drop_media_captions and content.media else content.message
    return composing.send(call.centre, call.me, to, words, place=place, by=call.session, **fields)


@handles(F.messages.SetTyping)
def set_typing(call: Call, query: Any) -> bool:
    to = call.peer(query.peer)
    composing.check_may_write(call.centre, call.me, to)
    action = query.action
    drafts = (T.SendMessageTextDraftAction, T.InputSendMessageRichMessageDraftAction)
    if isinstance(action, drafts):
        if call.centre.pace.drafts_too:
            call.centre.pace.spend(call.me.id, to.id)
        _show_draft(call, to, query)
        return True
    readers = to.members if isinstance(to, Group) else {to.id: ""}
    update = _typing_update(call, to, action, query.top_msg_id)
    call.centre.office.tell((reader for reader in readers if reader != call.me.id), update, {call.me.id, to.id})
    call.centre.typing(call.me, to, type(action).__name__, query.top_msg_id)
    return True


def _typing_update(call: Call, to: Peer, action: Any, topic: int | None) -> Any:
    if isinstance(to, User):
        return T.UpdateUserTyping(user_id=call.me.id, action=action, top_msg_id=topic)
    if is_channel(to.id):
        peer = T.PeerUser(user_id=call.me.id)
        return T.UpdateChannelUserTyping(channel_id=-to.id - 10**12, from_id=peer, action=action, top_msg_id=topic)
    return T.UpdateChatUserTyping(chat_id=-to.id, from_id=T.PeerUser(user_id=call.me.id), action=action)


def _show_draft(call: Call, to: Peer, query: Any) -> None:
    action = query.action
    if not isinstance(to, User) or not call.me.is_bot or to.is_bot:
        raise Refused(400, "TEXTDRAFT_PEER_INVALID")
    if not action.random_id:
        raise Refused(400, "RANDOM_ID_EMPTY")
    if isinstance(action, T.InputSendMessageRichMessageDraftAction):
        rich = rich_message(call, action.rich_message)
        shown = T.SendMessageRichMessageDraftAction(random_id=action.random_id, rich_message=rich, can_stop=action.can_stop)
        call.centre.draft(call.me, to, action, None, rich, query.top_msg_id)
    else:
        text.check_length(action.text.text)
        words = T.TextWithEntities(
            text=action.text.text, entities=text.entities_for(action.text.text, action.text.entities, call.centre.peers)
        )
        shown = T.SendMessageTextDraftAction(random_id=action.random_id, text=words, can_stop=action.can_stop)
        call.centre.draft(call.me, to, action, words, None, query.top_msg_id)
    update = T.UpdateUserTyping(user_id=call.me.id, action=shown, top_msg_id=query.top_msg_id)
    call.centre.updates.push(to.id, [update], {call.me.id})


def _addressee(call: Call, query: Any) -> Peer:
    to = call.peer(query.peer)
    composing.check_may_write(call.centre, call.me, to)
    return to


def _common(call: Call, query: Any) -> dict[str, Any]:
    text.check_markup(query.reply_markup)
    return {
        "entities": text.entities_for(query.message, query.entities, call.centre.peers),
        "reply_markup": query.reply_markup,
        "silent": query.silent,
        "noforwards": query.noforwards,
        "invert_media": query.invert_media,
        "effect": query.effect,
    }


def _place(call: Call, to: Peer, query: Any) -> Place:
    asked = query.reply_to
    if not isinstance(asked, T.InputReplyToMessage):
        return composing.place_in(call.centre, call.me, to)
    return composing.place_in(call.centre, call.me, to, asked.reply_to_msg_id or 0, asked.top_msg_id or 0, asked)


def _answer(call: Call, to: Peer, sent: list[tuple[Sent, int]], pts_count: int = 1) -> Any:
    """What the sender gets: the id of every message it numbered, then the messages themselves."""
    numbers, news, people = [], [], {to.id}
    for (post, pts), random_id in sent:
        call.centre.boxes.note_random_id(call.me.id, random_id, post)
        numbers.append(T.UpdateMessageID(id=post.id_for(call.me.id), random_id=random_id))
        news.append(message_update("new", post, call.me.id, pts, pts_count))
        people |= peers_in(post)
    return call.envelope([*numbers, *news], people)


def _repeated(call: Call, to: Peer, random_ids: list[int]) -> Any | None:
    """The answer to a call whose random id was used before: the first message again, or RANDOM_ID_DUPLICATE."""
    boxes = call.centre.boxes
    if not any(boxes.was_sent(call.me.id, random_id) for random_id in random_ids):
        return None
    found = [boxes.sent_with(call.me.id, random_id) for random_id in random_ids]
    if call.centre.duplicates != "repeat" or None in found:
        raise Refused(int(call.centre.duplicates) if call.centre.duplicates != "repeat" else 500, "RANDOM_ID_DUPLICATE")
    pts = boxes.box_for(call.me.id, to.id).pts
    again = [(Sent(post, pts), random_id) for post, random_id in zip(found, random_ids, strict=True) if post is not None]
    return _answer(call, to, again, pts_count=0)
