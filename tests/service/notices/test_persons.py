"""From an application to the mail that says how it stands."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from ieum.classes.v1 import classes_pb2 as classes
from ieum.notices.v1 import notices_pb2 as pb
from ieum.notices.v1.events_pb2 import ContactsViewed, NoticeChanged
from ieum.people.v1.events_pb2 import PersonErased, PersonRegistered
from ieum.progress.v1.events_pb2 import HelpOffered
from ieum.surveys.v1 import evaluations_pb2
from ieum.surveys.v1.events_pb2 import EvaluationAsked
from services.chassis.clock import new_id, now, stamp
from services.chassis.errors import Forbidden, Invalid, Missing, Unauthenticated
from services.chassis.principal import ANONYMOUS, Principal
from tests.service.classes.town import CITY_ADMIN, KIM, LEE, OTHER_TEACHER, PARK, PHOTOS, TEACHER, TOWN
from tests.service.conftest import Published, eventually
from tests.service.notices.conftest import Post, awake, moving, text_of

KIMS = {"personal.person": KIM.person}


async def test_each_step_of_an_application_is_mailed_in_the_persons_language(post: Post) -> None:
    class_ = await post.town.open_class(seats=1)
    await post.town.apply(KIM, class_)
    sent = await post.notice("confirmed", state="sent")
    (mail,) = post.mailbox.to("kim@home.test")
    assert str(mail["Subject"]).startswith("자리가 확정되었어요")
    text = text_of(mail)
    assert "이름 kim 님" in text
    assert "하늘동 정보화센터, 하늘로 1, 201" in text
    assert f"https://ieum.test/{sent['personal']['application']}" in text
    post.people.locale = "en"
    await post.town.apply(LEE, class_)
    await post.notice("waiting", "lee", state="sent")
    await post.town.as_(KIM).WithdrawApplication(
        classes.WithdrawApplicationRequest(name=sent["personal"]["application"])
    )
    await post.notice("offered", "lee", state="sent")
    assert [str(mail["Subject"]).partition(":")[0] for mail in post.mailbox.to("lee@home.test")] == [
        "You are on the waiting list",
        str(post.mailbox.to("lee@home.test")[1]["Subject"]).partition(":")[0],
    ]
    assert "A seat is free for you" in str(post.mailbox.to("lee@home.test")[1]["Subject"])


async def test_what_is_not_true_any_more_is_not_sent(post: Post) -> None:
    await post.mailbox.stop()
    class_ = await post.town.open_class()
    application = await post.town.apply(KIM, class_)
    await post.notice("confirmed")
    await post.town.as_(KIM).WithdrawApplication(classes.WithdrawApplicationRequest(name=application.name))
    await post.notice("withdrawn")
    await post.mailbox.start()
    await post.notice("withdrawn", state="sent")
    overtaken = await post.notice("confirmed", state="cancelled")
    assert overtaken["failure"] == "OVERTAKEN"
    assert len(post.mailbox.mails) == 1


async def test_who_has_no_address_stands_on_the_list_of_the_centre(post: Post, published: Published) -> None:
    post.people.telephones["park"] = "01011112222"  # of the desk
    class_ = await post.town.open_class()
    await post.town.apply(PARK, class_)
    waiting = await post.notice("confirmed", "park", channel="centre", state="waiting")
    assert [each["reason"] for each in waiting["personal"]["unreached"]] == ["NO_ADDRESS", "CHANNEL_OFF"]
    request = pb.ListNoticesToTellRequest(language="ko")
    (row,) = (await post.as_(CITY_ADMIN).ListNoticesToTell(request)).notices
    assert (row.notice.person, "자리가 확정되었어요" in row.text) == ("people/park", True)
    assert row.telephone == "01011112222"
    assert (await post.as_(OTHER_TEACHER).ListNoticesToTell(request)).notices == []
    (seen,) = await published(ContactsViewed)
    assert (seen.actor, seen.count) == (CITY_ADMIN.person, 1)
    with pytest.raises(Forbidden):
        await post.as_(PARK).MarkTold(pb.MarkToldRequest(name=row.notice.name))
    told = await post.as_(TEACHER).MarkTold(pb.MarkToldRequest(name=row.notice.name))
    again = await post.as_(TEACHER).MarkTold(pb.MarkToldRequest(name=row.notice.name))
    assert (told.state, again) == (pb.NOTICE_SENT, told)
    assert (await post.as_(CITY_ADMIN).ListNoticesToTell(request)).notices == []


async def test_a_refused_address_is_marked_and_staff_see_what_failed(post: Post) -> None:
    post.mailbox.replies = {"kim@home.test": "550 5.1.1 <kim@home.test>: User unknown"}
    class_ = await post.town.open_class()
    await post.town.apply(KIM, class_)
    await post.notice("confirmed", channel="centre")
    (marked,) = (await post.as_(KIM).GetPreferences(pb.GetPreferencesRequest(person=KIM.person))).refused
    assert (marked.channel, marked.reason) == (pb.EMAIL, "550 5.1.1 <...>: User unknown")
    (shown,) = (await post.as_(TEACHER).ListNotices(pb.ListNoticesRequest(class_name=class_))).notices
    assert (shown.channel, shown.state, shown.kind) == (pb.CENTRE, pb.NOTICE_WAITING, pb.KIND_CONFIRMED)
    with pytest.raises(Forbidden):
        await post.as_(KIM).ListNotices(pb.ListNoticesRequest(class_name=class_))
    with pytest.raises(Unauthenticated):
        await post.as_(ANONYMOUS).ListNotices(pb.ListNoticesRequest(person=KIM.person))
    # The next one is not even tried there.
    post.mailbox.replies = {}
    await post.town.as_(TEACHER).CancelClass(classes.CancelClassRequest(name=class_, reason="TEACHER_ILL"))
    await post.notice("cancelled", channel="centre")
    assert post.mailbox.mails == []


async def test_several_moved_dates_are_one_mail_and_a_class_that_is_not_held_tells_everybody(post: Post) -> None:
    class_ = await post.town.open_class()
    await post.town.apply(KIM, class_)
    await post.notice("confirmed", state="sent")
    for number, days in ((1, 15), (2, 16), (1, 17)):
        await post.town.as_(TEACHER).MoveSession(moving(class_, number, days))

    async def merged() -> bool:
        states = [each["state"] async for each in post.database["notices"].find({"personal.kind": "dates", **KIMS})]
        return sorted(states) == ["cancelled", "cancelled", "waiting"]

    await eventually(merged, "the last one speaks for all")
    await post.database["notices"].update_many({"personal.kind": "dates", **KIMS}, {"$set": {"due_at": now()}})
    sent = await post.notice("dates", state="sent")
    assert sent["personal"]["sessions"] == [1, 2]
    text = text_of(post.mailbox.mails[-1])
    assert text.count("(바뀌었어요)") == 2
    await post.town.as_(TEACHER).CancelClass(classes.CancelClassRequest(name=class_, reason="TEACHER_ILL"))
    await post.notice("cancelled", state="sent")
    assert "강사가 아파요" in text_of(post.mailbox.mails[-1])


async def test_a_reminder_comes_once_and_its_link_gives_up_the_seat(post: Post) -> None:
    class_ = await post.town.open_class(days=2)
    application = await post.town.apply(KIM, class_)
    await post.notice("confirmed", state="sent")
    # As time would: the seat was given long ago, and the session is within a day.
    plan = await post.database["classes"].find_one({"_id": class_})
    assert plan
    soon = [
        {**each, "starts_at": now() + timedelta(hours=20 + 200 * place)} for place, each in enumerate(plan["sessions"])
    ]
    await post.database["classes"].update_one({"_id": class_}, {"$set": {"sessions": soon}})
    await post.database["applications"].update_one(
        {"_id": application.name}, {"$set": {"since": now() - timedelta(days=9)}}
    )
    for _ in range(2):
        await post.remind()
    await post.notice("reminder", state="sent")
    assert await post.database["notices"].count_documents({"personal.kind": "reminder", **KIMS}) == 1
    text = text_of(post.mailbox.mails[-1])
    secret = re.findall(r"https://ieum.test/cannot-come/([0-9a-z]{32})", text)[0]
    link = await post.as_(ANONYMOUS).GetSeatLink(pb.GetSeatLinkRequest(secret=secret))
    assert (link.class_name, link.held) == (class_, True)
    for _ in range(2):
        given_up = await post.as_(ANONYMOUS).GiveUpSeat(pb.GiveUpSeatRequest(secret=secret))
        assert not given_up.held
    stands = await post.town.as_(KIM).GetApplication(classes.GetApplicationRequest(name=application.name))
    assert (stands.state, stands.steps[-1].by, stands.steps[-1].reason) == (
        classes.WITHDRAWN,
        KIM.person,
        "CANNOT_COME",
    )
    with pytest.raises(Missing):
        await post.as_(ANONYMOUS).GetSeatLink(pb.GetSeatLinkRequest(secret="0" * 32))


async def test_preferences_are_ones_own_or_those_of_whom_one_looks_after(post: Post) -> None:
    wishes = pb.Preferences(
        person=KIM.person,
        telephone="010-1234-5678",
        topics=[pb.TopicPreference(topic=pb.REMINDERS, way=pb.NOT_AT_ALL)],
        quiet_begin="22:00",
        quiet_end="7:30",
    )
    request = pb.UpdatePreferencesRequest(preferences=wishes)
    await post.town.announce(PersonRegistered(person=KIM.person, area=TOWN, revision=1), "kim")
    kept = await post.as_(KIM).UpdatePreferences(request)

    async def lives_here() -> bool:
        return await post.database["homes"].find_one({"_id": KIM.person}) is not None

    await eventually(lives_here, "where the person lives is known")
    assert (kept.telephone, kept.quiet_end) == ("01012345678", "07:30")
    assert await post.as_(CITY_ADMIN).GetPreferences(pb.GetPreferencesRequest(person=KIM.person)) == kept
    with pytest.raises(Missing):
        await post.as_(LEE).UpdatePreferences(request)
    request.preferences.topics[0].topic = pb.CHANGES
    with pytest.raises(Invalid) as refused:
        await post.as_(KIM).UpdatePreferences(request)
    assert (refused.value.reason, refused.value.field) == ("NOTICE_WAY_NEEDED", "changes")


async def test_at_night_a_notice_waits_for_the_morning(post: Post) -> None:
    await post.database["preferences"].replace_one({"_id": KIM.person}, awake("kim") | _always_quiet())
    class_ = await post.town.open_class()
    await post.town.apply(KIM, class_)
    waiting = await post.notice("confirmed", state="waiting")
    assert waiting["due_at"] > now() + timedelta(minutes=1)
    assert post.mailbox.mails == []


def _always_quiet() -> dict[str, object]:
    return {"quiet": {"begin": "00:00", "end": "23:59"}}


async def test_nothing_is_left_here_of_somebody_who_was_erased(post: Post, published: Published) -> None:
    class_ = await post.town.open_class()
    await post.town.apply(KIM, class_)
    await post.notice("confirmed", state="sent")
    await post.town.announce(PersonErased(person=KIM.person, revision=9), "kim", times=2)

    async def gone() -> bool:
        names = ("notices", "preferences", "applications")
        stored = [str(each) for name in names async for each in post.database[name].find()]
        return KIM.person not in "".join(stored)

    await eventually(gone, "nothing of the person is stored")
    assert await published(NoticeChanged, 0) == []


async def test_whoever_took_part_is_asked_how_it_was_until_the_time_is_over(post: Post) -> None:
    asked = EvaluationAsked(
        evaluation="evaluations/e", kind=evaluations_pb2.FOLLOW_UP, person=KIM.person, course=PHOTOS, revision=1,
        until=stamp(now() + timedelta(days=20)),
    )  # fmt: skip
    late = EvaluationAsked(evaluation="evaluations/l", person=LEE.person, course=PHOTOS, until=stamp(now()), revision=1)
    for number, event in enumerate((late, asked)):
        await post.town.announce(event, f"e{number}", times=2)
    await post.notice("follow_up", state="sent")
    (mail,) = post.mailbox.to("kim@home.test")
    assert "배운 것을 쓰고 계신가요" in str(mail["Subject"])
    assert "https://ieum.test/evaluations/e" in text_of(mail)
    assert post.mailbox.to("lee@home.test") == []


async def test_a_learner_is_told_once_that_help_is_offered_with_the_way_back(post: Post) -> None:
    offered = HelpOffered(
        enrollment="enrollments/kim-1", person=KIM.person, course=PHOTOS, revision=3, time=stamp(now())
    )
    long_ago = stamp(now() - timedelta(days=9))
    late = HelpOffered(enrollment="enrollments/lee-1", person=LEE.person, course=PHOTOS, revision=2, time=long_ago)
    for number, event in enumerate((late, offered)):
        await post.town.announce(event, f"h{number}", times=2)
    await post.notice("help", state="sent")
    (mail,) = post.mailbox.to("kim@home.test")
    assert "https://ieum.test/learning/kim-1" in text_of(mail)
    assert post.mailbox.to("lee@home.test") == []


async def visit_of(post: Post, who: Principal) -> str:
    wish = classes.VisitWish(area=TOWN, address="Senior hall", people=8)
    request = classes.RequestVisitRequest(visit_id=new_id(), wish=wish)
    return str((await post.town.as_(who).RequestVisit(request)).name)


async def test_whoever_asked_for_a_visiting_class_is_told_what_was_answered(post: Post) -> None:
    visit, class_ = await visit_of(post, KIM), await post.town.open_class()
    planned = classes.AnswerVisitRequest(name=visit, class_name=class_)
    for _ in range(2):
        await post.town.as_(CITY_ADMIN).AnswerVisit(planned)
    await post.notice("visit_planned", state="sent")
    (mail,) = post.mailbox.to("kim@home.test")
    assert "찾아가는 강좌가 잡혔어요" in str(mail["Subject"])
    assert "하늘동 정보화센터" in text_of(mail)
    assert f"https://ieum.test/{visit}" in text_of(mail)


async def test_the_centre_tells_who_has_no_address_that_no_class_comes(post: Post) -> None:
    visit = await visit_of(post, PARK)
    await post.town.as_(CITY_ADMIN).AnswerVisit(classes.AnswerVisitRequest(name=visit, reason="TOO_FEW"))
    await post.notice("visit_refused", "park", channel="centre", state="waiting")
    request = pb.ListNoticesToTellRequest(language="ko")
    assert (await post.as_(TEACHER).ListNoticesToTell(request)).notices == []
    (row,) = (await post.as_(CITY_ADMIN).ListNoticesToTell(request)).notices
    assert "열지 못해요" in row.text
    assert "신청한 분이 너무 적어요" in row.text
    with pytest.raises(Forbidden):
        await post.as_(TEACHER).MarkTold(pb.MarkToldRequest(name=row.notice.name))
    told = await post.as_(CITY_ADMIN).MarkTold(pb.MarkToldRequest(name=row.notice.name))
    assert told.state == pb.NOTICE_SENT
