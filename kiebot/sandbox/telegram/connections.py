"""One TCP connection: decrypts packets, answers the service messages of MTProto, passes requests on."""

from __future__ import annotations

import asyncio
import logging
import random
import struct
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pyrogram import raw
from pyrogram.crypto import aes, mtproto
from pyrogram.raw.core import FutureSalt, FutureSalts, GzipPacked, Message, MsgContainer
from pyrogram.raw.core.primitives import Bool, Vector

from kiebot.sandbox.telegram.handshake import Handshake
from kiebot.sandbox.telegram.sessions import Session
from kiebot.sandbox.telegram.tl import Refused, Wire, now, read_tl
from kiebot.sandbox.telegram.transports import Transport

if TYPE_CHECKING:
    from kiebot.sandbox.telegram.server import Server

log = logging.getLogger(__name__)

_UNKNOWN_KEY = struct.pack("<i", -404)
_LARGE = 1 << 16  # pieces of files are decrypted beside the loop
_TOO_OLD_S, _TOO_NEW_S = 300, 30
_MSG_ID_TOO_LOW, _MSG_ID_TOO_HIGH, _MSG_ID_ODD, _BAD_SALT = 16, 17, 18, 48
_WRAPPERS = (
    raw.functions.InvokeWithLayer,
    raw.functions.InitConnection,
    raw.functions.InvokeWithoutUpdates,
    raw.functions.InvokeAfterMsg,
    raw.functions.InvokeAfterMsgs,
)


