"""Updates: from a change in a box to the sessions of its reader."""

from __future__ import annotations

import asyncio
from typing import Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram import faults
from kiebot.sandbox.telegram.faults import Faults
from kiebot.sandbox.telegram.peers import Peers, bare, is_channel, peer_id_of
from kiebot.sandbox.telegram.posts import Change, Post
from kiebot.sandbox.telegram.server import Server
from kiebot.sandbox.telegram.sessions import Session
from kiebot.sandbox.telegram.tl import now


class Updates:
    """Builds updates and pushes them."""

    def __init__(self, server: Server, peers: Peers, waiting_faults: Faults) -> None:
        self._server = server
        self._peers = peers
        self._faults = waiting_faults
        self._delayed: set[asyncio.Task[None]] = set()

    def reachable(self, user_id: int) -> bool:
        return bool(self._server.sessions_of(user_id))

    def push(self, user_id: int, updates: list[Any], peer_ids: set[int], *, apart_from: Session | None = None) -> None:
        """Send updates to every session of a user, but not to the one that caused them."""
        sessions = self._server.sessions_of(user_id)
        if not sessions or sessions == [apart_from]:
            return
        data = self.envelope(user_id, updates, peer_ids).write()
        fault = self._faults.take(faults.UPDATES)
        if fault is not None:
            self._push_with_fault(sessions, data, fault)
            return
        for session in sessions:
            if session is not apart_from:
                session.send_bytes(data)

    def _push_with_fault(self, sessions: list[Session], data: bytes, fault: faults.Fault) -> None:
        if fault.action == "duplicate":
            _send(sessions, data)
            _send(sessions, data)
        elif fault.action == "delay":
            task = asyncio.create_task(_send_later(sessions, data, fault.seconds))
            self._delayed.add(task)
            task.add_done_callback(self._delayed.discard)
        elif fault.action == "cut":
            self._server.cut()
            _send(sessions, data)

    def envelope(self, viewer: int, updates: list[Any], peer_ids: set[int]) -> Any:
        users, chats = self._peers.tl(peer_ids, viewer)
        return T.Updates(updates=updates, users=users, chats=chats, date=now(), seq=0)


def _send(sessions: list[Session], data: bytes) -> None:
    for session in sessions:
        session.send_bytes(data)


async def _send_later(sessions: list[Session], data: bytes, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    _send(sessions, data)


def update_of(change: Change, viewer: int, owner: int) -> Any | None:
    """The update that tells a viewer of a change in the box of `owner`; None when its post is gone."""
    channel = is_channel(owner)
    if change.kind == "delete":
        if channel:
            return T.UpdateDeleteChannelMessages(
                channel_id=bare(owner), messages=list(change.ids), pts=change.pts, pts_count=change.span
            )
        return T.UpdateDeleteMessages(messages=list(change.ids), pts=change.pts, pts_count=change.span)
    if change.post is None or not change.post.id_for(viewer):
        return None
    return message_update(change.kind, change.post, viewer, change.pts)


def message_update(kind: str, post: Post, viewer: int, pts: int, pts_count: int = 1) -> Any:
    if is_channel(post.recipient):
        cls = T.UpdateNewChannelMessage if kind == "new" else T.UpdateEditChannelMessage
    else:
        cls = T.UpdateNewMessage if kind == "new" else T.UpdateEditMessage
    return cls(message=post.seen_by(viewer), pts=pts, pts_count=pts_count)


def peers_in(post: Post) -> set[int]:
    """Everybody a message names: they accompany it on the wire."""
    content = post.content
    found = {post.author, post.recipient}
    action = getattr(content, "action", None)
    if action is not None:
        found.update(getattr(action, "users", ()))
        found.add(getattr(action, "user_id", 0))
        if isinstance(action, T.MessageActionChatMigrateTo):
            found.add(-(10**12) - action.channel_id)
        return found
    if content.fwd_from is not None and content.fwd_from.from_id is not None:
        found.add(peer_id_of(content.fwd_from.from_id))
    if content.via_bot_id:
        found.add(content.via_bot_id)
    return found
