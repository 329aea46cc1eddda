"""Areas in their hierarchy, the organisations that employ people there, and the village information centres."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from services.chassis.errors import Invalid

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


def replace_all(before: Places, after: Places, now: datetime) -> tuple[Places, list[Imported]]:
    _check_areas(after.areas)
    areas = {area.name for area in after.areas}
    _check_located(after.organisations, _ORGANISATION, areas, "organisations")
    _check_located(after.centres, _CENTRE, areas, "centres")
    return (before, []) if after == before else (after, [Imported(after, now)])


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
