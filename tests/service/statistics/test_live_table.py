"""The live table on a real database: what one official could work out from all that they may open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ieum.statistics.v1 import statistics_pb2 as pb
from ieum.statistics.v1.events_pb2 import TableExported, TableQueried
from services.chassis.clock import now, stamp
from services.chassis.config import Settings
from services.chassis.errors import Invalid, Unavailable
from services.chassis.events import bus
from services.chassis.events.audit_events import AuditEvents
from services.chassis.events.bus import Bus
from services.chassis.observability import trace
from services.chassis.principal import Grant, Kind, Principal, acting_as
from services.chassis.store.entities import Database
from services.statistics.facts import store
from services.statistics.facts.store import Facts
from services.statistics.live.memory import FactsInMemory
from services.statistics.live.residents import Residents
from services.statistics.live.service import StatisticsService
from services.statistics.reference_data.geographies import Geographies
from services.statistics.reference_data.store import References
from tests.service.conftest import Published

SEOUL = ZoneInfo("Asia/Seoul")
TREE = [("P", ""), ("A", "P"), ("A1", "A"), ("A2", "A"), ("A3", "A"), ("B", "P")]
Shown = dict[str, dict[str, str]]


class Office:
    def __init__(self, database: Database, audit: AuditEvents) -> None:
        self.database = database
        self._audit = audit
        self.facts = Facts(database)
        self._references = References(database)
        self._residents = Residents(Geographies(self.facts, self._references, SEOUL), self._references, SEOUL)
        self.show_from(5)
        self._people = 0

    def show_from(self, persons: int) -> None:
        self._service = StatisticsService(FactsInMemory(self.facts), self._residents, self._audit, persons)

    async def open(self) -> None:
        await self.facts.prepare()
        await self._references.prepare()
        areas = [
            {"name": f"areas/{code}", "parent": f"areas/{above}" if above else "", "title": {}} for code, above in TREE
        ]
        await self.facts.put_places(1, areas, [])

    async def enrol(self, count: int, area: str, sex: str = "F", *groups: str, **more: Any) -> None:
        """So many people of an area, each once."""
        traits = {"birth_year": 1950, "sex": sex, "groups": list(groups), "groups_answered": True}
        usual = {"universe": "resident", "area": f"areas/{area}", "course": "courses/c", "quarter": "2026-Q3"}
        moments = {"enrolled_at": datetime(2026, 8, 3, tzinfo=UTC), "enrol_year": 2026}
        rows = []
        for _ in range(count):
            self._people += 1
            name = f"enrollments/{self._people}"
            rows.append({"_id": name, "pseudonym": name, "traits": traits, "version": 1, **usual, **moments, **more})
        await self.database["facts"].insert_many(rows)

    async def table(self, scope: str = "areas/P", **request: Any) -> pb.Table:
        grants = (Grant("official", scope),)
        with acting_as(Principal(kind=Kind.PERSON, person="people/o", grants=grants)):
            return await self._service.QueryTable(pb.QueryTableRequest(**request), None)

    async def shown(self, measure: str, scope: str = "areas/P", **request: Any) -> dict[str, str]:
        found = await self.table(scope, **request)
        rows = [*found.rows, found.total]
        return {row.code: v.value or v.obs_status for row in rows for v in row.values if v.measure == measure}


@pytest.fixture
async def office(database_of: Callable[[str], Database], events: Bus) -> Office:
    await events.ensure_stream("ieum.statistics.v1")
    made = Office(database_of("statistics"), AuditEvents(events))
    await made.open()
    return made


async def test_what_is_hidden_beside_others_is_not_told_by_looking_into_it(office: Office) -> None:
    for area, count in (("A1", 90), ("A2", 3), ("A3", 70), ("B", 500)):
        await office.enrol(count, area)
    beside = await office.shown("ENR", area="areas/A", by=pb.REF_AREA)
    assert {code: beside[f"areas/{code}"] for code in ("A1", "A2", "A3")} == {"A1": "90", "A2": "Q", "A3": "Q"}
    assert (await office.shown("ENR", area="areas/A3"))["_T"] == "Q", "163 - 90 - 70 would be 3"
    inside = await office.shown("ENR", area="areas/A3", by=pb.REF_AREA)
    assert inside == {"areas/A3": "Q", "_T": "Q"}
    assert (await office.shown("ENR", "areas/A3"))["_T"] == "70", "whose whole view this is can subtract nothing"


async def test_a_category_hidden_in_one_area_is_not_the_rest_of_its_neighbours(office: Office) -> None:
    for area, women, men in (("A1", 60, 40), ("A2", 2, 50), ("A3", 30, 20)):
        await office.enrol(women, area, "F")
        await office.enrol(men, area, "M")
    assert (await office.shown("ENR", area="areas/A", by=pb.SEX)) == {"F": "92", "M": "110", "_T": "202"}
    hidden = [(await office.shown("ENR", area=f"areas/{area}", by=pb.SEX)) for area in ("A1", "A2", "A3")]
    assert [each["_T"] for each in hidden] == ["100", "52", "50"]
    assert [each["F"] for each in hidden] == ["60", "Q", "Q"], "92 - 60 - 30 would be 2"
    assert [each["M"] for each in hidden] == ["40", "Q", "Q"], "and so would 52 - 50"


async def test_a_sensitive_group_needs_ten_and_neither_it_nor_the_others_can_be_worked_out(office: Office) -> None:
    await office.enrol(9, "A1", "F", "disability")
    await office.enrol(60, "A1")
    await office.enrol(12, "A1", "F", "farmer_fisher")
    counts = await office.shown("ENR", area="areas/A", by=pb.TARGET_GROUP)
    expected = {"DIS": "Q", "N_DIS": "Q", "FAR": "12", "N_FAR": "69", "_T": "81"}
    assert {code: counts[code] for code in expected} == expected
    assert "_U_OLD" not in counts


async def test_a_course_or_quarter_of_ones_own_choice_needs_ten_and_tells_nothing_of_the_others(office: Office) -> None:
    for number, count in enumerate((40, 3, 30, 8)):
        await office.enrol(count, "A1", course=f"courses/c{number}", quarter=f"2026-Q{number + 1}")
    plain = await office.table(area="areas/A", by=pb.COURSE)
    assert (plain.threshold, plain.custom) == (5, False)
    beside = await office.shown("ENR", area="areas/A", by=pb.COURSE)
    assert beside == {"courses/c0": "40", "courses/c1": "Q", "courses/c2": "30", "courses/c3": "Q", "_T": "81"}
    chosen = [await office.table(area="areas/A", course=f"courses/c{number}") for number in range(4)]
    assert {(each.threshold, each.custom) for each in chosen} == {(10, True)}
    assert [each.total.values[0].value for each in chosen] == ["40", "", "30", ""]
    assert (await office.shown("ENR", area="areas/A", from_quarter="2026-Q3"))["_T"] == "Q", "it ends in what is hidden"
    assert (await office.shown("ENR", area="areas/A", from_quarter="2026-Q1", to_quarter="2026-Q1"))["_T"] == "40"
    past = await office.table(area="areas/A", as_of=stamp(datetime(2026, 9, 1, tzinfo=UTC)))
    assert (past.threshold, past.custom) == (10, True)


@pytest.mark.parametrize(("persons", "shown", "custom"), [(3, "4", 10), (5, "Q", 10), (10, "Q", 10)])
async def test_a_city_says_how_many_persons_a_count_needs(
    office: Office, persons: int, shown: str, custom: int
) -> None:
    office.show_from(persons)
    for area, count in (("A1", 4), ("A2", 40)):
        await office.enrol(count, area)
    counts = await office.shown("ENR", area="areas/A", by=pb.REF_AREA)
    assert counts["areas/A1"] == shown
    assert (await office.table(area="areas/A")).threshold == persons
    assert (await office.table(area="areas/A", course="courses/c")).threshold == custom


async def test_a_day_to_come_is_refused(office: Office) -> None:
    with pytest.raises(Invalid, match="AS_OF_IN_FUTURE"):
        await office.table(area="areas/A", as_of=stamp(now() + timedelta(days=1)))


async def test_a_course_hidden_beside_a_small_one_is_hidden_when_it_is_chosen(office: Office) -> None:
    for number, count in enumerate((40, 3, 30)):
        await office.enrol(count, "A1", course=f"courses/c{number}")
    beside = await office.shown("ENR", area="areas/A", by=pb.COURSE)
    assert beside == {"courses/c0": "40", "courses/c1": "Q", "courses/c2": "Q", "_T": "73"}
    for number, expected in ((0, "40"), (1, "Q"), (2, "Q")):
        assert (await office.shown("ENR", area="areas/A", course=f"courses/c{number}"))["_T"] == expected
    by_sex = await office.shown("ENR", area="areas/A", course="courses/c0", by=pb.SEX)
    assert by_sex == {"F": "40", "M": "0", "_T": "40"}


async def test_facts_are_read_in_lots_each_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOT", 3)
    begun, moments = datetime(2026, 8, 3, tzinfo=UTC), [datetime(2026, 8, 3, hour, tzinfo=UTC) for hour in (4, 1, 1, 1)]
    for changed in moments:
        await office.enrol(2, "A1", changed=changed)
    read = [[name async for lot in office.facts.for_tables(since) for name in lot.enrolment] for since in (None, begun)]
    assert [len(rows) for rows in read] == [8, 8]
    assert read[0] == read[1]
    assert [row["_id"] async for row in office.facts.rows({"area": "areas/A1"})] == sorted(read[0])
    assert (await office.shown("ENR"))["_T"] == "8"
    await office.enrol(5, "A2", changed=moments[0])
    assert (await office.shown("ENR"))["_T"] == "13"


async def test_reach_is_shown_where_residents_were_loaded(office: Office) -> None:
    await office.enrol(30, "A1", "F")
    await office.enrol(10, "A2", "M")
    assert [v.measure for v in (await office.table(area="areas/A", by=pb.SEX)).total.values][-1] == "CPR"
    table = {
        "_id": "t",
        "kind": "table",
        "reference": datetime(2026, 6, 30, tzinfo=UTC),
        "loaded_at": datetime.now(UTC),
    }
    named = {"source": "Hanbit", "licence": "CC0", "checksum": "x"}
    rows = [
        ("A", "_T", "_T", 20_000),
        ("A", "F", "_T", 11_000),
        ("A1", "_T", "_T", 6_000),
        ("A", "_T", "Y_GE75", 4_000),
    ]
    cells = [{"table": "t", "area": a, "sex": s, "age": g, "residents": n} for a, s, g, n in rows]
    await office.database["populations"].insert_many([table | named, *cells])
    assert await office.shown("COV", area="areas/A", by=pb.SEX) == {"F": "2.7", "M": "L", "_T": "2.0"}
    areas = await office.shown("COV", area="areas/A", by=pb.REF_AREA)
    assert (areas["areas/A1"], areas["areas/A2"], areas["areas/A"], areas["_T"]) == ("5.0", "L", "L", "2.0")
    assert (await office.shown("COV", area="areas/A", by=pb.AGE))["Y_GE75"] == "10.0"
    assert (await office.shown("COV", area="areas/A", by=pb.COURSE)) == {}
    assert (await office.shown("COV", area="areas/A", universe=pb.EMPLOYEE)) == {}
    early = await office.shown("COV", area="areas/A", to_quarter="2026-Q1")
    assert early == {}, "nobody knows how many there were then"


async def test_what_was_chosen_or_leaves_as_a_file_is_announced_before_the_answer(
    office: Office, published: Published
) -> None:
    await office.enrol(40, "A1")
    await office.table(by=pb.SEX)
    await office.table(by=pb.SEX, course="courses/c", from_quarter="2026-Q1")
    await office.table(area="areas/A", export=True)
    (queried,) = await published(TableQueried)
    assert (queried.actor, queried.area, queried.by) == ("people/o", "areas/P", pb.SEX)
    assert (queried.course, queried.from_quarter, queried.to_quarter) == ("courses/c", "2026-Q1", "")
    assert queried.HasField("time")
    (exported,) = await published(TableExported)
    assert (exported.actor, exported.area) == ("people/o", "areas/A")


async def test_a_call_that_is_repeated_is_announced_once(office: Office, published: Published) -> None:
    call = f"00-{'a' * 32}-{'b' * 16}-01"
    for number in range(4):
        with trace.following(call if number < 3 else None, "QueryTable", "server"):
            await office.table(export=True)
    with trace.following(call, "QueryTable", "server"):
        await office.table(area="areas/A", export=True)
    areas = [event.area for event in await published(TableExported, 3)]
    assert areas == ["areas/P", "areas/P", "areas/A"], "another question under the same header is another export"


async def test_nothing_leaves_while_the_broker_cannot_store_the_announcement(
    settings: Settings, database_of: Callable[[str], Database]
) -> None:
    async with bus.connect(settings.nats_url, "gone", prefix=settings.prefix) as gone:
        pass
    office = Office(database_of("statistics"), AuditEvents(gone))
    await office.open()
    await office.enrol(40, "A1")
    assert (await office.table(by=pb.SEX)).total.values
    for choice in ({"export": True}, {"course": "courses/c"}):
        with pytest.raises(Unavailable):
            await office.table(by=pb.SEX, **choice)
