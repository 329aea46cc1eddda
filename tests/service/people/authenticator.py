"""A device with passkeys, in software: it makes one (ES256, no attestation) and signs with it."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """`verifies`: it has asked for a finger, a face or a PIN."""

    def __init__(self, origin: str, rp_id: str, *, verifies: bool = True) -> None:
        self.origin, self.rp_id, self.verifies = origin, rp_id, verifies
        self.id = secrets.token_bytes(16)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._counter = 0
        self.user = ""

    def create(self, options: str) -> str:
        asked = json.loads(options)
        self.user = asked["user"]["id"]
        credential = struct.pack(">16sH", b"", len(self.id)) + self.id + self._cose()
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(_ATTESTED) + credential}
        return self._answer(
            {
                "clientDataJSON": self._client("webauthn.create", asked["challenge"]),
                "attestationObject": cbor2.dumps(attestation),
            }
        )

    def get(self, options: str) -> str:
        client, data = self._client("webauthn.get", json.loads(options)["challenge"]), self._data()
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signature})

    def _data(self, flags: int = 0) -> bytes:
        self._counter += 1
        flags |= _PRESENT | (_VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", flags, self._counter)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _cose(self) -> bytes:
        point = self._key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})

    def _answer(self, parts: dict[str, bytes]) -> str:
        id = bytes_to_base64url(self.id)
        response: dict[str, Any] = {name: bytes_to_base64url(part) for name, part in parts.items()}
        return json.dumps({"id": id, "rawId": id, "type": "public-key", "response": response})
