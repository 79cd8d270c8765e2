import pytest

from kiebot.http.addresses import is_public, resolve

INSIDE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7",
    "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::",
    "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo",
    "fec0::1", "ff02::1", "5f00::1", "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "9.255.0.1", "172.32.0.1", "223.255.255.1", "::ffff:8.8.8.8", "2606:4700::1111", "2a00::1"]
)
def test_public_addresses_are_let_through(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost"])
async def test_other_spellings_of_loopback_are_judged_by_what_they_resolve_to(host):
    assert not any(is_public(address) for address in await resolve(host, 80))
