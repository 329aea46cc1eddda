"""What an API token opens: one table for each service, from the name of a method to its `Access`.

A token has the scopes that its owner chose, and never more power than its owner. `Access` says which of them a method
needs for what: for the owner's own things, for those of others, or none at all where strangers may ask, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.errors import Forbidden
from services.chassis.principal import ANONYMOUS, Principal

# Scopes of services that keep to the area which a token may be limited to.
_WITHIN_AREAS = ("statistics.", "people.")


@dataclass(frozen=True)
class Access:
    """Scopes that open a method. A method without any is closed to tokens."""

    all: str = ""
    """The owner's own things and, as far as roles allow, those of others."""
    own: str = ""
    others: tuple[str, ...] = ()
    open: bool = False
    """Whoever has no token may call it: a token without the scope calls it as a stranger."""


@dataclass(frozen=True)
class Admitted:
    principal: Principal
    own: bool
    """Whether the call may touch the owner's own things."""


def admit(caller: Principal, access: Access) -> Admitted:
    """As whom a call goes on. Raises Forbidden if the token does not open the method."""
    held = caller.token_scopes
    if held is None:
        return Admitted(caller, own=True)
    own = access.own in held
    for_all = access.all in held or any(scope in held for scope in access.others)
    if for_all and (not caller.token_area or access.all.startswith(_WITHIN_AREAS)):
        return Admitted(caller, own=own or access.all in held)
    if own:
        learner = tuple(grant for grant in caller.grants if grant.role == "learner")
        return Admitted(replace(caller, grants=learner), own=True)
    if access.open:
        return Admitted(ANONYMOUS, own=False)
    if for_all:
        raise Forbidden("TOKEN_AREA_NOT_HERE")
    wanted = " ".join(filter(None, (access.all, access.own, *access.others)))
    raise Forbidden("TOKEN_SCOPE_NEEDED", scope=wanted or "none")
