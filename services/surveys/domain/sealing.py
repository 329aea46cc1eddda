"""Ballots are sealed for a key whose private half is cut in two.

One half stands in the database, the other in a file outside every database and backup. Neither alone says anything of
the key, and both are destroyed once the ballots are counted: nothing opens an old copy of them any more.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

_BITS = 2048
_CONTENT = 4_096
_NONCE = 12
_PADDING = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label=b"ieum poll")


@dataclass(frozen=True)
class SplitKey:
    public: bytes
    stored: bytes
    """For the database."""
    filed: bytes
    """For the file."""


def new_key() -> SplitKey:
    """Takes about 0.1 s."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    filed = secrets.token_bytes(len(private))
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SplitKey(public, _xor(private, filed), filed)


def seal(public: bytes, option: int) -> bytes:
    """Of one length and different each time, whatever the option."""
    key = load_der_public_key(public)
    assert isinstance(key, rsa.RSAPublicKey)  # noqa: S101 - we made it
    return key.encrypt(option.to_bytes(1, "big"), _PADDING)


def seal_content(public: bytes, content: bytes) -> bytes:
    """For more than RSA takes: AES-GCM under a key of its own, which is sealed. Padded, so that all are of one length.
    Raises ValueError for content that is too long."""
    key = load_der_public_key(public)
    assert isinstance(key, rsa.RSAPublicKey)  # noqa: S101 - we made it
    padded = len(content).to_bytes(4, "big") + content.ljust(_CONTENT, b"\0")
    if len(padded) > _CONTENT + 4:
        raise ValueError("content too long to be sealed")
    once, nonce = AESGCM.generate_key(256), secrets.token_bytes(_NONCE)
    return key.encrypt(once, _PADDING) + nonce + AESGCM(once).encrypt(nonce, padded, None)


class WrongHalves(Exception):
    """The halves do not belong together, or one is missing."""


class Opener:
    """Raises WrongHalves."""

    def __init__(self, stored: bytes, filed: bytes) -> None:
        try:
            key = load_der_private_key(_xor(stored, filed), None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise WrongHalves from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise WrongHalves
        self._key = key

    def open(self, sealed: bytes) -> int:
        return int.from_bytes(self._key.decrypt(sealed, _PADDING), "big")

    def open_content(self, sealed: bytes) -> bytes:
        wrapped, rest = sealed[: _BITS // 8], sealed[_BITS // 8 :]
        once = self._key.decrypt(wrapped, _PADDING)
        padded = AESGCM(once).decrypt(rest[:_NONCE], rest[_NONCE:], None)
        return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def _xor(left: bytes, right: bytes) -> bytes:
    if len(left) != len(right):
        raise ValueError("halves of different keys")
    return bytes(one ^ other for one, other in zip(left, right, strict=True))
