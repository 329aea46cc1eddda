"""Which people and places an administrator may manage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.people.domain.person import EVERYBODY_LEARNS, Person
from services.people.domain.places import Places


@dataclass(frozen=True)
class Reach:
    """Everywhere, or the named areas and organisations."""

    everywhere: bool = False
    places: frozenset[str] = frozenset()

    def covers_scope(self, scope: str) -> bool:
        return self.everywhere or scope in self.places

    def covers_home(self, person: Person) -> bool:
        return self.everywhere or bool({person.area, person.organisation} & self.places)

    def covers(self, person: Person) -> bool:
        """Lives here and holds no role beyond: else a county's administrator could take over the province's account."""
        roles = (grant for grant in person.grants if grant != EVERYBODY_LEARNS)
        return self.covers_home(person) and all(self.covers_scope(grant.scope) for grant in roles)


def reach(scopes: Iterable[str], places: Places, *, limited_to: str = "") -> Reach:
    """`limited_to`: the one area that an API token is for, or nothing."""
    held = frozenset(scopes)
    everywhere = "*" in held
    if everywhere and not limited_to:
        return Reach(everywhere=True)
    covered = places.within(held - {"*"})
    if not limited_to:
        return Reach(places=covered)
    limit = places.within([limited_to])
    return Reach(places=limit if everywhere else covered & limit)
