"""The page of exact figures: a purpose first, the figures in the answer alone, and who looked before."""

from __future__ import annotations

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import statistics_pb2 as pb
from ieum.statistics.v1 import working_pb2
from services.chassis.errors import Invalid
from tests.gateway.conftest import Client
from tests.gateway.fakes import MOMENT, Fakes
from tests.gateway.official.figures import sign_in
from tests.gateway.official.test_live_table import row

HERE = "/statistics/working"
HEADERS = {"Cookie": "ieum_session=official", "Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
LOOK = working_pb2.WorkingLook(
    person="people/kim", time=MOMENT, area="areas/HB01", universe=pb.RESIDENT, by=pb.REF_AREA, period="2026-Q3",
    purpose="rooms for <autumn>",
)  # fmt: skip
GIVEN = {"area": "areas/HB01", "by": "REF_AREA", "period": "2026-Q3", "purpose": "rooms for <autumn>"}


@pytest.fixture(autouse=True)
def official(fake: Fakes) -> None:
    sign_in(fake)
    fake.sign_in("official", "official", scope="areas/HB01", proof_expire_time=Timestamp(seconds=2**33))
    fake.answers["ViewWorkingFigures"] = working_pb2.WorkingFigures(
        as_of=MOMENT, look=LOOK, total=row("_T", "5", "4", "3", "2", "40.0"),
        rows=[row("areas/HB0101", "3", "2", "2", "1", "33.3", title={"en": "Solnae"})],
        once=3, again=1,
        retention=[working_pb2.RetentionPoint(weeks=week, at_risk=4, left=1, share="75.0") for week in (4, 5)],
    )  # fmt: skip
    fake.answers["ListWorkingLooks"] = working_pb2.ListWorkingLooksResponse(looks=[LOOK])
    fake.answers["BatchGetNames"] = people_pb2.BatchGetNamesResponse(display_names={"people/kim": "Kim Haneul"})


async def test_the_page_names_who_looked_and_shows_no_figure(client: Client, fake: Fakes) -> None:
    text = await (await client.get(HERE, headers=HEADERS)).text()
    assert "Kim Haneul" in text
    assert "rooms for &lt;autumn&gt;" in text
    assert not fake.calls["ViewWorkingFigures"]


async def test_figures_come_with_their_purpose_and_are_kept_nowhere(client: Client, fake: Fakes) -> None:
    answer = await client.post(HERE, data=GIVEN, headers=HEADERS)
    text = await answer.text()
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert '<data value="2">2</data>' in text, "two people, which no table would show"
    assert "1 person" in text
    assert text.count("75.0%") == 1, "chosen weeks only"
    assert "download" not in text
    (asked,) = fake.requests("ViewWorkingFigures")
    assert (asked.area, asked.by, asked.period, asked.purpose) == (
        "areas/HB01",
        pb.REF_AREA,
        "2026-Q3",
        GIVEN["purpose"],
    )


async def test_somebody_at_an_open_screen_proves_who_they_are_before_typing(client: Client, fake: Fakes) -> None:
    fake.sign_in("official", "official", scope="areas/HB01")
    answer = await client.get(f"{HERE}?area=areas/HB01", headers=HEADERS, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (
        303,
        "/account/prove?next=/statistics/working?area%3Dareas/HB01",
    )


async def test_a_missing_purpose_is_asked_for_and_the_choice_stays(client: Client, fake: Fakes) -> None:
    fake.answers["ViewWorkingFigures"] = Invalid("WORKING_VIEW_PURPOSE", field="purpose")
    answer = await client.post(HERE, data=GIVEN | {"purpose": "x"}, headers=HEADERS)
    text = await answer.text()
    assert answer.status == 422
    assert 'href="#purpose"' in text
    assert 'value="2026-Q3" selected' in text


async def test_whoever_is_no_official_is_refused(client: Client, fake: Fakes) -> None:
    fake.sign_in("official", "administrator", scope="areas/HB01")
    answer = await client.post(HERE, data=GIVEN, headers=HEADERS)
    assert answer.status == 403
    assert not fake.calls["ViewWorkingFigures"]
