"""The RSA public key of an MTProto server as a PEM file, in the PKCS #1 form ("BEGIN RSA PUBLIC KEY")."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

from kiebot.errors import OperatorFault

CONFIG_KEY = "telegram.server_public_key_file"
_INTEGER, _SEQUENCE = 0x02, 0x30
_BEGIN, _END = "-----BEGIN RSA PUBLIC KEY-----", "-----END RSA PUBLIC KEY-----"


@dataclass(frozen=True, slots=True)
class ServerKey:
    """Modulus and exponent of the key with which a client recognises its server."""

    n: int
    e: int

    @property
    def fingerprint(self) -> int:
        """The signed 64-bit name that MTProto gives to this key."""
        return int.from_bytes(
            sha1(_tl_bytes(self.n) + _tl_bytes(self.e), usedforsecurity=False).digest()[-8:], "little", signed=True
        )

    def pem(self) -> str:
        body = base64.b64encode(_der(_SEQUENCE, _der_integer(self.n) + _der_integer(self.e))).decode()
        lines = [body[at : at + 64] for at in range(0, len(body), 64)]
        return "\n".join([_BEGIN, *lines, _END, ""])


def read_server_key(file: Path) -> ServerKey:
    """Read a PEM file; anything else is the operator's mistake."""
    try:
        text = _read(file).decode("ascii")
        body = text.split(_BEGIN)[1].split(_END)[0]
        der = base64.b64decode("".join(body.split()), validate=True)
        numbers, _ = _read_der(der, _SEQUENCE)
        n, rest = _read_der(numbers, _INTEGER)
        e, _ = _read_der(rest, _INTEGER)
    except (UnicodeDecodeError, IndexError, ValueError, binascii.Error) as exc:
        raise OperatorFault(f"{CONFIG_KEY}: {file} is not a PEM file with an RSA public key") from exc
    return ServerKey(int.from_bytes(n, "big"), int.from_bytes(e, "big"))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as exc:
        raise OperatorFault(f"{CONFIG_KEY}: {file} is not there") from exc
    except OSError as exc:
        raise OperatorFault(f"{CONFIG_KEY}: {file} cannot be read: {exc.strerror}") from exc


def _tl_bytes(value: int) -> bytes:
    """`value` as MTProto serialises a byte string: length, big-endian bytes, padding to four."""
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    head = bytes([len(data)]) if len(data) < 254 else b"\xfe" + len(data).to_bytes(3, "little")
    return head + data + bytes(-(len(head) + len(data)) % 4)


def _der(tag: int, body: bytes) -> bytes:
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(size)]) + size + body


def _der_integer(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))  # one bit more: DER integers are signed


def _read_der(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The body of the first element of `data`, which must have this tag, and what follows it."""
    if data[0] != tag:
        raise ValueError(f"expected DER tag {tag}, found {data[0]}")
    size, at = data[1], 2
    if size & 128:
        at += size & 127
        size = int.from_bytes(data[2:at], "big")
    return data[at : at + size], data[at + size :]
