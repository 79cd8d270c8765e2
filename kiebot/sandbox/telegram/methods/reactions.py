"""Reactions and polls."""

from __future__ import annotations

from typing import Any

from pyrogram.raw import functions as F
from pyrogram.raw import types as T

from kiebot.sandbox.telegram.calls import Call, handles
from kiebot.sandbox.telegram.opinions import react, results_update, vote
from kiebot.sandbox.telegram.peers import peer_tl


@handles(F.messages.SendReaction)
def send_reaction(call: Call, query: Any) -> Any:
    to = call.peer(query.peer)
    post = call.post(to.id, query.msg_id)
    react(call.centre, call.me, post, query.reaction or [])
    update = T.UpdateMessageReactions(
        peer=peer_tl(to.id), msg_id=query.msg_id, reactions=post.content.reactions or T.MessageReactions(results=[])
    )
    return call.envelope([update], {to.id})


@handles(F.messages.SendVote)
def send_vote(call: Call, query: Any) -> Any:
    post = call.post(call.peer(query.peer).id, query.msg_id)
    vote(call.centre, call.me, post, query.options)
    return call.envelope([results_update(post)])


@handles(F.messages.GetPollResults)
def get_poll_results(call: Call, query: Any) -> Any:
    return call.envelope([results_update(call.post(call.peer(query.peer).id, query.msg_id))])
