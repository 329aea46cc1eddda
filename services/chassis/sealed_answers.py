"""Equality answers, encrypted and bound to their pseudonym. Databases, streams and backups hold them only like this.

The encryption is deterministic (AES-SIV, RFC 5297): the same answers of the same person are the same bytes, so that
writing them twice changes nothing, and a rebuild from the streams ends in what was there before.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_FIELDS = struct.Struct("<HBHB")


class Numbers(NamedTuple):
    """Answers as the numbers of ieum.people.v1; 0 or none where a question was not answered."""

    birth_year: int
    sex: int
    groups: tuple[int, ...]
    groups_answered: bool


NOTHING = Numbers(0, 0, (), False)


class AnswersSeal:
    def __init__(self, pseudonym_key: bytes) -> None:
        self._cipher = AESSIV(hmac.digest(pseudonym_key, b"seal of equality answers", "sha512"))

    def close(self, pseudonym: str, answers: Numbers) -> bytes:
        """Always as many bytes, so that their number tells nothing."""
        mask = sum(1 << group for group in set(answers.groups))
        plain = _FIELDS.pack(answers.birth_year, answers.sex, mask, answers.groups_answered)
        return self._cipher.encrypt(plain, [pseudonym.encode()])

    def open(self, pseudonym: str, sealed: bytes) -> Numbers:
        """Raises InvalidTag for answers of somebody else, or sealed with another key."""
        if not sealed:
            return NOTHING
        birth_year, sex, mask, answered = _FIELDS.unpack(self._cipher.decrypt(sealed, [pseudonym.encode()]))
        return Numbers(birth_year, sex, tuple(_bits(mask)), bool(answered))

    def open_content(self, name: str, sealed: bytes) -> bytes:
        """What `close_content` closed under this name."""
        return self._cipher.decrypt(sealed, [b"content", name.encode()])

    def close_content(self, name: str, content: bytes) -> bytes:
        """For what is derived from answers and is kept for a while."""
        return self._cipher.encrypt(content, [b"content", name.encode()])


def _bits(mask: int) -> Iterable[int]:
    return (number for number in range(mask.bit_length()) if mask >> number & 1)
