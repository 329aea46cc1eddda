"""Which areas somebody may see and act for: those of their roles, within the limit of their API token."""

from __future__ import annotations

from collections.abc import Collection

from services.chassis.errors import Forbidden, Invalid
from services.chassis.principal import Principal
from services.statistics.areas.tree import EVERYWHERE, AreaTree

ROLES = ("official", "administrator")
"""Either role looks after the area where it is held."""


def scopes_of(caller: Principal, *roles: str) -> frozenset[str]:
    """Areas and organisations where the caller holds any of the roles; everywhere for the gateway itself."""
    caller.require(*(roles or ROLES))
    if caller.is_system:
        return frozenset({EVERYWHERE})
    return frozenset().union(*(caller.scopes(role) for role in roles or ROLES))


def looks_after(caller: Principal, tree: AreaTree, area: str, *roles: str) -> bool:
    """Whether the area lies in the caller's scopes and within the limit of their token. Unknown areas are nobody's."""
    within_token = not caller.token_area or tree.allows((caller.token_area,), area)
    return within_token and tree.allows(scopes_of(caller, *roles), area)


def require_area(caller: Principal, tree: AreaTree, area: str, *roles: str) -> None:
    """Refuses the areas of others, known and unknown ones alike. A code of an earlier list is pointed to what became of
    it, where the caller looks after that."""
    if not looks_after(caller, tree, area, *roles):
        today = tree.today(area)
        if today != area and looks_after(caller, tree, today, *roles):
            raise Invalid("AREA_CODE_ENDED", field="area", code=area, today=today)
        raise Forbidden("AREA_OUT_OF_SCOPE", field="area")


def require_responsible(caller: Principal, tree: AreaTree, area: str) -> None:
    """For exact counts: an official in person, of the area or of what it lies in."""
    if caller.is_system or caller.token_scopes is not None:
        raise Forbidden("ROLE_NEEDED")
    require_area(caller, tree, area, "official")


def queried_area(caller: Principal, tree: AreaTree, wanted: str) -> str:
    """The area that a query is about: the one it names, else the widest of the caller's own."""
    scopes = scopes_of(caller)
    area = wanted or caller.token_area or _widest(scopes)
    require_area(caller, tree, area)
    return area


def own_areas(caller: Principal, tree: AreaTree) -> Collection[str] | None:
    """All areas that the caller looks after; None where that is everywhere."""
    scopes, token_area = scopes_of(caller), caller.token_area
    if EVERYWHERE in scopes:
        return tree.below(token_area) if token_area else None
    own = {area for scope in scopes for area in tree.below(scope)}
    return own & set(tree.below(token_area)) if token_area else own


def _widest(scopes: frozenset[str]) -> str:
    return EVERYWHERE if EVERYWHERE in scopes else min(scopes, key=lambda scope: (len(scope), scope))
