"""Who stays signed in for how long, and what an API token may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.errors import Invalid
from services.people.domain.person import Person

SCOPES = (
    "statistics.read",
    "learning.read",
    "learning.write",
    "courses.read",
    "courses.write",
    "people.read",
    "people.write",
)
DAYS = (1, 366)
TOKEN_NAME_LENGTH = 80
_WORTH_NOTING = timedelta(minutes=1)
_WORTH_RENEWING = 20
"""A session lives on for as long again as it may lie idle once a twentieth of that is over: 17 hours on one's own
device, a minute on a shared one."""


@dataclass(frozen=True)
class Limits:
    idle: timedelta
    absolute: timedelta


OWN_DEVICE = Limits(idle=timedelta(days=14), absolute=timedelta(days=90))
SHARED_DEVICE = Limits(idle=timedelta(minutes=20), absolute=timedelta(hours=8))
WITH_CARD = Limits(idle=timedelta(minutes=20), absolute=timedelta(hours=4))
"""Longer than a class, shorter than a day."""
PROOF_LIFETIME = timedelta(minutes=10)
"""How long a proof of who somebody is counts as fresh."""
STAFF = Limits(idle=timedelta(minutes=30), absolute=timedelta(hours=12))
"""Of whoever has a role beyond learning: a screen left open shows more than one person's data."""
AGENT_LENGTH = 60


@dataclass(frozen=True)
class Session:
    person: str
    epoch: int
    shared_device: bool
    begin_time: datetime
    expire_time: datetime
    ended: bool = False
    agent: str = ""
    """The kind of browser, for the list of sessions."""
    second_factor_due_time: datetime | None = None
    """From then on it opens nothing but the page where a second factor is set up."""
    proved_time: datetime | None = None
    """When its person last showed who they are. On a shared device signing in is no such proof for later."""
    second_factor: bool = False
    """Its person has a second factor, so that a passphrase alone proves nothing."""
    by_card: bool = False
    """It began with a sign-in card, at a computer of a centre."""


@dataclass(frozen=True)
class Token:
    id: str
    person: str
    hash: str
    display_name: str
    scopes: tuple[str, ...]
    area: str
    create_time: datetime
    expire_time: datetime
    last_use_time: datetime | None = None
    revoked: bool = False

    @property
    def name(self) -> str:
        return f"people/{self.person}/tokens/{self.id}"


@dataclass(frozen=True)
class SessionEnded:
    """Of one session or token, named by the key of its document."""

    person: str
    time: datetime


def begin(
    person: Person,
    shared_device: bool,
    now: datetime,
    agent: str = "",
    *,
    second_factor_due: datetime | None = None,
    second_factor: bool = False,
    by_card: bool = False,
) -> Session:
    idle = _limits(person, shared_device, by_card).idle
    return Session(
        person.id,
        person.epoch,
        shared_device,
        now,
        now + idle,
        agent=agent[:AGENT_LENGTH],
        second_factor_due_time=second_factor_due,
        proved_time=None if shared_device else now,
        second_factor=second_factor,
        by_card=by_card,
    )


def prove(session: Session, now: datetime) -> Session:
    return replace(session, proved_time=now)


def proof_expire_time(session: Session) -> datetime | None:
    return session.proved_time + PROOF_LIFETIME if session.proved_time else None


def _limits(person: Person, shared_device: bool, by_card: bool) -> Limits:
    if by_card:
        return WITH_CARD
    if shared_device:
        return SHARED_DEVICE
    return STAFF if person.is_staff else OWN_DEVICE


def stands(session: Session, person: Person, now: datetime) -> bool:
    if session.by_card and person.is_staff:
        return False
    limits = _limits(person, session.shared_device, session.by_card)
    current = not session.ended and session.expire_time > now and now - session.begin_time < limits.absolute
    return current and not person.erased and not person.kept_as and session.epoch == person.epoch


def renewed(session: Session, person: Person, now: datetime) -> Session:
    """Lives on from its latest use, never beyond the absolute limit; the same value when not worth a write. The
    session of somebody who has just been given a role becomes as short as that of all staff."""
    limits = _limits(person, session.shared_device, session.by_card)
    expire = min(now + limits.idle, session.begin_time + limits.absolute)
    gained = expire - session.expire_time
    worth_writing = gained >= limits.idle / _WORTH_RENEWING or gained < timedelta()
    return replace(session, expire_time=expire) if worth_writing else session


def end(session: Session, now: datetime) -> tuple[Session, list[SessionEnded]]:
    if session.ended:
        return session, []
    return replace(session, ended=True), [SessionEnded(session.person, now)]


def issue(
    id: str, person: str, hash: str, display_name: str, scopes: Sequence[str], area: str, days: int, now: datetime
) -> Token:
    name = " ".join(display_name.split())
    if not name:
        raise Invalid("TOKEN_NAME_MISSING", field="display_name")
    if len(name) > TOKEN_NAME_LENGTH:
        raise Invalid("TOKEN_NAME_TOO_LONG", field="display_name", max=TOKEN_NAME_LENGTH)
    if not scopes:
        raise Invalid("TOKEN_SCOPES_MISSING", field="scopes")
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise Invalid("TOKEN_SCOPE_UNKNOWN", field="scopes", scope=unknown[0], known=", ".join(SCOPES))
    if not DAYS[0] <= days <= DAYS[1]:
        raise Invalid("TOKEN_DAYS", field="days", min=DAYS[0], max=DAYS[1])
    ordered = tuple(scope for scope in SCOPES if scope in scopes)
    return Token(id, person, hash, name, ordered, area, now, now + timedelta(days=days))


def usable(token: Token, person: Person, now: datetime) -> bool:
    return not token.revoked and token.expire_time > now and not person.erased and not person.kept_as


def worth_noting(token: Token, now: datetime) -> bool:
    """The last use is kept to the minute."""
    return token.last_use_time is None or now - token.last_use_time >= _WORTH_NOTING


def revoke(token: Token, now: datetime) -> tuple[Token, list[SessionEnded]]:
    if token.revoked:
        return token, []
    return replace(token, revoked=True), [SessionEnded(token.person, now)]
