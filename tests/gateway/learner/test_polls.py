"""Polls as residents and administrators meet them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser

from ieum.people.v1 import people_pb2
from ieum.surveys.v1 import surveys_pb2 as pb
from services.chassis.clock import now, stamp
from services.chassis.errors import Invalid, Refused
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

BOSS = STRANGER | {"Cookie": "ieum_session=boss"}
NAME = "polls/abcdefghjkmnpqrs"


def poll(state: pb.PollState.ValueType = pb.OPEN, **more: Any) -> pb.Poll:
    return pb.Poll(
        name=NAME, centre="centres/c", area="areas/HB01", question="What shall we learn next?",
        options=["Photos", "Banking"], close_time=stamp(now() + timedelta(days=3)), state=state, **more,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def answers(town: Fakes) -> None:
    town.sign_in("boss", "administrator")
    town.answers["GetPoll"] = poll(eligible=True)
    town.answers["ListPolls"] = pb.ListPollsResponse(polls=[poll()])
    town.answers["CastVote"] = pb.CastVoteResponse()
    town.answers["CreatePoll"] = poll()
    centre = people_pb2.Centre(name="centres/c", area="areas/HB01", title={"en": "Solnae Centre"})
    town.answers["ListCentres"] = people_pb2.ListCentresResponse(centres=[centre])


async def test_a_resident_votes_and_may_vote_again(client: Client, town: Fakes) -> None:
    assert "Solnae Centre" in await get(client, "/polls")
    assert "Banking" in await get(client, f"/{NAME}")
    assert (await post(client, f"/{NAME}", {"option": "1"}, PAT))[:2] == (303, f"/{NAME}")
    assert [each.option for each in town.requests("CastVote")] == [1]
    town.answers["GetPoll"] = poll(eligible=True, voted=True)
    text = await get(client, f"/{NAME}")
    assert "You have voted" in text
    assert " checked" not in text


async def test_a_stranger_signs_in_first_and_others_are_told_why_not(client: Client, town: Fakes) -> None:
    town.answers["GetPoll"] = poll()
    assert "Sign in to vote" in await get(client, f"/{NAME}", STRANGER)
    status, target, _ = await post(client, f"/{NAME}", {"option": "1"}, STRANGER)
    assert (status, target.startswith("/sign-in?next=")) == (303, True)
    assert "residents of another area" in await get(client, f"/{NAME}")
    assert not town.requests("CastVote")


async def test_nothing_chosen_and_too_late_are_said_beside_the_choices(client: Client, town: Fakes) -> None:
    town.answers["CastVote"] = Invalid("POLL_OPTION_UNKNOWN", field="option")
    status, _, text = await post(client, f"/{NAME}", {}, PAT)
    assert (status, "Choose one of the choices." in text) == (422, True)
    town.answers["CastVote"] = Refused("POLL_CLOSED")
    assert (await post(client, f"/{NAME}", {"option": "0"}, PAT))[0] == 409


async def test_the_result_is_counts_or_the_reason_why_there_are_none(client: Client, town: Fakes) -> None:
    town.answers["GetPoll"] = poll(pb.COUNTED, voters=6, votes=[2, 4])
    text = " ".join((await get(client, f"/{NAME}", STRANGER)).split())
    assert "6 people voted." in text
    assert text.index("Banking") < text.index("Photos")
    assert "67" in text
    town.answers["GetPoll"] = poll(pb.TOO_FEW)
    assert "Too few people voted" in await get(client, f"/{NAME}", STRANGER)
    town.answers["GetPoll"] = poll(pb.VOID)
    assert "This poll is void" in await get(client, f"/{NAME}", STRANGER)


async def test_an_administrator_asks_the_residents_of_a_centre(client: Client, town: Fakes) -> None:
    form = {
        "poll_id": "abcdefghjkmnpqrs", "question": "What next?", "options": "Photos\n\n Banking \n",
        "centre": "centres/c", "closes": "2030-03-05T18:00",
    }  # fmt: skip
    assert "Which centre asks?" in await get(client, "/centre/polls/new", BOSS)
    assert (await post(client, "/centre/polls/new", form, BOSS))[:2] == (303, f"/{NAME}")
    (asked,) = town.requests("CreatePoll")
    assert (asked.poll_id, asked.area, list(asked.options)) == (form["poll_id"], "areas/HB01", ["Photos", "Banking"])
    assert asked.close_time.ToJsonString() == "2030-03-05T09:00:00Z"
    status, _, text = await post(client, "/centre/polls/new", form | {"closes": "soon"}, BOSS)
    assert (status, "What next?" in text) == (422, True)
    assert (await client.get("/centre/polls/new", headers=PAT)).status == 403


async def test_the_pages_fit_a_small_screen_and_can_be_read_aloud(client: Client, browser: Browser) -> None:
    async with page_of(browser, 360) as (page, problems):
        origin = str(client.make_url("/"))
        await page.context.add_cookies([{"name": "lang", "value": "ko", "url": origin}])
        await page.context.add_cookies([{"name": "ieum_session", "value": "boss", "url": origin}])
        for path in ("/polls", f"/{NAME}", "/centre/polls/new"):
            await page.goto(str(client.make_url(path)))
            assert await axe_findings(page) == [], path
            assert await sideways(page) <= 0, path
            assert await small_print(page) == [], path
        assert problems == []
