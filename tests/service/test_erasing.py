"""An erasure leaves nothing of what was known of a person, in no database, stream or file (ASVS review, H7 and H8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message

from deploy.place import Place
from ieum.courses.v1.content_pb2 import BOTH, Item, ShortText
from ieum.enrollment.v1 import enrollment_pb2
from ieum.enrollment.v1.enrollment_pb2_grpc import EnrollmentServiceStub
from ieum.notices.v1 import notices_pb2
from ieum.notices.v1.notices_pb2_grpc import NoticesServiceStub
from ieum.people.v1 import people_pb2 as pb
from ieum.people.v1.events_pb2 import EqualityAnswersGiven, PersonErased, SessionRevoked
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2_grpc import ProgressServiceStub
from services.chassis.clock import now, stamp
from services.chassis.config import Settings
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import Grant, Principal, pseudonym
from services.chassis.sealed_answers import AnswersSeal, Numbers
from services.chassis.store.mongo import Database
from services.classes.main import compose as classes
from services.enrollment.main import compose as enrollment
from services.notices.main import compose as notices
from services.notices.settings import NoticesSettings
from services.people.commands import erase_again
from services.people.main import compose as people
from services.people.store import Store
from services.people.store.ledger import ErasureLedger
from services.people.store.old_events import OldEvents
from services.progress.main import compose as progress
from services.statistics.main import compose as statistics
from services.statistics.settings import StatisticsSettings
from tests.service.conftest import Announce, ClientFor, StartService, eventually
from tests.service.full_copy import copy_of
from tests.service.people.town import PASSPHRASE, PLACES, Town, principal
from tests.service.progress.town import answering, published_course

LOGIN, NAME, EMAIL, TYPED = "haneul-unmistakable", "하늘이름", "haneul@unmistakable.example", "typed by haneul"
TELEPHONE = "01098765432"
BORN = 1937
KNOWN = (LOGIN, NAME, EMAIL, TYPED, TELEPHONE, BORN)


@dataclass
class Everywhere:
    """All services that hold something of a person, and the person."""

    town: Town
    person: str
    who: Principal
    client: Any
    database_of: Callable[[str], Database]


@pytest.fixture
async def everywhere(
    start_service: StartService,
    client_for: ClientFor,
    announce: Announce,
    settings: Settings,
    database_of: Callable[[str], Database],
) -> Everywhere:
    town = Town(client_for, await start_service("people", people))
    await town.system.ImportPlaces(PLACES)
    addresses = {
        name: await start_service(name, compose)
        for name, compose in {"enrollment": enrollment, "progress": progress, "classes": classes}.items()
    }
    await start_service("statistics", statistics, StatisticsSettings.model_validate(settings.model_dump()))
    telling = await start_service("notices", notices, NoticesSettings.model_validate(settings.model_dump()))
    await announce(_course(), "photos")
    await _arrived(database_of("enrollment"), "offerings")
    await _arrived(database_of("progress"), "plans")
    person = await town.register(LOGIN, display_name=NAME, email=EMAIL)
    who = principal(person, Grant("learner", "*"))
    client = town.acting(who)
    answers = pb.EqualityAnswers(name=f"{person.name}/equalityAnswers", birth_year=BORN, sex=pb.FEMALE)
    await client.UpdateEqualityAnswers(pb.UpdateEqualityAnswersRequest(answers=answers))
    await town.sign_in(LOGIN)
    taken = await client_for(EnrollmentServiceStub, addresses["enrollment"], who).Enrol(
        enrollment_pb2.EnrolRequest(course="courses/photos")
    )
    step = answering("typed", TYPED)
    request = progress_pb2.RecordProgressRequest(name=taken.name.replace("enrollments", "progress"), steps=[step])
    await _arrived(database_of("progress"), "records")
    await client_for(ProgressServiceStub, addresses["progress"], who).RecordProgress(request)
    await _arrived(database_of("statistics"), "facts", traits={"$exists": True})
    await _arrived(database_of("classes"), "residents")
    preferences = notices_pb2.Preferences(
        person=person.name, telephone=TELEPHONE, quiet_begin="21:00", quiet_end="08:00"
    )
    await client_for(NoticesServiceStub, telling, who).UpdatePreferences(
        notices_pb2.UpdatePreferencesRequest(preferences=preferences)
    )
    return Everywhere(town, person.name, who, client, database_of)


def _course() -> Message:
    course = published_course()
    course.audience = BOTH
    typed = Item(id="typed", short_text=ShortText(accepted=["something else"]))
    course.lessons[1].quizzes[0].items.append(typed)
    course.lessons[1].screens.append("quiz.typed")
    return course


async def _arrived(database: Database, name: str, **wanted: Any) -> None:
    async def is_there() -> bool:
        return bool(await database[name].find({"_id": {"$ne": "current"}, **wanted}).hint("_id_").to_list())

    await eventually(is_there, f"something in {name}")


async def test_nothing_of_an_erased_person_is_left_in_databases_streams_and_files(
    everywhere: Everywhere, settings: Settings, events: Bus, place: Place
) -> None:
    before = await copy_of(settings, events)
    for known in (LOGIN, NAME, EMAIL, TYPED, TELEPHONE):
        assert before.places_of(known), f"{known} is looked for in the wrong places"
    card = pseudonym(settings.pseudonym_key, everywhere.person)
    assert {event.DESCRIPTOR.name for _, event, _ in before.events if card in str(event)} == {"EqualityAnswersGiven"}
    sealed = AnswersSeal(settings.pseudonym_key).close(card, Numbers(BORN, pb.FEMALE, (), groups_answered=False))
    assert _in_files(place, sealed)

    request = pb.RequestErasureRequest(name=everywhere.person, passphrase=PASSPHRASE)
    asked = await everywhere.client.RequestErasure(request)
    _, administrator = await everywhere.town.newcomer("chief", "administrator")
    await administrator.ApproveErasure(pb.ApproveErasureRequest(name=asked.name, passphrase=PASSPHRASE))

    async def is_gone() -> bool:
        copied = await copy_of(settings, events)
        tied = [event for _, event, _ in copied.events if card in str(event)]
        return not tied and not any(copied.places_of(known) for known in KNOWN)

    await eventually(is_gone, "nothing is left", 20)
    number = pb.GetErasureRequestRequest(name=asked.name)

    async def is_done() -> bool:
        return bool((await everywhere.town.anybody.GetErasureRequest(number)).state == pb.ERASURE_DONE)

    await eventually(is_done, "the request says that it is done")
    after = await copy_of(settings, events)
    key = everywhere.person.removeprefix("people/")
    announced = {type(event) for subject, event, _ in after.events if key in subject and ".people." in subject}
    assert announced == {PersonErased, SessionRevoked}
    [fact] = after.rows("statistics.facts")
    assert fact["traits"]["sealed"] == b""
    assert not _in_files(place, sealed), "the broker overwrites what is taken out"
    assert [*ErasureLedger(settings.erasure_ledger).persons()] == [everywhere.person]
    assert _mode(settings.erasure_ledger) == 0o600


async def test_events_of_version_0_1_are_taken_out_and_said_again_without_what_they_gave_away(
    settings: Settings, events: Bus, announce: Announce, database_of: Callable[[str], Database]
) -> None:
    given = EqualityAnswersGiven(pseudonym="pseudo", birth_year=BORN, sex=pb.FEMALE, revision=3, time=stamp(now()))
    await announce(given, "pseudo")
    beside = PersonErased(person="people/lee", revision=2)
    beside.MergeFromString(b"\x12\x06pseudo")  # field 2, as version 0.1 wrote it
    await announce(beside, "lee")
    await announce(PersonErased(person="people/han", revision=2), "han")
    for _ in range(2):
        await OldEvents(database_of("people"), events, settings.pseudonym_key).replace()
    copied = await copy_of(settings, events)
    assert copied.places_of(BORN) == []
    assert [data for _, event, data in copied.events if isinstance(event, PersonErased) and b"pseudo" in data] == []
    assert [event.person for _, event, _ in copied.events if isinstance(event, PersonErased)] == [
        "people/han",
        "people/lee",
    ]
    [again] = [event for _, event, _ in copied.events if isinstance(event, EqualityAnswersGiven)]
    assert (again.pseudonym, again.revision, again.time) == ("pseudo", 3, given.time)
    assert AnswersSeal(settings.pseudonym_key).open("pseudo", again.sealed).birth_year == BORN


async def test_whoever_a_restored_backup_brings_back_is_erased_again(
    start_service: StartService,
    client_for: ClientFor,
    settings: Settings,
    events: Bus,
    database_of: Callable[[str], Database],
    tmp_path: Path,
) -> None:
    """Also the last administrator, and nobody whom the ledger does not name."""
    town = Town(client_for, await start_service("people", people))
    await town.system.ImportPlaces(PLACES)
    chief, _ = await town.newcomer("chief", "administrator")
    neighbour = (await town.register("neighbour")).name
    ledger = ErasureLedger(tmp_path / "of another life")
    for name in (chief, "people/unknown", chief):
        ledger.add(name, now())
    assert [*ledger.persons()] == [chief, "people/unknown"]
    store = Store(database_of("people"), Outbox(events), settings.pseudonym_key)
    assert [(await erase_again(store, ledger))[:1] for _ in range(2)] == ["1", "0"]
    left = [await town.system.GetPerson(pb.GetPersonRequest(name=name)) for name in (chief, neighbour)]
    assert [(each.erased, each.login) for each in left] == [(True, ""), (False, "neighbour")]


def test_a_ledger_that_a_crash_cut_off_says_what_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "erasures"
    file.write_text("2026-11-29T00:00:00+00:00 people/kim\n2026-11-29T00:0")
    assert [*ErasureLedger(file).persons()] == ["people/kim"]
    ErasureLedger(file).add("people/lee", now())
    assert [*ErasureLedger(file).persons()] == ["people/kim", "people/lee"]


def _in_files(place: Place, data: bytes) -> bool:
    """Whether the broker's own files hold these bytes."""
    return any(data in file.read_bytes() for file in place.directory("nats").rglob("*.blk"))


def _mode(file: Path) -> int:
    return file.stat().st_mode & 0o777
