"""Who a session's cookie or a token stands for, as the people service said, and for how long that may be believed.

What it said is remembered, so that a request costs no call: for minutes while events are heard, which drop at once what
is no longer so, and for seconds while they are not. While people is away it may serve a little longer, so that learning
goes on.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from ieum.people.v1 import people_pb2
from ieum.people.v1.events_pb2 import PersonErased, PersonMoved, RolesChanged, SessionRevoked
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from services.chassis import clock
from services.chassis.errors import Unauthenticated, Unavailable
from services.chassis.events.bus import Handlers
from services.chassis.principal import SYSTEM, Grant, Kind, Principal, acting_as

FRESH_SECONDS = 120.0
FRESH_SECONDS_UNHEARD = 10.0
STALE_SECONDS = 60.0
"""How much longer it may serve while people is away."""
_REMEMBERED = 20_000


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


@dataclass(frozen=True)
class _Known:
    viewer: Viewer
    since: float


@dataclass
class Sessions:
    """Verified secrets by their hash. `now` counts seconds."""

    people: PeopleServiceStub
    now: Callable[[], float] = time.monotonic
    events_arrive: Callable[[], bool] = lambda: False
    _known: dict[bytes, _Known] = field(default_factory=dict)
    _drops: int = 0
    _doubted: float = float("-inf")

    def knows(self, secret: str) -> bool:
        """Of a secret with the word "cookie" or "bearer" before it: whether it was found true lately."""
        return hashlib.sha256(secret.encode(errors="replace")).digest() in self._known

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
        if known and self._serves(known, 0):
            return known.viewer
        drops = self._drops
        try:
            with acting_as(SYSTEM):
                viewer = await ask()
        except Unavailable:
            if known and key in self._known and self._serves(known, STALE_SECONDS):
                return known.viewer
            raise
        except Unauthenticated:
            self._known.pop(key, None)
            raise
        # What was dropped while the question was under way must not come back by an answer from before.
        if drops == self._drops:
            self._remember(key, viewer)
        return viewer

    def _serves(self, known: _Known, longer: float) -> bool:
        fresh = FRESH_SECONDS if self.events_arrive() and known.since > self._doubted else FRESH_SECONDS_UNHEARD
        return self.now() - known.since < fresh + longer and not _over(known.viewer)

    def doubt(self) -> None:
        """Something may have been missed: what was said before now serves no longer than as if nothing were heard."""
        self._doubted = self.now()

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


def _over(viewer: Viewer) -> bool:
    return viewer.expire_time is not None and viewer.expire_time <= clock.now()
