from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ieum.courses.v1.events_pb2 import CoursePublished
from ieum.enrollment.v1 import enrollment_pb2 as enrollment
from ieum.enrollment.v1.events_pb2 import Enrolled, Withdrawn
from ieum.people.v1 import people_pb2 as people
from ieum.people.v1.events_pb2 import EqualityAnswersGiven, PersonErased, PlacesImported
from ieum.progress.v1.events_pb2 import CourseCompleted, LearningStarted
from ieum.statistics.v1 import statistics_pb2 as pb
from ieum.statistics.v1 import statistics_pb2_grpc
from services.chassis.clock import now, stamp
from services.chassis.config import Settings
from services.chassis.errors import Forbidden, Invalid, Unauthenticated
from services.chassis.principal import ANONYMOUS, Grant, Kind, Principal, pseudonym
from services.statistics.live import daily
from services.statistics.main import compose
from tests.service.conftest import Announce, ClientFor, StartService, eventually

AUGUST = datetime(2026, 8, 3, 1, tzinfo=UTC)
TREE = [("P", ""), ("A", "P"), ("A1", "A"), ("A2", "A"), ("A3", "A"), ("B", "P"), ("B1", "B")]


def official(*scopes: str) -> Principal:
    grants = tuple(Grant("official", scope) for scope in scopes)
    return Principal(kind=Kind.PERSON, person="people/o", grants=grants)


class Town:
    """Plays the other services."""

    def __init__(self, announce: Announce, settings: Settings) -> None:
        self._announce = announce
        self._key = settings.pseudonym_key
        self.revision = 0

    async def places(self) -> None:
        areas = [
            people.Area(name=f"areas/{code}", parent=f"areas/{parent}" if parent else "", title={"en": code})
            for code, parent in TREE
        ]
        await self._announce(PlacesImported(areas=areas, revision=1), "places")
        event = CoursePublished(course="courses/c", title={"en": "C"}, competences=["1.2", "4.1"], revision=1)
        await self._announce(event, "c")

    async def enrol(self, person: str, area: str, *, at: datetime = AUGUST, times: int = 1, course: str = "c") -> str:
        name = f"enrollments/{person}{course}{secrets.token_hex(3)}"
        residence = enrollment.Residence(area=f"areas/{area}", universe=enrollment.RESIDENT)
        await self._announce(
            Enrolled(
                enrollment=name,
                person=f"people/{person}",
                course=f"courses/{course}",
                version=1,
                run=1,
                residence=residence,
                enrol_time=stamp(at),
                revision=1,
            ),
            "e",
            times,
        )
        return name

    async def start(self, name: str, *, at: datetime = AUGUST, times: int = 1) -> None:
        await self._announce(LearningStarted(enrollment=name, start_time=stamp(at)), "e", times)

    async def complete(self, name: str, *, at: datetime = AUGUST, times: int = 1) -> None:
        await self._announce(CourseCompleted(enrollment=name, complete_time=stamp(at)), "e", times)

    async def withdraw(self, name: str) -> None:
        await self._announce(Withdrawn(enrollment=name, withdraw_time=stamp(AUGUST)), "e")

    async def answer(self, person: str, *, born: int, sex: people.Sex.ValueType, revision: int = 1) -> None:
        name = pseudonym(self._key, f"people/{person}")
        event = EqualityAnswersGiven(
            pseudonym=name,
            birth_year=born,
            sex=sex,
            groups=[people.FARMER_FISHER],
            groups_answered=True,
            revision=revision,
        )
        await self._announce(event, name, 2)

    async def erase(self, person: str) -> None:
        await self._announce(PersonErased(person=f"people/{person}", revision=9), person)


