"""How a service knows who is asking: a short-lived token that the caller signs with its private key (JWT, Ed25519).

The gateway and every service that calls others have a key pair each. All services have the public halves only, so none
can speak for anybody. A token names its caller, the service it is for, and the principal.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey

from services.chassis.errors import Unauthenticated
from services.chassis.principal import SYSTEM, Grant, Kind, Principal

GATEWAY, OPERATOR = "gateway", "operator"
LIFETIME_SECONDS = 60
LONGEST_SECONDS = 90
"""How far ahead a token may expire: its lifetime, and clocks that differ by half a minute."""
_ALGORITHM, _BEFORE = "Ed25519", "HS256"


def public_half(private_key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


@dataclass(frozen=True)
class Claims:
    caller: str
    audience: str
    principal: Principal
    expiry: int


class Signer:
    """Signs principals for one caller."""

    def __init__(self, caller: str, private_key: bytes, clock: Callable[[], float] = time.time) -> None:
        public = public_half(private_key)
        self._header = {"alg": _ALGORITHM, "kid": _id(public)}
        self._claims = {"iss": caller}
        self._key = _key(public, private_key)
        self._clock = clock
        self._sign = lru_cache(maxsize=8192)(self._sign_until)

    def sign(self, principal: Principal, service: str) -> str:
        half = LIFETIME_SECONDS // 2
        expiry = (int(self._clock()) // half + 2) * half
        return self._sign(principal, service, expiry)

    def _sign_until(self, principal: Principal, service: str, expiry: int) -> str:
        claims = {**self._claims, "aud": service, "exp": expiry, "principal": _claimed(principal)}
        return jwt.encode(self._header, claims, self._key, algorithms=[_ALGORITHM])


class Verifier:
    """Reads tokens for one service. `keys` are the public keys of each caller, more than one while they are replaced.

    `shared_key` is that of version 0.1, where the gateway and all services signed with the same: with it a new service
    answers an old gateway during an upgrade. Without the file `principal_key` there is none.
    """

    def __init__(
        self,
        service: str,
        keys: Mapping[str, Sequence[bytes]],
        shared_key: bytes | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service = service
        self._keys = {_id(key): (caller, _key(key)) for caller, several in keys.items() for key in several}
        self._shared = OctKey.import_key(shared_key) if shared_key else None
        self._clock = clock
        self._decode = lru_cache(maxsize=4096)(self._decode_token)

    def verify(self, token: str, method: str, peers: frozenset[str] | None = None) -> Principal:
        """Who asks for the method "/package.Service/Method". `peers` are the names in the other end's certificate, None
        without TLS. Raises Unauthenticated for what is missing, forged, expired or meant for another service."""
        try:
            claims = self._decode(token)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unauthenticated("PRINCIPAL_INVALID") from error
        if claims.expiry < self._clock():
            raise Unauthenticated("PRINCIPAL_EXPIRED")
        if claims.expiry > self._clock() + LONGEST_SECONDS or not self._is_meant_for_us(claims.audience):
            raise Unauthenticated("PRINCIPAL_INVALID")
        if not _may_ask(claims, method) or (peers is not None and not peers & {claims.caller, OPERATOR}):
            raise Unauthenticated("CALLER_NOT_ALLOWED")
        return claims.principal

    def _is_meant_for_us(self, audience: str) -> bool:
        return audience == self._service

    def _decode_token(self, token: str) -> Claims:
        header = jws.extract_compact(token.encode()).headers()
        if self._shared and header["alg"] == _BEFORE:
            claims = jwt.decode(token, self._shared, algorithms=[_BEFORE]).claims
            caller, audience = GATEWAY, self._service
        else:
            caller, key = self._keys[header["kid"]]
            claims = jwt.decode(token, key, algorithms=[_ALGORITHM]).claims
            audience = claims["aud"]
        expiry = claims["exp"]
        if not isinstance(expiry, int):
            raise ValueError("exp is no whole number")
        return Claims(caller, audience, _principal(claims["principal"]), expiry)


def _may_ask(claims: Claims, method: str) -> bool:
    """The gateway may ask for anything, for anybody. A service asks for itself, and only for what its own contract lets
    others offer to it: notices for ieum.notices.v1.NoticeSourceService."""
    if claims.caller == GATEWAY:
        return True
    return claims.principal == SYSTEM and method.startswith(f"/ieum.{claims.caller}.v1.")


def _id(public_key: bytes) -> str:
    return public_key.hex()[:16]


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _key(public: bytes, private: bytes | None = None) -> OKPKey:
    parts: dict[str, str | list[str]] = {"kty": "OKP", "crv": "Ed25519", "x": _base64(public)}
    return OKPKey.import_key(parts | {"d": _base64(private)} if private else parts)


def _claimed(principal: Principal) -> dict[str, Any]:
    """Without `merged` where there is nothing: a service of the release before knows no such claim."""
    claims = asdict(principal)
    if not principal.merged:
        del claims["merged"]
    return claims


def _principal(claims: Mapping[str, Any]) -> Principal:
    scopes = claims["token_scopes"]
    return replace(
        Principal(**claims),
        kind=Kind(claims["kind"]),
        grants=tuple(Grant(**grant) for grant in claims["grants"]),
        token_scopes=None if scopes is None else tuple(scopes),
        merged=tuple(claims.get("merged", ())),
    )
