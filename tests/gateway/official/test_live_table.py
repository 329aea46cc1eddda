"""What an official sees: page, CSV and JSON say the same, and nothing that may not be seen is on any of them."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.errors import Forbidden, Invalid, Unavailable
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

COOKIE = {"Cookie": "ieum_session=official"}
ENGLISH = COOKIE | {"Accept-Language": "en"}
AS_OF = Timestamp(seconds=1_795_000_000, nanos=123_000_000)
AREAS = people_pb2.ListAreasResponse(
    areas=[
        people_pb2.Area(name="areas/HB", kind="PROVINCE", title={"ko": "하늘도", "en": "Haneul"}),
        people_pb2.Area(name="areas/HB01", parent="areas/HB", kind="CITY", title={"ko": "한빛시", "en": "Hanbit"}),
        people_pb2.Area(name="areas/HB0101", parent="areas/HB01", kind="TOWN", title={"en": "Solnae"}, column=1, row=1),
        people_pb2.Area(name="areas/HB0102", parent="areas/HB01", kind="TOWN", title={"en": "Haetsal"}, column=2),
        people_pb2.Area(name="areas/HB02", parent="areas/HB", kind="COUNTY", title={"ko": "새벽군", "en": "Saebyeok"}),
    ]
)
UNITS = {"ENR": "NUMBER", "EPR": "PS", "STR": "NUMBER", "CMP": "NUMBER", "CPR": "PT"}


def row(code: str, *values: str, title: dict[str, str] | None = None) -> pb.Row:
    """A value as text; "Q" and "M" are statuses without one, "33.3 U" is a value with its status."""
    made = pb.Row(code=code, title=title or {})
    for measure, said in zip(UNITS, values, strict=True):
        value, _, status = ("", "", said) if said in "QM" else said.partition(" ")
        made.values.add(measure=measure, value=value, obs_status=status or "A", unit=UNITS[measure])
    return made


def table(by: pb.Dimension.ValueType, *rows: pb.Row, **values: Any) -> pb.Table:
    given: dict[str, Any] = {"area": "areas/HB01", "universe": pb.RESIDENT, "additive": True, "threshold": 5}
    total = row("_T", "1204", "830", "1001", "640", "53.2")
    return pb.Table(by=by, as_of=AS_OF, total=total, rows=rows, method_version="1.0.0", **(given | values))


BY_AREA = table(
    pb.REF_AREA,
    row("areas/HB0101", "1100", "790", "950", "610", "55.5", title={"en": "Solnae"}),
    row("areas/HB0102", "Q", "Q", "Q", "Q", "Q", title={"en": "Haetsal"}),
    row("areas/HB01", "0", "0", "0", "0", "M", title={"en": "Hanbit"}),
)
BY_AGE = table(
    pb.AGE,
    row("Y65T74", "900", "600", "700", "450", "50.0"),
    row("Y_GE75", "24", "20", "20", "8", "33.3 U"),
    row("_U", "0", "0", "0", "0", "M"),
)


@pytest.fixture(autouse=True)
def official(fake: Fakes) -> None:
    fake.sign_in("official", "learner", "official", scope="areas/HB01")
    fake.answers["ListAreas"] = AREAS
    fake.answers["ListOrganisations"] = people_pb2.ListOrganisationsResponse()
    fake.answers["ListCentres"] = people_pb2.ListCentresResponse()
    fake.answers["QueryTable"] = answer


def answer(request: pb.QueryTableRequest) -> pb.Table:
    tables = {pb.AGE: BY_AGE, pb.COURSE: table(pb.COURSE), pb.TIME_PERIOD: table(pb.TIME_PERIOD)}
    return tables.get(request.by, BY_AREA)


class Cells(HTMLParser):
    """The numbers of the page's table as the browser holds them: by row code and column, "" where there is none."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: dict[str, list[str]] = {}
        self.links: list[str] = []
        self._code = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "a":
            self.links.append(given.get("href", ""))
        if "data-code" in given:
            self._code = given["data-code"]
            self.rows[self._code] = []
        elif self._code and tag == "data":
            self.rows[self._code].append(given["value"])
        elif self._code and tag == "td" and "withheld" in given.get("class", ""):
            self.rows[self._code].append("")
        elif tag == "h2":
            self._code = ""


@pytest.mark.parametrize("by", ["REF_AREA", "AGE"])
async def test_page_csv_and_json_hold_the_same_cells(client: Client, by: str) -> None:
    page = Cells(await (await client.get(f"/statistics/table?by={by}", headers=COOKIE)).text())
    addresses = [link for link in page.links if link.startswith("/api/v1/statistics/table")]
    as_csv, as_json = [address for address in addresses if "asOf=" in address]
    text = await (await client.get(as_csv, headers=COOKIE)).text(encoding="utf-8-sig")
    document = await (await client.get(as_json, headers=COOKIE)).json()
    by_csv: dict[str, list[str]] = {}
    for line in csv.DictReader(io.StringIO(text)):
        by_csv.setdefault(line["code"], []).append(line["value"])
    by_json = {
        each["code"]: [value["value"] for value in each["values"]] for each in [*document["rows"], document["total"]]
    }
    assert page.rows == by_csv == by_json
    assert len(page.rows) == 4


