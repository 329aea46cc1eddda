from __future__ import annotations

import pytest

from ieum.classes.v1 import classes_pb2 as pb
from ieum.classes.v1.events_pb2 import AttendanceMarked, SeatGiven, SessionCancelled, SessionMoved
from services.chassis.clock import new_id
from services.chassis.errors import Forbidden, Invalid, Refused
from tests.service.classes.town import CHIEF, KIM, LEE, OTHER_TEACHER, PARK, SUPPORTER, TEACHER, Town, details, soon
from tests.service.conftest import Published


async def test_the_whole_class_is_marked_with_one_request_and_a_repeat_announces_nothing(
    town: Town, published: Published
) -> None:
    class_ = await town.open_class(2)
    _, lee, _ = [await town.apply(who, class_) for who in (KIM, LEE, PARK)]
    request = pb.MarkAttendanceRequest(
        class_name=class_,
        session=1,
        others_present=True,
        marks=[pb.WishedMark(application=lee.name, attended=pb.LATE, minutes=90)],
    )
    with pytest.raises(Refused, match="SESSION_NOT_BEGUN"):
        await town.as_(TEACHER).MarkAttendance(request)
    await town.begin(class_)
    for worker in (0, 1, 0):
        marked = await town.as_(SUPPORTER, worker).MarkAttendance(request)
    minutes = {mark.person: (mark.attended, mark.minutes, mark.attended_minutes) for mark in marked.marks}
    assert minutes == {KIM.person: (pb.PRESENT, 120, 120), LEE.person: (pb.LATE, 90, 90)}
    assert marked.marks[0].planned_minutes == 240
    events = await published(AttendanceMarked, 2)
    assert {(event.person, event.minutes) for event in events} == {(KIM.person, 120), (LEE.person, 90)}
    assert {(event.planned_minutes, event.centre, event.delivery) for event in events} == {
        (120, "centres/hb01", pb.FACE_TO_FACE)
    }
    request.marks[0].attended, request.others_present = pb.ABSENT, False
    corrected = await town.as_(TEACHER).MarkAttendance(request)
    [mark] = [mark for mark in corrected.marks if mark.person == LEE.person]
    assert [entry.attended for entry in mark.entries] == [pb.LATE, pb.ABSENT]
    assert len(await published(AttendanceMarked, 3)) == 3


async def test_only_staff_of_the_class_see_and_mark_its_list(town: Town) -> None:
    class_ = await town.open_class(2)
    await town.apply(KIM, class_)
    for who in (KIM, OTHER_TEACHER):
        with pytest.raises(Forbidden, match="NOT_STAFF_OF_CLASS"):
            await town.as_(who).GetAttendance(pb.GetAttendanceRequest(class_name=class_, session=1))
        with pytest.raises(Forbidden, match="NOT_STAFF_OF_CLASS"):
            await town.as_(who).MarkAttendance(pb.MarkAttendanceRequest(class_name=class_, session=1))
    assert (
        len((await town.as_(SUPPORTER).GetAttendance(pb.GetAttendanceRequest(class_name=class_, session=1))).marks) == 1
    )


async def test_who_walks_in_gets_a_seat_with_a_reason_and_can_be_marked(town: Town) -> None:
    class_ = await town.open_class(2)
    await town.register("choi")
    await town.begin(class_)
    request = pb.AddByHandRequest(class_name=class_, person="people/choi", reason="WALK_IN", walk_in=True)
    added = [await town.as_(TEACHER, worker).AddByHand(request) for worker in (0, 1)]
    assert added[0] == added[1]
    assert (added[0].state, added[0].walk_in, added[0].steps[-1].reason) == (pb.CONFIRMED, True, "WALK_IN")
    marks = pb.MarkAttendanceRequest(class_name=class_, session=1, others_present=True)
    assert len((await town.as_(TEACHER).MarkAttendance(marks)).marks) == 1


async def test_moving_and_cancelling_sessions_is_announced_once_and_keeps_seats(
    town: Town, published: Published
) -> None:
    class_ = await town.open_class(2)
    await town.apply(KIM, class_)
    for worker in (0, 1):
        move = pb.MoveSessionRequest(name=class_, session=2, date="2030-01-07", start="10:30")
        await town.as_(TEACHER, worker).MoveSession(move)
    for worker in (0, 1):
        cancel = pb.CancelSessionRequest(name=class_, session=1, reason="TEACHER_ILL")
        after = await town.as_(TEACHER, worker).CancelSession(cancel)
    assert (after.confirmed, [each.state for each in after.details.sessions]) == (1, [pb.SESSION_CANCELLED, pb.PLANNED])
    [moved] = await published(SessionMoved)
    assert (moved.session.date, moved.session.start, moved.session.changes) == ("2030-01-07", "10:30", 1)
    [cancelled] = await published(SessionCancelled)
    assert (cancelled.session.number, cancelled.session.reason) == (1, "TEACHER_ILL")
    with pytest.raises(Refused, match="SESSION_CANCELLED"):
        await town.as_(TEACHER).MarkAttendance(pb.MarkAttendanceRequest(class_name=class_, session=1))


