"""MTProto itself, spoken by hand: what a well-behaved library never lets a test see."""

import asyncio
import os
import struct
import time
from collections import deque
from io import BytesIO

import pytest
from pyrogram import raw
from pyrogram.crypto import mtproto
from pyrogram.raw.core import GzipPacked, Message, MsgContainer

from kiebot.sandbox.telegram.tl import Wire

F, T = raw.functions, raw.types


class ByHand:
    """A client that sends and receives single messages over the abridged transport, with the key of a logged-in bot."""

    def __init__(self, centre, key: bytes) -> None:
        self.centre = centre
        self.key = key
        self.key_id = next(key_id for key_id, known in centre.server.keys.items() if known == key)
        self.session_id = os.urandom(8)
        self.salt = centre.server.salt
        self._last = 0
        self._inbox: deque[Message] = deque()

    async def connect(self) -> "ByHand":
        self._inbox.clear()
        self.reader, self.writer = await asyncio.open_connection(self.centre.host, self.centre.port)
        self.writer.write(b"\xef")
        return self

    def next_id(self) -> int:
        self._last = max(int(time.time() * 2**32) & ~3, self._last + 4)
        return self._last

    def send(self, body, msg_id: int = 0, number: int = 1) -> int:
        msg_id = msg_id or self.next_id()
        message = Message(body, msg_id, number, len(body.write()))
        packet = mtproto.pack(message, self.salt, self.session_id, self.key, self.key_id)
        words = len(packet) // 4
        self.writer.write((bytes([words]) if words < 127 else b"\x7f" + words.to_bytes(3, "little")) + packet)
        return msg_id

    async def packet(self) -> bytes:
        words = (await asyncio.wait_for(self.reader.readexactly(1), 5))[0]
        if words == 127:
            words = int.from_bytes(await self.reader.readexactly(3), "little")
        return await self.reader.readexactly(words * 4)

    async def receive(self) -> list[Message]:
        data = mtproto.unpack(BytesIO(await self.packet()), self.session_id, self.key, self.key_id)
        return data.body.messages if isinstance(data.body, MsgContainer) else [data]

    async def until(self, kind: type) -> Message:
        """The next message of this kind."""
        while True:
            if not self._inbox:
                self._inbox.extend(await self.receive())
            message = self._inbox.popleft()
            if isinstance(message.body, kind):
                return message

    async def answer(self, body):
        msg_id = self.send(body)
        while True:
            message = await self.until(T.RpcResult)
            if message.body.req_msg_id == msg_id:
                return message.body.result


@pytest.fixture
async def hand(centre, make_bot) -> ByHand:
    client = make_bot("other")
    await client.start()
    key = await client.storage.auth_key()
    await client.stop()
    return await ByHand(centre, key).connect()


async def test_a_new_session_is_announced_and_a_wrong_salt_corrected(hand):
    hand.salt += 1
    asked = hand.send(F.Ping(ping_id=5))
    await hand.until(T.NewSessionCreated)
    bad = (await hand.until(T.BadServerSalt)).body
    assert (bad.bad_msg_id, bad.error_code, bad.new_server_salt) == (asked, 48, hand.salt - 1)
    hand.salt = bad.new_server_salt
    hand.send(F.Ping(ping_id=6))
    assert (await hand.until(T.Pong)).body.ping_id == 6


@pytest.mark.parametrize(("shift", "code"), [(1, 18), (-400 << 32, 16), (60 << 32, 17)])
async def test_message_ids_must_be_even_and_of_our_time(hand, shift, code):
    asked = hand.send(F.Ping(ping_id=1), msg_id=hand.next_id() + shift)
    bad = (await hand.until(T.BadMsgNotification)).body
    assert (bad.bad_msg_id, bad.error_code) == (asked, code)


async def test_a_container_is_unpacked_and_its_answers_come_together(hand):
    pings = [F.Ping(ping_id=number) for number in (1, 2)]
    inner = [Message(ping, hand.next_id(), 1, len(ping.write())) for ping in pings]
    hand.send(MsgContainer(inner), number=0)
    together = [message.body for message in await hand.receive()]
    assert [type(body) for body in together] == [T.NewSessionCreated, T.Pong, T.Pong]
    assert [(body.msg_id, body.ping_id) for body in together[1:]] == [(m.msg_id, m.body.ping_id) for m in inner]


async def test_a_compressed_request_is_read(hand):
    state = await hand.answer(GzipPacked(F.updates.GetState()))
    assert isinstance(state, T.updates.State)


async def test_states_of_messages_are_told(hand):
    known = hand.send(F.updates.GetState())
    await hand.until(T.RpcResult)
    hand.send(T.MsgsStateReq(msg_ids=[known, 12345]))
    assert (await hand.until(T.MsgsStateInfo)).body.info == "\x04\x01"


async def test_what_was_not_acknowledged_comes_again_under_its_old_id(hand):
    await hand.answer(F.updates.GetState())
    user = hand.centre.humans.add_user("Ann")["id"]
    hand.centre.humans.post(user, user, "one")
    first = await hand.until(T.Updates)
    hand.send(T.MsgResendReq(msg_ids=[first.msg_id]))
    assert (await hand.until(T.Updates)).msg_id == first.msg_id
    hand.writer.close()
    await hand.connect()
    hand.send(F.Ping(ping_id=1))
    assert (await hand.until(T.Updates)).msg_id == first.msg_id
    hand.send(T.MsgsAck(msg_ids=[first.msg_id]))
    hand.writer.close()
    await hand.connect()
    hand.centre.humans.post(user, user, "two")
    hand.send(F.Ping(ping_id=2))
    assert (await hand.until(T.Updates)).body.updates[0].message.message == "two"


async def test_a_request_repeated_under_its_id_is_done_once(hand):
    user = hand.centre.humans.add_user("Ann")["id"]
    hand.centre.humans.post(user, user, "hello")
    peer = T.InputPeerUser(user_id=user, access_hash=0)
    query = F.messages.SendMessage(peer=peer, message="once", random_id=0)
    msg_id = hand.send(query)
    await hand.until(T.RpcResult)
    hand.send(query, msg_id=msg_id)
    await hand.answer(F.updates.GetState())
    assert [message["text"] for message in hand.centre.humans.messages(user)] == ["hello", "once"]


async def test_an_unknown_key_is_told_so(hand):
    hand.key_id = b"12345678"
    hand.send(F.Ping(ping_id=1))
    assert struct.unpack("<i", await hand.packet()) == (-404,)


async def test_unknown_and_foreign_methods_are_refused(hand):
    assert (await hand.answer(F.help.GetAppConfig(hash=0))).error_message == "METHOD_INVALID"
    garbage = await hand.answer(Wire(struct.pack("<I", 0x12345678)))
    assert garbage.error_message.startswith("INPUT_METHOD_INVALID")
    await hand.answer(F.auth.LogOut())
    assert (await hand.answer(F.updates.GetState())).error_code == 401


async def test_a_client_that_goes_away_is_no_line_of_the_log(centre, caplog):
    caplog.set_level("DEBUG", "kiebot")
    _, quiet = await asyncio.open_connection(centre.host, centre.port)
    _, speaks = await asyncio.open_connection(centre.host, centre.port)
    speaks.write(b"\xef\x02half")
    for gone in (quiet, speaks):
        gone.close()
    await asyncio.sleep(0.2)
    assert caplog.messages == []