@pytest.fixture(autouse=True)
def counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on the first day of an installation, but for any change: here it is about what is counted."""
    monkeypatch.setattr(daily, "FIRST_LOAD", 0)


@pytest.fixture
def town(announce: Announce, settings: Settings) -> Town:
    return Town(announce, settings)


Query = Callable[..., Awaitable[dict[str, dict[str, str]]]]


@pytest.fixture
async def ask(start_service: StartService, client_for: ClientFor) -> Callable[[Principal], Query]:
    address = await start_service("statistics", compose)

    def of(who: Principal) -> Query:
        client = client_for(statistics_pb2_grpc.StatisticsServiceStub, address, who)

        async def query(**request: Any) -> dict[str, dict[str, str]]:
            table = await client.QueryTable(pb.QueryTableRequest(**request))
            rows = [*table.rows, table.total]
            return {row.code: {v.measure: v.value or v.obs_status for v in row.values} for row in rows}

        return query

    return of


async def until(query: Query, enrolled: str, **request: Any) -> None:
    async def arrived() -> bool:
        return (await query(**request))["_T"]["ENR"] == enrolled

    await eventually(arrived, f"{enrolled} enrolments counted")


async def test_events_twice_and_in_the_wrong_order_count_once(town: Town, ask: Callable[[Principal], Query]) -> None:
    query = ask(official("areas/A"))
    await town.places()
    for number in range(12):
        name = await town.enrol(f"p{number}", "A1", times=2)
        if number < 6:
            await town.complete(name, times=2)
            await town.start(name, times=2)
    await until(query, "12")
    complete = {"ENR": "12", "EPR": "12", "STR": "6", "CMP": "6", "CPR": "50.0", "PCM": "6"}

    async def settled() -> bool:
        return (await query())["_T"] == complete

    await eventually(settled, "the total settles")
    rows = await query(by=pb.REF_AREA)
    assert rows["areas/A1"] == complete
    assert set(rows["areas/A2"].values()) == {"Q"}, "nobody is not told apart from few"


async def test_fewer_than_five_persons_are_shown_nowhere_and_cannot_be_subtracted(
    town: Town, ask: Callable[[Principal], Query]
) -> None:
    query = ask(official("areas/A"))
    await town.places()
    for area, persons in (("A1", 9), ("A2", 3), ("A3", 7)):
        for number in range(persons):
            await town.enrol(f"{area}n{number}", area)
    await until(query, "19")
    rows = await query(by=pb.REF_AREA)
    assert rows["areas/A2"]["ENR"] == "Q"
    assert rows["areas/A3"]["ENR"] == "Q", "or 19 - 9 - 7 would give 3 away"
    assert (rows["areas/A1"]["ENR"], rows["_T"]["ENR"]) == ("9", "19")


async def test_one_person_with_many_enrolments_is_still_one_person(
    town: Town, ask: Callable[[Principal], Query]
) -> None:
    query = ask(official("areas/A"))
    await town.places()
    for number in range(8):
        await town.enrol("same", "A1", course=f"c{number}")
    await town.enrol("other", "A1")
    await eventually(lambda: _hidden(query), "the facts arrive")
    for number in range(4):
        await town.enrol(f"more{number}", "A1")
    await until(query, "13")
    assert (await query())["_T"]["EPR"] == "6"


async def _hidden(query: Query) -> bool:
    return (await query())["_T"]["ENR"] == "Q"


async def test_an_official_sees_their_own_area_and_below_and_nothing_else(
    town: Town, ask: Callable[[Principal], Query]
) -> None:
    await town.places()
    for number in range(12):
        await town.enrol(f"a{number}", "A1")
        await town.enrol(f"b{number}", "B1")
    await until(ask(official("areas/P")), "24")
    county = ask(official("areas/B"))
    assert (await county())["_T"]["ENR"] == "12"
    assert (await county(area="areas/B1"))["_T"]["ENR"] == "12"
    assert (await ask(official("*"))(area="*", by=pb.REF_AREA))["areas/P"]["ENR"] == "24"
    for area in ("areas/A", "areas/A1", "areas/P", "areas/NOWHERE", "*", "organisations/x"):
        with pytest.raises(Forbidden) as refused:
            await county(area=area)
        assert refused.value.reason == "AREA_OUT_OF_SCOPE"
    limited = Principal(
        kind=Kind.PERSON,
        person="people/o",
        grants=(Grant("official", "areas/P"),),
        token_scopes=("statistics.read",),
        token_area="areas/B",
    )
    assert (await ask(limited)())["_T"]["ENR"] == "12"
    with pytest.raises(Forbidden):
        await ask(limited)(area="areas/A")


async def test_others_see_nothing(ask: Callable[[Principal], Query]) -> None:
    with pytest.raises(Unauthenticated):
        await ask(ANONYMOUS)()
    with pytest.raises(Forbidden):
        await ask(Principal(kind=Kind.PERSON, person="people/l", grants=(Grant("learner", "*"),)))()
    with pytest.raises(Forbidden):
        await ask(Principal(kind=Kind.PERSON, person="people/l", token_scopes=("learning.read",)))()
    with pytest.raises(Invalid):
        await ask(official("*"))(area="*", from_quarter="2026-5")


async def test_answers_given_before_or_after_enrolling_count_and_later_answers_replace_them(
    town: Town, ask: Callable[[Principal], Query]
) -> None:
    query = ask(official("areas/A"))
    await town.places()
    for number in range(10):
        if number % 2:
            await town.answer(f"p{number}", born=1950, sex=people.FEMALE)
        await town.enrol(f"p{number}", "A1")
        if not number % 2:
            await town.answer(f"p{number}", born=1950, sex=people.FEMALE)
    await until(query, "10")

    async def all_answered() -> bool:
        return (await query(by=pb.SEX)).get("F", {}).get("ENR") == "10"

    await eventually(all_answered, "the answers reach the facts")
    assert (await query(by=pb.AGE))["Y_GE75"]["ENR"] == "10"
    groups = await query(by=pb.TARGET_GROUP)
    shown = {code: groups[code]["ENR"] for code in ("OLD", "FAR", "DIS")}
    assert shown == {"OLD": "10", "FAR": "10", "DIS": "Q"}
    assert not [code for code in groups if code in ("N_FAR", "N_DIS", "_U")]
    for number in range(10):
        await town.answer(f"p{number}", born=1980, sex=people.MALE, revision=3)
        await town.answer(f"p{number}", born=1950, sex=people.FEMALE, revision=2)

    async def all_corrected() -> bool:
        return (await query(by=pb.SEX)).get("M", {}).get("ENR") == "10"

    await eventually(all_corrected, "the corrections reach the facts")
    for number in range(10):
        await town.erase(f"p{number}")

    async def forgotten() -> bool:
        return (await query(by=pb.SEX)).get("_U", {}).get("ENR") == "10"

    await eventually(forgotten, "erased answers are forgotten")


async def test_leaving_before_doing_anything_is_not_counted_and_quarters_end_at_the_citys_midnight(
    town: Town, ask: Callable[[Principal], Query]
) -> None:
    query = ask(official("areas/A"))
    await town.places()
    edge = datetime(2026, 9, 30, 15, tzinfo=UTC)  # midnight in Seoul
    for number in range(12):
        await town.enrol(f"p{number}", "A1", at=edge - timedelta(seconds=1))
        await town.enrol(f"q{number}", "A1", at=edge)
        await town.withdraw(await town.enrol(f"r{number}", "A1", at=edge))

    async def all_heard() -> bool:
        rows = await query(by=pb.TIME_PERIOD)
        return [rows.get(quarter, {}).get("ENR") for quarter in ("2026-Q3", "2026-Q4")] == ["12", "12"]

    await eventually(all_heard, "twelve on each side of midnight")
    assert (await query(period="2026-Q4"))["_T"]["ENR"] == "12"
    assert (await query())["_T"]["ENR"] == "24"
    for moment in (edge - timedelta(seconds=1), now()):
        with pytest.raises(Invalid, match="AS_OF_NOT_KEPT"):
            await query(as_of=stamp(moment))
