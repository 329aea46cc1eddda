"""To a provider and back. Both are plain links: a form whose answer leads elsewhere would break on `form-action`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.http import auth, devices, sign_in_attempt
from gateway.http.local_path import local_path
from gateway.http.public_url import public_origin
from gateway.http.reader import LOCALE
from gateway.interop.oidc import journey as journeys
from gateway.interop.oidc.journey import Journey
from gateway.interop.oidc.provider import ProviderClient, SignedIn
from gateway.settings import GatewaySettings, Provider
from ieum.people.v1 import people_pb2 as pb
from services.chassis.errors import Forbidden, Missing, Problem, Unauthenticated
from services.chassis.observability import trace
from services.chassis.principal import SYSTEM, acting_as

LINKED_PAGE = "/account/identities"
_PROVIDER = "{provider:[a-z0-9-]{1,32}}"
_LONGEST = 4_000

PROVIDERS: web.AppKey[Mapping[str, ProviderClient]] = web.AppKey("providers", Mapping)

routes = web.RouteTableDef()


def connected(settings: GatewaySettings) -> Any:
    """A cleanup context: one HTTP client for all providers, and what is known of each."""

    async def connect(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            app[PROVIDERS] = {
                id: ProviderClient(id, each, settings.provider_secret(id), http)
                for id, each in settings.providers.items()
            }
            yield

    return connect


@routes.get(f"/sign-in/with/{_PROVIDER}")
async def depart(request: web.Request) -> web.Response:
    """`link`: for whoever is signed in, to make the account there their own; `afresh`: as a proof who it is."""
    provider, target = _provider(request), local_path(request.query.get("next", "/"))
    linking = "link" in request.query
    if linking and not auth.signed_in(request).principal.has_proved():
        raise Forbidden("PROOF_NEEDED")
    person = auth.signed_in(request).person if linking else ""
    journey = journeys.begin(provider.id, time.time(), target, person, afresh=linking or "afresh" in request.query)
    try:
        address = await provider.address(
            _redirect_uri(request, provider), journey.state, journey.nonce, journey.challenge, afresh=journey.afresh
        )
    except Problem as problem:
        return _refused(problem, target, linking)
    response = web.Response(status=303, headers={"Location": address})
    journeys.keep(request, response, journey)
    return response


@routes.get(f"/sign-in/from/{_PROVIDER}")
async def arrive(request: web.Request) -> web.Response:
    provider, target, linking = _provider(request), "/", False
    try:
        journey = journeys.returned(request, provider.id, time.time())
        target, linking = journey.target, bool(journey.person)
        signed_in = await _signed_in(request, provider, journey)
        response = await (_link if linking else _sign_in)(request, provider, journey, signed_in)
    except Problem as problem:
        check = problem.details.get("check", "")
        trace.log().warning("provider", provider=provider.id, reason=problem.reason, check=check)
        response = _refused(problem, target, linking)
    journeys.forget(request, response)
    return response


async def _signed_in(request: web.Request, provider: ProviderClient, journey: Journey) -> SignedIn:
    await provider.check_sender(request.query.get("iss"))
    code = request.query.get("code", "")
    if "error" in request.query or not 0 < len(code) <= _LONGEST:
        raise Unauthenticated("PROVIDER_DECLINED")
    since = journey.began if journey.afresh else 0.0
    return await provider.redeem(code, journey.verifier, _redirect_uri(request, provider), journey.nonce, since)


async def _sign_in(
    request: web.Request, provider: ProviderClient, journey: Journey, signed_in: SignedIn
) -> web.Response:
    asked = pb.SignInWithIdentityRequest(
        provider=provider.id,
        issuer=signed_in.issuer,
        subject=signed_in.subject,
        shared_device=devices.is_shared(request),
        device_marks=devices.marks(request),
        agent=devices.agent(request),
        new_account=_new_account(request, provider.settings, signed_in.claims),
    )
    with acting_as(SYSTEM):
        answer = await request.app[CLIENTS].people.SignInWithIdentity(asked)
    if answer.attempt:
        more = {"passkey": "1"} if answer.has_passkey else {}
        response = _to("/sign-in/second", next=journey.target, **more)
        sign_in_attempt.keep(request, response, answer)
        return response
    response = _to(journey.target)
    auth.keep_signed_in(request, response, answer)
    return response


def _new_account(request: web.Request, settings: Provider, claims: Mapping[str, Any]) -> pb.NewAccount | None:
    if not settings.new_accounts:
        return None
    return pb.NewAccount(
        display_name=str(claims.get(settings.name_claim, "")),
        email=str(claims.get("email", "")) if claims.get("email_verified") is True else "",
        area=settings.area,
        organisation=settings.organisation,
        locale=request[LOCALE].language,
    )


async def _link(request: web.Request, provider: ProviderClient, journey: Journey, signed_in: SignedIn) -> web.Response:
    if auth.signed_in(request).person != journey.person:
        raise Unauthenticated("PROVIDER_REFUSED", check="another person came back")
    await request.app[CLIENTS].people.LinkIdentity(
        pb.LinkIdentityRequest(
            parent=journey.person, provider=provider.id, issuer=signed_in.issuer, subject=signed_in.subject
        )
    )
    return _to(LINKED_PAGE, done="linked")


def _provider(request: web.Request) -> ProviderClient:
    provider = request.app[PROVIDERS].get(request.match_info["provider"])
    if provider is None:
        raise Missing("PATH_UNKNOWN")
    return provider


def _redirect_uri(request: web.Request, provider: ProviderClient) -> str:
    """One for each provider, so that an answer of another one does not fit."""
    return f"{public_origin(request)}/sign-in/from/{provider.id}"


def _refused(problem: Problem, target: str, linking: bool) -> web.Response:
    """The page that says why: the reason stands in the address, its words in the page."""
    return _to(LINKED_PAGE if linking else "/sign-in", problem=problem.reason, **({} if linking else {"next": target}))


def _to(path: str, **query: str) -> web.Response:
    return web.Response(status=303, headers={"Location": str(URL(path).update_query(query) if query else path)})
