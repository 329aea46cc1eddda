"""Marks of devices. Whoever signs in gets one, and with it the device is told apart from those of guessers.

A mark names its person, and a keyed hash shows that it was made here: nobody can make one, nothing is stored.
"""

from __future__ import annotations

import hashlib
import hmac

MOST_MARKS = 10
"""Of one device: a computer of a centre sees many people."""


def make_mark(key: bytes, person: str, nonce: str) -> str:
    return f"{person}.{nonce}.{_proof(key, person, nonce)}"


def owner_of(key: bytes, mark: str) -> str:
    """The person who signed in on the device with this mark; "" for a mark that was not made here."""
    person, _, rest = mark.partition(".")
    nonce, _, proof = rest.partition(".")
    genuine = hmac.compare_digest(proof.encode(), _proof(key, person, nonce).encode())
    return person if genuine else ""


def _proof(key: bytes, person: str, nonce: str) -> str:
    return hmac.digest(key, f"device|{person}|{nonce}".encode(), hashlib.sha256).hex()[:32]
