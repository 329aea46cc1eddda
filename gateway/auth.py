"""Who is asking: a session cookie (pages and API) or a personal token (API only), verified by the people service.

What it said is remembered for seconds, so that most requests cost no call; an event or a change made here drops it at
once. While people is away a recent answer may serve a little longer, so that learning goes on.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.clients import CLIENTS
from ieum.people.v1 import people_pb2
from ieum.people.v1.events_pb2 import PersonErased, PersonMoved, RolesChanged, SessionRevoked
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from services.chassis import clock
from services.chassis.bus import Handlers
from services.chassis.errors import Unauthenticated, Unavailable
from services.chassis.principal import SYSTEM, Grant, Kind, Principal, acting_as

FRESH_SECONDS = 10.0
STALE_SECONDS = 60.0
_REMEMBERED = 20_000
_COOKIE = "ieum_session"


@dataclass(frozen=True)
class Viewer:
    """The person behind a request, as people knows them."""

    person: str
    name: str
    login: str
    locale: str
    session: str
    principal: Principal
    expire_time: datetime | None
    shared_device: bool

    def holds(self, *roles: str) -> bool:
        return any(self.principal.holds(role) for role in roles)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.principal.grants)

    @property
    def by_token(self) -> bool:
        return self.principal.token_scopes is not None


def viewer_of(message: people_pb2.Viewer, *, by_token: bool = False) -> Viewer:
    person = message.person
    principal = Principal(
        kind=Kind.PERSON,
        person=person.name,
        area=person.area,
        organisation=person.organisation,
        universe=people_pb2.Universe.Name(person.universe).lower() if person.universe else "",
        grants=tuple(Grant(people_pb2.Role.Name(grant.role).lower(), grant.scope) for grant in person.grants),
        token_scopes=tuple(message.token_scopes) if by_token else None,
        token_area=message.token_area,
    )
    return Viewer(
        person=person.name,
        name=person.display_name,
        login=person.login,
        locale=person.locale,
        session=message.session,
        principal=principal,
        expire_time=clock.moment(message.expire_time),
        shared_device=message.shared_device,
    )


VIEWER: web.RequestKey[Viewer | None] = web.RequestKey("viewer", Viewer)
SESSION_ENDED = web.RequestKey("session_ended", bool)


@dataclass(frozen=True)
class _Known:
    viewer: Viewer
    since: float


@dataclass
class Sessions:
    """Verified secrets by their hash. `now` counts seconds."""

    people: PeopleServiceStub
    now: Callable[[], float] = time.monotonic
    _known: dict[bytes, _Known] = field(default_factory=dict)
    _drops: int = 0

    async def of_cookie(self, secret: str) -> Viewer:
        async def ask() -> Viewer:
            return viewer_of(await self.people.VerifySession(people_pb2.VerifySessionRequest(token=secret)))

        return await self._verified(b"cookie " + secret.encode(), ask)

    async def of_token(self, secret: str) -> Viewer:
        async def ask() -> Viewer:
            answer = await self.people.VerifyToken(people_pb2.VerifyTokenRequest(secret=secret))
            return viewer_of(answer, by_token=True)

        return await self._verified(b"bearer " + secret.encode(), ask)

    async def _verified(self, secret: bytes, ask: Callable[[], Awaitable[Viewer]]) -> Viewer:
        """Raises Unauthenticated for an unknown secret, Unavailable when nobody can say."""
        key = hashlib.sha256(secret).digest()
        known = self._known.get(key)
        if known and self.now() - known.since < FRESH_SECONDS and not _over(known.viewer):
            return known.viewer
        drops = self._drops
        try:
            with acting_as(SYSTEM):
                viewer = await ask()
        except Unavailable:
            if known and key in self._known and self.now() - known.since < STALE_SECONDS and not _over(known.viewer):
                return known.viewer
            raise
        except Unauthenticated:
            self._known.pop(key, None)
            raise
        # What was dropped while the question was under way must not come back by an answer from before.
        if drops == self._drops:
            self._remember(key, viewer)
        return viewer

    def _remember(self, key: bytes, viewer: Viewer) -> None:
        self._known.pop(key, None)
        if len(self._known) >= _REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[key] = _Known(viewer, self.now())

    def drop(self, person: str, session: str = "") -> None:
        """Forget a session, or all of a person's."""
        self._drops += 1
        for key in [
            key
            for key, known in self._known.items()
            if known.viewer.person == person and session in ("", known.viewer.session)
        ]:
            del self._known[key]

    def handlers(self) -> Handlers:
        """What of the people service's events makes an answer wrong."""

        async def revoked(event: SessionRevoked) -> None:
            self.drop(event.person, event.session)

        async def changed(event: PersonMoved | PersonErased | RolesChanged) -> None:
            self.drop(event.person)

        return {SessionRevoked: revoked, PersonMoved: changed, PersonErased: changed, RolesChanged: changed}


