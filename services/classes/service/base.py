"""What all methods stand on."""

from __future__ import annotations

from ieum.classes.v1 import classes_pb2 as pb
from ieum.classes.v1 import classes_pb2_grpc
from services.chassis import principal
from services.chassis.errors import Invalid
from services.chassis.events.audit_events import AuditEvents
from services.classes import authorisation
from services.classes.domain.application import Application
from services.classes.domain.course_class import Class
from services.classes.messages.applications import application_to_message
from services.classes.messages.names import class_key
from services.classes.messages.resources import class_to_message
from services.classes.store import Store

_LONGEST_NOTE = 500


def checked_note(text: str) -> str:
    if len(text) > _LONGEST_NOTE:
        raise Invalid("TEXT_TOO_LONG", field="note", limit=_LONGEST_NOTE)
    return text.strip()


class Methods(classes_pb2_grpc.ClassesServiceServicer):
    def __init__(self, store: Store, zone: str, audit: AuditEvents) -> None:
        self._store = store
        self._audit = audit
        self._copies = store.copies
        self._zone = zone

    async def _managed(self, name: str) -> Class:
        """The class, which the caller manages."""
        class_ = await self._store.get(class_key(name))
        await authorisation.require_manager(self._copies, principal.caller(), class_)
        return class_

    async def _helped(self, name: str) -> Class:
        """The class, whose list the caller keeps."""
        class_ = await self._store.get(class_key(name))
        await authorisation.require_helper(self._copies, principal.caller(), class_)
        return class_

    async def _class(self, class_: Class) -> pb.Class:
        managed = await authorisation.manages(self._copies, principal.acting(), class_)
        return class_to_message(class_, managed=managed)

    async def _application(self, application: Application) -> pb.Application:
        return application_to_message(application, await self._store.place(application))
