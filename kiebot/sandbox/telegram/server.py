"""The MTProto server: listens, keeps authorisation keys, logins and sessions, and routes updates to the sessions of a user."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any

from kiebot.sandbox.telegram.connections import Connection
from kiebot.sandbox.telegram.rsa import PrivateKey
from kiebot.sandbox.telegram.sessions import Session
from kiebot.sandbox.telegram.transports import Transport

log = logging.getLogger(__name__)

_FORGET_AFTER_S = 300  # a session without a connection; the client then has to ask for the difference
_READ_BUFFER = 1 << 22


class Server(ABC):
    """Knows nothing of messages: the data centre overrides `call` and the three `on_` methods."""

    def __init__(self, rsa: PrivateKey) -> None:
        self.rsa = rsa
        self.host, self.port = "127.0.0.1", 0
        self.salt = random.getrandbits(62)
        self.gzip_over = 16_384  # results longer than this many bytes are compressed; 0: never
        self.keys: dict[bytes, bytes] = {}
        self.logins: dict[bytes, int] = {}  # authorisation key id -> user id
        self._sessions: dict[tuple[bytes, bytes], Session] = {}
        self._subscribed: dict[bytes, Session] = {}  # the newest subscribed session of every key
        self._keys_of: dict[int, set[bytes]] = {}
        self._connections: set[Connection] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: asyncio.Server | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._last_msg_id = 0

    @abstractmethod
    async def call(self, session: Session, query: Any) -> Any:
        """Answer one request. Raises Refused."""

    @abstractmethod
    def on_key(self, key_id: bytes, key: bytes) -> None:
        """A client has a new authorisation key."""

    @abstractmethod
    def on_login(self, key_id: bytes, user_id: int | None) -> None:
        """A key now belongs to this user, or to nobody."""

    @abstractmethod
    def on_presence(self, user_id: int) -> None:
        """A client of this user came or went."""

    async def listen(self, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener = await asyncio.start_server(self._serve, self.host, port, limit=_READ_BUFFER)
        self.port = self._listener.sockets[0].getsockname()[1]

    def soon(self, action: Callable[[], None]) -> None:
        """Do this in the next turn of the loop; also when the people's side is called outside of it."""
        if self._loop is not None:
            self._loop.call_soon(action)

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self.cut()
            await self._listener.wait_closed()

    def cut(self) -> None:
        """Break every connection; sessions stay."""
        for connection in list(self._connections):
            connection.closed()
            connection.transport.abort()

    def forget_sessions(self) -> None:
        """Lose every session, as a server does that was restarted: clients have to ask for the difference."""
        self._sessions.clear()
        self._subscribed.clear()
        self.cut()

    def add_key(self, key_id: bytes, key: bytes) -> None:
        self.keys[key_id] = key
        self.on_key(key_id, key)

    def log_in(self, key_id: bytes, user_id: int) -> None:
        self.log_out(key_id)
        self.logins[key_id] = user_id
        self._keys_of.setdefault(user_id, set()).add(key_id)
        self.on_login(key_id, user_id)

    def log_out(self, key_id: bytes) -> None:
        user_id = self.logins.pop(key_id, None)
        if user_id is not None:
            self._keys_of[user_id].discard(key_id)
            self.on_login(key_id, None)

    def next_msg_id(self, answer: bool) -> int:
        """Ids grow with time; the lower bits say whether the message answers a request."""
        moment = int(time.time() * 2**32) & ~3
        self._last_msg_id = max(moment, self._last_msg_id + 4)
        return self._last_msg_id | (1 if answer else 3)

    def session(self, key_id: bytes, session_id: bytes) -> tuple[Session, bool]:
        """The session with this id, and whether it is new."""
        session = self._sessions.get((key_id, session_id))
        if session is not None:
            return session, False
        self._forget_left()
        session = self._sessions[key_id, session_id] = Session(self, key_id, session_id)
        return session, True

    def subscribe(self, session: Session) -> None:
        """From now on this session gets its user's updates, and no older one of the same key."""
        if not session.subscribed:
            session.subscribed = True
            self._subscribed[session.key_id] = session
            session.tell_presence()

    def forget(self, session: Session) -> None:
        self._sessions.pop((session.key_id, session.id), None)
        if self._subscribed.get(session.key_id) is session:
            del self._subscribed[session.key_id]
        if session.transport is not None:
            session.transport.abort()

    def _forget_left(self) -> None:
        for session in list(self._sessions.values()):
            if session.transport is None and time.monotonic() - session.left_at > _FORGET_AFTER_S:
                self.forget(session)

    def sessions_of(self, user_id: int) -> list[Session]:
        """The sessions that get this user's updates: one for each login."""
        keys = self._keys_of.get(user_id)
        return [self._subscribed[key] for key in keys if key in self._subscribed] if keys else []

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self, Transport(reader, writer))
        self._connections.add(connection)
        try:
            await connection.run()
        except (asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # how every connection ends: the client has gone, or the loop ends, and there is nothing after this to stop
        except OSError as exc:
            log.debug("connection broken reason=%r", exc)
        except Exception:
            log.exception("connection failed")
        finally:
            connection.closed()
            self._connections.discard(connection)
            connection.transport.close()
