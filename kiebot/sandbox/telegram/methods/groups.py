"""Groups, their members and topics."""

from __future__ import annotations

from typing import Any

from pyrogram.raw import functions as F
from pyrogram.raw import types as T

from kiebot.sandbox.telegram import membership
from kiebot.sandbox.telegram.calls import Call, handles
from kiebot.sandbox.telegram.membership import TOPIC_COLOUR, channel_participant, chat_participant
from kiebot.sandbox.telegram.methods.account import bot_info
from kiebot.sandbox.telegram.office import Sent
from kiebot.sandbox.telegram.peers import Group, User, bare, peer_tl
from kiebot.sandbox.telegram.tl import Refused
from kiebot.sandbox.telegram.updates import message_update, peers_in


@handles(F.messages.GetFullChat)
def get_full_chat(call: Call, query: Any) -> Any:
    group = call.centre.peers.group(-query.chat_id)
    users = [call.centre.peers.user(member) for member in group.members]
    creator = next((user_id for user_id, role in group.members.items() if role == "creator"), 0)
    listed = [chat_participant(user, group.members[user.id], creator) for user in users]
    full = T.ChatFull(
        id=query.chat_id,
        about="",
        participants=T.ChatParticipants(chat_id=query.chat_id, participants=listed, version=1),
        notify_settings=T.PeerNotifySettings(),
        bot_info=[bot_info(user, call.me) for user in users if user.is_bot],
    )
    return T.messages.ChatFull(full_chat=full, chats=[group.tl(call.me.id)], users=[user.tl(call.me.id) for user in users])


@handles(F.channels.GetFullChannel)
def get_full_channel(call: Call, query: Any) -> Any:
    group = call.member_of(query.channel)
    box = call.centre.boxes.of(group.id)
    bots = [user for member in group.members if (user := call.centre.peers.user(member)).is_bot]
    full = T.ChannelFull(
        id=bare(group.id),
        about="",
        read_inbox_max_id=box.last_id,
        read_outbox_max_id=box.last_id,
        unread_count=0,
        chat_photo=T.PhotoEmpty(id=0),
        notify_settings=T.PeerNotifySettings(),
        bot_info=[bot_info(bot, call.me) for bot in bots],
        pts=box.pts,
        can_view_participants=True,
        participants_count=len(group.members),
        pinned_msg_id=group.pinned or None,
    )
    return T.messages.ChatFull(full_chat=full, chats=[group.tl(call.me.id)], users=[bot.tl(call.me.id) for bot in bots])


@handles(F.channels.GetParticipant)
def get_participant(call: Call, query: Any) -> Any:
    group, user = call.member_of(query.channel), call.peer(query.participant)
    role = group.members.get(user.id)
    if role is None or not isinstance(user, User):
        raise Refused(400, "USER_NOT_PARTICIPANT")
    participant = channel_participant(user, role, _creator(group), call.me.id)
    users, _ = call.centre.peers.tl({user.id, _creator(group)}, call.me.id)
    return T.channels.ChannelParticipant(participant=participant, chats=[], users=users)


def _creator(group: Group) -> int:
    return next((user_id for user_id, role in group.members.items() if role == "creator"), 0)


@handles(F.channels.GetParticipants)
def get_participants(call: Call, query: Any) -> Any:
    group = call.member_of(query.channel)
    users = [call.centre.peers.user(member) for member in group.members]
    if isinstance(query.filter, T.ChannelParticipantsAdmins):
        users = [user for user in users if group.members[user.id] != "member"]
    elif isinstance(query.filter, T.ChannelParticipantsBots):
        users = [user for user in users if user.is_bot]
    elif isinstance(query.filter, T.ChannelParticipantsSearch) and query.filter.q:
        users = [user for user in users if query.filter.q.casefold() in user.name.casefold()]
    page = users[query.offset : query.offset + min(query.limit, 200)]
    listed = [channel_participant(user, group.members[user.id], _creator(group), call.me.id) for user in page]
    known, _ = call.centre.peers.tl({_creator(group), *(user.id for user in page)}, call.me.id)
    return T.channels.ChannelParticipants(count=len(users), participants=listed, chats=[], users=known)


@handles(F.messages.CreateChat)
def create_chat(call: Call, query: Any) -> Any:
    others = [user for user in map(call.peer, query.users) if isinstance(user, User)]
    group = membership.create_group(call.centre, query.title, "group", call.me, others)
    return T.messages.InvitedUsers(updates=call.envelope([], {group.id}), missing_invitees=[])


