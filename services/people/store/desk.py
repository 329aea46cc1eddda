"""Desk data on the account: encrypted, with keyed marks by which it is found. Without the key a copy says nothing."""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterable

from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from services.people.domain.desk import DeskData
from services.people.domain.person import Person

_FIELDS = struct.Struct("<H16s")
_MARK_LENGTH = 12


class DeskSeal:
    """Its keys are derived from the pseudonym key, which can never change."""

    def __init__(self, pseudonym_key: bytes) -> None:
        self._cipher = AESSIV(hmac.digest(pseudonym_key, b"seal of desk data", "sha512"))
        self._mark_key = hmac.digest(pseudonym_key, b"marks of desk data", "sha256")

    def close(self, person: str, data: DeskData) -> bytes:
        """Always as many bytes, so that their number tells nothing. `person`: the id."""
        if data == DeskData():
            return b""
        return self._cipher.encrypt(_FIELDS.pack(data.birth_year, data.phone.encode()), [person.encode()])

    def open(self, person: Person) -> DeskData:
        if not person.desk:
            return DeskData()
        birth_year, phone = _FIELDS.unpack(self._cipher.decrypt(person.desk, [person.id.encode()]))
        return DeskData(birth_year, phone.rstrip(b"\0").decode())

    def marks(self, birth_year: int, last_digits: str) -> tuple[str, ...]:
        """For looking up: the same year or digits have the same mark."""
        return tuple(self._mark(text) for text in _texts(birth_year, last_digits))

    def _mark(self, text: str) -> str:
        return hmac.digest(self._mark_key, text.encode(), "sha256").hex()[:_MARK_LENGTH]


def _texts(birth_year: int, last_digits: str) -> Iterable[str]:
    if birth_year:
        yield f"year {birth_year}"
    if last_digits:
        yield f"digits {last_digits}"
