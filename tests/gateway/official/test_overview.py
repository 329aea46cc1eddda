"""An official's first page and the table over areas, groups and periods."""

from __future__ import annotations

import csv
import io

import pytest

from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.errors import Forbidden, Invalid
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.official.figures import HIDDEN, overview, reached, sign_in

COOKIE = {"Cookie": "ieum_session=official"}
ENGLISH = COOKIE | {"Accept-Language": "en"}
KOREAN = COOKIE | {"Accept-Language": "ko"}


@pytest.fixture(autouse=True)
def official(fake: Fakes) -> None:
    sign_in(fake)


async def text_of(client: Client, address: str, headers: dict[str, str] = ENGLISH) -> str:
    return await (await client.get(address, headers=headers)).text()


async def test_the_first_page_says_the_finding_with_its_uncertainty(client: Client, fake: Fakes) -> None:
    text = await text_of(client, "/statistics")
    for said in (
        "In Q2 2026, 412 people of Hanbit took part: 32.4 of every 1,000 residents.",
        "That is 18.4% more than in Q2 2025 (348 people; 95% interval +2.6% to +36.7%).",
        "The completion rate is 50.0%, with no clear difference from Q2 2025 (52.4%).",
        "Clearly below everybody in reach: 65 and older.",
        "Places clearly below the mean in reach: Haetsal.",
        "Dashed line: Mean of Hanbit: 32.4",
    ):
        assert said in text
    asked = fake.requests("GetOverview")[0]
    assert (asked.area, asked.universe, asked.period) == ("areas/HB01", pb.RESIDENT, "")


async def test_the_korean_page_is_korean(client: Client) -> None:
    text = await text_of(client, "/statistics", KOREAN)
    assert "2026년 2분기에 한빛시에서 412명이 참여하였습니다(주민 1,000명당 32.4명)." in text
    assert "2025년 2분기(348명)보다 18.4% 많습니다(95% 신뢰구간 +2.6%~+36.7%)." in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"complete": False, "mature": False}, "is not compared yet"),
        ({"mature": False}, "when everybody has had time to complete"),
        ({"changes": []}, "It cannot be compared with Q2 2025"),
        ({"total": reached("_T", *HIDDEN, reach="Q")}, "is hidden: nobody, or too few"),
    ],
)
async def test_what_cannot_be_said_is_said_so(
    client: Client, fake: Fakes, change: dict[str, object], said: str
) -> None:
    fake.answers["GetOverview"] = overview(**change)
    assert said in await text_of(client, "/statistics")


async def test_places_are_ranked_and_hidden_ones_have_no_rank(client: Client, fake: Fakes) -> None:
    lowest = await text_of(client, "/statistics?rank=COV&order=up")
    highest = await text_of(client, "/statistics?rank=COV&order=down")
    assert lowest.index(">Haetsal</a>") < lowest.index(">Solnae</a>")
    assert highest.index(">Solnae</a>") < highest.index(">Haetsal</a>")
    hidden = overview()
    hidden.areas[0].row.CopyFrom(reached("areas/HB0101", *HIDDEN, reach="Q", title={"en": "Solnae"}))
    fake.answers["GetOverview"] = hidden
    text = await text_of(client, "/statistics?rank=EPR")
    assert '>Solnae</a></th><td class="numeric"></td>' in text


async def test_addresses_of_the_table_from_before_lead_to_it(client: Client) -> None:
    answer = await client.get("/statistics?by=AGE&period=2026", headers=ENGLISH, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, "/statistics/table?by=AGE&period=2026")


async def test_a_foreign_area_and_a_wrong_period_are_refused_with_a_way_on(client: Client, fake: Fakes) -> None:
    fake.answers["GetOverview"] = Forbidden("AREA_OUT_OF_SCOPE", field="area")
    answer = await client.get("/statistics?area=areas/HB02", headers=ENGLISH)
    assert (answer.status, "Show Hanbit" in await answer.text()) == (403, True)
    answer = await client.get("/statistics?period=soon", headers=ENGLISH)
    assert (answer.status, 'href="#period"' in await answer.text()) == (422, True)


async def test_areas_ages_and_periods_stand_in_one_table(client: Client, fake: Fakes) -> None:
    text = await text_of(client, "/statistics/cross?period=2026-Q1&period=2025-Q1")
    asked = fake.requests("QueryCrossTable")[0]
    assert (asked.by, list(asked.periods), asked.parts) == (pb.AGE, ["2026-Q1", "2025-Q1"], True)
    assert '<th scope="col" class="numeric">65 and older</th>' in text
    only = await text_of(client, "/statistics/cross?period=2026-Q1&period=2025-Q1&only=Y_GE65")
    assert '<th scope="col" class="numeric">Q1 2025</th>' in only
    assert '<th scope="col" class="numeric">65 to 74</th>' not in only


async def test_the_sheet_has_titles_one_value_a_cell_and_remarks_apart(client: Client, fake: Fakes) -> None:
    answer = await client.get("/statistics/cross.csv?period=2026-Q1", headers=KOREAN)
    content = await answer.read()
    assert content.startswith("\ufeff".encode()), "Korean Excel reads UTF-8 only so"
    assert fake.requests("QueryCrossTable")[0].export, "the service notes that it leaves"
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert head[:4] == ["지역", "기간", "나이대", "실인원"]
    assert rows[2][:4] == ["한빛시", "2026년 1분기", "65세 이상", "40"]
    assert rows[3][3] == ""
    assert "숨김" in rows[3]


async def test_too_large_a_table_says_what_to_choose(client: Client, fake: Fakes) -> None:
    fake.answers["QueryCrossTable"] = Invalid("CROSS_PERIODS", field="periods", max=12)
    answer = await client.get("/statistics/cross?period=2026-Q1", headers=ENGLISH)
    assert (answer.status, "at most 12 periods" in await answer.text()) == (422, True)
