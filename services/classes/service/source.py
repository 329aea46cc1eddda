# ruff: noqa: N802 - gRPC method names are the contract's
"""The RPC door for the notices service: what a person is told about a class."""

from __future__ import annotations

from functools import partial

from ieum.notices.v1.notices_pb2 import ClassFacts, GetClassFactsRequest, GiveUpSeatOfRequest
from ieum.notices.v1.notices_pb2_grpc import ClassSourceServiceServicer
from services.chassis.clock import now
from services.chassis.errors import Forbidden
from services.chassis.principal import acting
from services.classes.domain import seats
from services.classes.domain.application import Application, State
from services.classes.messages.applications import application_to_message
from services.classes.messages.names import application_key, class_key
from services.classes.messages.resources import class_to_message
from services.classes.store import Store


class ClassSource(ClassSourceServiceServicer):
    def __init__(self, store: Store) -> None:
        self._store = store

    async def GetClassFacts(self, request: GetClassFactsRequest, context: object) -> ClassFacts:
        _require_service()
        if request.class_name:
            class_ = await self._store.get(class_key(request.class_name))
            return ClassFacts(course_class=class_to_message(class_, managed=False))
        return await self._facts(await self._store.application(application_key(request.application)))

    async def GiveUpSeatOf(self, request: GiveUpSeatOfRequest, context: object) -> ClassFacts:
        _require_service()
        application = await self._store.application(application_key(request.application))
        if application.state is State.CONFIRMED:
            verb = partial(seats.withdraw, by=application.person, reason="CANNOT_COME", now=now())
            await self._store.change_application(application.id, verb)
        return await self._facts(await self._store.application(application.id))

    async def _facts(self, application: Application) -> ClassFacts:
        class_ = await self._store.get(application.class_)
        place = await self._store.place(application)
        return ClassFacts(
            course_class=class_to_message(class_, managed=False),
            application=application_to_message(application, place),
        )


def _require_service() -> None:
    if not acting().is_system:
        raise Forbidden("SERVICES_ONLY")
