"""Reading: messages by id, history, dialogs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyrogram.raw import functions as F
from pyrogram.raw import types as T

from kiebot.sandbox.telegram.calls import Call, handles
from kiebot.sandbox.telegram.peers import is_channel, peer_id_of, peer_tl
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.tl import now
from kiebot.sandbox.telegram.updates import peers_in

_HISTORY_LIMIT = 100


@handles(F.messages.GetMessages)
def get_messages(call: Call, query: Any) -> Any:
    return _by_ids(call, call.me.id, query.id)


@handles(F.channels.GetMessages)
def get_channel_messages(call: Call, query: Any) -> Any:
    return _by_ids(call, call.member_of(query.channel).id, query.id)


def _by_ids(call: Call, owner: int, ids: list[Any]) -> Any:
    found, missing = [], []
    box = call.centre.boxes.of(owner)
    for wanted in ids:
        message_id = getattr(wanted, "id", wanted)
        post = box.posts.get(message_id)
        if post is not None and isinstance(wanted, T.InputMessageReplyTo):
            message_id = post.reply_ids.get(owner, 0)
            post = box.posts.get(message_id)
        if post is None:
            missing.append(T.MessageEmpty(id=message_id))
        else:
            found.append(post)
    return messages_answer(call, found, extra=missing)


def messages_answer(
    call: Call, found: list[Post], *, extra: Iterable[Any] = (), count: int | None = None, channel: int = 0
) -> Any:
    """messages.Messages or one of its relatives, with everybody the messages name."""
    people: set[int] = {call.me.id}
    for post in found:
        people |= peers_in(post)
    users, chats = call.centre.peers.tl(people, call.me.id)
    common = {"messages": [*(post.seen_by(call.me.id) for post in found), *extra], "topics": [], "chats": chats, "users": users}
    if channel:
        return T.messages.ChannelMessages(pts=call.centre.boxes.of(channel).pts, count=count or len(found), **common)
    if count is not None and count > len(found):
        return T.messages.MessagesSlice(count=count, **common)
    return T.messages.Messages(**common)


@handles(F.messages.GetHistory)
def get_history(call: Call, query: Any) -> Any:
    return _history(call, call.peer(query.peer).id, query)


@handles(F.messages.Search)
def search(call: Call, query: Any) -> Any:
    return _history(call, call.peer(query.peer).id, query, words=query.q.casefold(), topic=query.top_msg_id or 0)


@handles(F.messages.GetReplies)
def get_replies(call: Call, query: Any) -> Any:
    return _history(call, call.peer(query.peer).id, query, topic=query.msg_id)


def _history(call: Call, peer_id: int, query: Any, *, words: str = "", topic: int = 0) -> Any:
    """One page, newest first. Negative offsets (add_offset) reach to newer messages than `offset_id`."""
    me = call.me.id
    posts = [
        post
        for post in reversed(call.centre.boxes.thread(me, peer_id).values())
        if post.id_for(me)
        and (not topic or post.topic == topic)
        and (not words or words in getattr(post.content, "message", "").casefold())
        and (not query.max_id or post.id_for(me) < query.max_id)
        and (not query.min_id or post.id_for(me) > query.min_id)
    ]
    older = 0
    if query.offset_id:
        older = next((at for at, post in enumerate(posts) if post.id_for(me) < query.offset_id), len(posts))
    start = max(0, older + query.add_offset)
    page = posts[start : start + max(0, min(query.limit, _HISTORY_LIMIT))]
    return messages_answer(call, page, count=len(posts), channel=peer_id if is_channel(peer_id) else 0)


@handles(F.messages.GetDialogs, F.messages.GetPinnedDialogs)
def get_dialogs(call: Call, query: Any) -> Any:
    if isinstance(query, F.messages.GetPinnedDialogs) or getattr(query, "folder_id", None):
        return _dialogs_answer(call, [], pinned=isinstance(query, F.messages.GetPinnedDialogs))
    tops = [(_top(call, peer_id), peer_id) for peer_id in _chats_of(call)]
    dialogs = sorted(((post, peer_id) for post, peer_id in tops if post), key=lambda item: item[0].uid, reverse=True)
    if query.offset_date:
        dialogs = [(post, peer_id) for post, peer_id in dialogs if post.content.date < query.offset_date]
    return _dialogs_answer(call, dialogs[: query.limit or _HISTORY_LIMIT])


@handles(F.messages.GetPeerDialogs)
def get_peer_dialogs(call: Call, query: Any) -> Any:
    peers = [call.peer(getattr(wanted, "peer", wanted)).id for wanted in query.peers]
    return _dialogs_answer(call, [(post, peer_id) for peer_id in peers if (post := _top(call, peer_id))], pinned=True)


def _chats_of(call: Call) -> list[int]:
    me = call.me.id
    own = [thread[0] if thread[1] == 0 else sum(thread) - me for thread in call.centre.boxes.of(me).threads]
    channels = [group.id for group in call.centre.peers.groups() if is_channel(group.id) and me in group.members]
    return own + channels


def _top(call: Call, peer_id: int) -> Post | None:
    thread = call.centre.boxes.thread(call.me.id, peer_id)
    return next((post for post in reversed(thread.values()) if post.id_for(call.me.id)), None)


def _dialogs_answer(call: Call, dialogs: list[tuple[Post, int]], *, pinned: bool = False) -> Any:
    me, boxes = call.me.id, call.centre.boxes
    people = {me}.union(*(peers_in(post) for post, _ in dialogs))
    users, chats = call.centre.peers.tl(people, me)
    common = {
        "dialogs": [
            dialog(peer_id, post.id_for(me), boxes.of(peer_id).pts if is_channel(peer_id) else None) for post, peer_id in dialogs
        ],
        "messages": [post.seen_by(me) for post, _ in dialogs],
        "chats": chats,
        "users": users,
    }
    if pinned:
        return T.messages.PeerDialogs(state=state_of(call), **common)
    return T.messages.Dialogs(**common)


def dialog(peer_id: int, top: int, pts: int | None) -> Any:
    return T.Dialog(
        peer=peer_tl(peer_id),
        top_message=top,
        read_inbox_max_id=top,
        read_outbox_max_id=top,
        unread_count=0,
        unread_mentions_count=0,
        unread_reactions_count=0,
        unread_poll_votes_count=0,
        notify_settings=T.PeerNotifySettings(),
        pts=pts,
    )


def state_of(call: Call, pts: int | None = None) -> Any:
    """updates.state of the caller."""
    box = call.centre.boxes.of(call.me.id)
    return T.updates.State(pts=box.pts if pts is None else pts, qts=box.qts, date=now(), seq=0, unread_count=0)


@handles(F.messages.ReadHistory, F.messages.ReadMessageContents, F.messages.ReadMentions, F.messages.ReadReactions)
def read_history(call: Call, query: Any) -> Any:
    """Nothing is counted as unread here, so nothing changes."""
    pts = call.centre.boxes.of(call.me.id).pts
    if isinstance(query, F.messages.ReadMentions | F.messages.ReadReactions):
        return T.messages.AffectedHistory(pts=pts, pts_count=0, offset=0)
    return T.messages.AffectedMessages(pts=pts, pts_count=0)


@handles(F.channels.ReadHistory, F.channels.ReadMessageContents)
def read_channel(call: Call, query: Any) -> bool:
    return peer_id_of(query.channel) != 0
