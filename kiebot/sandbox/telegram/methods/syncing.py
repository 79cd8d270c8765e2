"""State and difference: what a client asks after it was away."""

from __future__ import annotations

from typing import Any

from pyrogram.raw import functions as F
from pyrogram.raw import types as T

from kiebot.sandbox.telegram.calls import Call, handles
from kiebot.sandbox.telegram.methods.reading import dialog, state_of
from kiebot.sandbox.telegram.posts import Change
from kiebot.sandbox.telegram.tl import Refused, now
from kiebot.sandbox.telegram.updates import peers_in, update_of

SLICE = 100  # changes in one answer


@handles(F.updates.GetState)
def get_state(call: Call, query: Any) -> Any:
    return state_of(call)


@handles(F.updates.GetDifference)
def get_difference(call: Call, query: Any) -> Any:
    box = call.centre.boxes.of(call.me.id)
    changes = box.changes_after(query.pts)
    if changes is None:
        return T.updates.DifferenceTooLong(pts=box.pts)
    if not changes:
        return T.updates.DifferenceEmpty(date=now(), seq=0)
    part = changes[:SLICE]
    told = _told(call, box.owner, part)
    if len(part) < len(changes):
        return T.updates.DifferenceSlice(new_encrypted_messages=[], intermediate_state=state_of(call, part[-1].pts), **told)
    return T.updates.Difference(new_encrypted_messages=[], state=state_of(call), **told)


@handles(F.updates.GetChannelDifference)
def get_channel_difference(call: Call, query: Any) -> Any:
    group = call.member_of(query.channel)
    box = call.centre.boxes.of(group.id)
    if query.limit <= 0:
        raise Refused(400, "PERSISTENT_TIMESTAMP_INVALID")
    changes = box.changes_after(query.pts)
    if changes is None:
        return _channel_too_long(call, group.id)
    if not changes:
        return T.updates.ChannelDifferenceEmpty(pts=box.pts, final=True, timeout=30)
    part = changes[: min(query.limit, SLICE)]
    told = _told(call, group.id, part)
    final = len(part) == len(changes)
    return T.updates.ChannelDifference(pts=part[-1].pts, final=final, timeout=30, **told)


def _channel_too_long(call: Call, channel: int) -> Any:
    box = call.centre.boxes.of(channel)
    users, chats = call.centre.peers.tl({channel}, call.me.id)
    return T.updates.ChannelDifferenceTooLong(
        dialog=dialog(channel, box.last_id, box.pts), messages=[], chats=chats, users=users, final=True, timeout=30
    )


def _told(call: Call, owner: int, changes: list[Change]) -> dict[str, Any]:
    """New messages and other updates, with everybody they name. The caller's own messages are among them."""
    me = call.me.id
    new, other, people = [], [], {me}
    for change in changes:
        update = update_of(change, me, owner)
        if update is None:
            continue
        if change.kind == "new":
            new.append(update.message)
        else:
            other.append(update)
        if change.post is not None:
            people |= peers_in(change.post)
    users, chats = call.centre.peers.tl(people, me)
    return {"new_messages": new, "other_updates": other, "chats": chats, "users": users}
