"""The server's RSA key: how a client knows that it talks to the right data centre."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass

from kiebot.telegram.server_key import ServerKey

_SMALL_PRIMES = [p for p in range(3, 2000) if all(p % q for q in range(2, int(p**0.5) + 1))]
_EXPONENT = 65537


@dataclass(frozen=True, slots=True)
class PrivateKey:
    public: ServerKey
    d: int

    def decrypt(self, data: bytes) -> bytes:
        """Raw RSA: the 256 bytes that the client encrypted."""
        return pow(int.from_bytes(data, "big"), self.d, self.public.n).to_bytes(256, "big")


def generate() -> PrivateKey:
    """A fresh 2048-bit key (half a second of work)."""
    p, q = _prime(1024), _prime(1024)
    return PrivateKey(ServerKey(p * q, _EXPONENT), pow(_EXPONENT, -1, (p - 1) * (q - 1)))


def _prime(bits: int) -> int:
    while True:
        candidate = int.from_bytes(os.urandom(bits // 8), "big") | 1 | 3 << (bits - 2)
        if _is_prime(candidate) and (candidate - 1) % _EXPONENT:
            return candidate


def _is_prime(n: int) -> bool:
    """Miller-Rabin after a sieve of small factors."""
    if any(n % p == 0 for p in _SMALL_PRIMES):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_is_witness_of_primality(random.randrange(2, n - 1), odd, twos, n) for _ in range(12))


def _is_witness_of_primality(base: int, odd: int, twos: int, n: int) -> bool:
    x = pow(base, odd, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False
