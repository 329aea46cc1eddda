"""Argon2id beside the event loop. At most two at once: each takes 19 MiB and a core."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from services.people.domain.credentials import comparable_passphrase, earlier_comparable_passphrase

# OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1
_AT_ONCE = 2


class Passphrases:
    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES, type=Type.ID)
        self._gate = asyncio.Semaphore(_AT_ONCE)
        # Takes the place of a hash that is not there, so that the time tells nothing.
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(32))

    async def hash(self, passphrase: str) -> str:
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, comparable_passphrase(passphrase))

    async def verify(self, passphrase_hash: str, passphrase: str) -> bool:
        """Takes the same time whether or not there is a hash to compare with."""
        async with self._gate:
            matches = await asyncio.to_thread(self._matches, passphrase_hash or self._nobodys, passphrase)
        return matches and bool(passphrase_hash)

    def is_outdated(self, passphrase_hash: str) -> bool:
        return self._hasher.check_needs_rehash(passphrase_hash)

    def _matches(self, passphrase_hash: str, passphrase: str) -> bool:
        forms = dict.fromkeys((comparable_passphrase(passphrase), earlier_comparable_passphrase(passphrase)))
        return any(self._is_of(passphrase_hash, form) for form in forms)

    def _is_of(self, passphrase_hash: str, form: str) -> bool:
        try:
            return self._hasher.verify(passphrase_hash, form)
        except (VerificationError, InvalidHashError):
            return False
