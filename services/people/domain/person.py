"""An account and its changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from services.chassis.errors import Conflict, Invalid, Refused
from services.people.domain import credentials

CHANGEABLE = ("display_name", "email", "area", "organisation", "locale")


class Universe(StrEnum):
    RESIDENT = "resident"
    EMPLOYEE = "employee"


class Vouching(StrEnum):
    """How it is known that an account belongs to a real person."""

    SELF_DECLARED = "self_declared"
    AT_DESK = "at_desk"
    BY_ROSTER = "by_roster"


class Role(StrEnum):
    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    REVIEWER = "reviewer"
    OFFICIAL = "official"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Grant:
    role: Role
    scope: str
    """ "areas/{code}", "organisations/{code}" or "*" for everywhere."""

    def __str__(self) -> str:
        return f"{self.role} @ {self.scope}"


EVERYBODY_LEARNS = Grant(Role.LEARNER, "*")
RUNS_EVERYTHING = Grant(Role.ADMINISTRATOR, "*")


@dataclass(frozen=True)
class Person:
    id: str
    login: str
    login_key: str | None
    """Normal form of the login; None once erased, which takes it out of the unique index."""
    display_name: str
    email: str
    area: str
    organisation: str
    locale: str
    passphrase_hash: str
    grants: tuple[Grant, ...]
    create_time: datetime
    sort_name: str
    words: tuple[str, ...]
    epoch: int = 0
    """Sessions that began in an earlier epoch have ended."""
    erased: bool = False
    vouching: Vouching = Vouching.SELF_DECLARED
    organisation_confirmed: bool = False
    """An administrator or a roster says that the person works there; until then they count as a resident."""
    code_expire_time: datetime | None = None
    """Set while the passphrase is a code of the desk: the account can only be used to choose a new one."""
    desk: bytes = b""
    """Birth year and telephone as said at a desk, encrypted (store/desk.py)."""
    desk_marks: tuple[str, ...] = ()
    kept_as: str = field(default="", repr=False)
    """The id of the account of the same person that this one was merged into (domain/merging.py): it rests."""
    merge_time: datetime | None = field(default=None, repr=False)
    opens_kept: bool = field(default=False, repr=False)
    """Whoever signs in to this account comes into the one that was kept."""
    merged: tuple[str, ...] = field(default=(), repr=False)
    """The ids of accounts that were merged into this one."""

    @property
    def name(self) -> str:
        return f"people/{self.id}"

    @property
    def universe(self) -> Universe:
        return Universe.EMPLOYEE if self.organisation and self.organisation_confirmed else Universe.RESIDENT

    @property
    def workplace(self) -> str:
        """The organisation, if it is confirmed."""
        return self.organisation if self.organisation_confirmed else ""

    @property
    def is_staff(self) -> bool:
        return any(held.role is not Role.LEARNER for held in self.grants)

    @property
    def passphrase_must_change(self) -> bool:
        return self.code_expire_time is not None

    @property
    def etag(self) -> str:
        """Changes with whatever of the account is visible. The same for an account just made as for one just read,
        whose time names its zone otherwise."""
        made = self.create_time.astimezone(UTC)
        seen = replace(self, passphrase_hash="", epoch=0, code_expire_time=None, create_time=made)
        # Merging is added only where there was one, so that etags kept by earlier releases stay true.
        text = repr(seen) + (repr((self.kept_as, self.merged)) if self.kept_as or self.merged else "")
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Registered:
    person: Person
    time: datetime


@dataclass(frozen=True)
class Moved:
    person: Person
    time: datetime


@dataclass(frozen=True)
class RolesChanged:
    person: Person
    time: datetime


@dataclass(frozen=True)
class SessionsEnded:
    person: Person
    time: datetime


@dataclass(frozen=True)
class Erased:
    person: Person
    time: datetime


@dataclass(frozen=True)
class Merged:
    person: Person
    time: datetime


@dataclass(frozen=True)
class Separated:
    person: Person
    kept: str
    time: datetime


Event = Registered | Moved | RolesChanged | SessionsEnded | Erased | Merged | Separated
Outcome = tuple["Person", list[Event]]


def draft(
    id: str,
    login: str,
    display_name: str,
    email: str,
    area: str,
    organisation: str,
    locale: str,
    now: datetime,
    *,
    vouching: Vouching = Vouching.SELF_DECLARED,
    organisation_confirmed: bool = False,
) -> Person:
    """A new account with all input checked. Nobody can sign in before `register` sets the passphrase."""
    login = credentials.checked_login(login)
    name = credentials.checked_display_name(display_name)
    return Person(
        id=id,
        login=login,
        login_key=credentials.login_key(login),
        display_name=name,
        email=credentials.checked_email(email),
        area=area,
        organisation=organisation,
        locale=credentials.checked_locale(locale),
        passphrase_hash="",
        grants=(EVERYBODY_LEARNS,),
        create_time=now,
        vouching=vouching,
        organisation_confirmed=bool(organisation) and organisation_confirmed,
        sort_name=name.casefold(),
        words=credentials.search_words(login, name),
    )


def register(person: Person, passphrase_hash: str, now: datetime) -> tuple[Person, list[Event]]:
    """Sets the passphrase of a new account. Changes nothing where it is registered already."""
    if person.passphrase_hash or person.erased:
        return person, []
    registered = replace(person, passphrase_hash=passphrase_hash)
    return registered, [Registered(registered, now)]


def update(
    person: Person, changes: Mapping[str, str], now: datetime, *, etag: str = "", confirmed: bool = False
) -> tuple[Person, list[Event]]:
    """`confirmed`: whoever changes the organisation may also say that the person works there."""
    check_in_use(person)
    if etag and etag != person.etag:
        raise Conflict("PERSON_CHANGED", field="etag")
    for name in changes:
        if name not in CHANGEABLE:
            raise Invalid("UPDATE_MASK_UNKNOWN", field="update_mask", path=name)
    checks = {
        "display_name": credentials.checked_display_name,
        "email": credentials.checked_email,
        "locale": credentials.checked_locale,
    }
    checked = {name: checks.get(name, str)(value) for name, value in changes.items()}
    changed = _named(replace(person, **checked))  # type: ignore[arg-type]  # only the text fields of CHANGEABLE
    if changed.organisation != person.organisation:
        changed = replace(changed, organisation_confirmed=bool(changed.organisation) and confirmed)
    moved = (changed.area, changed.organisation) != (person.area, person.organisation)
    return changed, [Moved(changed, now)] if moved else []


def grant(person: Person, what: Grant, now: datetime) -> tuple[Person, list[Event]]:
    check_in_use(person)
    if what in person.grants:
        return person, []
    granted = replace(person, grants=(*person.grants, what))
    return granted, [RolesChanged(granted, now)]


def revoke(person: Person, what: Grant, administrators: int, now: datetime) -> tuple[Person, list[Event]]:
    """`administrators`: how many may administer everything; the last of them is kept."""
    if what not in person.grants:
        return person, []
    _check_not_last(what, administrators)
    left = replace(person, grants=tuple(held for held in person.grants if held != what))
    return left, [RolesChanged(left, now)]


def erase(person: Person, administrators: int, now: datetime) -> tuple[Person, list[Event]]:
    """Blanks the account but keeps its id, so that references to it still resolve."""
    if person.erased:
        return person, []
    for held in person.grants:
        _check_not_last(held, administrators)
    blank = dict.fromkeys(("login", "display_name", "email", "organisation", "passphrase_hash", "sort_name"), "")
    erased = replace(person, **blank, login_key=None, grants=(), words=(), epoch=person.epoch + 1, erased=True)  # type: ignore[arg-type]
    erased = replace(erased, desk=b"", desk_marks=())
    return erased, [Erased(erased, now), SessionsEnded(erased, now)]


def _named(person: Person) -> Person:
    return replace(
        person,
        sort_name=person.display_name.casefold(),
        words=credentials.search_words(person.login, person.display_name),
    )


def _check_not_last(lost: Grant, administrators: int) -> None:
    if lost == RUNS_EVERYTHING and administrators <= 1:
        raise Refused("LAST_ADMINISTRATOR")


def check_in_use(person: Person) -> None:
    if person.erased:
        raise Refused("PERSON_ERASED")
    if person.kept_as:
        raise Refused("ACCOUNT_RESTS")
