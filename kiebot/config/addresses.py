"""What an address in the configuration has to look like."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

HOST_NAME = re.compile(r"\w[\w.-]*")  # letters of any script: names may be international
LARGEST_PORT = 65_535


def http_url(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        raise ValueError("must start with https:// (or http://)")
    if not _has_host(value):
        raise ValueError("must name a host and have no blanks, as https://api.example.com/v1 does")
    return value.rstrip("/")


def url_or_nothing(value: str) -> str:
    return http_url(value) if value else ""


def host_and_port(value: str | None) -> str | None:
    """The address of an MTProto server."""
    host, _, port = (value or "").rpartition(":")
    if value is not None and not (_is_host(host.strip("[]")) and port.isdecimal() and int(port) <= LARGEST_PORT):
        raise ValueError('must be "HOST:PORT"')
    return value


def listening(value: str) -> str:
    """Where a server of ours listens; empty: everywhere."""
    if value and not _is_host(value):
        raise ValueError('must be an address or the name of a host, such as "127.0.0.1"')
    return value


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number, or too large
    except ValueError:
        return False
    return not any(sign.isspace() for sign in url) and _is_host(parts.hostname or "")


def _is_host(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return HOST_NAME.fullmatch(name) is not None
    return True
