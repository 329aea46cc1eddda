"""Whoever holds every database and every stream, but not the keys, learns nobody's answers (ASVS review, H6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ieum.courses.v1.content_pb2 import BOTH
from ieum.courses.v1.events_pb2 import CoursePublished
from ieum.enrollment.v1 import enrollment_pb2
from ieum.enrollment.v1.enrollment_pb2_grpc import EnrollmentServiceStub
from ieum.people.v1 import people_pb2 as pb
from ieum.people.v1.events_pb2 import EqualityAnswersGiven
from services.chassis.clock import now
from services.chassis.config import Settings
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import pseudonym
from services.chassis.store.mongo import Database
from services.enrollment.main import compose as enrollment
from services.people.main import compose as people
from services.people.store.equality import EqualityStore
from services.statistics.facts.keys import fact_key
from services.statistics.facts.store import Facts
from services.statistics.main import compose as statistics
from services.statistics.settings import StatisticsSettings
from tests.service.conftest import Announce, ClientFor, StartService, eventually
from tests.service.full_copy import FullCopy, copy_of
from tests.service.people.town import PLACES, Town

BORN = {"haneul": 1937, "narae": 1938, "garam": 1939}


@pytest.fixture
async def copy(
    start_service: StartService,
    client_for: ClientFor,
    announce: Announce,
    settings: Settings,
    events: Bus,
    database_of: Callable[[str], Database],
) -> FullCopy:
    """Of a town in which three people have answered and learn."""
    town = Town(client_for, await start_service("people", people))
    await town.system.ImportPlaces(PLACES)
    learning = await start_service("enrollment", enrollment)
    await announce(CoursePublished(course="courses/c", version=1, audience=BOTH, revision=1), "c")
    await eventually(lambda: _has(database_of("enrollment"), "offerings", 1), "the course is known")
    for login, year in BORN.items():
        name, client = await town.newcomer(login)
        answers = pb.EqualityAnswers(
            name=f"{name}/equalityAnswers", birth_year=year, sex=pb.FEMALE, groups_answered=True
        )
        answers.groups.append(pb.DISABILITY)
        await client.UpdateEqualityAnswers(pb.UpdateEqualityAnswersRequest(answers=answers))
        own = client_for(EnrollmentServiceStub, learning, client._who)
        await own.Enrol(enrollment_pb2.EnrolRequest(course="courses/c"))
    await start_service("statistics", statistics, StatisticsSettings.model_validate(settings.model_dump()))
    await eventually(lambda: _has(database_of("statistics"), "facts", 3, traits={"$exists": True}), "all is counted")
    return await copy_of(settings, events)


async def _has(database: Database, name: str, count: int, **wanted: object) -> bool:
    return len(await database[name].find(wanted).hint("_id_").to_list()) == count


def test_a_full_copy_without_keys_ties_no_answer_to_a_name(copy: FullCopy, settings: Settings) -> None:
    facts = {row["_id"]: row for row in copy.rows("statistics.facts")}
    taken = {
        (participation["course"], run["enrol_time"]): f"enrollments/{participation['_id']}-{run['number']}"
        for participation in copy.rows("enrollment.participations")
        for run in participation["runs"]
    }
    assert len(facts) == len(taken) == 3
    # By the enrolment's name nothing is found; by the moment of enrolling the fact is, but no answer with it.
    assert not set(taken.values()) & set(facts)
    tied = [fact for fact in facts.values() if (fact["course"], fact["enrolled_at"]) in taken]
    assert [sorted(fact["traits"]) for fact in tied] == [["revision", "sealed"]] * 3
    for year in BORN.values():
        assert copy.places_of(year) == []
    for answer in ("disability", "DISABILITY", "female", "birth_year", "groups"):
        assert copy.places_of(answer) == [], answer
    assert {fact_key(settings.pseudonym_key, name) for name in taken.values()} == set(facts), "the key does tie them"


def test_no_event_holds_an_answer_in_the_open(copy: FullCopy) -> None:
    given = [event for _, event, _ in copy.events if isinstance(event, EqualityAnswersGiven)]
    assert len(given) == 3
    for event in given:
        assert sorted(each.name for each, _ in event.ListFields()) == ["pseudonym", "revision", "sealed", "time"]


async def test_facts_and_cards_of_version_0_1_are_closed_at_the_start(
    database_of: Callable[[str], Database], settings: Settings, events: Bus
) -> None:
    key, person, name = settings.pseudonym_key, "people/haneul", "enrollments/abc-1"
    who, given = pseudonym(key, person), {"birth_year": 1937, "groups": ["disability"], "groups_answered": True}
    traits = {"revision": 4, "sex": "F", **given}
    fact = {"pseudonym": who, "course": "courses/c", "enrol_year": 2026, "enrolled_at": now(), "version": 1}
    statistics, cards = database_of("statistics"), database_of("people")["equality"]
    await statistics["facts"].insert_many([{"_id": name, **fact, "traits": traits}, {"_id": "enrollments/x", **fact}])
    await statistics["traits"].insert_one({"_id": who, **traits})
    card = {"answers": {"sex": "female", **given}, "update_time": now(), "closed": False, "revision": 4}
    await cards.insert_one({"_id": who, **card})
    # An event came for the new key while the old fact was still there.
    await statistics["facts"].insert_one({"_id": fact_key(key, name), "completed_at": now()})

    facts, equality = Facts(statistics, key), EqualityStore(database_of("people"), Outbox(events), key)
    for _ in range(2):
        await facts.prepare()
        await equality.prepare()
    rows = {row["_id"]: row async for row in facts.rows({})}
    assert set(rows) == {fact_key(key, name), fact_key(key, "enrollments/x")}
    closed = rows[fact_key(key, name)]
    assert (closed["traits"], closed["completed_at"] is not None) == ({"sex": "F", **given}, True)
    assert [sorted(lot.age, key=str) async for lot in facts.for_tables()] == [[89, None]]
    answers = (await equality.find(person)).answers
    assert (answers.birth_year, answers.sex, [*answers.groups]) == (1937, "female", ["disability"])
    copied = await copy_of(settings, events)
    for word in (1937, "disability", "female", "birth_year"):
        assert copied.places_of(word) == []
