"""Calendar feeds of a learner, an instructor and a centre."""

from __future__ import annotations

from typing import Any

import pytest
from icalendar import Calendar

from ieum.classes.v1 import classes_pb2 as classes
from ieum.notices.v1 import notices_pb2 as pb
from ieum.people.v1.events_pb2 import RolesChanged
from ieum.progress.v1.events_pb2 import CertificateIssued, CertificateRevoked
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import ANONYMOUS
from tests.service.classes.town import CITY_ADMIN, KIM, LEE, OTHER_TEACHER, PHOTOS, TEACHER
from tests.service.conftest import eventually
from tests.service.notices.conftest import Post, moving, text_of


async def create(post: Post, who: Any, kind: pb.CalendarKind.ValueType, centre: str = "") -> str:
    request = pb.CreateCalendarRequest(kind=kind, centre=centre, language="ko")
    return str((await post.as_(who).CreateCalendar(request)).secret)


async def events_of(post: Post, secret: str) -> list[Any]:
    answer = await post.as_(ANONYMOUS).GetCalendarFile(pb.GetCalendarFileRequest(secret=secret))
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


async def test_a_seat_is_in_the_calendar_and_moves_with_its_session(post: Post) -> None:
    secret = await create(post, KIM, pb.MINE)
    assert await events_of(post, secret) == []
    class_ = await post.town.open_class()
    await post.town.apply(KIM, class_)
    await post.notice("confirmed", state="sent")
    before = await events_of(post, secret)
    assert [str(event["status"]) for event in before] == ["CONFIRMED", "CONFIRMED"]
    assert "하늘동 정보화센터" in str(before[0]["location"])
    (attached,) = post.mailbox.mails[0].iter_attachments()
    mailed = Calendar.from_ical(attached.get_content()).walk("VEVENT")
    assert [str(event["uid"]) for event in mailed] == [str(event["uid"]) for event in before]
    await post.town.as_(TEACHER).MoveSession(moving(class_, 1, 15))
    await post.town.as_(TEACHER).CancelSession(
        classes.CancelSessionRequest(name=class_, session=2, reason="TEACHER_ILL")
    )

    async def moved() -> bool:
        after = {str(event["uid"]): event for event in await events_of(post, secret)}
        first, second = (after[str(event["uid"])] for event in before)
        return (first["sequence"], second["sequence"], str(second["status"])) == (1, 1, "CANCELLED")

    await eventually(moved, "the feed shows the changes")


async def test_an_address_can_be_revoked_and_a_new_one_replaces_it(post: Post) -> None:
    first = await create(post, KIM, pb.MINE)
    second = await create(post, KIM, pb.MINE)
    with pytest.raises(Missing):
        await events_of(post, first)
    (mine,) = (await post.as_(KIM).ListCalendars(pb.ListCalendarsRequest())).calendars
    with pytest.raises(Missing):
        await post.as_(LEE).RevokeCalendar(pb.RevokeCalendarRequest(name=mine.name))
    assert await events_of(post, second) == []
    for _ in range(2):
        assert (await post.as_(KIM).RevokeCalendar(pb.RevokeCalendarRequest(name=mine.name))).revoked
    with pytest.raises(Missing):
        await events_of(post, second)
    stored = [str(each) async for each in post.database["calendars"].find({"person": KIM.person})]
    assert second not in "".join(stored)


async def test_staff_see_their_classes_with_counts_and_no_names(post: Post) -> None:
    class_ = await post.town.open_class()
    await post.town.apply(KIM, class_)
    await post.notice("confirmed", state="sent")
    of_centre = await create(post, CITY_ADMIN, pb.OF_CENTRE, "centres/hb01")
    summaries = [str(event["summary"]) for event in await events_of(post, of_centre)]
    assert [summary.endswith("(1/2)") for summary in summaries] == [True, True]
    with pytest.raises(Forbidden):
        await create(post, OTHER_TEACHER, pb.OF_CENTRE, "centres/hb01")
    await post.town.announce(RolesChanged(person=CITY_ADMIN.person, revision=2), "city")

    async def stopped() -> bool:
        return not (await post.as_(CITY_ADMIN).ListCalendars(pb.ListCalendarsRequest())).calendars

    await eventually(stopped, "other roles need a new address")


async def test_a_certificate_is_announced_once_and_not_after_it_was_revoked(post: Post) -> None:
    issued = CertificateIssued(
        certificate="certificates/K7", person=KIM.person, course=PHOTOS, revision=1, time=stamp(now())
    )
    await post.town.announce(issued, "e1", times=2)
    await post.notice("certificate", state="sent")
    (mail,) = post.mailbox.mails
    assert "https://ieum.test/certificates/K7" in text_of(mail)
    assert str(mail["Subject"]) == "수료증이 나왔어요: 사진"
    await post.mailbox.stop()
    other = CertificateIssued(
        certificate="certificates/K8", person=LEE.person, course=PHOTOS, revision=1, time=stamp(now())
    )
    await post.town.announce(other, "e2")
    await post.notice("certificate", "lee")
    await post.town.announce(CertificateRevoked(certificate="certificates/K8", revision=2), "e2")
    await post.notice("certificate", "lee", state="cancelled")
