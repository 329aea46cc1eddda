"""The audit log by days, in words, and as a sheet."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from ieum.people.v1 import people_pb2 as pb
from services.chassis.clock import moment, stamp
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

COOKIE = {"Cookie": "ieum_session=admin", "Accept-Language": "en"}
WHEN = datetime(2026, 3, 31, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def administrator(fake: Fakes) -> None:
    fake.sign_in("admin", "administrator")
    areas = [pb.Area(name="areas/HB01", kind="CITY", title={"ko": "한빛시", "en": "Hanbit"})]
    fake.answers["ListAreas"] = pb.ListAreasResponse(areas=areas)
    fake.answers["ListOrganisations"] = pb.ListOrganisationsResponse()
    fake.answers["ListCentres"] = pb.ListCentresResponse()
    fake.answers["BatchGetNames"] = pb.BatchGetNamesResponse(display_names={"people/park": "Park"})
    fake.answers["ListAuditEntries"] = page


def entry(detail: str, action: pb.AuditAction.ValueType = pb.STATISTICS_QUERIED) -> pb.AuditEntry:
    return pb.AuditEntry(
        name=f"auditEntries/{detail}", time=stamp(WHEN), actor="people/park", action=action, subject="areas/HB01",
        detail=detail,
    )  # fmt: skip


def page(request: pb.ListAuditEntriesRequest) -> pb.ListAuditEntriesResponse:
    if request.page_token:
        return pb.ListAuditEntriesResponse(entries=[entry("audit log", pb.EXPORTED)])
    chosen = entry("chosen: by AGE, periods 2026-Q1 2025-Q1")
    return pb.ListAuditEntriesResponse(entries=[chosen], next_page_token="more")


async def test_days_are_those_of_the_readers_clock_and_the_last_counts_in_whole(client: Client, fake: Fakes) -> None:
    text = await (await client.get("/admin/audit?since=2026-03-01&until=2026-03-31", headers=COOKIE)).text()
    asked = fake.requests("ListAuditEntries")[0]
    assert moment(asked.since) == datetime(2026, 2, 28, 15, tzinfo=UTC)
    assert moment(asked.until) == datetime(2026, 3, 31, 15, tzinfo=UTC)
    assert "since=2026-03-01&amp;until=2026-03-31&amp;page=more" in text
    assert 'value="2026-03-01"' in text


@pytest.mark.parametrize(
    ("query", "said"),
    [("since=31.3.2026", "like 2026-03-31"), ("since=2026-03-31&until=2026-03-01", "lies before the first")],
)
async def test_days_that_cannot_be_are_told_what_to_write(client: Client, fake: Fakes, query: str, said: str) -> None:
    answer = await client.get(f"/admin/audit?{query}", headers=COOKIE)
    assert (answer.status, said in await answer.text()) == (422, True)
    assert not fake.requests("ListAuditEntries")


async def test_what_somebody_chose_is_said_in_words(client: Client) -> None:
    english = await (await client.get("/admin/audit", headers=COOKIE)).text()
    assert "chosen: by age, periods: Q1 2026, Q1 2025" in english
    korean = await (await client.get("/admin/audit", headers=COOKIE | {"Accept-Language": "ko"})).text()
    assert "2026년 1분기, 2025년 1분기" in korean


async def test_the_sheet_holds_all_pages_and_is_noted_once(client: Client, fake: Fakes) -> None:
    answer = await client.get("/admin/audit.csv?since=2026-03-01", headers=COOKIE)
    head, *rows = csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig")))
    assert head[0] == "When"
    assert rows[0][:4] == ["2026-03-31 14:00:00+09:00", "Statistics of one's own choice", "Park", "Hanbit"]
    assert len(rows) == 2
    assert [each.export for each in fake.requests("ListAuditEntries")] == [True, False]
    assert all(each.HasField("since") for each in fake.requests("ListAuditEntries"))
