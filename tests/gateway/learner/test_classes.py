"""Finding a class, applying, and seeing where the application stands, as a browser without a script gets it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis.clock import now, stamp
from services.chassis.errors import Invalid, Refused, Unavailable
from tests.browser import axe_findings, page_of, sideways
from tests.gateway.classes import MINE, NAME, application, class_, prepare_classes
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post


@pytest.fixture(autouse=True)
def classes(town: Fakes) -> None:
    prepare_classes(town, class_())


async def test_the_course_page_shows_its_classes_with_place_and_seats(client: Client, town: Fakes) -> None:
    for who in (STRANGER, PAT):
        text = await get(client, "/courses/c", who)
        assert "Learn it in a class" in text
        assert f'href="/{NAME}"' in text
        assert "3 seats left" in text
        assert "Solnae" in text


async def test_the_course_page_serves_while_classes_are_away(client: Client, town: Fakes) -> None:
    town.answers["ListClasses"] = Unavailable("SERVICE_AWAY")
    assert "How to complete this course" in await get(client, "/courses/c", STRANGER)
    prepare_classes(town, class_())
    assert "3 seats left" in await get(client, "/courses/c", STRANGER), "the page without classes was not kept"


async def test_own_area_comes_first(client: Client, town: Fakes) -> None:
    far, near = class_(), class_()
    far.name, far.details.place.area, far.details.title = "classes/far0000000000000", "areas/HB01", "Far away"
    far.details.sessions[0].start_time.seconds -= 86_400
    town.answers["ListClasses"] = pb.ListClassesResponse(classes=[far, near])
    text = await get(client, "/classes")
    assert text.index("Thursday group") < text.index("Far away")
    stranger = await get(client, "/classes", STRANGER)
    assert stranger.index("Far away") < stranger.index("Thursday group")


async def test_applying_leads_to_the_page_of_the_application(client: Client, town: Fakes) -> None:
    town.answers["Apply"] = application(pb.CONFIRMED)
    assert (await post(client, f"/{NAME}/apply"))[:2] == (303, f"/{MINE}")
    assert [asked.class_name for asked in town.requests("Apply")] == [NAME]
    assert (await post(client, f"/{NAME}/apply", headers=STRANGER))[:2] == (303, f"/sign-in?next=/{NAME}")


async def test_a_refused_application_says_why_and_shows_other_classes(client: Client, town: Fakes) -> None:
    other = class_()
    other.name, other.details.title = "classes/0ther00000000000", "Friday group"
    town.answers["ListClasses"] = pb.ListClassesResponse(classes=[class_(), other])
    town.answers["Apply"] = Refused("APPLICATIONS_CLOSED")
    status, _, text = await post(client, f"/{NAME}/apply")
    assert status == 409
    assert "Applications for this class are closed." in text
    assert "Friday group" in text


async def test_the_application_page_shows_every_step_with_its_time_and_what_can_be_done(
    client: Client, town: Fakes
) -> None:
    town.answers["GetApplication"] = application(pb.WAITING, place=4)
    text = await get(client, f"/{MINE}")
    assert "Place 4" in text
    assert text.count("4 January 2027") == 2
    assert "Withdraw my application" in text
    town.answers["GetApplication"] = application(pb.OFFERED, until=stamp(now() + timedelta(hours=40)))
    text = await get(client, f"/{MINE}")
    assert "Take the seat" in text
    for verb, method in [("accept", "AcceptOffer"), ("decline", "DeclineOffer"), ("withdraw", "WithdrawApplication")]:
        assert (await post(client, f"/{MINE}/{verb}"))[:2] == (303, f"/{MINE}")
        assert [asked.name for asked in town.requests(method)] == [MINE]
    town.answers["AcceptOffer"] = Refused("OFFER_LAPSED")
    status, _, text = await post(client, f"/{MINE}/accept")
    assert (status, "The time for this offer is over" in text) == (409, True)


async def test_the_code_of_the_room_marks_present_and_a_wrong_one_says_what_to_do(client: Client, town: Fakes) -> None:
    town.answers["CheckIn"] = pb.CheckedIn(class_name=NAME)
    assert "Six digits." in await get(client, "/here")
    status, _, text = await post(client, "/here", {"code": "123 456"})
    assert (status, "You are marked as present" in text, "Thursday group" in text) == (200, True, True)
    town.answers["CheckIn"] = Invalid("CODE_WRONG", field="code")
    status, _, text = await post(client, "/here", {"code": "654321"})
    assert (status, "It changes every minute" in text, "654321" in text) == (422, True, True)
    await get(client, "/here", STRANGER, status=303)


async def test_a_refused_application_gives_reason_and_note_in_words(client: Client, town: Fakes) -> None:
    town.answers["GetApplication"] = application(pb.REFUSED, reason="CLASS_FULL", note="Come to the one in May")
    text = await get(client, f"/{MINE}")
    assert "The class is full." in text
    assert "Come to the one in May" in text


async def test_the_draw_is_published_with_its_list(client: Client, town: Fakes) -> None:
    drawn = class_(pb.CLOSED, commitment="ab" * 32)
    drawn.draw.seed, drawn.draw.secret, drawn.draw.list_hash = "cd" * 32, "ef" * 32, "01" * 32
    prepare_classes(town, drawn)
    town.answers["GetDrawList"] = pb.GetDrawListResponse(entries=[pb.DrawEntry(application=MINE, tier=1)])
    text = (await get(client, f"/{NAME}", STRANGER)).replace("<wbr>", "")
    assert "cd" * 32 in text
    assert await get(client, f"/{NAME}/draw.csv", STRANGER) == f"application,tier\n{MINE[13:]},1\n"


async def test_a_course_that_comes_first_is_named_with_its_address(client: Client, town: Fakes) -> None:
    prepare_classes(town, class_(requires_all=["courses/keys"]))
    text = await get(client, f"/{NAME}", STRANGER)
    assert "To be completed before:" in text
    assert 'href="/courses/keys"' in text


async def test_own_applications_are_listed(client: Client, town: Fakes) -> None:
    town.answers["ListApplications"] = pb.ListApplicationsResponse(applications=[application(pb.WAITING, place=2)])
    text = await get(client, "/applications")
    assert f'href="/{MINE}"' in text
    assert "On the waiting list" in text


@pytest.mark.parametrize("path", ["/classes", f"/{NAME}", f"/{MINE}", "/applications", "/here"])
async def test_pages_fit_a_phone_and_have_no_accessibility_errors(
    client: Client, town: Fakes, browser: Browser, path: str
) -> None:
    prepare_classes(town, class_(commitment="ab" * 32, groups=["aged 65 or over"]))
    waiting = application(pb.OFFERED, until=stamp(now() + timedelta(hours=4)))
    town.answers["GetApplication"] = waiting
    if path == "/applications":
        town.answers["ListApplications"] = pb.ListApplicationsResponse(applications=[waiting])
    async with page_of(browser, 360) as (page, problems):
        url = client.make_url(path)
        await page.context.add_cookies([{"name": "ieum_session", "value": "pat", "url": str(url.origin())}])
        for language in ("ko", "en"):
            await page.context.add_cookies([{"name": "lang", "value": language, "url": str(url.origin())}])
            await page.goto(str(url))
            assert await axe_findings(page) == []
            assert await sideways(page) <= 0
        assert problems == []


async def test_the_catalogue_shows_the_nearest_class_of_each_course(client: Client, town: Fakes) -> None:
    far, near = class_(), class_(seats_left=0, waiting=4)
    far.name, far.details.place.area = "classes/far0000000000000", "areas/HB01"
    town.answers["ListClasses"] = pb.ListClassesResponse(classes=[far, near])
    text = await get(client, "/courses")
    assert "In a class: Solnae" in text
    assert "Full: 4 people wait" in text
    assert "and 1 class more" in text
    for _ in range(3):
        await get(client, "/courses/c")
    assert len(town.requests("ListClasses")) == 1, "kept for two seconds"


async def test_the_catalogue_serves_while_classes_are_away(client: Client, town: Fakes) -> None:
    town.answers["ListClasses"] = Unavailable("SERVICE_AWAY")
    assert "In a class" not in await get(client, "/courses", STRANGER)
    prepare_classes(town, class_())
    assert "In a class" in await get(client, "/courses", STRANGER), "the page without classes was not kept"
