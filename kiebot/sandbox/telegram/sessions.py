"""MTProto sessions: what outlives a TCP connection.

A session numbers its messages and keeps those that the client has not acknowledged, to send them again, under their old
ids, after a reconnect. Messages that become ready in one turn of the event loop leave together, in one container.
"""

from __future__ import annotations

import asyncio
import os
import struct
import time
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pyrogram.crypto import aes, mtproto

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.server import Server
    from kiebot.sandbox.telegram.transports import Transport

_CONTAINER = 0x73F1F8DC
_LARGE = 1 << 16  # file chunks and the like are not kept: the client asks for them again
_PACKET = 1 << 18
_UNACKNOWLEDGED = 20_000  # a client further behind has to ask for the difference
_REMEMBERED_REQUESTS = 500


class Session:
    """One (authorisation key, session id) of a client."""

    def __init__(self, server: Server, key_id: bytes, session_id: bytes) -> None:
        self.server = server
        self.key_id = key_id
        self.id = session_id
        self.layer = 0
        self.subscribed = False  # updates go only to sessions that asked for something else than files
        self.transport: Transport | None = None
        self.left_at = 0.0
        self._key = server.keys[key_id]
        self._numbered = 0
        self._unacknowledged: dict[int, tuple[int, bytes]] = {}
        self._waiting: list[tuple[int, int, bytes]] = []
        self._requests: OrderedDict[int, None] = OrderedDict()

    @property
    def user_id(self) -> int | None:
        return self.server.logins.get(self.key_id)

    def is_new(self, msg_id: int) -> bool:
        """Whether this request has not been seen; a repeated one is answered by what was not acknowledged."""
        if msg_id in self._requests:
            return False
        self._requests[msg_id] = None
        if len(self._requests) > _REMEMBERED_REQUESTS:
            self._requests.popitem(last=False)
        return True

    def states_of(self, msg_ids: list[int]) -> str:
        """What msgs_state_info says of each, a byte of a string: 4 received, 1 nothing is known."""
        return "".join("\x04" if msg_id in self._requests else "\x01" for msg_id in msg_ids)

    def send(self, body: Any, *, content: bool = True, answer: bool = False) -> None:
        """Send a TL object. `content` is acknowledged by the client; `answer` is caused by a request."""
        self.send_bytes(body.write(), content=content, answer=answer)

    def send_bytes(self, body: bytes, *, content: bool = True, answer: bool = False) -> None:
        msg_id = self.server.next_msg_id(answer)
        number = self._numbered * 2 + content
        self._numbered += content
        if content and len(body) < _LARGE:
            self._unacknowledged[msg_id] = (number, body)
            if len(self._unacknowledged) > _UNACKNOWLEDGED:
                self.server.forget(self)
                return
        if self.transport is None:
            return
        if not self._waiting:
            self.server.soon(self._flush)
        self._waiting.append((msg_id, number, body))

    def acknowledge(self, msg_ids: list[int]) -> None:
        for msg_id in msg_ids:
            self._unacknowledged.pop(msg_id, None)

    def resend(self, msg_ids: list[int]) -> None:
        for msg_id in msg_ids:
            if msg_id in self._unacknowledged:
                self._write(msg_id, *self._unacknowledged[msg_id])

    def attach(self, transport: Transport) -> None:
        """Continue over another connection. Each message goes alone: kurigram drops a container with one known id in it."""
        self.transport = transport
        self.resend(list(self._unacknowledged))
        self.tell_presence()

    def detach(self, transport: Transport) -> None:
        if self.transport is transport:
            self.transport = None
            self._waiting.clear()
            self.left_at = time.monotonic()
            self.tell_presence()

    def tell_presence(self) -> None:
        """Its user may have come or gone with it."""
        if self.subscribed and self.user_id is not None:
            self.server.on_presence(self.user_id)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        batch: list[tuple[int, int, bytes]] = []
        size = 0
        for message in waiting:
            if batch and size + len(message[2]) > _PACKET:
                self._write_batch(batch)
                batch, size = [], 0
            batch.append(message)
            size += len(message[2])
        if batch:
            self._write_batch(batch)

    def _write_batch(self, batch: list[tuple[int, int, bytes]]) -> None:
        if len(batch) == 1:
            self._write(*batch[0])
            return
        inner = b"".join(struct.pack("<qii", msg_id, number, len(body)) + body for msg_id, number, body in batch)
        self._write(self.server.next_msg_id(False), self._numbered * 2, struct.pack("<Ii", _CONTAINER, len(batch)) + inner)

    def _write(self, msg_id: int, number: int, body: bytes) -> None:
        if self.transport is None:
            return
        data = struct.pack("<q", self.server.salt) + self.id + struct.pack("<qii", msg_id, number, len(body)) + body
        data += os.urandom(-(len(data) + 12) % 16 + 12)
        if len(data) < _LARGE:
            self.transport.send(self._sealed(data))
        else:
            self.server.background(self._write_large(self.transport, data))

    def _sealed(self, data: bytes) -> bytes:
        msg_key = sha256(self._key[96:128] + data).digest()[8:24]
        return bytes(self.key_id + msg_key + aes.ige256_encrypt(data, *mtproto.kdf(self._key, msg_key, False)))

    async def _write_large(self, transport: Transport, data: bytes) -> None:
        """Encrypt a piece of a file beside the loop: it takes milliseconds in which people would wait."""
        packet = await asyncio.to_thread(self._sealed, data)
        transport.send(packet)
