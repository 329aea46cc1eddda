# ruff: noqa: N802 - gRPC method names are the contract's
"""Areas, organisations and centres: open to everybody, replaced by administrators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from google.protobuf.empty_pb2 import Empty

from ieum.people.v1 import people_pb2
from services.chassis.clock import now
from services.people import authorisation
from services.people.domain import places, places_import
from services.people.domain.audit import Action
from services.people.domain.places import Imported, Places
from services.people.messages import resources
from services.people.messages.places import preview_to_message
from services.people.service.base import ServiceBase

_AT_ONCE = 32


class PlacesMethods(ServiceBase):
    async def ListAreas(self, request: people_pb2.ListAreasRequest, context: object) -> people_pb2.ListAreasResponse:
        known = await self.store.places.get()
        return people_pb2.ListAreasResponse(areas=[resources.area_to_message(each) for each in known.areas])

    async def ListOrganisations(
        self, request: people_pb2.ListOrganisationsRequest, context: object
    ) -> people_pb2.ListOrganisationsResponse:
        known = await self.store.places.get()
        return people_pb2.ListOrganisationsResponse(
            organisations=[resources.organisation_to_message(each) for each in known.organisations]
        )

    async def ListCentres(
        self, request: people_pb2.ListCentresRequest, context: object
    ) -> people_pb2.ListCentresResponse:
        known = await self.store.places.get()
        return people_pb2.ListCentresResponse(centres=[resources.centre_to_message(each) for each in known.centres])

    async def PreviewPlaces(
        self, request: people_pb2.PreviewPlacesRequest, context: object
    ) -> people_pb2.PlacesPreview:
        await authorisation.require_everywhere(self.store)
        current = await self.store.places.get()
        if request.previous:
            after = places.previous_of(current)
        else:
            after = resources.places_from_message(request.replacement)
            places.check(after)
        lost = await self.store.people.outside(after.names)
        return preview_to_message(current, places_import.changes(current, after), lost)

    async def ImportPlaces(self, request: people_pb2.ImportPlacesRequest, context: object) -> Empty:
        await authorisation.require_everywhere(self.store)
        wanted = resources.places_from_message(request)

        def replace(before: Places) -> tuple[Places, Sequence[Imported]]:
            if request.etag and before.lists != wanted.lists:
                places.check_etag(before, request.etag)
            return places.replace_all(before, wanted, now(), request.moves)

        await self._import(wanted, request.moves, replace)
        return Empty()

    async def RestorePlaces(self, request: people_pb2.RestorePlacesRequest, context: object) -> Empty:
        await authorisation.require_everywhere(self.store)

        def restore(before: Places) -> tuple[Places, Sequence[Imported]]:
            return places.restore(before, request.etag, now(), request.moves)

        restored, _ = restore(await self.store.places.get())
        await self._import(restored, request.moves, restore)
        return Empty()

    async def _import(
        self,
        after: Places,
        moves: Mapping[str, str],
        verb: Callable[[Places], tuple[Places, Sequence[Imported]]],
    ) -> None:
        """First the list, then the people. What is interrupted between goes on when the call is repeated: then the
        list is the same already, and whoever still belongs to a place outside it is moved."""
        places.check(after)
        lost = await self.store.people.outside(after.names)
        places_import.check_moves(await self.store.places.get(), after, lost, moves)
        imported = await self.store.places.change(verb)
        moved = await self._move_people(moves) if moves else 0
        if imported or moved:
            detail = f"{len(after.areas)} areas, {moved} people moved"
            await self.store.audit.add(Action.PLACES_IMPORTED, "places", detail)

    async def _move_people(self, moves: Mapping[str, str]) -> int:
        people = await self.store.people.belonging_to(moves)
        turns = asyncio.Semaphore(_AT_ONCE)

        async def move(key: str) -> None:
            async with turns:
                await self.store.people.change(key, lambda person: places_import.relocate(person, moves, now()))

        await asyncio.gather(*map(move, people))
        return len(people)