async def test_a_download_asks_for_the_moment_of_the_page(client: Client, fake: Fakes) -> None:
    page = Cells(await (await client.get("/statistics/table?by=AGE&period=2026-Q1", headers=COOKIE)).text())
    address = next(link for link in page.links if "format=csv" in link)
    await client.get(address, headers=COOKIE)
    asked = fake.requests("QueryTable")[-1]
    assert asked.as_of == AS_OF
    assert (asked.area, asked.universe, asked.by, asked.period) == ("areas/HB01", pb.RESIDENT, pb.AGE, "2026-Q1")


async def test_a_hidden_number_is_said_in_words_and_never_as_zero(client: Client) -> None:
    text = await (await client.get("/statistics/table", headers=ENGLISH)).text()
    assert text.count("Hidden") >= 7  # five cells, the chart, the explanation
    assert "fewer than 5 people, stand behind this number" in text
    assert "nobody enrolled" in text


async def test_an_uncertain_rate_says_so(client: Client) -> None:
    text = await (await client.get("/statistics/table?by=AGE&show=CPR", headers=ENGLISH)).text()
    assert "33.3% (few people)" in text
    assert "fewer than 30 people stand behind this rate" in text


async def test_an_area_leads_to_what_lies_in_it_and_back(client: Client) -> None:
    page = Cells(await (await client.get("/statistics/table", headers=ENGLISH)).text())
    assert any("area=areas/HB0101" in link for link in page.links)
    inside = await (await client.get("/statistics/table?area=areas/HB0101", headers=ENGLISH)).text()
    assert 'aria-current="page">Solnae' in inside
    assert "Haneul" not in inside  # what lies above is not theirs


async def test_the_widest_own_area_is_asked_for_when_none_is_named(client: Client, fake: Fakes) -> None:
    await client.get("/statistics/table", headers=COOKIE)
    asked = fake.requests("QueryTable")[0]
    assert (asked.area, asked.by, asked.universe) == ("areas/HB01", pb.REF_AREA, pb.RESIDENT)


async def test_an_office_is_asked_about_its_employees(client: Client, fake: Fakes) -> None:
    office = people_pb2.Organisation(name="organisations/hanbit", area="areas/HB01", title={"en": "City Hall"})
    fake.answers["ListOrganisations"] = people_pb2.ListOrganisationsResponse(organisations=[office])
    fake.sign_in("official", "official", scope="organisations/hanbit")
    await client.get("/statistics/table", headers=COOKIE)
    asked = fake.requests("QueryTable")[0]
    assert (asked.area, asked.universe, asked.by) == ("organisations/hanbit", pb.EMPLOYEE, pb.AGE)


async def test_a_foreign_area_is_refused_on_a_page_that_leads_home(client: Client, fake: Fakes) -> None:
    fake.answers["QueryTable"] = Forbidden("AREA_OUT_OF_SCOPE", field="area")
    answer = await client.get("/statistics/table?area=areas/HB02", headers=ENGLISH)
    text = await answer.text()
    assert answer.status == 403
    assert "This area is not yours to see" in text
    assert "Show Hanbit" in text
    assert "Saebyeok" not in text


@pytest.mark.parametrize(
    ("first", "last", "period"), [("2026-Q3", "2026-Q3", "2026-Q3"), ("2026-Q1", "2026-Q4", "2026")]
)
async def test_an_older_address_of_a_quarter_or_a_year_shows_it(
    client: Client, fake: Fakes, first: str, last: str, period: str
) -> None:
    await client.get(f"/statistics/table?fromQuarter={first}&toQuarter={last}&by=SEX", headers=ENGLISH)
    assert fake.requests("QueryTable")[0].period == period


@pytest.mark.parametrize(
    "window", ["fromQuarter=2025-Q3&toQuarter=2026-Q1", "fromQuarter=2026-Q1", "toQuarter=2026-Q1"]
)
async def test_an_older_address_of_other_quarters_is_told_what_may_be_asked(client: Client, window: str) -> None:
    answer = await client.get(f"/statistics/table?{window}", headers=ENGLISH)
    text = await answer.text()
    assert answer.status == 422
    assert "<title>Error: Statistics" in text
    assert 'href="#period"' in text
    assert "Choose a whole year, a single quarter or all time." in text


