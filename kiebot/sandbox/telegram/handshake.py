"""The exchange of an authorisation key, server side (https://core.telegram.org/mtproto/auth_key).

Both ways of wrapping the client's first secret are read: the old one (SHA1 and random padding, which kurigram uses) and RSA_PAD
(which Telethon and the official clients use).
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from functools import partial
from hashlib import sha1 as insecure_sha1
from hashlib import sha256
from typing import Any

from pyrogram import raw
from pyrogram.crypto import aes, prime

from kiebot.sandbox.telegram.rsa import PrivateKey
from kiebot.sandbox.telegram.tl import now, read_tl

sha1 = partial(insecure_sha1, usedforsecurity=False)  # the protocol's choice, not ours
_P, _Q = 1000003, 2000003
_DH_PRIME = prime.CURRENT_DH_PRIME
_INNER_DATA = {
    cls.ID.to_bytes(4, "little") for cls in (raw.types.PQInnerData, raw.types.PQInnerDataDc, raw.types.PQInnerDataTempDc)
}


class Handshake:
    """One client's exchange; `on_key(key_id, key)` receives the result."""

    def __init__(self, rsa: PrivateKey, on_key: Callable[[bytes, bytes], None]) -> None:
        self._rsa = rsa
        self._on_key = on_key
        self._server_nonce = 0
        self._new_nonce = b""
        self._secret = 0
        self._cipher: tuple[bytes, bytes] = (b"", b"")

    def answer(self, packet: bytes) -> bytes:
        """Answer one unencrypted request, both without their headers."""
        query = read_tl(packet)
        if isinstance(query, raw.functions.ReqPqMulti | raw.functions.ReqPq):
            reply = self._propose(query)
        elif isinstance(query, raw.functions.ReqDHParams):
            reply = self._offer(query)
        elif isinstance(query, raw.functions.SetClientDHParams):
            reply = self._agree(query)
        else:
            raise ConnectionError(f"{query.QUALNAME} is not part of a handshake")
        data: bytes = reply.write()
        return data

    def _propose(self, query: Any) -> Any:
        self._server_nonce = random.getrandbits(126)
        return raw.types.ResPQ(
            nonce=query.nonce,
            server_nonce=self._server_nonce,
            pq=(_P * _Q).to_bytes(8, "big"),
            server_public_key_fingerprints=[self._rsa.public.fingerprint],
        )

    def _offer(self, query: Any) -> Any:
        inner = read_tl(_unwrapped(self._rsa.decrypt(query.encrypted_data)))
        if inner.server_nonce != self._server_nonce or int.from_bytes(inner.p, "big") != _P:
            raise ConnectionError("the inner data does not belong to this handshake")
        self._new_nonce = _nonce(inner.new_nonce, 32)
        self._cipher = _temporary_cipher(self._new_nonce, _nonce(self._server_nonce, 16))
        self._secret = int.from_bytes(os.urandom(256), "big")
        parameters = raw.types.ServerDHInnerData(
            nonce=query.nonce,
            server_nonce=self._server_nonce,
            g=3,
            dh_prime=_DH_PRIME.to_bytes(256, "big"),
            g_a=pow(3, self._secret, _DH_PRIME).to_bytes(256, "big"),
            server_time=now(),
        ).write()
        parameters = sha1(parameters).digest() + parameters
        parameters += os.urandom(-len(parameters) % 16)
        return raw.types.ServerDHParamsOk(
            nonce=query.nonce,
            server_nonce=self._server_nonce,
            encrypted_answer=aes.ige256_encrypt(parameters, *self._cipher),
        )

    def _agree(self, query: Any) -> Any:
        inner = read_tl(aes.ige256_decrypt(query.encrypted_data, *self._cipher)[20:])
        key = pow(int.from_bytes(inner.g_b, "big"), self._secret, _DH_PRIME).to_bytes(256, "big")
        digest = sha1(key).digest()
        self._on_key(digest[-8:], key)
        proof = sha1(self._new_nonce + b"\1" + digest[:8]).digest()[-16:]
        return raw.types.DhGenOk(
            nonce=query.nonce,
            server_nonce=self._server_nonce,
            new_nonce_hash1=int.from_bytes(proof, "little", signed=True),
        )


def _nonce(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little", signed=True)


def _temporary_cipher(new_nonce: bytes, server_nonce: bytes) -> tuple[bytes, bytes]:
    """Key and IV that protect the Diffie-Hellman parameters."""
    one, two, three = (sha1(a).digest() for a in (new_nonce + server_nonce, server_nonce + new_nonce, new_nonce * 2))
    return one + two[:12], two[12:] + three + new_nonce[:4]


def _unwrapped(data: bytes) -> bytes:
    """The inner data out of the 256 bytes that RSA gave."""
    for skipped in (1, 0):  # the old way fills 255 bytes: SHA1, data, padding
        if data[skipped + 20 : skipped + 24] in _INNER_DATA:
            return data[skipped + 20 :]
    key = bytes(x ^ y for x, y in zip(data[:32], sha256(data[32:]).digest(), strict=True))
    inner = aes.ige256_decrypt(data[32:], key, bytes(32))[:192][::-1]
    if inner[:4] not in _INNER_DATA:
        raise ConnectionError("the inner data cannot be read")
    return bytes(inner)
