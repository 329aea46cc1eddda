"""Who may do what to whom. Authorisation comes first, so that no answer reveals whether a person exists."""

from __future__ import annotations

from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import Principal, acting
from services.people.domain.authority import Reach, reach
from services.people.domain.person import Person, Role, Vouching
from services.people.messages import resources
from services.people.store import Store

ADMINISTRATOR = Role.ADMINISTRATOR.value


def require_oneself(name: str) -> str:
    """The key of the acting person, whose `name` it must be."""
    if acting().require_person() != name:
        raise Forbidden("ONLY_ONESELF")
    return resources.person_key(name)


def is_oneself(name: str) -> bool:
    return bool(name) and acting().person == name


async def reach_of(store: Store, principal: Principal) -> Reach:
    """The places that an administrator reaches; the gateway reaches everything."""
    principal.require(ADMINISTRATOR)
    if principal.is_system:
        return Reach(everywhere=True)
    return reach(principal.scopes(ADMINISTRATOR), await store.places.get(), limited_to=principal.token_area)


async def require_everywhere(store: Store) -> None:
    """Requires an administrator of everything, not of a part."""
    if not (await reach_of(store, acting())).everywhere:
        raise Forbidden("ROLE_NEEDED", roles=ADMINISTRATOR, scope="*")


async def managed(store: Store, name: str) -> Person:
    """Somebody else's account, for an administrator whose reach covers it and every role that it holds."""
    within = await reach_of(store, acting())
    person = await store.people.find(resources.person_key(name))
    return _require_covered(person, within, person is not None and within.covers(person))


async def at_home(store: Store, name: str) -> tuple[Person, Reach]:
    """Somebody whose home the acting administrator's reach covers, whatever roles they hold."""
    within = await reach_of(store, acting())
    person = await store.people.find(resources.person_key(name))
    return _require_covered(person, within, person is not None and within.covers_home(person)), within


async def vouching_for(store: Store, area: str, organisation: str) -> tuple[Vouching, bool]:
    """How whoever acts vouches for an account at these places, and whether they confirm that somebody works there.

    The operator's commands read rosters in; an administrator vouches for the people of their own places."""
    caller = acting()
    if caller.is_system:
        return Vouching.BY_ROSTER, bool(organisation)
    if not caller.holds(ADMINISTRATOR):
        return Vouching.SELF_DECLARED, False
    within = await reach_of(store, caller)
    confirmed = bool(organisation) and within.covers_scope(organisation)
    at_desk = confirmed or within.covers_scope(area)
    return Vouching.AT_DESK if at_desk else Vouching.SELF_DECLARED, confirmed


async def own_or_managed(store: Store, name: str) -> Person:
    if is_oneself(name):
        return await store.people.get(resources.person_key(name))
    return await managed(store, name)


def _require_covered(person: Person | None, within: Reach, covered: bool) -> Person:
    if person is None and within.everywhere:
        raise Missing("PERSON_NOT_FOUND", field="name")
    if person is None or not covered:
        raise Forbidden("OUTSIDE_YOUR_AREA", field="name")
    return person
