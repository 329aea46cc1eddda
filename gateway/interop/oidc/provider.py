"""One provider: what it says of itself, its keys, and the exchange of a code. It is asked only when somebody signs in
with it, so that it can be away without harm to anybody else."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlsplit

import aiohttp
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from yarl import URL

from gateway.interop.oidc import tokens
from gateway.interop.oidc.tokens import Expected
from gateway.settings import Provider
from services.chassis.errors import Unauthenticated, Unavailable
from services.chassis.observability import trace

_TIMEOUT = aiohttp.ClientTimeout(total=5)
_LARGEST = 256 * 1024
_FRESH_SECONDS = 3600.0
_PAUSE_SECONDS = 30.0
"""Between two tries after a failure, and between two questions for keys that a token names and nobody knows."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class SignedIn:
    """Somebody, as the provider says."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]


@dataclass
class ProviderClient:
    id: str
    settings: Provider
    secret: str
    http: aiohttp.ClientSession
    now: Callable[[], float] = time.time
    _known: dict[str, Any] = field(default_factory=dict)
    _known_since: float = float("-inf")
    _keys: KeySet = field(default_factory=lambda: KeySet([]))
    _keys_since: float = float("-inf")
    _failed: float = float("-inf")
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def address(self, redirect_uri: str, state: str, nonce: str, challenge: str, *, afresh: bool) -> str:
        """Where the browser goes. `afresh`: the provider shall ask again who it is."""
        known = await self._metadata()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.settings.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | ({"prompt": "login", "max_age": "0"} if afresh else {})
        return str(URL(known["authorization_endpoint"]).update_query(asked))

    async def check_sender(self, issuer: str | None) -> None:
        """The `iss` of an answer (RFC 9207), against mixing up two providers."""
        announced = (await self._metadata()).get("authorization_response_iss_parameter_supported") is True
        if issuer is None and not announced:
            return
        if issuer != self.settings.issuer:
            raise Unauthenticated("PROVIDER_REFUSED", check="answer's iss")

    async def redeem(self, code: str, verifier: str, redirect_uri: str, nonce: str, signed_in_since: float) -> SignedIn:
        known = await self._metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        if self.secret:  # RFC 6749 wants both quoted
            login = aiohttp.encode_basic_auth(quote_plus(self.settings.client_id), quote_plus(self.secret))
            options: dict[str, Any] = {"data": form, "headers": {"Authorization": login}}
        else:
            options = {"data": form | {"client_id": self.settings.client_id}}
        answer = await self._ask("POST", known["token_endpoint"], **options)
        id_token, access_token = str(answer.get("id_token", "")), str(answer.get("access_token", ""))
        expected = Expected(self.settings.issuer, self.settings.client_id, nonce, self.now(), signed_in_since)
        algorithms = known.get("id_token_signing_alg_values_supported", ["RS256"])
        claims = tokens.verified(id_token, await self._keys_for(id_token), algorithms, expected, access_token)
        more = await self._more_about(claims, access_token)
        return SignedIn(self.settings.issuer, claims["sub"], {**more, **claims})

    async def _more_about(self, claims: Mapping[str, Any], access_token: str) -> Mapping[str, Any]:
        """What the provider tells apart from the token, where the name is not in it."""
        endpoint = (await self._metadata()).get("userinfo_endpoint")
        if self.settings.name_claim in claims or not endpoint or not access_token or not self.settings.new_accounts:
            return {}
        told = await self._ask("GET", endpoint, headers={"Authorization": f"Bearer {access_token}"})
        if told.get("sub") != claims["sub"]:
            raise Unauthenticated("PROVIDER_REFUSED", check="userinfo's sub")
        return told

    async def _metadata(self) -> Mapping[str, Any]:
        """Kept for an hour, and longer while the provider cannot be asked."""
        async with self._turn:
            if self.now() - self._known_since < _FRESH_SECONDS:
                return self._known
            if self.now() - self._failed < _PAUSE_SECONDS:
                if self._known:
                    return self._known
                raise Unavailable("PROVIDER_AWAY")
            try:
                known = await self._ask("GET", f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
                self._known, self._known_since = self._checked(known), self.now()
            except (Unavailable, Unauthenticated):
                self._failed = self.now()
                if not self._known:
                    raise
            return self._known

    def _checked(self, known: dict[str, Any]) -> dict[str, Any]:
        if known.get("issuer") != self.settings.issuer:
            raise Unauthenticated("PROVIDER_REFUSED", check="issuer of the discovery document")
        if "S256" not in known.get("code_challenge_methods_supported", ["S256"]):
            raise Unauthenticated("PROVIDER_REFUSED", check="no S256")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe(str(known.get(name, ""))):
                raise Unauthenticated("PROVIDER_REFUSED", check=name)
        return known

    async def _keys_for(self, token: str) -> KeySet:
        """The provider's keys; asked for again once when the token names another, because keys are replaced. A failure
        never drops keys that worked."""
        known = await self._metadata()
        try:
            wanted = jws.extract_compact(token.encode()).headers().get("kid")
        except (JoseError, ValueError) as error:
            raise Unauthenticated("PROVIDER_REFUSED", check="form of the token") from error
        async with self._turn:
            age = self.now() - self._keys_since
            is_known = any(key.kid == wanted for key in self._keys.keys)
            if age > _FRESH_SECONDS or (not is_known and age > _PAUSE_SECONDS):
                try:
                    self._keys = KeySet.import_key_set(await self._ask("GET", known["jwks_uri"]))  # type: ignore[arg-type]
                except (JoseError, ValueError, Unavailable) as error:
                    trace.log().warning("keys of a provider", provider=self.id, error=type(error).__name__)
                self._keys_since = self.now()
        return self._keys

    async def _ask(self, method: str, address: str, **options: Any) -> dict[str, Any]:
        """A JSON object. Follows no redirect, waits five seconds, reads no more than a quarter of a megabyte."""
        try:
            async with self.http.request(method, address, allow_redirects=False, timeout=_TIMEOUT, **options) as answer:
                body = await answer.content.read(_LARGEST + 1)
        except (aiohttp.ClientError, TimeoutError) as error:
            trace.log().warning("provider away", provider=self.id, error=type(error).__name__)
            raise Unavailable("PROVIDER_AWAY") from error
        if answer.status >= 500:
            raise Unavailable("PROVIDER_AWAY")
        try:
            told = json.loads(body) if answer.status == 200 and len(body) <= _LARGEST else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise Unauthenticated("PROVIDER_REFUSED", check=f"answer {answer.status}")
        return told


def is_safe(address: str) -> bool:
    """By TLS, or on this machine."""
    url = urlsplit(address)
    return (url.scheme == "https" and bool(url.hostname)) or (url.scheme == "http" and url.hostname in _LOOPBACK)
