"""How a Pyrogram client is led to the sandbox's data centre."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiebot.telegram.client import server_options

API_ID, API_HASH = 1, "0" * 32  # the sandbox accepts any


def client_options(host: str, port: int, public_key_file: Path) -> dict[str, Any]:
    """Keyword arguments for `pyrogram.Client`; calling this also makes the process trust the sandbox's key."""
    return {"api_id": API_ID, "api_hash": API_HASH, **server_options(f"{host}:{port}", public_key_file)}
