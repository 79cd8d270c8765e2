"""Editing, deleting and pinning."""

from __future__ import annotations

from typing import Any

from pyrogram.raw import functions as F
from pyrogram.raw import types as T

from kiebot.sandbox.telegram import text
from kiebot.sandbox.telegram.calls import Call, handles
from kiebot.sandbox.telegram.methods.rich import rich_message
from kiebot.sandbox.telegram.peers import Group, is_channel
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.tl import Refused, now
from kiebot.sandbox.telegram.updates import message_update, peers_in


@handles(F.messages.EditMessage)
def edit_message(call: Call, query: Any) -> Any:
    to = call.peer(query.peer)
    post = call.post(to.id, query.id)
    call.centre.pace.spend(call.me.id, to.id)
    pts = edit(call, post, query)
    return call.envelope([message_update("edit", post, call.me.id, pts)], peers_in(post))


@handles(F.messages.EditInlineBotMessage)
def edit_inline_message(call: Call, query: Any) -> bool:
    """A bot edits a message that a person sent through it; the access hash of the inline id is our number of the post."""
    post = call.centre.boxes.by_uid(query.id.access_hash)
    if post is None or post.content.via_bot_id != call.me.id:
        raise Refused(400, "MESSAGE_ID_INVALID")
    edit(call, post, query)
    return True


def edit(call: Call, post: Post, query: Any) -> int:
    """Apply an edit; the editor's pts after it."""
    content = post.content
    if not isinstance(content, T.Message):
        raise Refused(400, "MESSAGE_ID_INVALID")
    if call.me.id not in (post.author, content.via_bot_id):
        raise Refused(403, "MESSAGE_AUTHOR_REQUIRED")
    text.check_markup(query.reply_markup)
    wanted = _wanted(call, content, query)
    if all(_same(getattr(content, field), value) for field, value in wanted.items()):
        raise Refused(400, "MESSAGE_NOT_MODIFIED")
    for field, value in wanted.items():
        setattr(content, field, value)
    content.edit_date = now()
    return call.centre.office.edit(post, by=call.session)


def _wanted(call: Call, content: Any, query: Any) -> dict[str, Any]:
    """The fields that the edit sets. An edit without a keyboard takes the keyboard away."""
    wanted: dict[str, Any] = {"reply_markup": query.reply_markup}
    if query.media is not None:
        wanted["media"] = call.centre.media.taken(call.me, query.media)
    if getattr(query, "rich_message", None) is not None:
        wanted["rich_message"] = rich_message(call, query.rich_message)
        return wanted
    if query.message is None:
        return wanted
    has_caption = isinstance(wanted.get("media", content.media), T.MessageMediaPhoto | T.MessageMediaDocument)
    if not query.message.strip() and not has_caption:
        raise Refused(400, "MESSAGE_EMPTY")
    text.check_length(query.message, text.CAPTION_LIMIT if has_caption else text.MESSAGE_LIMIT)
    entities = text.entities_for(query.message, query.entities, call.centre.peers)
    return {**wanted, "message": query.message, "entities": entities, "rich_message": None}


def _same(old: Any, new: Any) -> bool:
    return (old or None) == (new or None)


@handles(F.messages.DeleteMessages)
def delete_messages(call: Call, query: Any) -> Any:
    box = call.centre.boxes.of(call.me.id)
    posts = [box.posts[message_id] for message_id in query.id if message_id in box.posts]
    for post in posts:
        if post.recipient < 0:
            _check_may_delete(call, call.centre.peers.group(post.recipient), post)
    call.centre.office.delete(posts, for_user=call.me.id, by=call.session)
    return T.messages.AffectedMessages(pts=box.pts, pts_count=len(posts))


@handles(F.channels.DeleteMessages)
def delete_channel_messages(call: Call, query: Any) -> Any:
    group = call.member_of(query.channel)
    box = call.centre.boxes.of(group.id)
    posts = [box.posts[message_id] for message_id in query.id if message_id in box.posts]
    for post in posts:
        _check_may_delete(call, group, post)
    call.centre.office.delete(posts, for_user=call.me.id, by=call.session)
    return T.messages.AffectedMessages(pts=box.pts, pts_count=len(posts))


def _check_may_delete(call: Call, group: Group, post: Post) -> None:
    if post.author != call.me.id and group.members.get(call.me.id) not in ("creator", "admin"):
        raise Refused(403, "MESSAGE_DELETE_FORBIDDEN")


@handles(F.messages.DeleteHistory)
def delete_history(call: Call, query: Any) -> Any:
    to = call.peer(query.peer)
    posts = list(call.centre.boxes.thread(call.me.id, to.id).values())
    call.centre.office.delete(posts, for_user=call.me.id, by=call.session)
    return T.messages.AffectedHistory(pts=call.centre.boxes.of(call.me.id).pts, pts_count=len(posts), offset=0)


@handles(F.messages.UpdatePinnedMessage)
def pin_message(call: Call, query: Any) -> Any:
    to = call.peer(query.peer)
    post = call.post(to.id, query.id)
    if isinstance(to, Group) and to.members.get(call.me.id) not in ("creator", "admin"):
        raise Refused(400, "CHAT_ADMIN_REQUIRED")
    post.content.pinned = not query.unpin
    call.centre.boxes.save(post)
    if isinstance(to, Group):
        to.pinned = 0 if query.unpin else query.id
        call.centre.peers.save(to)
    return call.envelope([_pinned_update(call, to.id, query)], {to.id})


def _pinned_update(call: Call, peer_id: int, query: Any) -> Any:
    from_box = call.centre.boxes.box_for(call.me.id, peer_id)
    pts = from_box.note("pin", None).pts
    if is_channel(peer_id):
        return T.UpdatePinnedChannelMessages(
            channel_id=-peer_id - 10**12, messages=[query.id], pts=pts, pts_count=1, pinned=not query.unpin
        )
    peer = T.PeerChat(chat_id=-peer_id) if peer_id < 0 else T.PeerUser(user_id=peer_id)
    return T.UpdatePinnedMessages(peer=peer, messages=[query.id], pts=pts, pts_count=1, pinned=not query.unpin)
