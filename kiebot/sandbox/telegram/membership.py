"""Groups and who is in them: creation, joining, leaving, topics; with the service messages and updates that tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram import composing
from kiebot.sandbox.telegram.composing import GENERAL_TOPIC
from kiebot.sandbox.telegram.office import Sent
from kiebot.sandbox.telegram.peers import Group, User, bare, is_channel
from kiebot.sandbox.telegram.tl import Refused, now

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.centre import DataCentre
    from kiebot.sandbox.telegram.sessions import Session

TOPIC_COLOUR = 0x6FB9F0


def create_group(centre: DataCentre, title: str, kind: str, creator: User, others: list[User]) -> Group:
    """A new chat. In a basic group its first message names the members; in a supergroup they join one by one."""
    group = centre.peers.add_group(title, kind)
    group.members[creator.id] = "creator"
    if kind == "group":
        group.members.update({user.id: "member" for user in others if user is not creator})
        centre.peers.save(group)
        composing.send_service(centre, creator, group, T.MessageActionChatCreate(title=title, users=list(group.members)))
        for user in others:
            _tell_bots(centre, group, creator, user, None, "member")
        return group
    if kind == "forum":
        group.topics[GENERAL_TOPIC] = {"title": "General", "date": now(), "from": creator.id}
    centre.peers.save(group)
    composing.send_service(centre, creator, group, T.MessageActionChannelCreate(title=title))
    for user in others:
        if user is not creator:
            add_member(centre, group, user, creator)
    return group


def add_member(centre: DataCentre, group: Group, user: User, by: User, session: Session | None = None) -> Sent:
    """`by` adds a user to the group (or the user joins, when they are the same)."""
    if user.id in group.members:
        raise Refused(400, "USER_ALREADY_PARTICIPANT")
    group.members[user.id] = "member"
    centre.peers.save(group)
    sent = composing.send_service(centre, by, group, T.MessageActionChatAddUser(users=[user.id]), by=session)
    _tell_bots(centre, group, by, user, None, "member")
    return sent


def remove_member(centre: DataCentre, group: Group, user: User, by: User, session: Session | None = None) -> Sent:
    """`by` removes a user, or the user leaves. Whoever left still gets the message that says so in a basic group."""
    role = group.members.get(user.id)
    if role is None:
        raise Refused(400, "USER_NOT_PARTICIPANT")
    sent = composing.send_service(centre, by, group, T.MessageActionChatDeleteUser(user_id=user.id), by=session)
    del group.members[user.id]
    centre.peers.save(group)
    _tell_bots(centre, group, by, user, role, None)
    return sent


def upgrade(centre: DataCentre, group: Group, by: User) -> Group:
    """A basic group becomes a supergroup: another chat with another id and new message ids. Nobody can write to the old one."""
    new = centre.peers.add_group(group.title, "supergroup")
    new.members.update(group.members)
    centre.peers.save(new)
    composing.send_service(centre, by, group, T.MessageActionChatMigrateTo(channel_id=bare(new.id)))
    group.members.clear()
    group.migrated_to = (bare(new.id), new.access_hash)
    centre.peers.save(group)
    composing.send_service(centre, by, new, T.MessageActionChannelMigrateFrom(title=group.title, chat_id=bare(group.id)))
    return new


def set_role(centre: DataCentre, group: Group, user: User, role: str, by: User) -> None:
    before = group.members.get(user.id)
    if before is None:
        raise Refused(400, "USER_NOT_PARTICIPANT")
    group.members[user.id] = role
    centre.peers.save(group)
    _tell_bots(centre, group, by, user, before, role)


def open_topic(centre: DataCentre, group: Group, title: str, by: User, session: Session | None = None) -> Sent:
    """A new topic, named by the id of the service message that opens it."""
    if group.kind != "forum":
        raise Refused(400, "CHANNEL_FORUM_MISSING")
    action = T.MessageActionTopicCreate(title=title, icon_color=TOPIC_COLOUR)
    sent = composing.send_service(centre, by, group, action, by=session)
    topic = sent.post.ids[group.id]
    sent.post.topic = topic
    centre.boxes.save(sent.post)
    group.topics[topic] = {"title": title, "date": now(), "from": by.id}
    centre.peers.save(group)
    return sent


def _tell_bots(centre: DataCentre, group: Group, actor: User, user: User, before: str | None, after: str | None) -> None:
    """A bot learns of its own membership, and of everybody's where it is an administrator."""
    for member, role in {**group.members, user.id: after or before or ""}.items():
        reader = centre.peers.user(member)
        if not reader.is_bot or (member != user.id and role != "admin"):
            continue
        qts = centre.boxes.of(member).next_qts()
        common = {"date": now(), "actor_id": actor.id, "user_id": user.id, "qts": qts}
        people = {actor.id, user.id, group.id}
        if is_channel(group.id):
            old, new = (channel_participant(user, role, actor.id, member) for role in (before, after))
            update = T.UpdateChannelParticipant(channel_id=bare(group.id), prev_participant=old, new_participant=new, **common)
        else:
            old, new = (chat_participant(user, role, actor.id) for role in (before, after))
            update = T.UpdateChatParticipant(chat_id=bare(group.id), prev_participant=old, new_participant=new, **common)
        centre.updates.push(member, [update], people)


def chat_participant(user: User, role: str | None, inviter: int) -> Any:
    if role is None:
        return None
    if role == "creator":
        return T.ChatParticipantCreator(user_id=user.id)
    cls = T.ChatParticipantAdmin if role == "admin" else T.ChatParticipant
    return cls(user_id=user.id, inviter_id=inviter, date=now())


def channel_participant(user: User, role: str | None, inviter: int, viewer: int) -> Any:
    if role is None:
        return None
    rights = T.ChatAdminRights(delete_messages=True, ban_users=True, invite_users=True, pin_messages=True, manage_topics=True)
    if role == "creator":
        return T.ChannelParticipantCreator(user_id=user.id, admin_rights=rights)
    if role == "admin":
        return T.ChannelParticipantAdmin(user_id=user.id, promoted_by=inviter, date=now(), admin_rights=rights)
    if user.id == viewer:
        return T.ChannelParticipantSelf(user_id=user.id, inviter_id=inviter, date=now())
    return T.ChannelParticipant(user_id=user.id, date=now())
