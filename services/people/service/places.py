# ruff: noqa: N802 - gRPC method names are the contract's
"""Areas, organisations and centres: open to everybody, replaced by administrators."""

from __future__ import annotations

from google.protobuf.empty_pb2 import Empty

from ieum.people.v1 import people_pb2
from services.chassis.clock import now
from services.people import authorisation
from services.people.messages import resources
from services.people.service.base import ServiceBase


class PlacesMethods(ServiceBase):
    async def ListAreas(self, request: people_pb2.ListAreasRequest, context: object) -> people_pb2.ListAreasResponse:
        places = await self.store.places.get()
        return people_pb2.ListAreasResponse(areas=[resources.area_to_message(each) for each in places.areas])

    async def ListOrganisations(
        self, request: people_pb2.ListOrganisationsRequest, context: object
    ) -> people_pb2.ListOrganisationsResponse:
        places = await self.store.places.get()
        return people_pb2.ListOrganisationsResponse(
            organisations=[resources.organisation_to_message(each) for each in places.organisations]
        )

    async def ListCentres(
        self, request: people_pb2.ListCentresRequest, context: object
    ) -> people_pb2.ListCentresResponse:
        places = await self.store.places.get()
        return people_pb2.ListCentresResponse(centres=[resources.centre_to_message(each) for each in places.centres])

    async def ImportPlaces(self, request: people_pb2.ImportPlacesRequest, context: object) -> Empty:
        await authorisation.require_everywhere(self.store)
        await self.store.places.replace(resources.places_from_message(request), now())
        return Empty()
