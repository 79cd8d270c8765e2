"""Users, bots and groups, and how each looks on the wire.

Everywhere in this room a peer is named by one signed number, as in the Bot API: users are positive, basic groups are -id,
supergroups are -100...id.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram import journal
from kiebot.sandbox.telegram.journal import Journal
from kiebot.sandbox.telegram.tl import Refused, Wire, now

_CHANNELS = -1_000_000_000_000
_FIRST_USER, _FIRST_GROUP, _FIRST_CHANNEL = 7_000_000_000, 4_000_000_000, 3_000_000_000  # large, as ids of today are
PLAY_STARS = 10_000  # what a person begins with
_GROUP_RIGHTS = {"change_info": True, "delete_messages": True, "ban_users": True, "invite_users": True, "pin_messages": True}


def is_channel(peer_id: int) -> bool:
    return peer_id < _CHANNELS


def bare(peer_id: int) -> int:
    """The id as the TL layer writes it, without the sign that tells the kind."""
    if peer_id > 0:
        return peer_id
    return _CHANNELS - peer_id if is_channel(peer_id) else -peer_id


def peer_tl(peer_id: int) -> Any:
    if peer_id > 0:
        return T.PeerUser(user_id=peer_id)
    return T.PeerChannel(channel_id=bare(peer_id)) if is_channel(peer_id) else T.PeerChat(chat_id=-peer_id)


def peer_id_of(peer: Any) -> int:
    """The signed number of a TL peer, input peer or input channel; 0 when it names nobody."""
    if getattr(peer, "user_id", 0):
        return int(peer.user_id)
    if getattr(peer, "chat_id", 0):
        return -int(peer.chat_id)
    return _CHANNELS - int(peer.channel_id) if getattr(peer, "channel_id", 0) else 0


@dataclass(slots=True, eq=False)
class User:
    """A person or a bot."""

    id: int
    name: str
    username: str = ""
    language_code: str = "en"
    is_bot: bool = False
    token: str = ""
    phone: str = ""
    access_hash: int = field(default_factory=lambda: random.getrandbits(60))
    stars: int = 0
    blocked: list[int] = field(default_factory=list)  # whom this user blocked
    commands: dict[str, list[list[str]]] = field(default_factory=dict)  # "scope|language" -> [[command, description]]
    infos: dict[str, dict[str, str]] = field(default_factory=dict)  # language -> name, about, description
    menu_buttons: dict[str, str] = field(default_factory=dict)  # user id -> TL object in hex
    watched: bool = False  # has logged in over MTProto: its box keeps a log of changes
    _wires: dict[bool, Wire] = field(default_factory=dict)

    def tl(self, viewer: int) -> Wire:
        """The user as `viewer` sees it, serialised once and kept until something changes."""
        own = viewer == self.id
        wire = self._wires.get(own)
        if wire is None:
            wire = self._wires[own] = Wire(self._object(own).write())
        return wire

    def _object(self, own: bool) -> Any:
        return T.User(
            id=self.id,
            access_hash=self.access_hash,
            first_name=self.name,
            username=self.username or None,
            phone=self.phone if own and self.phone else None,
            bot=self.is_bot,
            bot_chat_history=self.is_bot,  # privacy mode is off: the bot reads every message of its groups
            bot_info_version=1 if self.is_bot else None,
            bot_inline_placeholder="" if self.is_bot else None,
            is_self=own,
            lang_code=None if self.is_bot else self.language_code,
        )

    def changed(self) -> None:
        self._wires.clear()


@dataclass(slots=True, eq=False)
class Group:
    """A basic group, a supergroup or a forum. Topics are named by the id of the message that opened them."""

    id: int
    title: str
    kind: str  # group | supergroup | forum
    members: dict[int, str] = field(default_factory=dict)  # user id -> creator | admin | member
    topics: dict[int, dict[str, Any]] = field(default_factory=dict)
    access_hash: int = field(default_factory=lambda: random.getrandbits(60))
    created: int = field(default_factory=now)
    pinned: int = 0
    migrated_to: tuple[int, int] | None = None  # the supergroup that it has become: (bare id, access hash)
    _wires: dict[str, Wire] = field(default_factory=dict)

    def tl(self, viewer: int) -> Wire:
        role = self.members.get(viewer, "left")
        wire = self._wires.get(role)
        if wire is None:
            wire = self._wires[role] = Wire(self._object(role).write())
        return wire

    def _object(self, role: str) -> Any:
        common = {
            "id": bare(self.id),
            "title": self.title,
            "photo": T.ChatPhotoEmpty(),
            "date": self.created,
            "creator": role == "creator",
            "left": role == "left",
            "admin_rights": T.ChatAdminRights(**_GROUP_RIGHTS) if role in ("creator", "admin") else None,
            "default_banned_rights": T.ChatBannedRights(until_date=0),
            "participants_count": len(self.members),
        }
        if self.kind == "group":
            gone = T.InputChannel(channel_id=self.migrated_to[0], access_hash=self.migrated_to[1]) if self.migrated_to else None
            return T.Chat(version=1, deactivated=gone is not None, migrated_to=gone, **common)
        return T.Channel(megagroup=True, forum=self.kind == "forum", access_hash=self.access_hash, **common)

    def changed(self) -> None:
        self._wires.clear()


Peer = User | Group


class Peers:
    """Everybody, found by id, username, token or phone number."""

    def __init__(self, kept: Journal) -> None:
        self._journal = kept
        self._users: dict[int, User] = {}
        self._groups: dict[int, Group] = {}
        self._by_name: dict[str, User] = {}
        self._by_token: dict[str, User] = {}
        self._by_phone: dict[str, User] = {}
        for _, body in kept.rows(journal.USERS):
            self.index(User(**json.loads(body)))
        for _, body in kept.rows(journal.GROUPS):
            self._index_group(json.loads(body))

    def index(self, user: User) -> None:
        """Let a user be found by all its names."""
        self._users[user.id] = user
        for table, key in ((self._by_name, user.username.lower()), (self._by_token, user.token), (self._by_phone, user.phone)):
            if key:
                table[key] = user

    def _index_group(self, body: dict[str, Any]) -> None:
        for name in ("members", "topics"):  # JSON keys are strings
            body[name] = {int(key): value for key, value in body[name].items()}
        group = Group(**body)
        self._groups[group.id] = group

    def add_user(self, name: str, **fields: Any) -> User:
        user = User(next(reversed(self._users), _FIRST_USER) + 1, name, **fields)
        if not user.is_bot:
            user.phone = f"99966{user.id % 10**8:08d}"
            user.stars = PLAY_STARS
        self.index(user)
        self.save(user)
        return user

    def add_group(self, title: str, kind: str) -> Group:
        number = sum(1 for group in self._groups.values() if (group.kind == "group") == (kind == "group")) + 1
        peer_id = -_FIRST_GROUP - number if kind == "group" else _CHANNELS - _FIRST_CHANNEL - number
        group = self._groups[peer_id] = Group(peer_id, title, kind)
        self.save(group)
        return group

    def save(self, peer: Peer) -> None:
        """Something about this peer changed."""
        peer.changed()
        table = journal.USERS if isinstance(peer, User) else journal.GROUPS
        self._journal.put(table, (peer.id,), lambda: (_json_of(peer),))

    def knows(self, peer_id: int) -> bool:
        return peer_id in self._users or peer_id in self._groups

    def users(self) -> list[User]:
        return list(self._users.values())

    def groups(self) -> list[Group]:
        return list(self._groups.values())

    def user(self, user_id: int) -> User:
        """The user with this id; PEER_ID_INVALID when there is none."""
        user = self._users.get(user_id)
        if user is None:
            raise Refused(400, "PEER_ID_INVALID")
        return user

    def group(self, peer_id: int) -> Group:
        group = self._groups.get(peer_id)
        if group is None:
            raise Refused(400, "CHANNEL_INVALID" if is_channel(peer_id) else "CHAT_ID_INVALID")
        return group

    def get(self, peer_id: int) -> Peer:
        return self.user(peer_id) if peer_id > 0 else self.group(peer_id)

    def named(self, username: str) -> User | None:
        return self._by_name.get(username.lower())

    def with_token(self, token: str) -> User | None:
        return self._by_token.get(token)

    def with_phone(self, phone: str) -> User | None:
        return self._by_phone.get(phone.lstrip("+").replace(" ", ""))

    def resolve(self, peer: Any, me: int) -> Peer:
        """Whom an input peer of the user `me` names. Bots may give access hash 0 for those they have met."""
        if isinstance(peer, T.InputPeerSelf | T.InputUserSelf):
            return self.user(me)
        found = self.get(peer_id_of(peer))
        if getattr(peer, "access_hash", 0) not in (found.access_hash, 0):
            raise Refused(400, "PEER_ID_INVALID" if isinstance(found, User) else "CHANNEL_INVALID")
        return found

    def tl(self, peer_ids: set[int], viewer: int) -> tuple[list[Wire], list[Wire]]:
        """The users and the chats among these, as they accompany an answer."""
        users = [self._users[peer].tl(viewer) for peer in peer_ids if peer in self._users]
        chats = [self._groups[peer].tl(viewer) for peer in peer_ids if peer in self._groups]
        return users, chats


def _json_of(peer: Peer) -> str:
    return json.dumps({name: getattr(peer, name) for name in peer.__slots__ if name != "_wires"}, ensure_ascii=False)
