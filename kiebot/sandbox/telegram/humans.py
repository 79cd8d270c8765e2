"""The people's side of the sandbox: what persons do in their chats and what they see, in the JSON shapes of DESIGN section 12."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram import composing, media, membership, shapes, text
from kiebot.sandbox.telegram.asking import ask_inline, press, send_inline
from kiebot.sandbox.telegram.drafts import Draft
from kiebot.sandbox.telegram.faults import Fault
from kiebot.sandbox.telegram.feed import Event, Feed
from kiebot.sandbox.telegram.opinions import react, vote
from kiebot.sandbox.telegram.peers import Group, Peer, User
from kiebot.sandbox.telegram.posts import Post
from kiebot.sandbox.telegram.presence import Presence
from kiebot.sandbox.telegram.purses import Purses
from kiebot.sandbox.telegram.tl import Refused, now

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.centre import DataCentre

Json = dict[str, Any]


class Humans(Purses):
    """People and their chats with one bot. What Telegram refuses raises `Refused`, with Telegram's own name of the reason."""

    def __init__(self, centre: DataCentre, bot_id: int) -> None:
        super().__init__(centre, Feed(), bot_id)
        self.presence = Presence(centre.server, self._feed, bot_id)

    # -- who there is ---------------------------------------------------------------------------------------------------

    def state(self) -> Json:
        people = [shapes.user_shape(user) for user in self._centre.peers.users() if not user.is_bot]
        bot = self._bot
        about = {"id": bot.id, "name": bot.name, "username": bot.username, "commands": bot.commands, "infos": bot.infos}
        return {
            "bot": {**about, "online": self.presence.here},
            "users": people,
            "chats": [shapes.group_shape(group) for group in self._centre.peers.groups()],
        }

    @property
    def _bot(self) -> User:
        return self._centre.peers.user(self.bot_id)

    def add_user(self, name: str, language_code: str = "en", username: str = "") -> Json:
        return shapes.user_shape(self._centre.peers.add_user(name, language_code=language_code, username=username))

    def add_users(self, count: int) -> list[Json]:
        return [self.add_user(f"Person {number}") for number in range(1, count + 1)]

    def add_chat(self, title: str, users: list[int], kind: str = "group", with_bot: bool = True) -> Json:
        """A new group; its first user made it."""
        people = [self._centre.peers.user(user) for user in users]
        others = people[1:] + ([self._bot] if with_bot else [])
        return shapes.group_shape(membership.create_group(self._centre, title, kind, people[0], others))

    def add_member(self, chat: int, user: int, as_user: int) -> Json:
        group = self._group(chat)
        membership.add_member(self._centre, group, self._centre.peers.user(user), self._centre.peers.user(as_user))
        return shapes.group_shape(group)

    def remove_member(self, chat: int, user: int, as_user: int) -> Json:
        group = self._group(chat)
        if as_user != user and group.members.get(as_user) not in ("creator", "admin"):
            raise Refused(400, "CHAT_ADMIN_REQUIRED")
        membership.remove_member(self._centre, group, self._centre.peers.user(user), self._centre.peers.user(as_user))
        return shapes.group_shape(group)

    def set_role(self, chat: int, user: int, role: str, as_user: int) -> Json:
        """Make a member an "admin", or a "member" again."""
        group = self._group(chat)
        membership.set_role(self._centre, group, self._centre.peers.user(user), role, self._centre.peers.user(as_user))
        return shapes.group_shape(group)

    def add_topic(self, chat: int, title: str) -> int:
        group = self._group(chat)
        creator = next(user for user, role in group.members.items() if role == "creator")
        return membership.open_topic(self._centre, group, title, self._centre.peers.user(creator)).post.ids[group.id]

    def upgrade(self, chat: int, as_user: int) -> Json:
        group = self._group(chat)
        if group.kind != "group" or not group.members:  # nobody is left in one that became a supergroup
            raise Refused(400, "CHAT_NOT_MODIFIED")
        if group.members.get(as_user) != "creator":
            raise Refused(400, "CHAT_ADMIN_REQUIRED")
        return shapes.group_shape(membership.upgrade(self._centre, group, self._centre.peers.user(as_user)))

    def _group(self, chat: int) -> Group:
        return self._centre.peers.group(chat)

    def _peer(self, chat: int) -> Peer:
        """Whom a message in this chat goes to: the bot in a private chat."""
        return self._bot if chat > 0 else self._group(chat)

    def block(self, user: int, blocked: bool = True) -> None:
        """A person stops the bot, or lets it write again."""
        self._centre.block(self._centre.peers.user(user), self.bot_id, blocked)

    # -- writing --------------------------------------------------------------------------------------------------------

    def post(
        self,
        chat: int,
        as_user: int,
        text: str = "",
        *,
        entities: list[Json] | None = None,
        kind: str = "text",
        file: Path | None = None,
        name: str = "",
        mime: str = "",
        duration: float = 0,
        width: int = 0,
        height: int = 0,
        reply_to: int | None = None,
        album: str | None = None,
        forward_from: int | None = None,
        topic: int | None = None,
        extra: Json | None = None,
    ) -> Json:
        """A person sends a message. `extra` holds what a poll, a contact or a location consists of, or that an administrator
        writes anonymously; `forward_from` is the user
        who wrote it first, or the id of a message of this chat that is sent on."""
        author, to = self._writer(chat, as_user)
        source = self._forwarded(chat, forward_from)
        fields: Json = {"grouped_id": _album_id(album)} if album else {}
        fields["anonymous"] = bool((extra or {}).get("anonymous"))
        if file is not None:
            fields["media"] = self._centre.media.from_file(
                kind, file, name=name, mime=mime, duration=duration, width=width, height=height
            )
        else:
            fields["media"] = _plain_media(kind, extra or {})
        if forward_from:
            fields["fwd_from"] = T.MessageFwdHeader(
                date=now(), from_id=T.PeerUser(user_id=source.author if source else forward_from)
            )
        if source is not None:
            text, fields["media"] = source.content.message, source.content.media
        return self._send(author, to, text, self._place(author, to, chat, reply_to, topic), entities, fields)

    def _send(
        self, author: User, to: Peer, words: str, place: composing.Place, entities: list[Json] | None, fields: Json
    ) -> Json:
        if not words and fields["media"] is None:
            raise Refused(400, "MESSAGE_EMPTY")
        text.check_length(words)
        fields["entities"] = text.entities_for(words, shapes.entities_of(entities), self._centre.peers)
        sent = composing.send(self._centre, author, to, words, place=place, **fields)
        return shapes.message_shape(sent.post, self.bot_id)

    def _writer(self, chat: int, as_user: int) -> tuple[User, Peer]:
        author, to = self._centre.peers.user(as_user), self._peer(chat)
        if isinstance(to, Group):
            composing.check_may_write(self._centre, author, to)
        elif chat != as_user:
            raise Refused(400, "PEER_ID_INVALID")
        return author, to

    def _place(self, author: User, to: Peer, chat: int, reply_to: int | None, topic: int | None) -> composing.Place:
        """`reply_to` is the bot's id of the message; the author's own box may know it by another."""
        own_id = self._post(chat, reply_to).id_for(author.id) if reply_to else 0
        return composing.place_in(self._centre, author, to, own_id, topic or 0)

    def _forwarded(self, chat: int, forward_from: int | None) -> Post | None:
        if not forward_from or self._centre.peers.knows(forward_from):
            return None
        return self._post(chat, forward_from)

    def edit(self, chat: int, message_id: int, as_user: int, text: str) -> Json:
        post = self._own_post(chat, message_id, as_user)
        self._change_text(post, text)
        return shapes.message_shape(post, self.bot_id)

    def _change_text(self, post: Post, words: str) -> None:
        text.check_length(words)
        content = post.content
        if words == content.message:
            raise Refused(400, "MESSAGE_NOT_MODIFIED")
        content.message, content.edit_date = words, now()
        content.entities = text.entities_for(words, None, self._centre.peers)
        self._centre.office.edit(post)

    def _own_post(self, chat: int, message_id: int, as_user: int) -> Post:
        post = self._post(chat, message_id)
        if post.author != as_user or not isinstance(post.content, T.Message):
            raise Refused(403, "MESSAGE_AUTHOR_REQUIRED")
        return post

    def delete(self, chat: int, message_ids: Iterable[int], as_user: int) -> None:
        posts = [self._post(chat, message_id) for message_id in message_ids]
        role = self._group(chat).members.get(as_user) if chat < 0 else "creator"
        if role not in ("creator", "admin") and any(post.author != as_user for post in posts):
            raise Refused(403, "MESSAGE_DELETE_FORBIDDEN")
        self._centre.office.delete(posts, for_user=as_user)

    def react(self, chat: int, message_id: int, as_user: int, emoji: str | None) -> None:
        """Put a reaction on a message, or take it back with None."""
        reactions = [T.ReactionEmoji(emoticon=emoji)] if emoji else []
        react(self._centre, self._centre.peers.user(as_user), self._post(chat, message_id), reactions)

    def vote(self, chat: int, message_id: int, as_user: int, options: list[int]) -> Json:
        post = self._post(chat, message_id)
        answers = getattr(getattr(post.content.media, "poll", None), "answers", [])
        chosen = [answers[option].option for option in options]
        vote(self._centre, self._centre.peers.user(as_user), post, chosen)
        return shapes.message_shape(post, self.bot_id)

    # -- asking the bot -------------------------------------------------------------------------------------------------

    async def press(
        self, chat: int, message_id: int, as_user: int, *, data: str | None = None, button: str | None = None, timeout: float = 10
    ) -> Json:
        """Press a button, named by its callback data or by its words. A link is only told; a reply keyboard's key is written."""
        post, user = self._post(chat, message_id), self._centre.peers.user(as_user)
        if data is None:
            found = _button(post.content.reply_markup, button or "")
            if isinstance(found, T.KeyboardButton):
                self.post(chat, as_user, found.text)
                return {"text": None, "alert": False, "url": None}
            if not isinstance(found.type, T.InlineButtonTypeCallback):
                return {"text": None, "alert": False, "url": getattr(found.type, "url", None)}
            pressed = found.type.data
        else:
            pressed = data.encode("utf-8", "surrogateescape")
        answer = await press(self._centre, user, post, pressed, timeout)
        told = {"text": answer.message, "alert": bool(answer.alert), "url": answer.url}
        self._feed.emit("callback_answer", chat=chat, message_id=message_id, user=as_user, **told)
        return told

    def stop_draft(self, chat: int, as_user: int) -> None:
        """The person presses the stop button of a growing draft; nothing happens when there is none."""
        draft = self._centre.drafts.shown(self.bot_id, as_user)
        if draft is None or not draft.can_stop or chat != as_user:
            return
        action = T.SendMessageStopDraftAction(random_id=draft.draft_id)
        update = T.UpdateUserTyping(user_id=as_user, action=action, top_msg_id=draft.topic or None)
        self._centre.updates.push(self.bot_id, [update], {as_user})

    async def inline(self, as_user: int, query: str, chat: int | None = None) -> list[Json]:
        """Query the bot inline; `query_id` and `id` of a result are what `choose_inline` takes."""
        user = self._centre.peers.user(as_user)
        found = await ask_inline(self._centre, user, self._bot, query, "", self._peer(chat or as_user).id)
        return [
            {
                "query_id": str(found.query_id),
                "id": result.id,
                "type": result.type,
                "title": result.title,
                "description": result.description,
                "text": getattr(result.send_message, "message", ""),
            }
            for result in found.results
        ]

    def choose_inline(self, chat: int, as_user: int, query_id: str, result_id: str) -> Json:
        """Send one of the results of an inline query to a chat."""
        author, to = self._writer(chat, as_user)
        sent = send_inline(self._centre, author, to, int(query_id), result_id)
        return shapes.message_shape(sent.post, self.bot_id)

    # -- reading --------------------------------------------------------------------------------------------------------

    def _post(self, chat: int, message_id: int) -> Post:
        """The message that the JSON shapes name so."""
        if message_id < 0:
            post = self._centre.boxes.by_uid(-message_id)
        else:
            post = self._centre.boxes.box_for(self.bot_id, chat).posts.get(message_id)
        if post is None or shapes.chat_of(post, self.bot_id) != chat:
            raise Refused(400, "MESSAGE_ID_INVALID")
        return post

    def messages(self, chat: int, after: int = 0, as_user: int | None = None) -> list[Json]:
        """The messages of a chat that came after this one, oldest first; with `as_user` only those in this user's box."""
        self._centre.peers.get(chat)
        found: list[Json] = []
        for post in reversed(self._centre.boxes.thread(self.bot_id, chat).values()):
            if after and 0 < shapes.shown_id(post, self.bot_id) <= after:
                break
            if as_user is None or post.id_for(as_user):
                found.append(shapes.message_shape(post, self.bot_id))
        return found[::-1]

    def file(self, file_id: int) -> tuple[Path, str, str]:
        stored = self._centre.files.get(file_id)
        return self._centre.files.path(file_id), stored.mime, stored.name

    def subscribe(self) -> asyncio.Queue[Event]:
        """Everything that happens from now on; give the queue back with `unsubscribe`."""
        return self._feed.subscribe()

    def unsubscribe(self, queue: asyncio.Queue[Event]) -> None:
        self._feed.unsubscribe(queue)

    # -- trouble --------------------------------------------------------------------------------------------------------

    def fault(
        self, method: str, action: str, after: int = 0, times: int = 1, seconds: float = 0, error: str = "", code: int = 400
    ) -> None:
        """See faults.py."""
        self._centre.faults.add(Fault(method, action, after, times, seconds, error, code))

    def limits(self, per_chat_s: float = 0, tolerance_s: float = 0.05, *, drafts_too: bool = False) -> None:
        """Answer FLOOD_WAIT_X to a bot that sends or edits more often than this in one chat; 0 takes the limit away.

        With `drafts_too` the previews of a growing answer count as well.
        """
        pace = self._centre.pace
        pace.per_chat_s, pace.tolerance_s, pace.drafts_too = per_chat_s, tolerance_s, drafts_too

    def refused_by_limits(self) -> int:
        """How many calls the pace limit has refused so far."""
        return self._centre.pace.refused

    def duplicates(self, answer: str) -> None:
        """What a repeated random id is answered with: "repeat" (the first message again), "400" or "500"."""
        if answer not in ("repeat", "400", "500"):
            raise ValueError(f"unknown answer {answer!r}")
        self._centre.duplicates = answer

    def cut(self) -> None:
        """Break every client's connection; sessions stay."""
        self._centre.server.cut()

    # -- what the data centre tells ---------------------------------------------------------------------------------------

    def witness(self, kind: str, post: Post) -> None:
        if not self._feed.heard or not self._concerns(post):
            return
        chat = shapes.chat_of(post, self.bot_id)
        if kind == "delete":
            self._feed.emit("delete", chat=chat, message_ids=[shapes.shown_id(post, self.bot_id)])
        else:
            self._feed.emit(kind, chat=chat, message=shapes.message_shape(post, self.bot_id))

    def _concerns(self, post: Post) -> bool:
        return post.recipient < 0 or self.bot_id in (post.author, post.recipient)

    def tell_typing(self, user: User, to: Peer, action: str, topic: int | None) -> None:
        self._feed.emit("typing", chat=to.id, user=user.id, action=action.removeprefix("SendMessage"), topic=topic)

    def tell_draft(self, to: User, draft: Draft) -> None:
        self._feed.emit(
            "draft",
            chat=to.id,
            draft_id=str(draft.draft_id),
            text=draft.text,
            entities=shapes.entities_shape(draft.entities),
            can_stop=draft.can_stop,
            topic=draft.topic or None,
        )

    def tell_reaction(self, post: Post, user: User, emojis: list[str]) -> None:
        if self._concerns(post):
            chat, message_id = shapes.chat_of(post, self.bot_id), shapes.shown_id(post, self.bot_id)
            self._feed.emit("reaction", chat=chat, message_id=message_id, user=user.id, emojis=emojis)


def _album_id(album: str) -> int:
    return int.from_bytes(sha256(album.encode()).digest()[:7], "big")


def _plain_media(kind: str, extra: Json) -> Any:
    """Media that are no file."""
    if kind == "poll":
        return media.poll(extra.get("question", "?"), extra.get("options", ["yes", "no"]))
    if kind == "contact":
        return media.contact(
            extra.get("phone", ""), extra.get("first_name", ""), extra.get("last_name", ""), extra.get("user", 0)
        )
    if kind == "location":
        return media.location(extra.get("latitude", 0.0), extra.get("longitude", 0.0))
    if kind != "text":
        raise Refused(400, "MEDIA_EMPTY")
    return None


def _button(markup: Any, words: str) -> Any:
    """The button with these words."""
    for row in getattr(markup, "rows", ()):
        for button in row.buttons:
            if button.text == words:
                return button
    raise Refused(400, "BUTTON_INVALID")
