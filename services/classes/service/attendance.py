# ruff: noqa: N802 - gRPC method names are the contract's
"""Attendance lists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import principal
from services.chassis.clock import now
from services.chassis.errors import Invalid
from services.classes import authorisation
from services.classes.domain import attendance
from services.classes.domain.application import Application
from services.classes.domain.course_class import Class
from services.classes.domain.schedule import session_of
from services.classes.messages.applications import mark_to_message, way_from_message, wish_from_message
from services.classes.messages.names import class_key, class_name
from services.classes.messages.resources import session_to_message
from services.classes.service.base import Methods

_MOST_MARKS = 1_000


class AttendanceMethods(Methods):
    async def GetAttendance(self, request: pb.GetAttendanceRequest, context: object) -> pb.Attendance:
        class_ = await self._helped(request.class_name)
        return await self._list(class_, request.session, await self._store.seated(class_.id))

    async def MarkAttendance(self, request: pb.MarkAttendanceRequest, context: object) -> pb.Attendance:
        if len(request.marks) > _MOST_MARKS:
            raise Invalid("TOO_MANY_MARKS", field="marks", most=_MOST_MARKS)
        class_ = await self._helped(request.class_name)
        session_of(class_.details.sessions, request.session)
        seated = await self._store.seated(class_.id)
        people = [*seated, *await self._left(await self._store.sheet(class_.id, request.session), seated)]
        verb = partial(
            attendance.record,
            number=request.session,
            details=class_.details,
            people={application.id: application.person for application in people},
            wishes=[wish_from_message(each) for each in request.marks],
            others_present=request.others_present,
            by=principal.caller().person,
            way=way_from_message(request.way),
            now=now(),
        )
        await self._store.mark(class_.id, request.session, verb)
        return await self._list(class_, request.session, seated)

    async def _helped(self, name: str) -> Class:
        class_ = await self._store.get(class_key(name))
        await authorisation.require_helper(self._copies, principal.caller(), class_)
        return class_

    async def _list(self, class_: Class, number: int, seated: Sequence[Application]) -> pb.Attendance:
        """Those with a seat, and those marked who have none any more."""
        session = session_of(class_.details.sessions, number)
        sheets = await self._store.sheets(class_.id)
        sheet = next((each for each in sheets if each.session == number), attendance.Sheet(class_.id, number))
        people = [*seated, *await self._left(sheet, seated)]
        percent = await self._copies.attendance_percent(class_.details.course)
        sessions = class_.details.sessions
        people.sort(key=lambda each: (each.ticket, each.id))
        return pb.Attendance(
            class_name=class_name(class_.id),
            session=session_to_message(session),
            marks=[
                mark_to_message(each, sheet.mark_of(each.id), attendance.total(each.id, sessions, sheets, percent))
                for each in people
            ],
        )

    async def _left(self, sheet: attendance.Sheet, seated: Sequence[Application]) -> list[Application]:
        """Those who have a mark and no seat any more."""
        known = {application.id for application in seated}
        marked = [mark.application for mark in sheet.lines if mark.application not in known]
        return await self._store.applications_of(marked)
