"""The live table on a real database: what one official could work out from all that they may open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ieum.statistics.v1 import statistics_pb2 as pb
from ieum.statistics.v1.events_pb2 import TableExported, TableQueried
from services.chassis.clock import now, stamp
from services.chassis.config import Settings
from services.chassis.errors import Forbidden, Invalid, Unavailable
from services.chassis.events import bus
from services.chassis.events.audit_events import AuditEvents
from services.chassis.observability import trace
from services.chassis.principal import Grant, Kind, Principal, acting_as
from services.chassis.store.mongo import Database
from services.statistics.facts import store
from services.statistics.figures.universe import Universe
from services.statistics.live import daily
from services.statistics.live.daily import DailyStates
from tests.service.conftest import Published
from tests.service.statistics.office import Office

Shown = dict[str, dict[str, str]]


@pytest.mark.parametrize(("persons", "shown"), [(3, "7"), (5, "Q"), (10, "Q")])
async def test_a_city_says_how_many_persons_a_count_needs(office: Office, persons: int, shown: str) -> None:
    office.show_from(persons)
    for area, women, men in (("A1", 4, 3), ("A2", 40, 30)):
        await office.enrol(women, area)
        await office.enrol(men, area, "M")
    counts = await office.shown("ENR", area="areas/A", by=pb.REF_AREA)
    assert counts["areas/A1"] == shown
    assert (await office.table(area="areas/A", course="courses/c")).threshold == persons


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"as_of": stamp(now() + timedelta(days=1))}, "AS_OF_NOT_KEPT"),
        ({"as_of": stamp(now() - timedelta(hours=30))}, "AS_OF_NOT_KEPT"),
        ({"from_quarter": "2025-Q3", "to_quarter": "2026-Q1"}, "PERIOD_NOT_ASKABLE"),
        ({"to_quarter": "2026-Q1"}, "PERIOD_NOT_ASKABLE"),
        ({"from_quarter": "2026-5"}, "QUARTER_INVALID"),
    ],
)
async def test_only_what_is_protected_together_may_be_asked(office: Office, asked: Any, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        await office.table(area="areas/A", **asked)


async def test_older_addresses_of_one_quarter_or_year_are_understood(office: Office) -> None:
    await office.enrol(40, "A1")
    for first, last, period in (("2026-Q3", "2026-Q3", "2026-Q3"), ("2026-Q1", "2026-Q4", "2026")):
        table = await office.table(area="areas/A", from_quarter=first, to_quarter=last)
        assert (table.period, table.from_quarter, table.to_quarter) == (period, first, last)
        assert table.total.values[0].value == "40"


async def test_a_step_goes_on_when_whoever_asked_for_it_gives_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first step takes longer than a page may wait: the next page finds it made."""
    await office.enrol(40, "A1")
    may_end, steps = asyncio.Event(), 0
    step = DailyStates._step

    async def long_step(*given: Any) -> None:
        nonlocal steps
        steps += 1
        await may_end.wait()
        await step(*given)

    monkeypatch.setattr(DailyStates, "_step", long_step)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await office.table(area="areas/A")
    asked = asyncio.create_task(office.table(area="areas/A"))
    await asyncio.sleep(0.1)
    may_end.set()
    assert (await asked).total.values[0].value == "40"
    assert steps == 1