@handles(F.channels.CreateChannel)
def create_channel(call: Call, query: Any) -> Any:
    group = membership.create_group(call.centre, query.title, "forum" if query.forum else "supergroup", call.me, [])
    return call.envelope([], {group.id})


@handles(F.messages.AddChatUser)
def add_chat_user(call: Call, query: Any) -> Any:
    group, user = call.centre.peers.group(-query.chat_id), call.peer(query.user_id)
    sent = _joined(call, group, user)
    return T.messages.InvitedUsers(updates=_told(call, sent), missing_invitees=[])


@handles(F.channels.InviteToChannel)
def invite_to_channel(call: Call, query: Any) -> Any:
    group = call.member_of(query.channel)
    sent = [_joined(call, group, call.peer(wanted)) for wanted in query.users]
    return T.messages.InvitedUsers(updates=_told(call, *sent), missing_invitees=[])


def _joined(call: Call, group: Group, user: Any) -> Sent:
    if call.me.id not in group.members:
        raise Refused(403, "CHAT_WRITE_FORBIDDEN")
    return membership.add_member(call.centre, group, user, call.me, call.session)


@handles(F.messages.DeleteChatUser)
def delete_chat_user(call: Call, query: Any) -> Any:
    group, user = call.centre.peers.group(-query.chat_id), call.peer(query.user_id)
    return _told(call, _removed(call, group, user))


@handles(F.channels.LeaveChannel)
def leave_channel(call: Call, query: Any) -> Any:
    return _told(call, _removed(call, call.member_of(query.channel), call.me))


def _removed(call: Call, group: Group, user: Any) -> Sent:
    if user is not call.me and group.members.get(call.me.id) not in ("creator", "admin"):
        raise Refused(400, "CHAT_ADMIN_REQUIRED")
    return membership.remove_member(call.centre, group, user, call.me, call.session)


def _told(call: Call, *sent: Sent) -> Any:
    people: set[int] = set().union(*(peers_in(post) for post, _ in sent))
    return call.envelope([message_update("new", post, call.me.id, pts) for post, pts in sent], people)


@handles(F.messages.CreateForumTopic)
def create_topic(call: Call, query: Any) -> Any:
    group = call.member_of(query.peer)
    sent = membership.open_topic(call.centre, group, query.title, call.me, call.session)
    number = T.UpdateMessageID(id=sent.post.ids[group.id], random_id=query.random_id)
    answer = _told(call, sent)
    answer.updates.insert(0, number)
    return answer


@handles(F.messages.EditForumTopic)
def edit_topic(call: Call, query: Any) -> Any:
    group = call.member_of(query.peer)
    if query.topic_id not in group.topics:
        raise Refused(400, "TOPIC_ID_INVALID")
    topic = group.topics[query.topic_id]
    topic.update({name: getattr(query, name) for name in ("title", "closed") if getattr(query, name) is not None})
    call.centre.peers.save(group)
    return call.envelope([], {group.id})


@handles(F.messages.GetForumTopics)
def get_topics(call: Call, query: Any) -> Any:
    group = call.member_of(query.peer)
    return _topics(call, group, [topic for topic in group.topics if not query.offset_topic or topic < query.offset_topic])


@handles(F.messages.GetForumTopicsByID)
def get_topics_by_id(call: Call, query: Any) -> Any:
    return _topics(call, call.member_of(query.peer), query.topics)


def _topics(call: Call, group: Group, ids: list[int]) -> Any:
    listed = [_topic(group, topic) if topic in group.topics else T.ForumTopicDeleted(id=topic) for topic in ids]
    people = {group.id, *(group.topics[topic]["from"] for topic in ids if topic in group.topics)}
    users, chats = call.centre.peers.tl(people, call.me.id)
    pts = call.centre.boxes.of(group.id).pts
    return T.messages.ForumTopics(count=len(listed), topics=listed, messages=[], chats=chats, users=users, pts=pts)


def _topic(group: Group, topic: int) -> Any:
    fields = group.topics[topic]
    return T.ForumTopic(
        id=topic,
        date=fields["date"],
        peer=peer_tl(group.id),
        title=fields["title"],
        icon_color=TOPIC_COLOUR,
        top_message=topic,
        read_inbox_max_id=topic,
        read_outbox_max_id=topic,
        unread_count=0,
        unread_mentions_count=0,
        unread_reactions_count=0,
        unread_poll_votes_count=0,
        from_id=peer_tl(fields["from"]),
        notify_settings=T.PeerNotifySettings(),
        closed=fields.get("closed") or None,
    )
