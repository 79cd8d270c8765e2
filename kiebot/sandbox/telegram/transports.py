"""MTProto transports: how packets are cut out of a TCP stream.

Abridged, intermediate, padded intermediate and full; the first three also obfuscated. The first bytes of a connection say
which one the client speaks.
"""

from __future__ import annotations

import asyncio
import os
import struct
from zlib import crc32

from pyrogram.crypto import aes

_ABRIDGED, _INTERMEDIATE, _PADDED = b"\xef" * 4, b"\xee" * 4, b"\xdd" * 4
_KIND_BY_TAG = {_ABRIDGED: "abridged", _INTERMEDIATE: "intermediate", _PADDED: "padded"}
MAX_PACKET = 1 << 24

_Cipher = tuple[bytes, bytearray, bytearray]


class Transport:
    """One TCP connection as a sequence of packets."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._kind = ""
        self._decrypt: _Cipher | None = None
        self._encrypt: _Cipher | None = None
        self._sent = 0
        self._early = b""  # read while the transport was recognised, not consumed yet

    async def open(self) -> None:
        """Recognise the transport from the first bytes."""
        head = await self._reader.readexactly(1)
        if head == b"\xef":
            self._kind = "abridged"
            return
        head += await self._reader.readexactly(3)
        if head in (_INTERMEDIATE, _PADDED):
            self._kind = _KIND_BY_TAG[head]
            return
        head += await self._reader.readexactly(4)
        if head[4:] == bytes(4):  # a full packet: its length, then number 0; an obfuscated header never has zeros here
            self._kind, self._early = "full", head
            return
        self._open_obfuscated(head + await self._reader.readexactly(56))

    def _open_obfuscated(self, header: bytes) -> None:
        backwards = header[55:7:-1]
        self._decrypt = (header[8:40], bytearray(header[40:56]), bytearray(1))
        self._encrypt = (backwards[:32], bytearray(backwards[32:48]), bytearray(1))
        tag = aes.ctr256_decrypt(header, *self._decrypt)[56:60]
        if tag not in _KIND_BY_TAG:
            raise ConnectionError("unknown transport")
        self._kind = _KIND_BY_TAG[tag]

    async def _take(self, size: int) -> bytes:
        if size > MAX_PACKET:
            raise ConnectionError("packet too long")
        early, self._early = self._early[:size], self._early[size:]
        data = early + await self._reader.readexactly(size - len(early))
        return aes.ctr256_decrypt(data, *self._decrypt) if self._decrypt and data else data

    async def receive(self) -> bytes:
        """The next packet, without framing."""
        if self._kind == "abridged":
            return await self._receive_abridged()
        if self._kind == "full":
            return await self._receive_full()
        size = struct.unpack("<I", await self._take(4))[0] & 0x7FFFFFFF
        packet = await self._take(size)
        if self._kind == "padded" and packet[:8] != bytes(8):
            return packet[: 24 + (len(packet) - 24) // 16 * 16]
        return packet

    async def _receive_abridged(self) -> bytes:
        words = (await self._take(1))[0] & 0x7F  # the upper bit asks for a quick acknowledgement, which is optional
        if words == 0x7F:
            words = int.from_bytes(await self._take(3), "little")
        return await self._take(words * 4)

    async def _receive_full(self) -> bytes:
        head = await self._take(8)
        size = struct.unpack("<I", head[:4])[0]
        rest = await self._take(size - 8)
        if struct.unpack("<I", rest[-4:])[0] != crc32(head + rest[:-4]):
            raise ConnectionError("checksum of a full packet differs")
        return rest[:-4]

    def send(self, packet: bytes) -> None:
        data = self._framed(packet)
        self._writer.write(aes.ctr256_encrypt(data, *self._encrypt) if self._encrypt else data)

    def _framed(self, packet: bytes) -> bytes:
        if self._kind == "abridged":
            words = len(packet) // 4
            return (bytes([words]) if words < 0x7F else b"\x7f" + words.to_bytes(3, "little")) + packet
        if self._kind == "full":
            body = struct.pack("<II", len(packet) + 12, self._sent) + packet
            self._sent += 1
            return body + struct.pack("<I", crc32(body))
        if self._kind == "padded":
            packet += os.urandom(os.urandom(1)[0] & 15)
        return struct.pack("<I", len(packet)) + packet

    async def drain(self) -> None:
        await self._writer.drain()

    def abort(self) -> None:
        """Break the connection as a dying network does."""
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()