async def test_the_table_moves_on_once_a_day_and_for_all_processes_alike(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.enrol(40, "A1")
    assert (await office.shown("ENR"))["_T"] == "40"
    await office.enrol(15, "A1")
    assert (await office.shown("ENR"))["_T"] == "40", "the day has its state"
    page = (await office.table()).as_of
    assert (await office.table(as_of=page)).custom is False
    tomorrow = now() + timedelta(days=1)
    monkeypatch.setattr("services.statistics.live.service.now", lambda: tomorrow)
    assert (await office.shown("ENR"))["_T"] == "55"
    office.show_from(5)
    assert (await office.shown("ENR"))["_T"] == "55", "another process, or this one after a restart, shows the same"
    assert await office.days.at(Universe.RESIDENT, None, tomorrow) == await office.days.at(
        Universe.RESIDENT, None, tomorrow
    )
    later = tomorrow + timedelta(days=1)
    monkeypatch.setattr("services.statistics.live.service.now", lambda: later)
    await office.enrol(3, "A1")
    assert (await office.shown("ENR"))["_T"] == "55", "three are too few for a step"
    await office.enrol(12, "A1")
    assert (await office.shown("ENR"))["_T"] == "55"
    monkeypatch.setattr("services.statistics.live.service.now", lambda: later + timedelta(days=1))
    assert (await office.shown("ENR"))["_T"] == "70"
    cells = office.database["live_cells"]
    assert len(await cells.distinct("attempt")) == 1, "what is shown no more is not kept"


async def test_the_end_of_a_quarter_is_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.enrol(40, "A1")
    end = datetime(2026, 9, 30, 15, tzinfo=UTC)  # midnight in Seoul
    for moment, more in ((end + timedelta(hours=3), 0), (end + timedelta(days=3), 20), (end + timedelta(days=9), 20)):
        monkeypatch.setattr("services.statistics.live.service.now", lambda moment=moment: moment)
        await office.enrol(more, "A1") if more else None
        await office.shown("ENR")
    assert (await office.shown("ENR"))["_T"] == "80"
    past = await office.table(as_of=stamp(end))
    assert (past.custom, past.total.values[0].value) == (True, "40")


async def test_while_an_installation_is_filled_on_its_first_day_it_is_counted_anew(office: Office) -> None:
    assert (await office.shown("ENR"))["_T"] == "Q"
    await office.enrol(30, "A1")
    assert (await office.shown("ENR"))["_T"] == "30"
    await office.enrol(daily.FIRST_LOAD, "A1")
    assert (await office.shown("ENR"))["_T"] == "50"
    await office.enrol(daily.FIRST_LOAD - 1, "A1")
    assert (await office.shown("ENR"))["_T"] == "50"


async def test_facts_are_read_in_lots_each_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOT", 3)
    begun, moments = datetime(2026, 8, 3, tzinfo=UTC), [datetime(2026, 8, 3, hour, tzinfo=UTC) for hour in (4, 1, 1, 1)]
    for changed in moments:
        await office.enrol(2, "A1", changed=changed)
    read = [[name async for lot in office.facts.for_tables(since) for name in lot.enrolment] for since in (None, begun)]
    assert [len(rows) for rows in read] == [8, 8]
    assert read[0] == read[1]
    assert [row["_id"] async for row in office.facts.rows({"area": "areas/A1"})] == sorted(read[0])


async def test_reach_is_shown_where_residents_were_loaded(office: Office) -> None:
    await office.enrol(30, "A1", "F")
    await office.enrol(10, "A2", "M")
    assert "COV" not in [v.measure for v in (await office.table(area="areas/A", by=pb.SEX)).total.values]
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
        ("A", "_T", "Y65T74", 2_000),
        ("A", "_T", "Y_GE75", 4_000),
        ("A", "_T", "Y_GE60", 8_000),
    ]
    cells = [{"table": "t", "area": a, "sex": s, "age": g, "residents": n} for a, s, g, n in rows]
    await office.database["populations"].insert_many([table | named, *cells])
    assert await office.shown("COV", area="areas/A", by=pb.SEX) == {
        "F": "2.7",
        "M": "L",
        "_O": "Q",
        "_U": "Q",
        "_T": "2.0",
    }
    areas = await office.shown("COV", area="areas/A", by=pb.REF_AREA)
    assert (areas["areas/A1"], areas["areas/A2"], areas["areas/A"], areas["_T"]) == ("5.0", "L", "Q", "2.0")
    ages = await office.shown("COV", area="areas/A", by=pb.AGE)
    assert (ages["Y_GE60"], ages["Y_GE65"], ages["Y_GE75"]) == ("5.0", "6.7", "10.0")
    assert ages["Y_GE55"] == "L", "55 to 64 are not known"
    assert (await office.shown("COV", area="areas/A", by=pb.COURSE)) == {}
    assert (await office.shown("COV", area="areas/A", universe=pb.EMPLOYEE)) == {}
    early = await office.shown("COV", area="areas/A", period="2026-Q1")
    assert early == {}, "nobody knows how many there were then"
    assert await office.residents("areas/A") == {"areas/A": (20_000, 6_000), "areas/A1": (6_000, 0)}
    with pytest.raises(Forbidden):
        await office.residents("areas/A", scope="areas/Q")


