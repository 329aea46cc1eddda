"""A cache of areas, organisations and centres: kept a minute, or until an import is announced."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from gateway.language.i18n import Locale
from ieum.people.v1 import people_pb2
from ieum.people.v1.events_pb2 import PlacesImported
from ieum.people.v1.people_pb2 import Area, Centre, Organisation
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from services.chassis.errors import Unavailable
from services.chassis.events.bus import Handlers
from services.chassis.principal import SYSTEM, acting_as

_KEPT_SECONDS = 60.0
IMPORT_SECONDS = 60.0
"""An import may move the people of a whole town."""


@dataclass(frozen=True)
class Places:
    """All places by resource name, in the order of the import."""

    areas: Mapping[str, Area] = field(default_factory=dict)
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    centres: Mapping[str, Centre] = field(default_factory=dict)

    def title(self, locale: Locale, name: str) -> str:
        """The title of an area or organisation; its code if it has no title."""
        place = self.areas.get(name) or self.organisations.get(name)
        return locale.pick(place.title)[0] if place else name.rpartition("/")[2]

    def below(self, area: str) -> list[Area]:
        """The area itself and everything in it."""
        inside = {area}
        areas = []
        for candidate in _parents_first(self.areas):
            if candidate.name in inside or candidate.parent in inside:
                inside.add(candidate.name)
                areas.append(candidate)
        return areas

    def homes(self, locale: Locale) -> list[tuple[str, str]]:
        """Choices for a form: the smallest areas, each with the name of what it lies in."""
        parents = {area.parent for area in self.areas.values()}
        return [
            (area.name, " ".join(filter(None, (self.title(locale, area.parent), locale.pick(area.title)[0]))))
            for area in self.areas.values()
            if area.name not in parents
        ]


def _parents_first(areas: Mapping[str, Area]) -> Sequence[Area]:
    def depth(area: Area) -> int:
        parent = areas.get(area.parent)
        return 1 + depth(parent) if parent else 0

    return sorted(areas.values(), key=depth)


@dataclass
class PlacesCache:
    people: PeopleServiceStub
    now: Callable[[], float] = time.monotonic
    _kept: Places | None = None
    _since: float = 0.0

    async def all(self) -> Places:
        """While people is unavailable, the places read last, however old."""
        if self._kept is None or self.now() - self._since > _KEPT_SECONDS:
            try:
                self._kept, self._since = await self._read(), self.now()
            except Unavailable:
                if self._kept is None:
                    raise
        return self._kept

    async def _read(self) -> Places:
        with acting_as(SYSTEM):
            areas = await self.people.ListAreas(people_pb2.ListAreasRequest())
            organisations = await self.people.ListOrganisations(people_pb2.ListOrganisationsRequest())
            centres = await self.people.ListCentres(people_pb2.ListCentresRequest())
        return Places(
            {area.name: area for area in areas.areas},
            {organisation.name: organisation for organisation in organisations.organisations},
            {centre.name: centre for centre in centres.centres},
        )

    def forget(self) -> None:
        self._since = float("-inf")

    def handlers(self) -> Handlers:
        async def imported(_: PlacesImported) -> None:
            self.forget()

        return {PlacesImported: imported}


PLACES = web.AppKey("places", PlacesCache)
