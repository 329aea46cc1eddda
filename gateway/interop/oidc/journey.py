"""What a browser carries to a provider and back, in a signed cookie that lasts ten minutes and is used once.

Whoever comes back without it, or with another state, was sent by somebody else (login CSRF). The name of the cookie
has the state in it, so that several tabs do not disturb each other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from dataclasses import asdict, dataclass

from aiohttp import web

from gateway.http.csrf import FORM_KEY
from services.chassis.errors import Unauthenticated

LIFETIME_SECONDS = 600
_COOKIE = "ieum_away"
_STATE = re.compile(r"[0-9A-Za-z_-]{43}")


@dataclass(frozen=True)
class Journey:
    provider: str
    state: str
    nonce: str
    verifier: str
    began: float
    target: str
    """The page to go to afterwards."""
    person: str = ""
    """Who links the account with their own; "" for signing in."""
    afresh: bool = False
    """The provider was to ask again who it is."""

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def begin(provider: str, now: float, target: str, person: str = "", *, afresh: bool = False) -> Journey:
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Journey(provider, state, nonce, verifier, now, target, person, afresh)


def keep(request: web.Request, response: web.StreamResponse, journey: Journey) -> None:
    """The cookie comes along when the provider sends the browser back with a GET, because it is Lax."""
    text = base64.urlsafe_b64encode(json.dumps(asdict(journey)).encode()).decode()
    response.set_cookie(
        _name(request, journey.state),
        f"{text}.{_mark(request, text)}",
        max_age=LIFETIME_SECONDS,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.secure,
    )


def returned(request: web.Request, provider: str, now: float) -> Journey:
    """The journey that this browser began with this provider. Raises Unauthenticated."""
    state = request.query.get("state", "")
    if not _STATE.fullmatch(state):
        raise Unauthenticated("PROVIDER_REFUSED", check="state")
    text, _, mark = request.cookies.get(_name(request, state), "").partition(".")
    if not text or not hmac.compare_digest(mark.encode(), _mark(request, text).encode()):
        raise Unauthenticated("PROVIDER_REFUSED", check="cookie")
    journey = Journey(**json.loads(base64.urlsafe_b64decode(text)))
    if journey.provider != provider or not hmac.compare_digest(journey.state, state):
        raise Unauthenticated("PROVIDER_REFUSED", check="state")
    if not 0 <= now - journey.began <= LIFETIME_SECONDS:
        raise Unauthenticated("PROVIDER_REFUSED", check="age of the journey")
    return journey


def forget(request: web.Request, response: web.StreamResponse) -> None:
    state = request.query.get("state", "")
    if _STATE.fullmatch(state):
        name = _name(request, state)
        response.del_cookie(name, path="/", httponly=True, samesite="Lax", secure=request.secure)


def _name(request: web.Request, state: str) -> str:
    prefix = "__Host-" if request.secure else ""
    return f"{prefix}{_COOKIE}_{state[:16]}"


def _mark(request: web.Request, text: str) -> str:
    return hmac.digest(request.app[FORM_KEY], f"away {text}".encode(), hashlib.sha256).hex()