async def test_the_country_has_a_reach_where_the_residents_of_all_provinces_are_known(office: Office) -> None:
    areas = [{"name": f"areas/{code}", "parent": "", "title": {}} for code in ("P", "Q")]
    await office.facts.put_places(2, areas, [])
    await office.enrol(40, "P")
    await office.enrol(12, "Q")
    usual = {"kind": "table", "loaded_at": datetime.now(UTC), "source": "x", "licence": "CC0", "checksum": "x"}
    for number, counts in enumerate(({"P": 20_000}, {"P": 20_000, "Q": 240_000})):
        table = {"_id": str(number), "reference": datetime(2026, 6, 30 - number, tzinfo=UTC)} | usual
        cells = [{"table": str(number), "area": a, "sex": "_T", "age": "_T", "residents": n} for a, n in counts.items()]
        await office.database["populations"].insert_many([table, *cells])
    assert await office.shown("COV", "*", area="*", by=pb.REF_AREA) == {
        "areas/P": "2.0",
        "areas/Q": "L",
        "_U": "Q",
        "_T": "L",
    }
    await office.database["populations"].delete_one({"_id": "0"})
    reached = await office.shown("COV", "*", area="*", by=pb.REF_AREA)
    assert reached == {"areas/P": "2.0", "areas/Q": "0.050", "_U": "Q", "_T": "0.20"}


async def test_who_completed_counts_in_the_period_of_the_completion_and_once(office: Office) -> None:
    late: dict[str, Any] = {
        "completed_at": datetime(2026, 10, 2, tzinfo=UTC),
        "started_at": datetime(2026, 9, 1, tzinfo=UTC),
    }
    await office.enrol(20, "A1")
    await office.enrol(30, "A1", **late)
    await office.enrol(12, "A2", **late, delivery="face_to_face")
    assert (await office.shown("PCM", area="areas/A", period="2026-Q3"))["_T"] == "Q", "none is not told apart from few"
    fourth = await office.shown("PCM", area="areas/A", period="2026-Q4", by=pb.REF_AREA)
    assert (fourth["areas/A1"], fourth["areas/A2"], fourth["_T"]) == ("30", "12", "42")
    assert (await office.shown("PCM", area="areas/A", by=pb.TIME_PERIOD))["_T"] == "42"
    assert await office.shown("PCM", area="areas/A", period="2026", by=pb.COURSE) == {}
    ways = await office.shown("ENR", area="areas/A", by=pb.DELIVERY)
    assert (ways["ONL"], ways["F2F"], ways["_T"]) == ("50", "12", "62")
    assert (await office.shown("PCM", area="areas/A", by=pb.DELIVERY, period="2026-Q4"))["F2F"] == "12"


async def test_what_was_chosen_or_leaves_as_a_file_is_announced_before_the_answer(
    office: Office, published: Published
) -> None:
    await office.enrol(40, "A1")
    await office.table(by=pb.SEX)
    await office.table(by=pb.SEX, course="courses/c")
    await office.table(by=pb.SEX, period="2026-Q1")
    await office.table(area="areas/A", export=True)
    queried, of_period = await published(TableQueried, 2)
    assert (queried.actor, queried.area, queried.by) == ("people/o", "areas/P", pb.SEX)
    assert queried.course == "courses/c"
    assert (of_period.from_quarter, of_period.to_quarter) == ("2026-Q1", "2026-Q1")
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


async def test_an_overview_and_a_cross_table_keep_to_the_area_and_are_noted(
    office: Office, published: Published
) -> None:
    await office.enrol(40, "A1")
    await office.enrol(30, "A2")
    before: Any = {"quarter": "2025-Q3", "enrolled_at": datetime(2025, 8, 3, tzinfo=UTC), "enrol_year": 2025}
    await office.enrol(60, "A1", **before)
    grants = (Grant("official", "areas/A"),)
    with acting_as(Principal(kind=Kind.PERSON, person="people/o", grants=grants)):
        found = await office.service.GetOverview(pb.GetOverviewRequest(period="2026-Q3"), None)
        asked = pb.QueryCrossTableRequest(by=pb.AGE, periods=["2026-Q3", "2025-Q3"], parts=True, export=True)
        table = await office.service.QueryCrossTable(asked, None)
        with pytest.raises(Forbidden, match="AREA_OUT_OF_SCOPE"):
            await office.service.GetOverview(pb.GetOverviewRequest(area="areas/B"), None)
        with pytest.raises(Forbidden, match="AREA_OUT_OF_SCOPE"):
            await office.service.QueryCrossTable(pb.QueryCrossTableRequest(area="areas/B"), None)
    assert (found.area, found.before, found.total.values[1].value) == ("areas/A", "2025-Q3", "70")
    assert {each.row.code for each in found.areas} == {"areas/A1", "areas/A2", "areas/A3"}
    counts = {(each.area, each.period, each.row.code): each.row.values[1].value for each in table.rows}
    assert counts["areas/A1", "2026-Q3", "Y_GE65"] == "40"
    assert [list(event.periods) for event in await published(TableQueried, 2)] == [["2026-Q3"], ["2026-Q3", "2025-Q3"]]
    assert len(await published(TableExported)) == 1
