"""One request of a client, and the table of the functions that answer requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kiebot.sandbox.telegram.peers import Group, Peer, User
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.sessions import Session
from kiebot.sandbox.telegram.tl import Refused

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.centre import DataCentre


@dataclass(slots=True)
class Call:
    """Who asks, over which session, in which data centre."""

    centre: DataCentre
    session: Session
    user_id: int | None

    @property
    def me(self) -> User:
        if self.user_id is None:
            raise Refused(401, "AUTH_KEY_UNREGISTERED")
        return self.centre.peers.user(self.user_id)

    def peer(self, peer: Any) -> Peer:
        return self.centre.peers.resolve(peer, self.me.id)

    def group(self, peer: Any) -> Group:
        found = self.peer(peer)
        if not isinstance(found, Group):
            raise Refused(400, "CHAT_ID_INVALID")
        return found

    def member_of(self, peer: Any) -> Group:
        """The group, if the caller is in it."""
        group = self.group(peer)
        if self.me.id not in group.members:
            raise Refused(400, "CHANNEL_PRIVATE" if group.kind != "group" else "PEER_ID_INVALID")
        return group

    def post(self, peer_id: int, message_id: int) -> Post:
        """The message that the caller knows by this id in this chat."""
        post = self.centre.boxes.box_for(self.me.id, peer_id).get(message_id)
        if post.chat_for(self.me.id) != peer_id:
            raise Refused(400, "MESSAGE_ID_INVALID")
        return post

    def envelope(self, updates: list[Any], peer_ids: Iterable[int] = ()) -> Any:
        return self.centre.updates.envelope(self.me.id, updates, {self.me.id, *peer_ids})


Handler = Callable[[Call, Any], Any]
HANDLERS: dict[type, Handler] = {}
OPEN_TO_ALL: set[type] = set()  # answered before anybody has logged in


def handles(*functions: type, without_login: bool = False) -> Callable[[Handler], Handler]:
    """Register the answer to these TL functions. It may be a coroutine when it has to wait for another client."""

    def register(handler: Handler) -> Handler:
        for function in functions:
            HANDLERS[function] = handler
            if without_login:
                OPEN_TO_ALL.add(function)
        return handler

    return register
