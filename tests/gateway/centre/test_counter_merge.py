"""Two accounts side by side at the counter, merged and separated."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from ieum.classes.v1 import classes_pb2
from ieum.people.v1 import counter_pb2 as pb
from ieum.people.v1 import people_pb2
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Refused
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.centre.test_centre import STAFF
from tests.gateway.centre.test_counter import HERE, PERSON
from tests.gateway.classes import application, class_, prepare_classes
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, get, post

MERGE = f"{HERE}/merge/kang2"
OTHER = people_pb2.Person(name="people/kang2", display_name="Kang Younghee", login="younghee", area="areas/HB0101")


@pytest.fixture(autouse=True)
def staff(town: Fakes) -> None:
    town.sign_in("teacher", "administrator", scope="areas/HB01")
    prepare_classes(town, class_(managed=True))
    waiting = application(classes_pb2.WAITING, place=2, person="people/kang")
    town.answers["ListApplications"] = classes_pb2.ListApplicationsResponse(applications=[waiting])
    stand(town, PERSON, OTHER)
    town.answers["FindAlike"] = pb.FindAlikeResponse()
    town.answers["MergeAccounts"] = town.answers["SeparateAccounts"] = pb.DeskRecord(person=PERSON)


def stand(town: Fakes, *people: people_pb2.Person) -> None:
    records = {each.name: pb.DeskRecord(person=each, birth_year=1949) for each in people}
    town.answers["GetDeskRecord"] = lambda request: records[request.name]


async def test_staff_compare_both_and_say_which_stays(client: Client, town: Fakes) -> None:
    text = await get(client, MERGE, STAFF)
    for shown in ("강영희", "Kang Younghee", "48213907", "younghee", "1949", "Both have applied for the same class"):
        assert shown in text
    form = {"kept": "kang2", "both_sign_ins": "yes"}
    assert (await post(client, MERGE, form, STAFF))[:2] == (303, "/centre/counter/kang2")
    await post(client, MERGE, {"kept": "kang"}, STAFF)
    assert [(asked.kept, asked.merged, asked.both_sign_ins) for asked in town.requests("MergeAccounts")] == [
        ("people/kang2", "people/kang", True),
        ("people/kang", "people/kang2", False),
    ]


async def test_what_is_not_merged_is_said_beside_the_choice(client: Client, town: Fakes) -> None:
    for kept in ("", "somebody"):
        status, _, text = await post(client, MERGE, {"kept": kept}, STAFF)
        assert (status, "Choose which of the two accounts stays" in text) == (422, True)
    assert not town.requests("MergeAccounts")
    town.answers["MergeAccounts"] = Refused("MERGED_HOLDS_ROLE")
    status, _, text = await post(client, MERGE, {"kept": "kang2", "both_sign_ins": "yes"}, STAFF)
    assert (status, "has a role" in text, text.count("checked")) == (409, True, 2)
    town.answers["MergeAccounts"] = Forbidden("PROOF_NEEDED")
    status, target, _ = await post(client, MERGE, {"kept": "kang2"}, STAFF)
    assert (status, target.startswith("/account/prove")) == (303, True)
    for path in (MERGE, HERE):
        await get(client, path, PAT, 403)


async def test_either_account_shows_the_other_until_they_are_separated(client: Client, town: Fakes) -> None:
    rests, kept = people_pb2.Person(), people_pb2.Person()
    rests.CopyFrom(OTHER)
    kept.CopyFrom(PERSON)
    rests.kept_as, kept.merged[:] = kept.name, [rests.name]
    rests.separable_until.FromDatetime(now() + timedelta(days=3))
    stand(town, kept, rests)
    text = await get(client, "/centre/counter/kang2", STAFF)
    assert "This account rests" in text
    assert f'<a href="{HERE}">' in text
    assert "Give a code" not in text
    separate = "/centre/counter/kang2/separate"
    assert separate in text
    text = await get(client, HERE, STAFF)
    assert (separate in text, "Give a code" in text) == (True, True)
    # What the resting account has stands with the account that is kept.
    assert [call[0].person for call in town.calls["ListEnrollments"][-2:]] == [kept.name, rests.name]
    assert (await post(client, separate, {}, STAFF))[:2] == (303, "/centre/counter/kang2")
    assert [asked.name for asked in town.requests("SeparateAccounts")] == [rests.name]
    rests.separable_until.FromDatetime(now() - timedelta(days=3))
    stand(town, kept, rests)
    assert "Separate the accounts" not in await get(client, HERE, STAFF)


async def test_an_account_that_was_not_found_alike_is_compared_by_its_login(client: Client, town: Fakes) -> None:
    town.answers["FindAtCounter"] = pb.FindAtCounterResponse(people=[pb.FoundPerson(person=OTHER)])
    assert f'action="{HERE}/merge"' in await get(client, HERE, STAFF)
    for login, target in ((" Younghee", MERGE), ("young", HERE), ("", HERE)):
        answer = await client.get(f"{HERE}/merge?login={login}", headers=STAFF, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, target)
    assert len(town.requests("FindAtCounter")) == 2


async def test_the_comparison_fits_a_small_screen(client: Client, town: Fakes, browser: Browser) -> None:
    async with page_of(browser, 360) as (page, problems):
        await page.context.add_cookies([{"name": "ieum_session", "value": "teacher", "url": str(client.make_url("/"))}])
        await page.goto(str(client.make_url(MERGE)))
        assert (await axe_findings(page), await sideways(page) <= 0, await small_print(page)) == ([], True, [])
        assert problems == []