class Connection:
    """With its first encrypted packet a connection joins a session."""

    def __init__(self, server: Server, transport: Transport) -> None:
        self.server = server
        self.transport = transport
        self.session: Session | None = None
        self._handshake = Handshake(server.rsa, server.add_key)
        self._requests: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        await self.transport.open()
        while True:
            packet = await self.transport.receive()
            if packet[:8] == bytes(8):
                answer = self._handshake.answer(packet[20:])
                self.transport.send(bytes(8) + struct.pack("<qi", self.server.next_msg_id(True), len(answer)) + answer)
            else:
                await self._read(packet)
            await self.transport.drain()

    def closed(self) -> None:
        if self.session is not None:
            self.session.detach(self.transport)

    async def _read(self, packet: bytes) -> None:
        key = self.server.keys.get(packet[:8])
        if key is None:
            self.transport.send(_UNKNOWN_KEY)
            raise ConnectionError("unknown authorisation key")
        data = _opened(key, packet) if len(packet) < _LARGE else await asyncio.to_thread(_opened, key, packet)
        msg_id, number, size = struct.unpack("<qii", data[16:32])
        session = self._join(packet[:8], data[8:16], msg_id)
        if struct.unpack("<q", data[:8])[0] != self.server.salt:
            self._bad_salt(session, msg_id, number)
            return
        problem = _problem_with(msg_id)
        if problem:
            bad = raw.types.BadMsgNotification(bad_msg_id=msg_id, bad_msg_seqno=number, error_code=problem)
            session.send(bad, content=False, answer=True)
            return
        self._unpack(session, data[32 : 32 + size], msg_id, number)

    def _join(self, key_id: bytes, session_id: bytes, msg_id: int) -> Session:
        session = self.session
        if session is not None and session.id == session_id and session.key_id == key_id:
            return session
        if session is not None:
            session.detach(self.transport)
        session, created = self.server.session(key_id, session_id)
        self.session = session
        session.attach(self.transport)
        if created:
            session.send(
                raw.types.NewSessionCreated(first_msg_id=msg_id, unique_id=random.getrandbits(62), server_salt=self.server.salt)
            )
        return session

    def _bad_salt(self, session: Session, msg_id: int, number: int) -> None:
        bad = raw.types.BadServerSalt(
            bad_msg_id=msg_id, bad_msg_seqno=number, error_code=_BAD_SALT, new_server_salt=self.server.salt
        )
        session.send(bad, content=False, answer=True)

    def _unpack(self, session: Session, data: bytes, msg_id: int, number: int) -> None:
        try:
            body = read_tl(data)
        except KeyError as exc:  # a constructor of another layer
            error = raw.types.RpcError(error_code=400, error_message=f"INPUT_METHOD_INVALID_{exc.args[0]}")
            session.send(raw.types.RpcResult(req_msg_id=msg_id, result=error), answer=True)
            return
        messages = body.messages if isinstance(body, MsgContainer) else [Message(body, msg_id, number, len(data))]
        for message in messages:
            if not self._serve(session, message.msg_id, message.body):
                self._accept(session, message.msg_id, message.body)

    def _serve(self, session: Session, msg_id: int, body: Any) -> bool:
        """Answer what belongs to MTProto itself; False when it is a request for the data centre."""
        if isinstance(body, raw.types.MsgsAck):
            session.acknowledge(body.msg_ids)
        elif isinstance(body, raw.functions.Ping | raw.functions.PingDelayDisconnect):
            session.send(raw.types.Pong(msg_id=msg_id, ping_id=body.ping_id), content=False, answer=True)
        elif isinstance(body, raw.types.MsgsStateReq):
            info = raw.types.MsgsStateInfo(req_msg_id=msg_id, info=session.states_of(body.msg_ids))
            session.send(info, content=False, answer=True)
        elif isinstance(body, raw.types.MsgResendReq):
            session.resend(body.msg_ids)
        elif isinstance(body, raw.functions.GetFutureSalts):
            moment = now()
            session.send(FutureSalts(msg_id, moment, [FutureSalt(moment, moment + 86400, self.server.salt)]), content=False)
        elif isinstance(body, raw.functions.DestroySession):
            session.send(raw.types.DestroySessionOk(session_id=body.session_id), content=False, answer=True)
        else:
            return isinstance(body, raw.types.HttpWait | raw.types.MsgsStateInfo | raw.types.MsgsAllInfo)
        return True

    def _accept(self, session: Session, msg_id: int, query: Any) -> None:
        """Start the work for a request. Requests run side by side: one may wait for another client's answer."""
        if not session.is_new(msg_id):
            return
        wants_updates = True
        while isinstance(query, _WRAPPERS):
            if isinstance(query, raw.functions.InvokeWithLayer):
                session.layer = query.layer
            wants_updates = wants_updates and not isinstance(query, raw.functions.InvokeWithoutUpdates)
            query = query.query
        if wants_updates and not query.QUALNAME.startswith(("functions.upload.", "functions.help.GetConfig")):
            self.server.subscribe(session)
        task = asyncio.create_task(self._answer(session, msg_id, query))
        self._requests.add(task)
        task.add_done_callback(self._requests.discard)

    async def _answer(self, session: Session, msg_id: int, query: Any) -> None:
        try:
            result = await self.server.call(session, query)
        except Refused as refusal:
            result = raw.types.RpcError(error_code=refusal.code, error_message=refusal.name)
        except ConnectionError:  # a fault asked for a broken line
            self.transport.abort()
            return
        except Exception as exc:  # a bug of ours must not end the connection
            log.exception("request failed method=%s", query.QUALNAME)
            result = raw.types.RpcError(error_code=500, error_message=f"INTERNAL_{type(exc).__name__.upper()}")
        if result is not None:
            session.send(raw.types.RpcResult(req_msg_id=msg_id, result=self._packed(result)), answer=True)

    def _packed(self, result: Any) -> Any:
        """The result as it goes on the wire: bare values boxed, long answers compressed."""
        if isinstance(result, bool):
            return Wire(Bool(result))
        if isinstance(result, list):
            return Wire(Vector(result))
        limit = self.server.gzip_over
        if limit and not isinstance(result, raw.types.upload.File):
            data = result.write()
            return GzipPacked(Wire(data)) if len(data) > limit else Wire(data)
        return result


def _opened(key: bytes, packet: bytes) -> bytes:
    """What the client encrypted, checked against its message key."""
    data: bytes = aes.ige256_decrypt(packet[24:], *mtproto.kdf(key, packet[8:24], True))
    if sha256(key[88:120] + data).digest()[8:24] != packet[8:24]:
        raise ConnectionError("the message key does not fit")
    return data


def _problem_with(msg_id: int) -> int:
    """The code of bad_msg_notification for a message id that a client must not use, else 0."""
    if msg_id & 3:
        return _MSG_ID_ODD
    age_s = time.time() - (msg_id >> 32)
    if age_s > _TOO_OLD_S:
        return _MSG_ID_TOO_LOW
    return _MSG_ID_TOO_HIGH if age_s < -_TOO_NEW_S else 0