SESSIONS = web.AppKey("sessions", Sessions)


def signed_in(request: web.Request) -> Viewer:
    """Whoever asks; a stranger is shown the way to the sign-in page and back."""
    viewer = request[VIEWER]
    if viewer is None:
        raise Unauthenticated("SIGN_IN_NEEDED")
    return viewer


def _over(viewer: Viewer) -> bool:
    return viewer.expire_time is not None and viewer.expire_time <= clock.now()


@web.middleware
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Sets `request[VIEWER]` (None for a stranger); calls made inside are signed for that person."""
    viewer = await _viewer(request)
    request[VIEWER] = viewer
    with acting_as(viewer.principal if viewer else Principal()):
        return await handler(request)


async def _viewer(request: web.Request) -> Viewer | None:
    sessions = request.app[SESSIONS]
    if is_api(request) and (token := bearer(request)) is not None:
        return await sessions.of_token(token)
    if is_asset(request) or not (secret := session_secret(request)):
        return None
    try:
        return await sessions.of_cookie(secret)
    except Unauthenticated:
        request[SESSION_ENDED] = True
        return None


def is_api(request: web.Request) -> bool:
    return request.path.startswith("/api/")


def is_asset(request: web.Request) -> bool:
    """Answered alike to everybody, without asking who it is."""
    return request.path.startswith(("/static/", "/healthz", "/readyz", "/metrics"))


def bearer(request: web.Request) -> str | None:
    """The token of an Authorization header; another scheme is refused rather than overlooked."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip().startswith("ieum_") or not token.isascii():
        raise Unauthenticated("TOKEN_INVALID")
    return token.strip()


def session_secret(request: web.Request) -> str:
    secret = request.cookies.get(cookie_name(request), "")
    return secret if secret.isascii() else ""


def cookie_name(request: web.Request) -> str:
    """The prefix makes the browser refuse such a cookie from another host or an unencrypted answer."""
    return f"__Host-{_COOKIE}" if request.secure else _COOKIE


def keep_signed_in(request: web.Request, response: web.StreamResponse, answer: people_pb2.SignInResponse) -> None:
    """Puts the session's secret into its cookie; on a shared device it goes with the browser window."""
    expiry = clock.moment(answer.viewer.expire_time)
    age = None if answer.viewer.shared_device or expiry is None else int((expiry - clock.now()).total_seconds())
    response.set_cookie(
        cookie_name(request), answer.token, max_age=age, path="/", httponly=True, samesite="Lax", secure=request.secure
    )


def forget(request: web.Request, response: web.StreamResponse) -> None:
    response.del_cookie(cookie_name(request), path="/", httponly=True, samesite="Lax", secure=request.secure)


async def sign_out(request: web.Request, response: web.StreamResponse) -> None:
    """Ends the session of the request's cookie, here at once and at the people service."""
    if secret := session_secret(request):
        with acting_as(SYSTEM):
            await request.app[CLIENTS].people.SignOut(people_pb2.SignOutRequest(token=secret))
        if viewer := request[VIEWER]:
            request.app[SESSIONS].drop(viewer.person, viewer.session)
    forget(request, response)
