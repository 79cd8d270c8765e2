"""Which URLs may be sent to a provider: http(s), well-formed, and of a public host. Nothing is looked up."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from kiebot.http.addresses import is_public

LONGEST = 4096
NOT_IN_A_URL = re.compile(r'[\x00-\x20\x7f-\xa0"<>\\^`{|}\u2000-\u200f\u2028\u2029\ufeff]')
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
# Names that no public server answers to: reserved ones (RFC 6761, 6762, 7686, 8375) and those that networks use for themselves.
PRIVATE_ZONES = (
    *(".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home.arpa"),
    *(".test", ".invalid", ".onion", ".corp", ".home"),
)


def fault_of(url: str, allowed_hosts: frozenset[str] = frozenset()) -> str:
    """ "" for a URL that may be sent, else "url" (not one at all) or "url_private". `allowed_hosts`: host or host:port."""
    if len(url) > LONGEST or NOT_IN_A_URL.search(url):
        return "url"
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").removesuffix(".")
    except ValueError:
        return "url"
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or port == 0:
        return "url"
    if host in allowed_hosts or parts.netloc in allowed_hosts:
        return ""
    if parts.netloc.startswith("["):
        return _address_fault(host)
    try:  # before the look for numbers: it makes common digits and dots out of other ones
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return "url"
    return _address_fault(name) if _is_address(name) else _name_fault(name)


def _is_address(host: str) -> bool:
    """Also 2130706433, 0x7f.1 and 127.1: what ends in a number is an IPv4 address for most who follow URLs."""
    last = host.rpartition(".")[2]
    return last.isdigit() or bool(re.fullmatch(r"0x[0-9a-f]*", last))


def _address_fault(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "url"
    return "" if "%" not in host and is_public(str(address)) else "url_private"


def _name_fault(name: str) -> str:
    labels = name.split(".")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        return "url"
    return "url_private" if len(labels) == 1 or name.endswith(PRIVATE_ZONES) else ""
