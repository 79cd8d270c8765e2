"""The sandbox's Telegram data centre: everything behind one port on this machine, and everything it keeps in one folder.

Killing the process loses at most the last fifth of a second (see journal.py); users, chats, messages, files, authorisation keys,
logins, pts and random ids are all there again after the next start.

What is simpler than at Telegram: there is one data centre and no CDN; privacy mode is off, so bots read every message of
their groups; nothing is counted as unread; pictures are served as they were sent, in one size; Markdown and HTML of rich
messages become plain paragraphs; updates that no box counts (pressed buttons, queries, memberships) reach the sessions of the
moment and those that come back within five minutes, and are not part of a difference.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import secrets
from pathlib import Path
from typing import Any

from pyrogram.raw import types as T

from kiebot.sandbox.telegram import journal, methods, rsa
from kiebot.sandbox.telegram.asking import Inline
from kiebot.sandbox.telegram.boxes import Boxes
from kiebot.sandbox.telegram.calls import HANDLERS, OPEN_TO_ALL, Call
from kiebot.sandbox.telegram.drafts import Drafts
from kiebot.sandbox.telegram.faults import Fault, Faults
from kiebot.sandbox.telegram.files import Files
from kiebot.sandbox.telegram.humans import Humans
from kiebot.sandbox.telegram.journal import Journal
from kiebot.sandbox.telegram.media import Media
from kiebot.sandbox.telegram.money import Money
from kiebot.sandbox.telegram.office import Office
from kiebot.sandbox.telegram.pace import Pace
from kiebot.sandbox.telegram.peers import Group, Peer, Peers, User
from kiebot.sandbox.telegram.questions import Questions
from kiebot.sandbox.telegram.server import Server
from kiebot.sandbox.telegram.sessions import Session
from kiebot.sandbox.telegram.shapes import rich_text
from kiebot.sandbox.telegram.tl import Refused, now
from kiebot.sandbox.telegram.updates import Updates
from kiebot.telegram.server_key import ServerKey

__all__ = ["DataCentre", "methods"]

_RUNNING = "running"  # still there at the next start when the process was killed
_BOT_NAME, _BOT_USERNAME = "kiebot", "kiebot_sandbox_bot"


class CentreServer(Server):
    """The MTProto server of one data centre."""

    def __init__(self, centre: DataCentre, key: rsa.PrivateKey) -> None:
        super().__init__(key)
        self._centre = centre

    def restore(self) -> None:
        """Know the clients of the time before the restart."""
        for key_id, auth_key, user_id in self._centre.journal.rows(journal.KEYS):
            self.keys[key_id] = auth_key
            if user_id is not None:
                self.log_in(key_id, user_id)

    def on_key(self, key_id: bytes, key: bytes) -> None:
        self._save(key_id)

    def on_login(self, key_id: bytes, user_id: int | None) -> None:
        self._save(key_id)
        if user_id is not None:
            self._centre.watch(user_id)

    def on_presence(self, user_id: int) -> None:
        for side in self._centre.people_of(user_id):
            side.presence.look()

    def _save(self, key_id: bytes) -> None:
        self._centre.journal.put(journal.KEYS, (key_id,), lambda: (self.keys[key_id], self.logins.get(key_id)))

    async def call(self, session: Session, query: Any) -> Any:
        return await self._centre.call(session, query)


class DataCentre:
    """Start it, point a client at `host`, `port` and `public_key_file`, and act for the people through `humans`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.public_key_file = folder / "server_key.pem"
        self.journal = Journal(folder / "telegram.db")
        self.peers = Peers(self.journal)
        self.files = Files(folder / "files", self.journal)
        self.boxes = Boxes(self.journal, self.files.relink)
        if self._setting(_RUNNING) is not None:
            self.boxes.jump()
        self.server = CentreServer(self, self._key())
        self.faults = Faults()
        self.updates = Updates(self.server, self.peers, self.faults)
        self.office = Office(self.peers, self.boxes, self.updates)
        self.media = Media(self.files)
        self.money = Money(self)
        self.pace = Pace()
        self.drafts = Drafts()
        self.questions = Questions()
        self.duplicates = "repeat"  # what a repeated random id is answered with: repeat (the first message) | 400 | 500
        self.inline: dict[int, Inline] = {}
        self.exported: dict[bytes, int] = {}
        self.invoices: dict[int, bytes] = dict(self.journal.rows(journal.INVOICES))  # post -> the payload of its invoice
        self.calls = 0  # requests answered so far
        self.sides: list[Humans] = []
        self._stopped = False
        bots = [user for user in self.peers.users() if user.is_bot]
        self._bot = bots[0] if bots else self._new_bot(_BOT_USERNAME, _BOT_NAME)
        self.bot = bot_shape(self._bot)
        self.bot_known = asyncio.Event()  # set once it has logged in: from then on its messages are kept for it
        if self._bot.watched:
            self.bot_known.set()
        self.humans = self.humans_with(self._bot.id)
        self.server.restore()

    def _setting(self, wanted: str) -> str | None:
        return next((body for name, body in self.journal.rows(journal.SETTINGS) if name == wanted), None)

    def _key(self) -> rsa.PrivateKey:
        """The server's key, made at the first start."""
        kept = self._setting("rsa")
        if kept is not None:
            n, e, d = (int(number) for number in json.loads(kept))
            key = rsa.PrivateKey(ServerKey(n, e), d)
        else:
            key = rsa.generate()
            body = json.dumps([str(number) for number in (key.public.n, key.public.e, key.d)])
            self.journal.put(journal.SETTINGS, ("rsa",), lambda: (body,))
        self.public_key_file.write_text(key.public.pem(), encoding="ascii")
        return key

    @property
    def host(self) -> str:
        return self.server.host

    @property
    def port(self) -> int:
        return self.server.port

    async def start(self, port: int = 0) -> None:
        """Listen on this port of 127.0.0.1, or on a free one."""
        self.journal.put(journal.SETTINGS, (_RUNNING,), lambda: ("yes",))
        self.journal.start()
        await self.server.listen(port)

    async def stop(self) -> None:
        """Write everything and let go of the folder. A second call does nothing."""
        if self._stopped:
            return
        self._stopped = True
        await self.server.close()
        self.journal.remove(journal.SETTINGS, (_RUNNING,))
        await self.journal.stop()
        self.files.close()

    def add_bot(self, username: str, name: str = "Bot") -> dict[str, Any]:
        return bot_shape(self._new_bot(username, name))

    def _new_bot(self, username: str, name: str) -> User:
        bot = self.peers.add_user(name, username=username, is_bot=True)
        bot.token = f"{bot.id}:{secrets.token_urlsafe(26)}"
        self.peers.index(bot)
        self.peers.save(bot)
        return bot

    def humans_with(self, bot: int) -> Humans:
        """The people's side as it looks with this bot."""
        side = Humans(self, bot)
        self.sides.append(side)
        self.office.witnesses.append(side.witness)
        return side

    def people_of(self, bot: int) -> list[Humans]:
        return [side for side in self.sides if side.bot_id == bot]

    def watch(self, user_id: int) -> None:
        """From the first login on, this user's box keeps a log."""
        user = self.peers.user(user_id)
        if not user.watched:
            user.watched = True
            self.peers.save(user)
        if user_id == self.bot["id"]:
            self.bot_known.set()

    async def call(self, session: Session, query: Any) -> Any:
        """Answer one request, unless a fault wants otherwise. None: no answer at all."""
        self.calls += 1
        fault = self.faults.take(query.QUALNAME.removeprefix("functions."))
        if fault is None:
            return await self._answer(session, query)
        return await self._answer_with_fault(session, query, fault)

    async def _answer(self, session: Session, query: Any) -> Any:
        kind = type(query)
        handler = HANDLERS.get(kind)
        if handler is None:
            raise Refused(400, "METHOD_INVALID")
        call = Call(self, session, session.user_id)
        if kind not in OPEN_TO_ALL and call.user_id is None:
            raise Refused(401, "AUTH_KEY_UNREGISTERED")
        result = handler(call, query)
        return await result if inspect.isawaitable(result) else result

    async def _answer_with_fault(self, session: Session, query: Any, fault: Fault) -> Any:
        if fault.action == "flood_wait":
            raise Refused(420, f"FLOOD_WAIT_{int(fault.seconds) or 1}")
        if fault.action == "error":
            raise Refused(fault.code, fault.error or "INTERNAL")
        if fault.action == "cut":
            raise ConnectionError("cut on demand")
        if fault.action == "delay":
            await asyncio.sleep(fault.seconds)
        if fault.action == "expire":
            self._expire_files_of(query)
        result = await self._answer(session, query)
        if fault.action == "duplicate":
            raise Refused(fault.code, "RANDOM_ID_DUPLICATE")
        if fault.action == "late":
            await asyncio.sleep(fault.seconds)
        if fault.action == "cut_after":
            raise ConnectionError("cut on demand")
        return None if fault.action == "drop" else result

    def _expire_files_of(self, query: Any) -> None:
        """Let the references in this request be too old."""
        media = getattr(query, "media", None)
        for place in (getattr(query, "location", None), getattr(media, "id", None)):
            file_id = getattr(place, "id", None)
            if file_id is not None and hasattr(place, "file_reference"):
                self.files.expire(file_id)

    def typing(self, user: User, to: Peer, action: str, topic: int | None) -> None:
        for side in self.sides:
            if user.id == side.bot_id or isinstance(to, Group):
                side.tell_typing(user, to, action, topic)

    def draft(self, bot: User, to: User, action: Any, words: Any, rich: Any, topic: int | None) -> None:
        """A bot shows how far its answer has grown."""
        text = words.text if words is not None else rich_text(rich)
        entities = words.entities if words is not None else []
        shown = self.drafts.show(
            bot.id, to.id, action.random_id, text, entities, can_stop=bool(action.can_stop), topic=topic or 0
        )
        for side in self.people_of(bot.id):
            side.tell_draft(to, shown)

    def block(self, user: User, other: int, blocked: bool) -> None:
        """A person blocks somebody; a bot is told."""
        if blocked and other not in user.blocked:
            user.blocked.append(other)
        elif not blocked and other in user.blocked:
            user.blocked.remove(other)
        self.peers.save(user)
        if self.peers.user(other).is_bot:
            qts = self.boxes.of(other).next_qts()
            self.updates.push(other, [T.UpdateBotStopped(user_id=user.id, date=now(), stopped=blocked, qts=qts)], {user.id})


def bot_shape(bot: User) -> dict[str, Any]:
    return {"id": bot.id, "name": bot.name, "username": bot.username, "token": bot.token}
