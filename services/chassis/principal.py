"""Who is asking. The gateway signs it for each call; a service refuses a call without one and decides on it alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from services.chassis.errors import Forbidden, Unauthenticated

METADATA_KEY = "ieum-principal"


class Kind(StrEnum):
    ANONYMOUS = "anonymous"
    PERSON = "person"
    SYSTEM = "system"  # the gateway itself, or a command of the operator


@dataclass(frozen=True)
class Grant:
    """A role somewhere: "areas/{code}", "organisations/{code}" or "*"."""

    role: str
    scope: str


@dataclass(frozen=True)
class Principal:
    kind: Kind = Kind.ANONYMOUS
    person: str = ""
    area: str = ""
    organisation: str = ""
    universe: str = ""
    grants: tuple[Grant, ...] = ()
    # Of an API token: all that it may do, and the area it is limited to.
    token_scopes: tuple[str, ...] | None = None
    token_area: str = ""
    # Until when (in seconds since 1970) a proof of who is asking counts as fresh; 0 = there is none.
    proved_until: int = 0
    # "people/{id}" of accounts that were merged into this person's: what is theirs is this person's own.
    merged: tuple[str, ...] = ()

    @property
    def is_system(self) -> bool:
        return self.kind is Kind.SYSTEM

    @property
    def runs_everything(self) -> bool:
        """The gateway itself, or an administrator of the whole: an area's has no say over another area's people."""
        return self.is_system or (not self.token_area and "*" in self.scopes("administrator"))

    def holds(self, role: str) -> bool:
        """Has the role anywhere."""
        return any(grant.role == role for grant in self.grants)

    def scopes(self, role: str) -> frozenset[str]:
        """Where the role is held."""
        return frozenset(grant.scope for grant in self.grants if grant.role == role)

    def may_use(self, scope: str) -> bool:
        """True without a token, and for a token with this scope."""
        return self.token_scopes is None or scope in self.token_scopes

    def accounts_of(self, person: str) -> tuple[str, ...]:
        """For whoever asks about themselves, all of their accounts; else the one that they ask about."""
        return (person, *self.merged) if person == self.person else (person,)

    def require_person(self) -> str:
        """The signed-in person's name."""
        if self.kind is not Kind.PERSON:
            raise Unauthenticated("SIGN_IN_NEEDED")
        return self.person

    def require(self, *roles: str) -> None:
        """Any of the roles, anywhere; the gateway itself always passes."""
        if not self.is_system:
            self.require_person()
            if not any(self.holds(role) for role in roles):
                raise Forbidden("ROLE_NEEDED", roles=",".join(roles))

    def has_proved(self) -> bool:
        """Step-up: whether the person has shown afresh who they are, so that it is not somebody at an open screen."""
        return self.is_system or self.proved_until > time.time()

    def require_proof(self) -> None:
        """Before personal data leave as a file. A token passes: it was made with a proof, and its scopes bound it."""
        if self.token_scopes is None and not self.has_proved():
            raise Forbidden("PROOF_NEEDED")


ANONYMOUS = Principal()
SYSTEM = Principal(kind=Kind.SYSTEM)

_acting: ContextVar[Principal] = ContextVar("acting", default=ANONYMOUS)
# False for a token that may touch only what is not its owner's own.
_own: ContextVar[bool] = ContextVar("own", default=True)


def acting() -> Principal:
    """The principal of the request being served: the caller in a service, the viewer in the gateway."""
    return _acting.get()


def caller() -> Principal:
    """The principal of the request, who must be signed in or be the gateway itself. Raises Unauthenticated."""
    principal = acting()
    if not principal.is_system:
        principal.require_person()
    return principal


def may_act_for(principal: Principal, person: str) -> bool:
    """True for the person themselves, the gateway and an administrator of the whole."""
    return (person in (principal.person, *principal.merged) and _own.get()) or principal.runs_everything


@contextmanager
def acting_as(principal: Principal, *, own: bool = True) -> Iterator[None]:
    """Calls made inside are signed for this principal. `own`: whether they may touch what is its own."""
    token, own_token = _acting.set(principal), _own.set(own)
    try:
        yield
    finally:
        _own.reset(own_token)
        _acting.reset(token)


def pseudonym(key: bytes, person: str) -> str:
    """Keyed hash of "people/{id}" (HMAC-SHA256, 32 characters of base32): all that statistics know of a person."""
    digest = hmac.digest(key, person.encode(), hashlib.sha256)
    return base64.b32encode(digest[:20]).decode().lower()
