"""Message boxes: who holds which post under which id, and the log behind pts.

A user's box holds private chats and basic groups; a supergroup has its own. Only bots, supergroups and people who have logged
in over MTProto keep a log: nobody can ask for the difference of the others.
"""

from __future__ import annotations

import json
from collections import deque

from kiebot.sandbox.telegram import journal
from kiebot.sandbox.telegram.journal import Journal
from kiebot.sandbox.telegram.peers import is_channel
from kiebot.sandbox.telegram.posts import Change, Link, Post, post_of
from kiebot.sandbox.telegram.tl import Refused

_JUMP = 1000  # more than a fifth of a second can bring
LOG_KEPT = 50_000  # changes; whoever is further behind is told that the difference is too long

Thread = dict[int, Post]  # uid -> post, in the order of posting


class Box:
    """The messages of one owner."""

    def __init__(self, owner: int, kept: Journal, last_id: int = 0, pts: int = 1, qts: int = 0) -> None:
        self.owner = owner
        self.last_id = last_id
        self.pts = pts
        self.qts = qts
        self.posts: dict[int, Post] = {}
        self.threads: dict[tuple[int, int], None] = {}  # the chats of this owner, in the order of their first message
        self.log: deque[Change] = deque()
        self._journal = kept

    def hold(self, post: Post) -> int:
        """Take a post in; the id that it has here."""
        self.last_id += 1
        post.ids[self.owner] = self.last_id
        self.posts[self.last_id] = post
        self.threads.setdefault(post.thread)
        self.save()
        return self.last_id

    def note(self, kind: str, post: Post | None, ids: tuple[int, ...] = ()) -> Change:
        """Count one change and remember it."""
        count = len(ids) if kind == "delete" else 1
        self.pts += count
        change = Change(self.pts, count, kind, post, ids)
        self.log.append(change)
        row = (count, kind, post.uid if post else 0, json.dumps(ids) if ids else "[]")
        self._journal.put(journal.CHANGES, (self.owner, self.pts), lambda: row)
        if len(self.log) > LOG_KEPT:
            self._journal.remove(journal.CHANGES, (self.owner, self.log.popleft().pts))
        self.save()
        return change

    def save(self) -> None:
        self._journal.put(journal.BOXES, (self.owner,), self._row)

    def _row(self) -> tuple[int, int, int]:
        return self.last_id, self.pts, self.qts

    def next_qts(self) -> int:
        """The number of the next update that is counted apart from messages (members, poll votes, reactions)."""
        self.qts += 1
        self.save()
        return self.qts

    def changes_after(self, pts: int) -> list[Change] | None:
        """What happened since; None when the log does not reach back so far."""
        if pts >= self.pts:
            return []
        if not self.log or self.log[0].pts - self.log[0].span > pts:
            return None
        found: list[Change] = []
        for change in reversed(self.log):
            if change.pts <= pts:
                break
            found.append(change)
        return found[::-1]

    def get(self, message_id: int) -> Post:
        post = self.posts.get(message_id)
        if post is None:
            raise Refused(400, "MESSAGE_ID_INVALID")
        return post


class Boxes:
    """All boxes and threads, and the posts in them."""

    def __init__(self, kept: Journal, link: Link) -> None:
        self._journal = kept
        self._link = link
        self._boxes: dict[int, Box] = {}
        self._threads: dict[tuple[int, int], Thread] = {}
        self._by_uid: dict[int, Post] = {}
        self._last_uid = 0
        self._random_ids: dict[tuple[int, int], int] = {}
        self._load()

    def _load(self) -> None:
        for owner, last_id, pts, qts in self._journal.rows(journal.BOXES):
            self._boxes[owner] = Box(owner, self._journal, last_id, pts, qts)
        for row in self._journal.rows(journal.POSTS):
            post = post_of(row, self._link)
            self._remember(post)
            for owner, message_id in post.ids.items():
                box = self.of(owner)
                box.posts[message_id] = post
                box.threads.setdefault(post.thread)
        for owner, pts, count, kind, uid, ids in self._journal.rows(journal.CHANGES):
            self.of(owner).log.append(Change(pts, count, kind, self._by_uid.get(uid), tuple(json.loads(ids))))
            self._last_uid = max(self._last_uid, uid)  # a deleted post's number is not given again
        for author, random_id, uid in self._journal.rows(journal.RANDOM_IDS):
            self._random_ids[author, random_id] = uid
            self._last_uid = max(self._last_uid, uid)

    def _remember(self, post: Post) -> None:
        self._by_uid[post.uid] = post
        self._threads.setdefault(post.thread, {})[post.uid] = post
        self._last_uid = max(self._last_uid, post.uid)

    def jump(self) -> None:
        """Leave a gap in all counters: the process was killed, and clients may know ids and pts that were not written."""
        for box in self._boxes.values():
            box.last_id += _JUMP
            box.pts += _JUMP
            box.save()

    def of(self, owner: int) -> Box:
        box = self._boxes.get(owner)
        if box is None:
            box = self._boxes[owner] = Box(owner, self._journal)
        return box

    def box_for(self, viewer: int, peer_id: int) -> Box:
        """The box in which `viewer` finds the messages of this chat."""
        return self.of(peer_id if is_channel(peer_id) else viewer)

    def thread(self, viewer: int, peer_id: int) -> Thread:
        key = (peer_id, 0) if peer_id < 0 else (min(viewer, peer_id), max(viewer, peer_id))
        return self._threads.get(key, {})

    def have_met(self, one: int, other: int) -> bool:
        return (min(one, other), max(one, other)) in self._threads

    def add(self, post: Post, owners: list[int]) -> None:
        """Put a new post into the boxes of these owners."""
        for owner in owners:
            self.of(owner).hold(post)
        self._remember(post)
        self.save(post)

    def by_uid(self, uid: int) -> Post | None:
        return self._by_uid.get(uid)

    def next_uid(self) -> int:
        self._last_uid += 1
        return self._last_uid

    def save(self, post: Post) -> None:
        """This post is new or was changed."""
        post.changed()
        self._journal.put(journal.POSTS, (post.uid,), post.row)

    def drop(self, post: Post) -> None:
        """The post is deleted everywhere."""
        for owner, message_id in post.ids.items():
            self.of(owner).posts.pop(message_id, None)
        self._threads[post.thread].pop(post.uid, None)
        self._by_uid.pop(post.uid, None)
        self._journal.remove(journal.POSTS, (post.uid,))
        post.ids.clear()  # the log still names it: nobody is told of it any more

    def sent_with(self, author: int, random_id: int) -> Post | None:
        """What this author has sent under this random id, unless it was deleted since."""
        return self._by_uid.get(self._random_ids.get((author, random_id), 0))

    def was_sent(self, author: int, random_id: int) -> bool:
        return (author, random_id) in self._random_ids

    def note_random_id(self, author: int, random_id: int, post: Post) -> None:
        self._random_ids[author, random_id] = post.uid
        row = (post.uid,)
        self._journal.put(journal.RANDOM_IDS, (author, random_id), lambda: row)
