"""What an import of places changes, in single steps, and where the people of places that vanish belong then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.errors import Invalid, Refused
from services.people.domain.person import Grant, Moved, Outcome, Person, RolesChanged
from services.people.domain.places import Area, Centre, Organisation, Places

Place = Area | Organisation | Centre


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    kind: Kind
    before: Place | None
    after: Place | None


@dataclass(frozen=True)
class Belonging:
    """How many belong to a place."""

    residents: int = 0
    employees: int = 0
    roles: int = 0


def area_of(place: Place) -> str:
    """The area in which the place lies."""
    return place.parent if isinstance(place, Area) else place.area


def changes(before: Places, after: Places) -> Iterator[Change]:
    """What vanishes comes first, then what changes and what is new, in the order of the lists."""
    old = {place.name: place for places in before.lists for place in places}
    new = {place.name: place for places in after.lists for place in places}
    for name, place in old.items():
        if name not in new:
            yield Change(Kind.REMOVED, place, None)
    for name, place in new.items():
        if name not in old:
            yield Change(Kind.ADDED, None, place)
        elif place != old[name]:
            yield from _differences(old[name], place)


def _differences(before: Place, after: Place) -> Iterator[Change]:
    if before.title != after.title:
        yield Change(Kind.RENAMED, before, after)
    if area_of(before) != area_of(after):
        yield Change(Kind.MOVED, before, after)
    if _rest(before) != _rest(after):
        yield Change(Kind.CHANGED, before, after)


def _rest(place: Place) -> Place:
    if isinstance(place, Area):
        return replace(place, title={}, parent="")
    return replace(place, title={}, area="")


def check_moves(
    before: Places, after: Places, lost: Mapping[str, Belonging], moves: Mapping[str, str]
) -> Mapping[str, str]:
    """The moves, of which each leads from a place outside the list to one of its kind in it. Refuses to leave anybody
    in a place that vanishes."""
    for name, target in moves.items():
        kind = name.partition("/")[0]
        if name in after.names or kind not in ("areas", "organisations"):
            raise Invalid("PLACE_MOVE_NEEDLESS", field="moves", name=name)
        nowhere = kind == "organisations" and not target
        if not nowhere and not (target.startswith(f"{kind}/") and target in after.names):
            raise Invalid("PLACE_MOVE_UNKNOWN", field="moves", name=name, target=target)
    for name, belonging in lost.items():
        if name in before.names and name not in moves:
            people = belonging.residents + belonging.employees + belonging.roles
            raise Refused("PLACE_INHABITED", field="moves", name=name, people=people)
    return moves


def relocate(person: Person, moves: Mapping[str, str], now: datetime) -> Outcome:
    """Moves home, workplace and roles along. A role for an organisation that has no successor ends."""
    if person.erased:
        return person, []
    area = moves.get(person.area, person.area)
    organisation = moves.get(person.organisation, person.organisation)
    scopes = {grant: moves.get(grant.scope, grant.scope) for grant in person.grants}
    grants = tuple(dict.fromkeys(Grant(grant.role, scope) for grant, scope in scopes.items() if scope))
    moved = replace(
        person,
        area=area,
        organisation=organisation,
        organisation_confirmed=bool(organisation) and person.organisation_confirmed,
        grants=grants,
    )
    events: list[Moved | RolesChanged] = []
    if (area, organisation) != (person.area, person.organisation):
        events.append(Moved(moved, now))
    if grants != person.grants:
        events.append(RolesChanged(moved, now))
    return moved, [*events]
