"""The lot: a seed that nobody can choose, and an order that anybody can repeat with `sha256sum`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.errors import Refused


@dataclass(frozen=True)
class Entry:
    """A line of the published list: the application's number and its tier (0 comes before 1)."""

    application: str
    tier: int


@dataclass(frozen=True)
class Draw:
    """All that is published of a draw. `secret` is what the commitment of the class promised."""

    secret: str
    list_hash: str
    word: str
    seed: str
    time: datetime


def commitment_of(secret: str) -> str:
    """Published with the class, long before anybody applies; `secret` is 32 random bytes in hex."""
    return hashlib.sha256(bytes.fromhex(secret)).hexdigest()


def list_hash(entries: Iterable[Entry]) -> str:
    """Of the lines "number,tier", sorted by number, each ending with a line feed."""
    lines = sorted(f"{entry.application},{entry.tier}\n" for entry in entries)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def seed_of(secret: str, hash_of_list: str, word: str) -> str:
    return hashlib.sha256(f"{secret}|{hash_of_list}|{word}".encode()).hexdigest()


def rank_of(seed: str, entry: Entry) -> str:
    """One hash for each, so that nobody's place depends on who else applied or withdrew."""
    return f"{entry.tier}.{hashlib.sha256(f'{seed}|{entry.application}'.encode()).hexdigest()}"


def order_of(seed: str, entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (rank_of(seed, entry), entry.application))


def draw(secret: str, entries: Sequence[Entry], word: str, now: datetime) -> Draw:
    hash_of_list = list_hash(entries)
    return Draw(secret, hash_of_list, word, seed_of(secret, hash_of_list, word), now)


def verify(entries: Sequence[Entry], seed: str, secret: str, word: str, commitment: str) -> None:
    """Raises Refused where what was published does not fit together."""
    if commitment and commitment_of(secret) != commitment:
        raise Refused("DRAW_COMMITMENT_BROKEN")
    if seed_of(secret, list_hash(entries), word) != seed:
        raise Refused("DRAW_SEED_BROKEN")
