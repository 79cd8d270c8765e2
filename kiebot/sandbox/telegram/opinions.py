"""What people think of messages: reactions, and votes in polls."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram.peers import User, peer_tl
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.tl import Refused, now

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.centre import DataCentre


def react(centre: DataCentre, user: User, post: Post, reactions: list[Any]) -> None:
    """Set a user's reactions to a message. Bots learn of it in private chats, and in groups as administrators."""
    if not isinstance(post.content, T.Message):
        raise Refused(400, "MESSAGE_ID_INVALID")
    if user.is_bot and len(reactions) > 1:
        raise Refused(400, "REACTIONS_TOO_MANY")
    given = post.content.reactions.recent_reactions if post.content.reactions else []
    old = [one.reaction for one in given if one.peer_id.user_id == user.id]
    kept = [one for one in given if one.peer_id.user_id != user.id]
    kept += [T.MessagePeerReaction(peer_id=peer_tl(user.id), date=now(), reaction=one) for one in reactions]
    counts = Counter(one.reaction.emoticon for one in kept)
    results = [T.ReactionCount(reaction=T.ReactionEmoji(emoticon=emoji), count=count) for emoji, count in counts.items()]
    post.content.reactions = T.MessageReactions(results=results, recent_reactions=kept) if kept else None
    centre.boxes.save(post)
    _tell_readers(centre, user, post, old, reactions)
    for human_side in centre.sides:
        human_side.tell_reaction(post, user, [one.emoticon for one in reactions])


def _tell_readers(centre: DataCentre, user: User, post: Post, old: list[Any], new: list[Any]) -> None:
    group = centre.peers.group(post.recipient) if post.recipient < 0 else None
    for reader_id in group.members if group else {post.author, post.recipient}:
        if reader_id == user.id or not centre.updates.reachable(reader_id):
            continue
        peer, message_id = peer_tl(post.chat_for(reader_id)), post.id_for(reader_id)
        if not centre.peers.user(reader_id).is_bot:
            reactions = post.content.reactions or T.MessageReactions(results=[])
            update = T.UpdateMessageReactions(peer=peer, msg_id=message_id, reactions=reactions)
        elif group is None or group.members[reader_id] == "admin":
            qts = centre.boxes.of(reader_id).next_qts()
            update = T.UpdateBotMessageReaction(
                peer=peer, msg_id=message_id, date=now(), actor=peer_tl(user.id), old_reactions=old, new_reactions=new, qts=qts
            )
        else:
            continue
        centre.updates.push(reader_id, [update], {user.id, *([post.recipient] if group else [])})


def vote(centre: DataCentre, user: User, post: Post, options: list[bytes]) -> None:
    """Vote in a poll, or take the vote back with no options. The bot that sent the poll is told."""
    media = getattr(post.content, "media", None)
    if not isinstance(media, T.MessageMediaPoll) or media.poll.closed:
        raise Refused(400, "MESSAGE_POLL_CLOSED" if isinstance(media, T.MessageMediaPoll) else "MESSAGE_ID_INVALID")
    known = [answer.option for answer in media.poll.answers]
    if any(option not in known for option in options) or (len(options) > 1 and not media.poll.multiple_choice):
        raise Refused(400, "OPTION_INVALID")
    votes: dict[bytes, list[Any]] = {result.option: list(result.recent_voters or []) for result in media.results.results or ()}
    for option in known:
        others = [voter for voter in votes.get(option, []) if voter.user_id != user.id]
        votes[option] = others + [peer_tl(user.id)] * (option in options)
    results = [T.PollAnswerVoters(option=option, voters=len(votes[option]), recent_voters=votes[option]) for option in known]
    people = {voter.user_id for voters in votes.values() for voter in voters}
    media.results = T.PollResults(results=results, total_voters=len(people))
    centre.boxes.save(post)
    author = centre.peers.user(post.author)
    if author.is_bot:
        _tell_author(centre, author, user, post, options)


def _tell_author(centre: DataCentre, bot: User, user: User, post: Post, options: list[bytes]) -> None:
    updates = [results_update(post)]
    poll = post.content.media.poll
    if poll.public_voters:
        positions = [index for index, answer in enumerate(poll.answers) if answer.option in options]
        qts = centre.boxes.of(bot.id).next_qts()
        updates.append(
            T.UpdateMessagePollVote(poll_id=poll.id, peer=peer_tl(user.id), options=options, positions=positions, qts=qts)
        )
    centre.updates.push(bot.id, updates, {user.id})


def results_update(post: Post) -> Any:
    media = post.content.media
    return T.UpdateMessagePoll(poll_id=media.poll.id, poll=media.poll, results=media.results)
