"""Areas in their hierarchy, the organisations that employ people there, and the village information centres."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from services.chassis.errors import Conflict, Invalid, Refused

KINDS = ("PROVINCE", "CITY", "COUNTY", "DISTRICT", "TOWN")
_AREA = re.compile(r"areas/[A-Za-z0-9]{1,40}")
_ORGANISATION = re.compile(r"organisations/[A-Za-z0-9-]{1,40}")
_CENTRE = re.compile(r"centres/[A-Za-z0-9-]{1,40}")

Texts = dict[str, str]


@dataclass(frozen=True)
class Area:
    name: str
    parent: str
    kind: str
    title: Texts
    column: int = 0
    row: int = 0


@dataclass(frozen=True)
class Organisation:
    name: str
    area: str
    title: Texts


@dataclass(frozen=True)
class Centre:
    name: str
    area: str
    title: Texts
    address: Texts = field(default_factory=dict)
    hours: Texts = field(default_factory=dict)
    phone: str = ""


@dataclass(frozen=True)
class Places:
    areas: tuple[Area, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    centres: tuple[Centre, ...] = ()
    previous: Places | None = None
    """The list before the last import, itself without one."""
    import_time: datetime | None = None
    successors: dict[str, str] = field(default_factory=dict)
    """Areas of earlier lists, each with the area of this one that its people belong to."""
    restored: bool = False
    """The last import put the previous list back."""

    @property
    def lists(self) -> tuple[tuple[Area, ...], tuple[Organisation, ...], tuple[Centre, ...]]:
        return self.areas, self.organisations, self.centres

    @cached_property
    def etag(self) -> str:
        return hashlib.sha256(repr(self.lists).encode()).hexdigest()[:16]

    @cached_property
    def names(self) -> frozenset[str]:
        """Of areas and organisations: what a person can belong to and a role can be limited to."""
        return frozenset(area.name for area in self.areas) | {each.name for each in self.organisations}

    def within(self, scopes: Iterable[str]) -> frozenset[str]:
        """The scopes themselves, every area below them, and every organisation in any of these."""
        reached = set(scopes)
        waiting = list(reached)
        while waiting:
            waiting = [area.name for area in self.areas if area.parent in waiting and area.name not in reached]
            reached.update(waiting)
        return frozenset(reached | {each.name for each in self.organisations if each.area in reached})

    def check_home(self, area: str, organisation: str) -> None:
        """Accepts any area while no places are imported, so that the first administrator can be created."""
        if self.areas:
            self.check_area(area)
        if organisation and not (organisation.startswith("organisations/") and organisation in self.names):
            raise Invalid("ORGANISATION_UNKNOWN", field="organisation")

    def check_area(self, area: str) -> None:
        if not (area.startswith("areas/") and area in self.names):
            raise Invalid("AREA_UNKNOWN", field="area")

    def check_scope(self, scope: str) -> None:
        if scope != "*" and scope not in self.names:
            raise Invalid("SCOPE_UNKNOWN", field="scope")


@dataclass(frozen=True)
class Imported:
    places: Places
    time: datetime


def replace_all(
    before: Places, after: Places, now: datetime, moves: Mapping[str, str] | None = None
) -> tuple[Places, list[Imported]]:
    """`moves`: where the people of places belong that the new list lacks."""
    check(after)
    successors = _followed(before.successors, after, moves or {})
    if (after.lists, successors) == (before.lists, before.successors):
        return before, []
    if after.lists == before.lists:
        imported = replace(before, successors=successors)
    else:
        previous = Places(*before.lists) if before.areas else None
        imported = Places(*after.lists, previous=previous, import_time=now, successors=successors)
    return imported, [Imported(imported, now)]


def _followed(before: Mapping[str, str], after: Places, moves: Mapping[str, str]) -> dict[str, str]:
    """The successors under the new list: a successor that is succeeded itself is followed, and one that left the list
    without a word is forgotten."""
    known = {**before, **{old: new for old, new in moves.items() if old.startswith("areas/")}}
    followed = {old: moves.get(new, new) for old, new in known.items()}
    return {old: new for old, new in followed.items() if old not in after.names and new in after.names}


def restore(
    before: Places, etag: str, now: datetime, moves: Mapping[str, str] | None = None
) -> tuple[Places, list[Imported]]:
    """Puts the previous list back. Changes nothing where this has been done to the list with this etag."""
    if before.restored and before.previous and before.previous.etag == etag:
        return before, []
    check_etag(before, etag)
    restored, _ = replace_all(before, previous_of(before), now, moves)
    restored = replace(restored, restored=True)
    return restored, [Imported(restored, now)]


def previous_of(places: Places) -> Places:
    if places.previous is None:
        raise Refused("PLACES_NO_PREVIOUS")
    return places.previous


def check_etag(places: Places, etag: str) -> None:
    if etag != places.etag:
        raise Conflict("PLACES_CHANGED", field="etag")


def check(places: Places) -> None:
    """Raises Invalid for a list that contradicts itself."""
    _check_areas(places.areas)
    areas = {area.name for area in places.areas}
    _check_located(places.organisations, _ORGANISATION, areas, "organisations")
    _check_located(places.centres, _CENTRE, areas, "centres")


def _check_areas(areas: tuple[Area, ...]) -> None:
    _check_names(areas, _AREA, "areas")
    parents = {area.name: area.parent for area in areas}
    for area in areas:
        if area.kind not in KINDS:
            raise Invalid("AREA_KIND_UNKNOWN", field="areas", name=area.name, known=", ".join(KINDS))
        if area.parent and area.parent not in parents:
            raise Invalid("AREA_PARENT_UNKNOWN", field="areas", name=area.name, parent=area.parent)
    standing: set[str] = set()
    for area in areas:
        path: list[str] = []
        name = area.name
        while name and name not in standing:
            if name in path:
                raise Invalid("AREA_CYCLE", field="areas", name=name)
            path.append(name)
            name = parents[name]
        standing.update(path)


def _check_located(
    places: tuple[Organisation, ...] | tuple[Centre, ...], pattern: re.Pattern[str], areas: set[str], field: str
) -> None:
    _check_names(places, pattern, field)
    for place in places:
        if place.area not in areas:
            raise Invalid("PLACE_AREA_UNKNOWN", field=field, name=place.name, area=place.area)


def _check_names(places: Iterable[Area | Organisation | Centre], pattern: re.Pattern[str], field: str) -> None:
    seen: set[str] = set()
    for place in places:
        if not pattern.fullmatch(place.name):
            raise Invalid("PLACE_NAME_INVALID", field=field, name=place.name)
        if place.name in seen:
            raise Invalid("PLACE_NAME_TWICE", field=field, name=place.name)
        if not any(place.title.values()):
            raise Invalid("PLACE_TITLE_MISSING", field=field, name=place.name)
        seen.add(place.name)