async def test_a_choice_that_is_not_counted_comes_back_with_what_was_chosen(client: Client, fake: Fakes) -> None:
    fake.answers["QueryTable"] = Invalid("PERIOD_AND_COURSE", field="course")
    answer = await client.get("/statistics/table?period=2026-Q1&by=SEX&course=courses/x", headers=ENGLISH)
    text = await answer.text()
    assert answer.status == 422
    assert 'href="#course"' in text
    assert '<option value="2026-Q1" selected>' in text
    assert '<option value="SEX" selected>' in text


@pytest.mark.parametrize("query", ["by=SHOE_SIZE", "fromQuarter=last", "universe=BOTH", "area=areas/<script>"])
async def test_a_question_that_makes_no_sense_is_told_which_part(client: Client, query: str) -> None:
    answer = await client.get(f"/statistics/table?{query}", headers=ENGLISH)
    assert answer.status == 422
    assert "Please check this again" in await answer.text()


async def test_a_question_of_ones_own_choice_says_that_it_is_noted(client: Client, fake: Fakes) -> None:
    chosen = table(pb.SEX, row("F", "40", "31", "30", "20", "50.0"), course="courses/x", custom=True, threshold=10)
    fake.answers["QueryTable"] = lambda request: chosen if request.course else table(pb.COURSE)
    text = await (await client.get("/statistics/table?by=SEX&course=courses/x", headers=ENGLISH)).text()
    assert "That you asked is noted" in text
    fake.answers["QueryTable"] = Unavailable("SERVICE_AWAY")
    address = "/api/v1/statistics/table?area=areas/HB01&by=SEX&course=courses/x"
    assert (await client.get(address, headers=ENGLISH)).status == 503, "nothing is shown that could not be noted"


async def test_reach_is_a_column_where_residents_are_known(client: Client, fake: Fakes) -> None:
    assert "per 1,000 residents" not in await (await client.get("/statistics/table?show=COV", headers=ENGLISH)).text()
    reached = table(pb.SEX, row("F", "40", "31", "30", "20", "50.0"), row("M", "9", "9", "9", "Q", "Q"))
    for each, value, status in zip((*reached.rows, reached.total), ("5.2", "", "7.1"), "ALA", strict=True):
        each.values.add(measure="COV", value=value, obs_status=status, unit="RT_1000")
    fake.answers["QueryTable"] = lambda request: reached if request.by == pb.SEX else table(pb.COURSE)
    text = await (await client.get("/statistics/table?by=SEX&show=COV", headers=ENGLISH)).text()
    assert "Chart: Reach by sex" in text
    assert Cells(text).rows["F"][-1] == "5.2"
    assert "residents not known" in text


async def test_overlapping_rows_say_that_they_do_not_add_up(client: Client, fake: Fakes) -> None:
    groups = table(pb.TARGET_GROUP, row("DIS", "40", "31", "30", "20", "50.0"), additive=False)
    fake.answers["QueryTable"] = lambda request: groups if request.by == pb.TARGET_GROUP else table(pb.COURSE)
    text = await (await client.get("/statistics/table?by=TARGET_GROUP", headers=ENGLISH)).text()
    assert "do not add them up" in text
    assert "With a disability" in text


async def test_no_enrolments_say_what_to_try(client: Client, fake: Fakes) -> None:
    nobody = row("_T", "0", "0", "0", "0", "M")
    fake.answers["QueryTable"] = lambda _: pb.Table(area="areas/HB01", by=pb.REF_AREA, as_of=AS_OF, total=nobody)
    answer = await client.get("/statistics/table", headers=ENGLISH)
    assert "Nobody has enrolled here in this period." in await answer.text()


async def test_an_official_without_a_known_area_is_told_whom_to_ask(client: Client, fake: Fakes) -> None:
    fake.sign_in("official", "official", scope="areas/GONE")
    answer = await client.get("/statistics/table", headers=ENGLISH)
    assert "Your role has no area yet" in await answer.text()
    assert not fake.requests("QueryTable")


async def test_a_learner_has_no_statistics(client: Client, fake: Fakes) -> None:
    fake.sign_in("official", "learner")
    answer = await client.get("/statistics/table", headers=ENGLISH)
    assert answer.status == 403
    assert not fake.requests("QueryTable")


async def test_a_stranger_comes_back_to_the_same_question_after_signing_in(client: Client) -> None:
    answer = await client.get("/statistics/table?by=SEX&period=2026-Q1", allow_redirects=False)
    assert answer.status == 303
    assert urlsplit(answer.headers["Location"]).path == "/sign-in"
    assert "SEX" in answer.headers["Location"]


async def test_the_korean_page_is_korean(client: Client, fake: Fakes) -> None:
    text = await (await client.get("/statistics/table?by=AGE", headers=COOKIE | {"Accept-Language": "ko"})).text()
    assert "통계: 한빛시" in text
    assert "65~74세" in text
    assert "수료율" in text
