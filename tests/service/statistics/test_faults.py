"""What goes wrong between the services, told to the handlers themselves, on a real database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from ieum.courses.v1.events_pb2 import CoursePublished
from ieum.enrollment.v1 import enrollment_pb2 as enrollment
from ieum.enrollment.v1.events_pb2 import Enrolled, MovedToVersion, Withdrawn
from ieum.people.v1 import people_pb2 as people
from ieum.people.v1.events_pb2 import EqualityAnswersGiven, PersonErased, PlacesImported
from ieum.progress.v1.events_pb2 import CourseCompleted, LearningStarted, LessonCompleted
from services.chassis.clock import stamp
from services.chassis.events.bus import BatchHandler
from services.chassis.principal import pseudonym
from services.chassis.store.mongo import Database
from services.statistics.areas.geography import Geography
from services.statistics.facts.events import Listener
from services.statistics.facts.keys import fact_key
from services.statistics.facts.store import Facts
from services.statistics.figures.observation import AreaCode
from services.statistics.figures.units import Unit
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.counting import count
from services.statistics.live.domain.enrolment_arrays import Columns
from services.statistics.live.domain.lattice import World
from services.statistics.live.domain.protection import COUNTS, ShownCell, Tally
from services.statistics.live.domain.questions import LiveState, Question
from services.statistics.reference_data.geographies import Geographies
from services.statistics.reference_data.store import References
from services.statistics.releases.domain.lifecycle import Release
from services.statistics.releases.snapshot import EnrolmentSnapshot

SEOUL = ZoneInfo("Asia/Seoul")
KEY = b"k" * 32
AREAS = (("P", ""), ("A", "P"), ("B", "P"))
LAST = datetime(2027, 1, 15, tzinfo=UTC)


def at(day: int, hour: int = 3, *, month: int = 9) -> Timestamp | None:
    return stamp(datetime(2026, month, day, hour, tzinfo=UTC))


class Told:
    """One town's services, by the handlers that hear them; `suffix` keeps towns on one database apart."""

    def __init__(self, database: Database, suffix: str = "") -> None:
        self.database = database
        self.facts = Facts(database, KEY)
        self.suffix = suffix
        listener = Listener(self.facts, KEY, SEOUL)
        self._heard = listener.handlers()
        heard = [each.one_by_one() if isinstance(each, BatchHandler) else each for each in self._heard.values()]
        self._handlers = {kind: handle for each in heard for kind, handle in each.items()}

    async def hear(self, *events: Message) -> None:
        for event in events:
            await self._handlers[type(event)](event)

    async def hear_together(self, *events: Message) -> None:
        """Each package's in one lot."""
        for heard in self._heard.values():
            if isinstance(heard, BatchHandler):
                await heard.handle([event for event in events if type(event) in heard.kinds])
            else:
                await self.hear(*(event for event in events if type(event) in heard))

    def course(self, version: int, *competences: str) -> CoursePublished:
        name = f"courses/c{self.suffix}"
        return CoursePublished(course=name, version=version, revision=version, competences=competences)

    def enrolled(self, who: str, run: int = 1, area: str = "A", when: Timestamp | None = None, **more: Any) -> Enrolled:
        residence = enrollment.Residence(area=f"areas/{area}", universe=enrollment.RESIDENT)
        fields: dict[str, Any] = {"version": 1, "revision": run, "enrol_time": when or at(1)} | more
        return Enrolled(
            enrollment=self.name(who, run),
            person=f"people/{who}{self.suffix}",
            course=f"courses/c{self.suffix}",
            run=run,
            residence=residence,
            **fields,
        )

    def answers(self, who: str, revision: int, *, born: int, sex: people.Sex.ValueType) -> EqualityAnswersGiven:
        given: dict[str, Any] = {
            "birth_year": born,
            "sex": sex,
            "groups": [people.FARMER_FISHER],
            "groups_answered": True,
        }
        return EqualityAnswersGiven(pseudonym=self.of(who), revision=revision, **given)

    def erased(self, who: str) -> PersonErased:
        return PersonErased(person=f"people/{who}{self.suffix}", revision=9)

    def name(self, who: str, run: int = 1) -> str:
        return f"enrollments/{who}{self.suffix}-{run}"

    def of(self, who: str) -> str:
        return pseudonym(KEY, f"people/{who}{self.suffix}")

    async def rows(self, match: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        return [row async for row in self.facts.rows({"course": f"courses/c{self.suffix}"} | (match or {}))]


@pytest.fixture
async def told(database_of: Callable[[str], Database]) -> Told:
    town = Told(database_of("statistics"))
    await town.facts.prepare()
    areas = [people.Area(name=f"areas/{code}", parent=f"areas/{above}" if above else "") for code, above in AREAS]
    await town.hear(PlacesImported(areas=areas, revision=1))
    return town


async def counted(told: Told, area: str = "areas/P", as_of: datetime = LAST) -> list[Unit]:
    """As a release of an area would count them."""
    codes = tuple(AreaCode(code, above, "SGG", {}, None) for code, above in AREAS)
    census = EnrolmentSnapshot(told.facts, SEOUL)
    plan = Release("r", "r", 1, {}, Universe.RESIDENT, area, ("2026-Q3",), as_of, as_of, "people/o", 5, "1")
    return await census.units(plan, Geography(codes, as_of.date()))


async def live(told: Told, by: str = "") -> dict[str, Tally]:
    """As the live table of the whole counts them, before anything is hidden."""
    empty = Columns()
    held = empty.joined([empty.holding(lot) async for lot in told.facts.for_tables()])
    world = World(await told.facts.areas(), await told.facts.course_list())
    cells = {key: ShownCell(cell, COUNTS) for key, cell in count(held, Universe.RESIDENT, LAST, world).items()}
    rows = LiveState(LAST, cells, world, "2026-Q4").rows(Question("areas/P", Universe.RESIDENT, by))
    return {code: cell.tally for code, cell in rows if cell.measures}


def eventful(town: Told) -> list[Message]:
    """A quarter in which everything happens that may: corrections, moves, a second run, versions, an erasure."""
    name = town.name
    return [
        town.course(1, "1.2", "4.1"),
        town.course(2, "2.1"),
        town.enrolled("kim", revision=1),
        LearningStarted(enrollment=name("kim"), start_time=at(2), revision=2),
        LessonCompleted(enrollment=name("kim"), lesson="l1", minutes=20),
        LessonCompleted(enrollment=name("kim"), lesson="l2", minutes=15),
        MovedToVersion(enrollment=name("kim"), version=2, revision=3),
        CourseCompleted(enrollment=name("kim"), complete_time=at(9), revision=5),
        CourseCompleted(enrollment=name("kim"), complete_time=at(8), revision=6),
        town.answers("kim", 1, born=1950, sex=people.MALE),
        town.answers("kim", 2, born=1951, sex=people.FEMALE),
        town.enrolled("lee", revision=1, area="X"),
        town.enrolled("lee", revision=2, area="B"),
        LearningStarted(enrollment=name("lee"), start_time=at(3), revision=2),
        Withdrawn(enrollment=name("lee"), withdraw_time=at(4), revision=3),
        Withdrawn(enrollment=name("lee"), withdraw_time=at(5), revision=4),
        town.enrolled("lee", 2, "A", at(6), revision=5, version=2),
        town.answers("lee", 1, born=1980, sex=people.FEMALE),
        town.erased("lee"),
        town.answers("lee", 2, born=1981, sex=people.FEMALE),
        town.enrolled("han", area="NOWHERE"),
    ]


async def test_whatever_the_order_and_however_often_and_alone_or_together_the_same_facts_come_of_it(told: Told) -> None:
    draw = random.Random(2026)

    async def one_order(number: int) -> list[dict[str, Any]]:
        town = Told(told.facts.facts.database, f"o{number}")
        events = eventful(town)
        if number:
            events += draw.choices(events, k=len(events) // 2)
            draw.shuffle(events)
        if number % 2:
            cut = draw.randrange(len(events))
            await town.hear_together(*events[:cut])
            await town.hear_together(*events[cut:])
        else:
            await town.hear(*events)
        return sorted((plain(row, town) for row in await town.rows()), key=lambda row: str(row["_id"]))

    first, *others = await asyncio.gather(*(one_order(number) for number in range(40)))
    assert len(first) == 4
    for number, facts in enumerate(others, 1):
        assert facts == first, f"order {number}"
    by_name = {row["_id"]: row for row in first}
    kim, lee, again = by_name["kim-1"], by_name["lee-1"], by_name["lee-2"]
    assert (kim["version"], kim["completed_at"], kim["minutes"]) == (2, day(8), {"l1": 20, "l2": 15})
    assert (kim["traits"]["birth_year"], kim["traits"]["sex"]) == (1951, "F")
    assert (lee["area"], lee["withdrawn_at"]) == ("areas/B", day(5))
    assert (again["area"], again["version"], "withdrawn_at" in again) == ("areas/A", 2, False)
    for row in (lee, again):
        assert (row["traits"]["birth_year"], row["traits"]["sex"], row["traits"]["groups"]) == (0, "", [])


def day(number: int) -> datetime:
    return datetime(2026, 9, number, 3, tzinfo=UTC)


def plain(row: dict[str, Any], town: Told) -> dict[str, Any]:
    """A fact without its town, and without when it was heard."""
    keyed = {fact_key(KEY, town.name(each, run)): f"{each}-{run}" for each in ("kim", "lee", "han") for run in (1, 2)}
    who = {town.of(each): each for each in ("kim", "lee", "han")}
    told = {name: value for name, value in row.items() if name != "changed"}
    return {
        **told,
        "_id": keyed[row["_id"]],
        "pseudonym": who[row["pseudonym"]],
        "person": who[row["person"]],
        "course": row["course"].replace(town.suffix, ""),
    }


async def test_an_index_that_no_query_asks_any_more_goes(told: Told) -> None:
    await told.facts.facts.create_index(["universe", "area", "quarter"])
    await told.facts.prepare()
    assert set(await told.facts.facts.index_information()) == {"_id_", "pseudonym_1", "changed_1__id_1"}


async def test_who_left_and_came_back_is_one_person_with_two_enrolments(told: Told) -> None:
    await told.hear(
        told.course(1),
        told.enrolled("lee", 1, "A", at(1)),
        LearningStarted(enrollment=told.name("lee"), start_time=at(1, 4), revision=2),
        Withdrawn(enrollment=told.name("lee"), withdraw_time=at(1, 5), revision=3),
        told.enrolled("lee", 2, "A", at(1, 6)),
        told.enrolled("han", 1, "A", at(1)),
        Withdrawn(enrollment=told.name("han"), withdraw_time=at(1, 4), revision=2),
        told.enrolled("han", 2, "A", at(1, 5)),
    )
    found = await counted(told)
    assert sorted((unit.person == told.of("lee"), unit.status) for unit in found) == [
        (False, "NST"),
        (True, "NST"),
        (True, "WDR"),
    ], "only the run that was left before anything was done in it does not count"
    total = (await live(told))["_T"]
    assert (total.enrolments, total.persons, total.started) == (3, 2, 1)


async def test_who_moves_keeps_counting_where_they_lived_when_they_enrolled(told: Told) -> None:
    await told.hear(told.enrolled("kim", 1, "A", at(1)), told.enrolled("kim", 2, "B", at(8)))
    assert [(unit.area, unit.person) for unit in await counted(told)] == [("A", told.of("kim")), ("B", told.of("kim"))]


async def test_people_of_an_area_that_the_list_lacks_count_in_the_whole_and_in_no_part(told: Told) -> None:
    await told.hear(*(told.enrolled(f"p{number}", 1, "NEW") for number in range(6)))
    tree = await told.facts.areas()
    assert (tree.is_whole("areas/P"), tree.is_whole("*"), tree.is_whole("areas/A")) == (True, True, False)
    assert {code: row.persons for code, row in (await live(told, "REF_AREA")).items()} == {"_U": 6, "_T": 6}
    assert ({unit.area for unit in await counted(told)}, len(await counted(told))) == ({"P"}, 6)
    assert await counted(told, "areas/A") == []
    areas = [people.Area(name=f"areas/{code}", parent=f"areas/{above}" if above else "") for code, above in AREAS]
    later = PlacesImported(areas=[*areas, people.Area(name="areas/NEW", parent="areas/B")], revision=2)
    await told.hear(later, PlacesImported(areas=areas, revision=1))
    known = {code: row.persons for code, row in (await live(told, "REF_AREA")).items()}
    assert known == {"areas/B": 6, "_T": 6}, "once the list knows it"
    await told.hear(PlacesImported(areas=areas, successors={"areas/NEW": "areas/B"}, revision=3))
    assert {code: row.persons for code, row in (await live(told, "REF_AREA")).items()} == known, "its people moved"
    geographies = Geographies(told.facts, References(told.database), SEOUL)
    assert [(await geographies.at(f"areas/{top}", LAST)).home("NEW") for top in "PBA"] == ["B", "B", None]


async def test_a_new_version_in_the_middle_of_a_cohort_leaves_what_the_old_one_taught(told: Told) -> None:
    await told.hear(
        told.course(1, "1.1"),
        told.enrolled("old"),
        told.enrolled("moved"),
        told.course(2, "2.3"),
        MovedToVersion(enrollment=told.name("moved"), version=2),
        told.enrolled("new", version=2),
        told.enrolled("early", version=3),
    )
    by_person = {unit.person: unit.domains for unit in await counted(told)}
    expected = {"old": "DC30_1", "moved": "DC30_2", "new": "DC30_2", "early": "DC30_2"}
    assert by_person == {told.of(who): (code,) for who, code in expected.items()}, "an unheard version is as the newest"
    taught = await live(told, "COURSE_DOMAIN")
    assert [taught[code].enrolments for code in ("DC30_1", "DC30_2", "_T")] == [1, 3, 4]
    course = (await live(told, "COURSE"))["courses/c"]
    assert (course.enrolments, course.persons) == (4, 4)


async def test_a_quarter_ends_at_the_citys_midnight_in_table_and_release_alike(told: Told) -> None:
    edge = datetime(2026, 9, 30, 15, tzinfo=UTC)  # midnight in Seoul
    before, after = stamp(edge.replace(hour=14, minute=59, second=59)), stamp(edge)
    await told.hear(told.enrolled("kim", when=before), told.enrolled("lee", when=after))
    year_end = datetime(2026, 12, 31, 15, tzinfo=UTC)
    await told.hear(told.enrolled("han", when=stamp(year_end)), told.answers("han", 1, born=1972, sex=people.MALE))
    quarters = {told.of("kim"): "2026-Q3", told.of("lee"): "2026-Q4", told.of("han"): "2027-Q1"}
    assert {row["pseudonym"]: row["quarter"] for row in await told.rows()} == quarters
    units = await counted(told)
    assert {unit.person: unit.quarter for unit in units} == quarters
    assert [unit.age for unit in units if unit.person == told.of("han")] == ["Y55T64"], "55 in the year that began here"


async def test_an_event_without_its_time_is_put_aside_not_passed_over(told: Told) -> None:
    for event in (
        Enrolled(enrollment="enrollments/x-1"),
        Withdrawn(enrollment="enrollments/x-1"),
        LearningStarted(enrollment="enrollments/x-1"),
        CourseCompleted(enrollment="enrollments/x-1"),
    ):
        with pytest.raises(ValueError, match="without its time"):
            await told.hear(event)
    assert await told.facts.facts.count_documents({"_id": fact_key(KEY, "enrollments/x-1")}) == 0


async def test_erasing_somebody_changes_no_count_of_enrolments_persons_areas_or_courses(told: Told) -> None:
    await told.hear(told.course(1, "1.1"))
    for number in range(6):
        who = f"p{number}"
        await told.hear(told.enrolled(who), told.answers(who, 1, born=1950, sex=people.FEMALE))
    ways = ("", "REF_AREA", "COURSE", "TIME_PERIOD", "COURSE_DOMAIN")
    before = [await live(told, by) for by in ways]
    units = await counted(told)
    for _ in range(2):
        await told.hear(told.erased("p0"), told.answers("p0", 2, born=1950, sex=people.FEMALE))
    assert [await live(told, by) for by in ways] == before
    after = await counted(told)
    assert [(one.person, one.area, one.status) for one in after] == [
        (one.person, one.area, one.status) for one in units
    ]
    gone = next(one for one in after if one.person == told.of("p0"))
    assert (gone.sex, gone.age, gone.flags) == ("_U", "_U", None), "what they told of themselves is forgotten"
