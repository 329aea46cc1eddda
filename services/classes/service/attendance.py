# ruff: noqa: N802 - gRPC method names are the contract's
"""Attendance lists."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import principal
from services.chassis.clock import now, stamp
from services.chassis.errors import Invalid, Refused
from services.classes.domain import attendance, room_code
from services.classes.domain.application import Application
from services.classes.domain.course_class import Class
from services.classes.domain.schedule import Session, session_of
from services.classes.messages.applications import mark_to_message, way_from_message, wish_from_message
from services.classes.messages.names import application_name, class_name
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

    async def ShowRoomCode(self, request: pb.ShowRoomCodeRequest, context: object) -> pb.RoomCode:
        class_ = await self._helped(request.class_name)
        session = session_of(class_.details.sessions, request.session)
        if not class_.room_secret:
            verb = partial(room_code.with_room_secret, secret=secrets.token_hex(32))
            class_ = await self._store.change_class(class_.id, verb)
        shown = room_code.code_at(class_, session, now())
        return pb.RoomCode(code=shown.code, next_time=stamp(shown.until))

    async def CheckIn(self, request: pb.CheckInRequest, context: object) -> pb.CheckedIn:
        """In the class that meets now. Of two at once (one may be cancelled for somebody) the code decides."""
        caller, moment = principal.caller(), now()
        person = caller.require_person()
        typed = "".join(request.code.split())
        meeting = await self._meeting(caller.accounts_of(person), moment)
        if not meeting:
            raise Refused("NO_SESSION_NOW")
        for application, class_, session in meeting:
            verb = partial(
                room_code.check_in,
                class_=class_,
                session=session,
                application=application.id,
                person=application.person,
                typed=typed,
                now=moment,
            )
            sheet = await self._store.mark(class_.id, session.number, verb)
            if sheet.mark_of(application.id):
                return pb.CheckedIn(
                    class_name=class_name(class_.id),
                    session=session_to_message(session),
                    application=application_name(application.id),
                )
        raise Invalid("CODE_WRONG", field="code")

    async def _meeting(self, accounts: Sequence[str], moment: datetime) -> list[tuple[Application, Class, Session]]:
        """Sessions of the person's classes that are on now."""
        found: list[tuple[Application, Class, Session]] = []
        for application in await self._store.seats_of(accounts):
            class_ = await self._store.get(application.class_)
            on = (each for each in class_.details.sessions if room_code.is_open(each, moment))
            found += [(application, class_, session) for session in on]
        return found

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
