"""A cache of verified credentials: the person of a session cookie or token, as the people service answered.

An entry is fresh for minutes while events arrive, because they evict at once what has changed, and for seconds while
they do not. While people is unavailable a stale entry is used a little longer, so that learning goes on.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from ieum.people.v1 import people_pb2
from ieum.people.v1.events_pb2 import (
    AccountsMerged,
    AccountsSeparated,
    PersonErased,
    PersonMoved,
    RolesChanged,
    SessionRevoked,
)
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from services.chassis import clock
from services.chassis.errors import Unauthenticated, Unavailable
from services.chassis.events.bus import Handlers
from services.chassis.principal import SYSTEM, Grant, Kind, Principal, acting_as

FRESH_SECONDS = 120.0
FRESH_SECONDS_WITHOUT_EVENTS = 10.0
STALE_SECONDS = 60.0
"""How much longer an entry is used while people is unavailable."""
_MOST_ENTRIES = 20_000


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
    must_change_passphrase: bool = False
    """Came in with a code of the desk: nothing is open before a new passphrase is chosen."""
    has_second_factor: bool = False
    by_card: bool = False
    due_notice: int = 0
    """The version of the privacy notice that is still to be accepted; 0: none."""
    second_factor_due: datetime | None = None
    """When a second factor must be set up; None where none is needed, or one is there."""

    @property
    def must_set_up_second_factor(self) -> bool:
        return self.second_factor_due is not None and self.second_factor_due <= clock.now()

    def holds(self, *roles: str) -> bool:
        return any(self.principal.holds(role) for role in roles)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.principal.grants)

    def owns(self, person: str) -> bool:
        """Whether it is their account, or one that was merged into it."""
        return bool(person) and person in self.principal.accounts_of(self.person)

    @property
    def by_token(self) -> bool:
        return self.principal.token_scopes is not None


def viewer_of(message: people_pb2.Viewer, *, by_token: bool = False) -> Viewer:
    person = message.person
    principal = Principal(
        kind=Kind.PERSON,
        person=person.name,
        area=person.area,
        organisation=person.organisation if person.organisation_confirmed else "",
        universe=people_pb2.Universe.Name(person.universe).lower() if person.universe else "",
        grants=tuple(Grant(people_pb2.Role.Name(grant.role).lower(), grant.scope) for grant in person.grants),
        token_scopes=tuple(message.token_scopes) if by_token else None,
        token_area=message.token_area,
        proved_until=0 if by_token else message.proof_expire_time.seconds,
        merged=tuple(person.merged),
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
        must_change_passphrase=person.passphrase_must_change,
        has_second_factor=message.second_factor,
        by_card=message.by_card,
        due_notice=message.due_notice,
        second_factor_due=clock.moment(message.second_factor_due_time)
        if message.HasField("second_factor_due_time")
        else None,
    )


@dataclass(frozen=True)
class _Entry:
    viewer: Viewer
    since: float


@dataclass
class Sessions:
    """Entries by the hash of the secret, oldest first. `now` counts seconds."""

    people: PeopleServiceStub
    now: Callable[[], float] = time.monotonic
    events_arrive: Callable[[], bool] = lambda: False
    _entries: dict[bytes, _Entry] = field(default_factory=dict)
    _drops: int = 0
    _doubted: float = float("-inf")

    def person_of(self, secret: str) -> str:
        """Whose secret this is, if the cache has it; the word "cookie" or "bearer" comes before it."""
        entry = self._entries.get(hashlib.sha256(secret.encode(errors="replace")).digest())
        return entry.viewer.person if entry else ""

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
        """Raises Unauthenticated for an unknown secret, Unavailable when people cannot be asked."""
        key = hashlib.sha256(secret).digest()
        entry = self._entries.get(key)
        if entry and self._is_usable(entry, 0):
            return entry.viewer
        drops = self._drops
        try:
            with acting_as(SYSTEM):
                viewer = await ask()
        except Unavailable:
            if entry and key in self._entries and self._is_usable(entry, STALE_SECONDS):
                return entry.viewer
            raise
        except Unauthenticated:
            self._entries.pop(key, None)
            raise
        # The answer may be older than an event that evicted this person while the call was under way.
        if drops == self._drops:
            self._remember(key, viewer)
        return viewer

    def _is_usable(self, entry: _Entry, longer: float) -> bool:
        fresh = FRESH_SECONDS if self.events_arrive() and entry.since > self._doubted else FRESH_SECONDS_WITHOUT_EVENTS
        return self.now() - entry.since < fresh + longer and not _is_expired(entry.viewer)

    def doubt(self) -> None:
        """Treats present entries as if no events arrived, because some may have been missed."""
        self._doubted = self.now()

    def _remember(self, key: bytes, viewer: Viewer) -> None:
        self._entries.pop(key, None)
        if len(self._entries) >= _MOST_ENTRIES:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = _Entry(viewer, self.now())

    def drop(self, person: str, session: str = "") -> None:
        """Evicts a session, or all sessions and tokens of a person."""
        self._drops += 1
        for key in [
            key
            for key, entry in self._entries.items()
            if entry.viewer.person == person and session in ("", entry.viewer.session)
        ]:
            del self._entries[key]

    def handlers(self) -> Handlers:
        """Handlers of the people service's events that make an entry wrong."""

        async def revoked(event: SessionRevoked) -> None:
            self.drop(event.person, event.session)

        async def changed(event: PersonMoved | PersonErased | RolesChanged) -> None:
            self.drop(event.person)

        async def merged(event: AccountsMerged | AccountsSeparated) -> None:
            self.drop(event.person)
            self.drop(event.kept)

        return {
            AccountsMerged: merged,
            AccountsSeparated: merged,
            SessionRevoked: revoked,
            PersonMoved: changed,
            PersonErased: changed,
            RolesChanged: changed,
        }


SESSIONS = web.AppKey("sessions", Sessions)


def _is_expired(viewer: Viewer) -> bool:
    return viewer.expire_time is not None and viewer.expire_time <= clock.now()
