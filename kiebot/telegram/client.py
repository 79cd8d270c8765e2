"""The Pyrogram client as kiebot builds it, for Telegram itself or for another MTProto server (the sandbox).

Two things lead the client elsewhere: its table of known server keys, and the `connection_factory`, which is called for the
handshake, the main session and every media session with the address of a production data centre.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrogram
from pyrogram.connection import Connection
from pyrogram.crypto import rsa

from kiebot.errors import OperatorFault
from kiebot.telegram.server_key import read_server_key
from kiebot.telegram.session_file import SessionFile


def build_client(
    name: str,
    workdir: Path,
    *,
    api_id: int,
    api_hash: str,
    bot_token: str,
    server: str | None = None,
    public_key_file: Path | None = None,
    **options: Any,
) -> pyrogram.Client:
    """A client that is not started yet. Build it inside the running event loop: it keeps the loop it finds."""
    return pyrogram.Client(
        name,
        api_id=api_id,
        api_hash=api_hash,
        bot_token=bot_token,
        workdir=str(workdir),
        storage_engine=SessionFile(name, workdir=workdir),
        **server_options(server, public_key_file),
        **options,
    )


def server_options(server: str | None, public_key_file: Path | None) -> dict[str, Any]:
    """Keyword arguments of `pyrogram.Client` that lead it to `server` ("HOST:PORT"); none for Telegram itself."""
    if server is None:
        return {}
    if public_key_file is None:
        raise OperatorFault("telegram.server needs telegram.server_public_key_file")
    host, port = _address(server)
    trust(public_key_file)
    return {"connection_factory": connections_to(host, port)}


def trust(public_key_file: Path) -> None:
    """Accept servers that hold the private half of this key."""
    key = read_server_key(public_key_file)
    rsa.server_public_keys[key.fingerprint] = rsa.PublicKey(key.n, key.e)


def connections_to(host: str, port: int) -> Callable[..., Connection]:
    """A connection factory that keeps everything the client asks for but the address."""

    def connection(**asked: Any) -> Connection:
        return Connection(**{**asked, "server_address": host, "port": port})

    return connection


def _address(server: str) -> tuple[str, int]:
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit():
        raise OperatorFault(f"telegram.server must be HOST:PORT, not {server!r}")
    return host, int(port)
