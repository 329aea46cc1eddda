"""The events of other services that the surveys service handles. Each may arrive twice."""

from __future__ import annotations

from ieum.people.v1.events_pb2 import PersonErased, PlacesImported
from services.chassis.events.bus import Handlers
from services.surveys.store import Store


def people_handlers(store: Store) -> Handlers:
    async def on_erased(event: PersonErased) -> None:
        await store.forget(event.person)

    async def on_places(event: PlacesImported) -> None:
        await store.keep_areas({area.name: area.parent for area in event.areas}, event.revision)

    return {PersonErased: on_erased, PlacesImported: on_places}
