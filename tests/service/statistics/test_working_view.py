"""The working view on a real database: exact, for whoever is responsible, and never unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ieum.statistics.v1 import statistics_pb2 as pb
from ieum.statistics.v1 import working_pb2
from ieum.statistics.v1.events_pb2 import WorkingFiguresViewed
from services.chassis.config import Settings
from services.chassis.errors import Forbidden, Invalid, Unavailable
from services.chassis.events import bus
from services.chassis.events.audit_events import AuditEvents
from services.chassis.principal import Grant, Kind, Principal, acting_as
from services.chassis.store.mongo import Database
from services.statistics.live.working_service import WorkingViewService
from services.statistics.live.working_store import WorkingLooks
from tests.service.conftest import Published
from tests.service.statistics.office import Office

OFFICIAL = Principal(kind=Kind.PERSON, person="people/o", grants=(Grant("official", "areas/A"),), proved_until=2**40)
PURPOSE = "rooms for the autumn classes"


class View:
    def __init__(self, office: Office) -> None:
        self.looks = WorkingLooks(office.database)
        self.service = WorkingViewService(office.days, office.facts, self.looks, office.audit)

    async def figures(self, who: Principal = OFFICIAL, **request: Any) -> working_pb2.WorkingFigures:
        asked: dict[str, Any] = {"area": "areas/A", "by": pb.REF_AREA, "purpose": PURPOSE} | request
        with acting_as(who):
            return await self.service.ViewWorkingFigures(working_pb2.ViewWorkingFiguresRequest(**asked), None)

    async def seen(self, area: str, who: Principal = OFFICIAL) -> list[str]:
        with acting_as(who):
            answer = await self.service.ListWorkingLooks(working_pb2.ListWorkingLooksRequest(area=area), None)
        return [look.purpose for look in answer.looks]


@pytest.fixture
async def view(office: Office) -> View:
    made = View(office)
    await made.looks.prepare()
    return made


def counts(row: pb.Row) -> dict[str, str]:
    return {value.measure: value.value for value in row.values}


async def test_it_shows_one_person_and_nobody_where_the_live_table_hides_both(office: Office, view: View) -> None:
    done: dict[str, Any] = {
        "completed_at": datetime(2026, 10, 9, tzinfo=UTC),
        "started_at": datetime(2026, 8, 4, tzinfo=UTC),
    }
    await office.enrol(1, "A1", **done)
    await office.enrol(2, "A2")
    hidden = await office.table(area="areas/A", by=pb.REF_AREA)
    assert {value.obs_status for value in hidden.total.values} == {"Q"}
    answer = await view.figures(period="2026-Q3")
    rows = {row.code: counts(row) for row in answer.rows}
    assert rows["areas/A1"] == {"ENR": "1", "EPR": "1", "STR": "1", "CMP": "1", "CPR": "100.0", "PCM": "0"}
    assert (rows["areas/A2"]["EPR"], rows["areas/A3"]["EPR"]) == ("2", "0")
    assert rows["areas/A3"]["CPR"] == ""
    assert counts(answer.total)["EPR"] == "3"
    assert (answer.once, answer.again) == (3, 0)
    assert (answer.retention[0].at_risk, answer.retention[0].share) == (3, "100.0")
    assert counts((await view.figures(period="2026-Q4")).total)["PCM"] == "1"
    (course,) = (await view.figures(by=pb.COURSE)).rows
    assert (course.code, counts(course)["ENR"]) == ("courses/c", "3")


async def test_each_look_is_announced_and_shown_to_the_next_official(
    office: Office, view: View, published: Published
) -> None:
    await office.enrol(1, "A1")
    for _ in range(2):
        await view.figures(request_id="r", purpose="  rooms for\n autumn ")
    await view.figures(area="areas/A1", purpose="a teacher for A1")
    looks = await published(WorkingFiguresViewed, 3)
    assert {(event.actor, event.area) for event in looks} == {("people/o", "areas/A"), ("people/o", "areas/A1")}
    assert looks[0].purpose == "rooms for autumn"
    other = Principal(kind=Kind.PERSON, person="people/p", grants=(Grant("official", "areas/A1"),))
    assert await view.seen("areas/A1", other) == ["a teacher for A1", "rooms for autumn"]
    assert await view.seen("areas/A2") == ["rooms for autumn"]


@pytest.mark.parametrize(
    "who",
    [
        Principal(kind=Kind.PERSON, person="people/x", grants=(Grant("official", "areas/B"),)),
        Principal(kind=Kind.PERSON, person="people/x", grants=(Grant("administrator", "areas/A"),)),
        Principal(kind=Kind.PERSON, person="people/x", grants=OFFICIAL.grants, token_scopes=("statistics.read",)),
        Principal(kind=Kind.SYSTEM),
    ],
)
async def test_others_tokens_and_the_gateway_itself_are_refused(view: View, who: Principal) -> None:
    with pytest.raises(Forbidden):
        await view.figures(who)
    with pytest.raises(Forbidden):
        await view.seen("areas/A", who)
    assert await view.seen("areas/A") == []


async def test_somebody_at_an_open_screen_is_asked_for_a_proof_first(view: View) -> None:
    with pytest.raises(Forbidden, match="PROOF_NEEDED"):
        await view.figures(replace(OFFICIAL, proved_until=0))
    assert await view.seen("areas/A") == []


@pytest.mark.parametrize("by", [pb.AGE, pb.SEX, pb.TARGET_GROUP, pb.DIMENSION_UNSPECIFIED])
async def test_nothing_that_people_answered_about_themselves_is_told(view: View, by: pb.Dimension.ValueType) -> None:
    with pytest.raises(Invalid, match="WORKING_VIEW_BY"):
        await view.figures(by=by)


@pytest.mark.parametrize(("purpose", "problem"), [(" a ", "PURPOSE"), ("x" * 201, "PURPOSE_TOO_LONG")])
async def test_a_purpose_is_said_first(view: View, purpose: str, problem: str) -> None:
    with pytest.raises(Invalid, match=f"WORKING_VIEW_{problem}"):
        await view.figures(purpose=purpose)


async def test_nothing_is_shown_while_the_look_cannot_be_announced(
    settings: Settings, database_of: Callable[[str], Database]
) -> None:
    async with bus.connect(settings.nats_url, "gone", prefix=settings.prefix) as gone:
        pass
    office = Office(database_of("statistics"), AuditEvents(gone))
    await office.open()
    with pytest.raises(Unavailable):
        await View(office).figures()
