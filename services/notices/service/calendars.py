# ruff: noqa: N802 - gRPC method names are the contract's
"""Calendar feeds: making, revoking and reading them."""

from __future__ import annotations

from ieum.notices.v1 import notices_pb2 as pb
from ieum.notices.v1 import notices_pb2_grpc
from services.chassis.clock import new_id, now
from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import caller
from services.notices import authorisation
from services.notices.calendars.feed import Feeds
from services.notices.domain import calendar as rules
from services.notices.domain.calendar import Calendar, CalendarKind, digest_of
from services.notices.letters.words import language_of
from services.notices.messages import calendar_key, calendar_kind, calendar_to_message
from services.notices.store import Store


class CalendarMethods(notices_pb2_grpc.NoticesServiceServicer):
    def __init__(self, store: Store, feeds: Feeds) -> None:
        self._calendars = store
        self._feeds = feeds

    async def CreateCalendar(self, request: pb.CreateCalendarRequest, context: object) -> pb.CreateCalendarResponse:
        """A repeat makes another address, and the one before it stops."""
        person, kind = caller().require_person(), calendar_kind(request.kind)
        centre = request.centre if kind is CalendarKind.OF_CENTRE else ""
        if centre:
            await self._require_centre(centre)
        secret = new_id() + new_id()
        fresh = Calendar(new_id(), person, kind, digest_of(secret), language_of(request.language), now(), centre)
        created = await self._calendars.create_calendar(fresh)
        return pb.CreateCalendarResponse(calendar=calendar_to_message(created), secret=secret)

    async def _require_centre(self, centre: str) -> None:
        """Staff of one of its classes, at least."""
        copies, principal = self._calendars.copies, caller()
        for class_ in await copies.classes_of(centre):
            if await authorisation.manages(copies, principal, class_):
                return
        raise Forbidden("NOT_STAFF_OF_CENTRE", field="centre")

    async def ListCalendars(self, request: pb.ListCalendarsRequest, context: object) -> pb.ListCalendarsResponse:
        found = await self._calendars.calendars_of(caller().require_person())
        return pb.ListCalendarsResponse(calendars=map(calendar_to_message, found))

    async def RevokeCalendar(self, request: pb.RevokeCalendarRequest, context: object) -> pb.Calendar:
        key, person = calendar_key(request.name), caller().require_person()
        found = await self._calendars.calendars.find(key)
        if found is None or found.person != person:
            raise Missing("CALENDAR_NOT_FOUND")
        changed = await self._calendars.calendars.change(key, lambda stored: rules.revoke(stored, now()))
        return calendar_to_message(changed)

    async def GetCalendarFile(self, request: pb.GetCalendarFileRequest, context: object) -> pb.CalendarFile:
        found = await self._calendars.calendar_by(digest_of(request.secret))
        if found is None:
            raise Missing("CALENDAR_NOT_FOUND")
        return pb.CalendarFile(content=await self._feeds.file(found))
