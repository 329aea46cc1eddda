"""How people are reached: their own choices, the link of a reminder, and what staff see."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from ieum.notices.v1 import notices_pb2 as pb
from ieum.people.v1 import counter_pb2, people_pb2
from services.chassis.clock import now, stamp
from services.chassis.errors import Invalid, Missing
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.classes import NAME, class_, prepare_classes
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

STAFF = STRANGER | {"Cookie": "ieum_session=teacher"}
SECRET = "a" * 32
WISHES = pb.Preferences(
    person="people/pat",
    telephone="01012345678",
    quiet_begin="21:00",
    quiet_end="08:00",
    topics=[pb.TopicPreference(topic=topic, way=pb.BY_EMAIL) for topic in pb.Topic.values()[1:]],
    refused=[pb.RefusedAddress(channel=pb.EMAIL, reason="550")],
)
FORM = {
    "telephone": "010-1234-5678", "quiet_begin": "22:00", "quiet_end": "07:00", "applications": str(pb.BY_SMS),
    "changes": str(pb.BY_EMAIL), "reminders": str(pb.NOT_AT_ALL), "certificates": str(pb.BY_EMAIL),
    "surveys": str(pb.NOT_AT_ALL), "account": str(pb.BY_SMS),
}  # fmt: skip


def notice(key: str = "classes.a.confirmed.1", **more: Any) -> pb.Notice:
    values: dict[str, Any] = {
        "kind": pb.KIND_CONFIRMED,
        "channel": pb.EMAIL,
        "state": pb.NOTICE_SENT,
        "person": "people/pat",
    }
    return pb.Notice(name=f"notices/{key}", class_name=NAME, create_time=stamp(now()), **{**values, **more})


@pytest.fixture(autouse=True)
def staff(town: Fakes) -> None:
    town.sign_in("teacher", "instructor", "administrator")
    prepare_classes(town, class_(managed=True))
    town.answers["GetPreferences"] = WISHES
    town.answers["GetDeskRecord"] = counter_pb2.DeskRecord()
    town.answers["GetPerson"] = people_pb2.Person(name="people/pat", email="pat@home.test")
    failed = notice("classes.b.confirmed.1", person="people/kim", state=pb.NOTICE_FAILED, failure="NO_ADDRESS")
    town.answers["ListNotices"] = pb.ListNoticesResponse(notices=[notice(), failed])
    to_tell = pb.NoticeToTell(
        notice=notice(channel=pb.CENTRE, state=pb.NOTICE_WAITING), telephone="01012345678",
        class_title="Thursday group", text="You have a seat.\nTue 2 Mar, 14:00", until=stamp(now()),
    )  # fmt: skip
    town.answers["ListNoticesToTell"] = pb.ListNoticesToTellResponse(notices=[to_tell])
    preview = pb.NoticePreview(kind=pb.KIND_OFFERED, subject="A seat is free", text="A seat\nis free.", short="Free")
    town.answers["PreviewNotices"] = pb.PreviewNoticesResponse(previews=[preview])
    town.answers["GetSeatLink"] = pb.SeatLink(class_name=NAME, title="Thursday group", held=True)


async def test_a_person_chooses_how_they_are_reached(client: Client, town: Fakes) -> None:
    text = await get(client, "/account/notices")
    assert "pat@home.test" in text
    assert "Your e-mail address does not work" in text
    assert text.count("Not at all") == 3, "reminders, certificates, questions"
    assert (await post(client, "/account/notices", FORM, PAT))[:2] == (303, "/account/notices")
    (asked,) = town.requests("UpdatePreferences")
    wishes = asked.preferences
    assert (wishes.person, wishes.telephone, wishes.quiet_begin) == ("people/pat", "010-1234-5678", "22:00")
    assert {each.topic: each.way for each in wishes.topics} == {
        pb.APPLICATIONS: pb.BY_SMS, pb.CHANGES: pb.BY_EMAIL, pb.REMINDERS: pb.NOT_AT_ALL, pb.CERTIFICATES: pb.BY_EMAIL,
        pb.SURVEYS: pb.NOT_AT_ALL, pb.ACCOUNT: pb.BY_SMS,
    }  # fmt: skip


async def test_a_number_that_was_given_at_a_counter_is_kept_there_alone(client: Client, town: Fakes) -> None:
    town.answers["GetPreferences"] = pb.Preferences(person="people/pat", topics=WISHES.topics)
    person = people_pb2.Person(name="people/pat")
    town.answers["GetDeskRecord"] = counter_pb2.DeskRecord(person=person, birth_year=1949, phone="01011112222")
    assert 'value="01011112222"' in await get(client, "/account/notices")
    await post(client, "/account/notices", FORM, PAT)
    (kept,), (asked,) = town.requests("UpdateDeskRecord"), town.requests("UpdatePreferences")
    assert (kept.phone, kept.birth_year, asked.preferences.telephone) == ("010-1234-5678", 1949, "")


async def test_a_number_that_cannot_be_right_comes_back_with_what_was_typed(client: Client, town: Fakes) -> None:
    town.answers["UpdatePreferences"] = Invalid("TELEPHONE_INVALID", field="telephone")
    status, _, text = await post(client, "/account/notices", FORM | {"telephone": "call me"}, PAT)
    assert status == 422
    assert 'value="call me"' in text
    assert "Write the number in digits" in text


async def test_the_link_of_a_reminder_gives_up_the_seat_by_its_button_alone(client: Client, town: Fakes) -> None:
    answer = await client.get(f"/cannot-come/{SECRET}", headers=STRANGER)
    assert "Give up my seat" in await answer.text()
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert not town.requests("GiveUpSeat")
    assert (await post(client, f"/cannot-come/{SECRET}", {}, STRANGER))[0] == 303
    (asked,) = town.requests("GiveUpSeat")
    assert asked.secret == SECRET
    town.answers["GetSeatLink"] = pb.SeatLink(class_name=NAME, title="Thursday group")
    assert "Your seat goes to somebody who waits" in await get(client, f"/cannot-come/{SECRET}", STRANGER)
    town.answers["GetSeatLink"] = Missing("SEAT_LINK_UNKNOWN")
    assert "no longer known" in await get(client, f"/cannot-come/{SECRET}", STRANGER, 404)


async def test_staff_see_what_was_sent_to_whom_and_what_failed(client: Client, town: Fakes) -> None:
    text = await get(client, f"/centre/{NAME}/notices", STAFF)
    assert "Pat" in text
    assert "No address, or none that works" in text
    assert [each.class_name for each in town.requests("ListNotices")] == [NAME]


async def test_staff_tell_by_telephone_and_note_it(client: Client, town: Fakes) -> None:
    text = await get(client, "/centre/notices", STAFF)
    assert "01012345678" in text
    assert "You have a seat.<br>Tue 2 Mar, 14:00" in " ".join(text.split()).replace("> <", "><")
    path = "/centre/notices/classes.a.confirmed.1/told"
    assert (await post(client, path, {}, STAFF))[:2] == (303, "/centre/notices")
    assert [each.name for each in town.requests("MarkTold")] == ["notices/classes.a.confirmed.1"]


async def test_staff_read_what_the_messages_say_in_both_languages(client: Client, town: Fakes) -> None:
    text = await get(client, "/centre/notices/words", STAFF)
    assert text.count("A seat is free") == 2
    assert [each.language for each in town.requests("PreviewNotices")] == ["ko", "en"]


async def test_the_pages_fit_a_small_screen_and_can_be_read_aloud(client: Client, browser: Browser) -> None:
    visits = [("pat", "/account/notices"), ("teacher", f"/centre/{NAME}/notices"), ("teacher", "/centre/notices")]
    async with page_of(browser, 360) as (page, problems):
        origin = str(client.make_url("/"))
        await page.context.add_cookies([{"name": "lang", "value": "ko", "url": origin}])
        for session, path in [*visits, ("teacher", "/centre/notices/words"), ("pat", f"/cannot-come/{SECRET}")]:
            await page.context.add_cookies([{"name": "ieum_session", "value": session, "url": origin}])
            await page.goto(str(client.make_url(path)))
            assert await axe_findings(page) == [], path
            assert await sideways(page) <= 0, path
            assert await small_print(page) == [], path
        assert problems == []
