# ruff: noqa: N802 - gRPC method names are the contract's
"""The RPC door for the notices service: how to address somebody. No other service gets addresses."""

from __future__ import annotations

from ieum.notices.v1.notices_pb2 import Contact, GetContactRequest
from ieum.notices.v1.notices_pb2_grpc import ContactSourceServiceServicer
from ieum.people.v1 import people_pb2
from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import acting
from services.people.messages import resources
from services.people.store import Store


class ContactSource(ContactSourceServiceServicer):
    def __init__(self, store: Store) -> None:
        self._store = store

    async def GetContact(self, request: GetContactRequest, context: object) -> Contact:
        _require_service()
        person = await self._store.people.get(resources.person_key(request.person))
        if person.kept_as:  # what concerns the resting account is told to whoever it belongs to
            person = await self._store.people.get(person.kept_as)
        if person.erased:
            raise Missing("PERSON_NOT_FOUND")
        return Contact(
            display_name=person.display_name,
            email=person.email,
            locale=person.locale,
            telephone=self._store.desk.open(person).phone,
        )

    async def ListCentres(
        self, request: people_pb2.ListCentresRequest, context: object
    ) -> people_pb2.ListCentresResponse:
        _require_service()
        places = await self._store.places.get()
        return people_pb2.ListCentresResponse(centres=[resources.centre_to_message(each) for each in places.centres])


def _require_service() -> None:
    if not acting().is_system:
        raise Forbidden("SERVICES_ONLY")
