"""The ID token of a provider: who signed in there. Pure: keys, nonce and time come in as arguments."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.chassis.errors import Unauthenticated

ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "Ed25519", "EdDSA")
"""Asymmetric ones: with a symmetric one the public key of the provider could sign."""
LEEWAY_SECONDS = 60
LONGEST_AGE_SECONDS = 600
_LONGEST_SUBJECT = 255


@dataclass(frozen=True)
class Expected:
    """What must stand in a token that answers our request."""

    issuer: str
    client_id: str
    nonce: str
    now: float
    signed_in_since: float = 0.0
    """The person must have signed in at the provider after this; 0: at any time."""


def verified(token: str, keys: KeySet, algorithms: Sequence[str], expected: Expected, access_token: str) -> Any:
    """Its claims. Raises Unauthenticated; `check` in the details says for the log what was wrong."""
    allowed = [each for each in ALGORITHMS if each in algorithms]
    try:
        decoded = jwt.decode(token, keys, algorithms=allowed)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _refused("signature") from error
    claims = decoded.claims
    for name, holds in _checks(claims, expected).items():
        if not holds:
            raise _refused(name)
    if "at_hash" in claims and not _is_hash_of(str(claims["at_hash"]), access_token, str(decoded.header["alg"])):
        raise _refused("at_hash")
    return claims


def _checks(claims: Mapping[str, Any], expected: Expected) -> dict[str, bool]:
    """The library checks none of these."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    subject = claims.get("sub")
    issued, expires = _number(claims.get("iat")), _number(claims.get("exp"))
    return {
        "iss": claims.get("iss") == expected.issuer,
        "aud": expected.client_id in audiences,
        # A token for several is ours only if it says that it was made for us.
        "azp": claims.get("azp", None if len(audiences) > 1 else expected.client_id) == expected.client_id,
        "exp": expires > expected.now - LEEWAY_SECONDS,
        "iat": -LEEWAY_SECONDS <= expected.now - issued <= LONGEST_AGE_SECONDS,
        "nonce": hmac.compare_digest(str(claims.get("nonce", "")).encode(), expected.nonce.encode()),
        "sub": isinstance(subject, str) and 0 < len(subject) <= _LONGEST_SUBJECT,
        "auth_time": not expected.signed_in_since
        or _number(claims.get("auth_time")) >= expected.signed_in_since - LEEWAY_SECONDS,
    }


def _number(value: object) -> float:
    """Never is, for what is no number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("-inf")


def _is_hash_of(given: str, access_token: str, algorithm: str) -> bool:
    digest = hashlib.new(f"sha{algorithm[2:]}" if algorithm[2:].isdigit() else "sha512", access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    return hmac.compare_digest(given.encode(), half.encode())


def _refused(check: str) -> Unauthenticated:
    return Unauthenticated("PROVIDER_REFUSED", check=check)
