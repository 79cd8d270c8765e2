"""The post office: puts messages into boxes, changes and deletes them, and tells everybody concerned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from kiebot.sandbox.telegram.boxes import Box, Boxes
from kiebot.sandbox.telegram.peers import Group, Peers, is_channel
from kiebot.sandbox.telegram.posts import Change, Post
from kiebot.sandbox.telegram.sessions import Session
from kiebot.sandbox.telegram.updates import Updates, peers_in, update_of

Witness = Callable[[str, Post], None]  # told of "message", "edit" and "delete"


class Sent(NamedTuple):
    """A post, and the pts of its author's (or the supergroup's) box after it."""

    post: Post
    pts: int


class Office:
    def __init__(self, peers: Peers, boxes: Boxes, updates: Updates) -> None:
        self._peers = peers
        self._boxes = boxes
        self._updates = updates
        self.witnesses: list[Witness] = []

    def post(
        self, author: int, recipient: int, content: Any, *, reply: Post | None = None, topic: int = 0, by: Session | None = None
    ) -> Sent:
        """Deliver a new message. `by` is the session that sent it: it learns of it from the answer to its request."""
        post = Post(self._boxes.next_uid(), author, recipient, content, topic=topic)
        owners = self._owners(author, recipient)
        if reply is not None:
            post.reply_ids = {owner: reply.ids[owner] for owner in owners if owner in reply.ids}
        self._boxes.add(post, owners)
        pts = self._spread("new", post, by)
        self._witness("message", post)
        return Sent(post, pts)

    def edit(self, post: Post, *, by: Session | None = None) -> int:
        """The content of a post was changed; the editor's (or the supergroup's) pts after it."""
        self._boxes.save(post)
        pts = self._spread("edit", post, by)
        self._witness("edit", post)
        return pts

    def delete(self, posts: list[Post], *, for_user: int, by: Session | None = None) -> int:
        """Delete for everybody; the pts of `for_user` (or of the supergroup) after it."""
        lost: dict[int, list[int]] = {}
        for post in posts:
            for owner, message_id in post.ids.items():
                lost.setdefault(owner, []).append(message_id)
            self._witness("delete", post)
        pts = 0
        for owner, ids in lost.items():
            seen = self._note(owner, "delete", None, tuple(ids), by)
            pts = seen if is_channel(owner) or owner == for_user else pts
        for post in posts:
            self._boxes.drop(post)
        return pts

    def _owners(self, author: int, recipient: int) -> list[int]:
        if is_channel(recipient):
            return [recipient]
        if recipient > 0:
            return [author, recipient] if author != recipient else [author]
        members = self._peers.group(recipient).members
        if not self._peers.user(author).is_bot:
            return [*members] if author in members else [author, *members]
        return [author, *(m for m in members if not self._peers.user(m).is_bot)]  # bots do not read other bots

    def _spread(self, kind: str, post: Post, by: Session | None) -> int:
        """Note the change in every box of the post; the pts that concern its author."""
        mine = 0
        for owner in post.ids:
            pts = self._note(owner, kind, post, (), by)
            mine = pts if is_channel(owner) or owner == post.author else mine
        return mine

    def _note(self, owner: int, kind: str, post: Post | None, ids: tuple[int, ...], by: Session | None) -> int:
        box = self._boxes.of(owner)
        if is_channel(owner):
            change = box.note(kind, post, ids)
            self._tell_members(self._peers.group(owner), change, by)
            return change.pts
        user = self._peers.user(owner)
        if user.is_bot or user.watched:
            change = box.note(kind, post, ids)
            self._tell(owner, box, change, by)
            return change.pts
        return box.pts

    def _tell_members(self, group: Group, change: Change, by: Session | None) -> None:
        box = self._boxes.of(group.id)
        foreign = change.post is not None and self._peers.user(change.post.author).is_bot
        for member in group.members:
            bot = foreign and self._peers.user(member).is_bot
            if not bot or (change.post is not None and member == change.post.author):
                self._tell(member, box, change, by)

    def _tell(self, reader: int, box: Box, change: Change, by: Session | None) -> None:
        if not self._updates.reachable(reader):
            return
        update = update_of(change, reader, box.owner)
        if update is None:
            return
        people = peers_in(change.post) if change.post is not None else {box.owner}
        self._updates.push(reader, [update], people, apart_from=by)

    def _witness(self, kind: str, post: Post) -> None:
        for witness in self.witnesses:
            witness(kind, post)

    def tell(self, readers: Iterable[int], update: Any, people: set[int]) -> None:
        """Push an update that no box counts (typing, a query, a reaction)."""
        for reader in readers:
            self._updates.push(reader, [update], people)