async def test_a_session_cancelled_after_it_was_marked_counts_for_nobody_also_who_has_left(
    town: Town, published: Published
) -> None:
    class_ = await town.open_class(2)
    kim = await town.apply(KIM, class_)
    await town.apply(LEE, class_)
    await town.begin(class_)
    request = pb.MarkAttendanceRequest(class_name=class_, session=1, others_present=True)
    await town.as_(TEACHER).MarkAttendance(request)
    await town.as_(KIM).WithdrawApplication(pb.WithdrawApplicationRequest(name=kim.name))
    cancel = pb.CancelSessionRequest(name=class_, session=1, reason="ROOM_CLOSED")
    for worker in (0, 1):
        await town.as_(TEACHER, worker).CancelSession(cancel)
    events = await published(AttendanceMarked, 4)
    assert {(event.person, event.minutes) for event in events if event.cancelled} == {(KIM.person, 0), (LEE.person, 0)}
    with pytest.raises(Refused, match="SESSION_CANCELLED"):
        await town.as_(TEACHER).MarkAttendance(request)


async def test_who_types_the_code_of_the_room_is_present_and_nobody_else(town: Town, published: Published) -> None:
    class_ = await town.open_class(2)
    for who in (KIM, LEE):
        await town.apply(who, class_)
    showing = pb.ShowRoomCodeRequest(class_name=class_, session=1)
    with pytest.raises(Refused, match="CODE_NOT_NOW"):
        await town.as_(TEACHER).ShowRoomCode(showing)
    with pytest.raises(Refused, match="NO_SESSION_NOW"):
        await town.as_(KIM).CheckIn(pb.CheckInRequest(code="123456"))
    await town.begin(class_)
    with pytest.raises(Forbidden, match="NOT_STAFF_OF_CLASS"):
        await town.as_(KIM).ShowRoomCode(showing)
    shown = await town.as_(SUPPORTER).ShowRoomCode(showing)
    with pytest.raises(Refused, match="NO_SESSION_NOW"):
        await town.as_(PARK).CheckIn(pb.CheckInRequest(code=shown.code))
    wrong = "000000" if shown.code != "000000" else "000001"
    with pytest.raises(Invalid, match="CODE_WRONG"):
        await town.as_(KIM).CheckIn(pb.CheckInRequest(code=wrong))
    for worker in (0, 1):
        checked = await town.as_(KIM, worker).CheckIn(pb.CheckInRequest(code=f"{shown.code[:3]} {shown.code[3:]}"))
    assert (checked.class_name, checked.session.number) == (class_, 1)
    [event] = await published(AttendanceMarked)
    assert (event.person, event.minutes) == (KIM.person, 120)


async def test_what_was_taught_before_is_entered_later_with_its_times_by_who_runs_everything(
    town: Town, published: Published
) -> None:
    await town.register("choi")
    past = details(2, days=-30)
    created = await town.as_(TEACHER).CreateClass(pb.CreateClassRequest(class_id=new_id(), details=past))
    publish = pb.PublishClassRequest(name=created.name)
    with pytest.raises(Refused, match="CLASS_IN_PAST"):
        await town.as_(TEACHER).PublishClass(publish)
    for worker in (0, 1):
        await town.as_(CHIEF, worker).PublishClass(publish)
    seat = pb.AddByHandRequest(
        class_name=created.name, person="people/choi", reason="CORRECTION", time=soon(days=-40), channel=pb.COUNTER
    )
    with pytest.raises(Forbidden, match="ROLE_NEEDED"):
        await town.as_(TEACHER).AddByHand(seat)
    for worker in (0, 1):
        await town.as_(CHIEF, worker).AddByHand(seat)
    mark = pb.MarkAttendanceRequest(class_name=created.name, session=2, others_present=True)
    await town.as_(CHIEF).MarkAttendance(mark)
    [given] = await published(SeatGiven)
    assert given.seat_time == seat.time
    [marked] = await published(AttendanceMarked)
    assert (marked.person, marked.minutes) == ("people/choi", 120)
