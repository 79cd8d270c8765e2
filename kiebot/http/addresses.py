"""Which addresses a URL from outside may lead to: public unicast only, judged on the resolved address."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Awaitable, Callable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

# Written out instead of `is_global`: that lets multicast through and differs between Python's patch releases.
REFUSED_V4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT; also one cloud's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # public space, yet one cloud's metadata service
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
# For v6 the allowed space is named: everything else (NAT64, site-local, ULA, multicast, loopback) stays out by itself.
ALLOWED_V6 = ipaddress.IPv6Network("2000::/3")
REFUSED_V6 = tuple(ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))


def is_public(address: str) -> bool:
    """Whether a connection to this literal address may be made for a URL that came from outside."""
    try:
        ip: IPAddress = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in block for block in REFUSED_V4)
    return ip in ALLOWED_V6 and not any(ip in block for block in REFUSED_V6)


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host by the system's resolver, in its order. Raises OSError when there is none."""
    import asyncio  # the catalogue asks only about literal addresses, in commands that should start at once

    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
