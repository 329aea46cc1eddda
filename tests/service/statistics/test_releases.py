from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ieum.courses.v1.events_pb2 import CoursePublished
from ieum.enrollment.v1 import enrollment_pb2 as enrollment
from ieum.enrollment.v1.events_pb2 import Enrolled
from ieum.people.v1 import people_pb2 as people
from ieum.people.v1.events_pb2 import EqualityAnswersGiven, PersonErased, PlacesImported
from ieum.progress.v1.events_pb2 import CourseCompleted, LearningStarted
from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import releases_pb2_grpc
from ieum.statistics.v1.events_pb2 import ReleaseDiscarded, ReleasePublished
from services.chassis.clock import now, stamp
from services.chassis.config import Settings
from services.chassis.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated
from services.chassis.principal import ANONYMOUS, Grant, Kind, Principal, pseudonym
from services.chassis.store.mongo import Database
from services.statistics.main import compose
from services.statistics.releases import publisher, rounds
from services.statistics.releases.edition import EditionBuilder
from tests.service.conftest import Announce, ClientFor, Published, StartService, eventually

FEBRUARY = datetime(2025, 2, 3, 1, tzinfo=UTC)
AS_OF = datetime(2025, 7, 1, tzinfo=UTC)
TREE = [("p", ""), ("a", "p"), ("b", "p"), ("c", "p")]
Name = Callable[[str], Principal]


def official(name: str, scope: str = "areas/p") -> Principal:
    return Principal(kind=Kind.PERSON, person=f"people/{name}", grants=(Grant("official", scope),))


class Town:
    """Plays the other services: 60 learners in three places, some of whom finish."""

    def __init__(self, announce: Announce, settings: Settings) -> None:
        self._announce = announce
        self._key = settings.pseudonym_key

    async def open(self) -> None:
        areas = [
            people.Area(
                name=f"areas/{code}",
                parent=f"areas/{parent}" if parent else "",
                kind="CITY" if parent else "PROVINCE",
                title={"en": code.upper(), "ko": code},
            )
            for code, parent in TREE
        ]
        await self._announce(PlacesImported(areas=areas, revision=1), "places")
        course = CoursePublished(course="courses/c", title={"en": "C"}, competences=["1.2", "4.1"], revision=1)
        await self._announce(course, "c")

    async def learn(self, count: int, *, first: int = 0, at: datetime = FEBRUARY) -> None:
        for number in range(first, first + count):
            name = f"enrollments/e{number}"
            area = "aaabbc"[number % 6]
            residence = enrollment.Residence(area=f"areas/{area}", universe=enrollment.RESIDENT)
            event = Enrolled(
                enrollment=name,
                person=f"people/{number}",
                course="courses/c",
                version=1,
                run=1,
                residence=residence,
                enrol_time=stamp(at),
                revision=1,
            )
            await self._announce(event, f"e{number}")
            if number % 4:
                await self._announce(LearningStarted(enrollment=name, start_time=stamp(at)), f"e{number}")
            if number % 4 > 1:
                done = at + timedelta(days=number % 9)
                await self._announce(CourseCompleted(enrollment=name, complete_time=stamp(done)), f"e{number}")
            await self._answer(number)

    async def _answer(self, number: int) -> None:
        name = pseudonym(self._key, f"people/{number}")
        event = EqualityAnswersGiven(
            pseudonym=name,
            birth_year=1940 + number % 50,
            sex=people.FEMALE if number % 3 else people.MALE,
            groups=[people.FARMER_FISHER] if number % 5 == 0 else [],
            groups_answered=True,
            revision=1,
        )
        await self._announce(event, name)

    async def erase(self, number: int) -> None:
        await self._announce(PersonErased(person=f"people/{number}", revision=9), f"people{number}")


@pytest.fixture
async def town(announce: Announce, settings: Settings) -> Town:
    return Town(announce, settings)


Client = Callable[[Principal], Any]


@pytest.fixture
async def client(start_service: StartService, client_for: ClientFor) -> Client:
    address = await start_service("statistics", compose)
    return lambda who: client_for(releases_pb2_grpc.ReleaseServiceStub, address, who)


@pytest.fixture
def facts(database_of: Callable[[str], Database]) -> Callable[[int], Awaitable[None]]:
    collection = database_of("statistics")["facts"]

    async def arrived(count: int) -> None:
        async def there() -> bool:
            ready = {"pseudonym": {"$exists": True}, "traits": {"$exists": True}}
            return await collection.count_documents(ready) == count

        await eventually(there, f"{count} facts")

    return arrived


async def plan(who: Any, **changes: Any) -> pb.Release:
    request: dict[str, Any] = {"area": "areas/p", "periods": ["2025-Q1"], "as_of": stamp(AS_OF)}
    release: pb.Release = await who.PlanRelease(pb.PlanReleaseRequest(**(request | changes)))
    return release


async def reach(client: Any, name: str, state: pb.Release.State.ValueType, seconds: float = 60.0) -> pb.Release:
    found = pb.Release()

    async def there() -> bool:
        nonlocal found
        found = await client.GetRelease(pb.GetReleaseRequest(name=name))
        assert found.state != pb.Release.FAILED
        return bool(found.state == state)

    await eventually(there, f"{name} is {pb.Release.State.Name(state)}", seconds)
    return found


async def published_release(client: Client, **changes: Any) -> pb.Release:
    first, second = client(official("kim")), client(official("lee"))
    name = (await plan(first, **changes)).name
    return await publish(first, second, name)


async def publish(first: Any, second: Any, name: str) -> pb.Release:
    await first.BuildRelease(pb.BuildReleaseRequest(name=name))
    await reach(first, name, pb.Release.BUILT)
    await second.ApproveRelease(pb.ApproveReleaseRequest(name=name))
    await first.PublishRelease(pb.PublishReleaseRequest(name=name))
    return await reach(first, name, pb.Release.PUBLISHED)


async def test_a_release_goes_from_plan_to_print_and_stays_the_same(
    town: Town, client: Client, facts: Callable[[int], Awaitable[None]], published: Published
) -> None:
    await town.open()
    await town.learn(60)
    await facts(60)
    release = await published_release(client, title={"ko": "📊 2025년 1분기", "en": "📊 Q1 2025 𝒳"})
    public = client(ANONYMOUS)

    async def file(name: str) -> bytes:
        answer = await public.GetReleaseFile(pb.GetReleaseFileRequest(release=release.name, file=name))
        return bytes(answer.content)

    content = await file("release.json")
    assert hashlib.sha256(content).hexdigest() == release.checksum
    document = json.loads(content)
    columns = document["observations"]["columns"]
    rows = [dict(zip(columns, row, strict=True)) for row in document["observations"]["rows"]]
    totals = {
        row["MEASURE"]: row["OBS_VALUE"]
        for row in rows
        if row["REF_AREA"] == "p" and {row[c] for c in ("SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN")} == {"_T"}
    }
    assert (totals["ENR"], totals["EPR"], totals["CMP"], totals["CPR"]) == ("60", "60", "30", "50.0")
    events = await published(ReleasePublished)
    assert [(event.release, event.checksum) for event in events] == [(release.name, release.checksum)]

    await town.erase(1)
    await town.learn(6, first=60)
    await facts(66)
    assert await file("release.json") == content

    answer = await public.ListReleases(pb.ListReleasesRequest())
    assert [one.name for one in answer.releases] == [release.name]
    assert not answer.releases[0].HasField("cost")
    assert release.cost.cells > 0
    await check_correction(client, release)


async def check_correction(client: Client, first: pb.Release) -> None:
    """6 more enrolments than before, in places of 3, 2 and 1: only the top may be told anew."""
    kim, lee, public = client(official("kim")), client(official("lee")), client(ANONYMOUS)
    with pytest.raises(Invalid, match="NOTE_MISSING"):
        await kim.ReviseRelease(pb.ReviseReleaseRequest(name=first.name))
    note = {"en": "✅ Late enrolments"}
    revision = await kim.ReviseRelease(pb.ReviseReleaseRequest(name=first.name, note=note, as_of=stamp(AS_OF)))
    asked = pb.GetReleaseRequest(name=first.name)
    assert (await kim.GetRelease(asked)).corrected_by == revision.name
    listed = await public.ListReleases(pb.ListReleasesRequest())
    assert [one.corrected_by for one in (await public.GetRelease(asked), *listed.releases)] == ["", ""]
    second = await publish(kim, lee, revision.name)
    assert (second.edition, second.corrects, list(second.earlier)) == (2, first.name, [first.name])
    old = await public.GetRelease(pb.GetReleaseRequest(name=first.name))
    assert (old.checksum, old.corrected_by) == (first.checksum, second.name)
    answer = await public.ListObservations(pb.ListObservationsRequest(release=second.name, page_size=1000))
    shown = {
        one.area: one.value or one.obs_status
        for one in answer.observations
        if one.measure == "ENR" and {one.sex, one.age, one.group, one.domain} == {"_T"}
    }
    assert shown == {"p": "66", "a": "Q", "b": "Q", "c": "Q"}


async def test_an_observer_reads_only_what_is_out(
    town: Town, client: Client, facts: Callable[[int], Awaitable[None]]
) -> None:
    await town.open()
    await town.learn(6)
    await facts(6)
    kim, lee, outsider, public = (
        client(who) for who in (official("kim"), official("lee"), official("x", "areas/a"), ANONYMOUS)
    )
    name = (await plan(kim)).name
    for who in (public, outsider):
        with pytest.raises(Missing):
            await who.GetRelease(pb.GetReleaseRequest(name=name))
    with pytest.raises(Forbidden):
        await plan(outsider)
    with pytest.raises(Refused, match="RELEASE_NOT_BUILT"):
        await lee.ApproveRelease(pb.ApproveReleaseRequest(name=name))
    await kim.BuildRelease(pb.BuildReleaseRequest(name=name))
    await reach(kim, name, pb.Release.BUILT)
    with pytest.raises(Forbidden, match="SECOND_OFFICIAL_NEEDED"):
        await kim.ApproveRelease(pb.ApproveReleaseRequest(name=name))
    with pytest.raises(Refused, match="RELEASE_NOT_APPROVED"):
        await kim.PublishRelease(pb.PublishReleaseRequest(name=name))
    await check_paging(kim, name)
    await lee.ApproveRelease(pb.ApproveReleaseRequest(name=name))
    in_an_hour = now() + timedelta(hours=1)
    await kim.PublishRelease(pb.PublishReleaseRequest(name=name, publish_time=stamp(in_an_hour)))
    with pytest.raises(Missing):
        await public.GetReleaseFile(pb.GetReleaseFileRequest(release=name, file="release.json"))
    assert not (await public.ListReleases(pb.ListReleasesRequest())).releases
    calendar = (await public.ListCalendar(pb.ListCalendarRequest())).entries
    assert [(entry.publish_time.ToSeconds(), entry.certain) for entry in calendar] == [
        (int(in_an_hour.timestamp()), True)
    ]
    await check_token_of_another_area(client, name)
    mine = await lee.ListReleases(pb.ListReleasesRequest(all=True))
    assert [one.name for one in mine.releases] == [name]


async def check_token_of_another_area(client: Client, name: str) -> None:
    """An official's own token, made for one place of theirs, opens nothing of the place around it."""
    scopes = ("statistics.read",)
    inside, around = (
        client(replace(official("lee"), token_scopes=scopes, token_area=area)) for area in ("areas/a", "areas/p")
    )
    assert (await around.GetRelease(pb.GetReleaseRequest(name=name))).name == name
    assert [one.name for one in (await around.ListReleases(pb.ListReleasesRequest(all=True))).releases] == [name]
    with pytest.raises(Missing):
        await inside.GetRelease(pb.GetReleaseRequest(name=name))
    with pytest.raises(Missing):
        await inside.ListObservations(pb.ListObservationsRequest(release=name))
    assert not (await inside.ListReleases(pb.ListReleasesRequest(all=True))).releases
    with pytest.raises(Forbidden):
        await around.BuildRelease(pb.BuildReleaseRequest(name=name))


async def test_planning_says_what_is_wrong(town: Town, client: Client) -> None:
    await town.open()
    kim = client(official("kim"))

    async def known() -> bool:
        try:
            await plan(kim, release_id="known")
        except Forbidden:
            return False
        return True

    await eventually(known, "the places are heard of")
    with pytest.raises(Refused, match="PERIOD_NOT_OVER"):
        await plan(kim, periods=["2025-Q3"])
    with pytest.raises(Invalid, match="PERIOD_INVALID"):
        await plan(kim, periods=["2025-13"])
    with pytest.raises(Invalid, match="PERIODS_MISSING"):
        await plan(kim, periods=[])
    with pytest.raises(Invalid, match="RELEASE_ID_INVALID"):
        await plan(kim, release_id="Ä")
    with pytest.raises(Refused, match="RELEASE_ID_TAKEN"):
        await plan(kim, release_id="known", periods=["2025-Q2"])
    assert (await plan(kim, release_id="known")).name == "releases/known"


async def check_paging(kim: Any, name: str) -> None:
    found: list[Any] = []
    token = ""
    while True:
        page = await kim.ListObservations(pb.ListObservationsRequest(release=name, page_size=300, page_token=token))
        found += [one.SerializeToString() for one in page.observations]
        token = page.next_page_token
        if not token:
            break
    assert len(found) == len(set(found)) > 150


async def test_what_is_not_out_can_be_discarded_and_planned_anew(
    town: Town,
    client: Client,
    facts: Callable[[int], Awaitable[None]],
    database_of: Callable[[str], Database],
    published: Published,
) -> None:
    await town.open()
    await town.learn(12)
    await facts(12)
    kim, outsider, public = client(official("kim")), client(official("x", "areas/a")), client(ANONYMOUS)
    name = (await plan(kim, publish_time=stamp(now() + timedelta(days=9)))).name
    discard = pb.DiscardReleaseRequest(name=name)
    for who, problem in ((outsider, Forbidden), (public, Unauthenticated)):
        with pytest.raises(problem):
            await who.DiscardRelease(discard)
    await kim.BuildRelease(pb.BuildReleaseRequest(name=name))
    await reach(kim, name, pb.Release.BUILT)
    for _ in range(2):
        assert (await kim.DiscardRelease(discard)).state == pb.Release.DISCARDED
    first, repeat = await published(ReleaseDiscarded, 2)
    assert (first.actor, first.release, first.area) == (repeat.actor, repeat.release, repeat.area)
    assert (first.actor, first.release) == ("people/kim", name)
    assert not (await kim.ListReleases(pb.ListReleasesRequest(all=True))).releases
    assert not (await public.ListCalendar(pb.ListCalendarRequest())).entries
    assert await database_of("statistics")["release_periods"].count_documents({}) == 0
    with pytest.raises(Missing):
        await kim.GetRelease(pb.GetReleaseRequest(name=name))
    for again in (
        kim.BuildRelease(pb.BuildReleaseRequest(name=name)),
        kim.ApproveRelease(pb.ApproveReleaseRequest(name=name)),
    ):
        with pytest.raises(Missing):
            await again
    later = await plan(kim, as_of=stamp(AS_OF + timedelta(days=1)))
    assert (later.name, later.state, later.as_of.ToSeconds()) == (
        name,
        pb.Release.PLANNED,
        int((AS_OF + timedelta(days=1)).timestamp()),
    )


async def test_a_release_whose_files_cannot_be_written_fails_with_its_reason(
    town: Town, client: Client, facts: Callable[[int], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def content(*_: object) -> None:
        raise ValueError("cannot be written")

    monkeypatch.setattr(rounds, "WAIT_SECONDS", 0.02)
    monkeypatch.setattr(publisher, "RETRY_SECONDS", 0.02)
    await town.open()
    await town.learn(6)
    await facts(6)
    kim, lee = client(official("kim")), client(official("lee"))
    name = (await plan(kim)).name
    await kim.BuildRelease(pb.BuildReleaseRequest(name=name))
    await reach(kim, name, pb.Release.BUILT)
    await lee.ApproveRelease(pb.ApproveReleaseRequest(name=name))
    monkeypatch.setattr(EditionBuilder, "content", content)
    await kim.PublishRelease(pb.PublishReleaseRequest(name=name))

    async def failed() -> bool:
        found = await kim.GetRelease(pb.GetReleaseRequest(name=name))
        return bool(found.state == pb.Release.FAILED and found.build_failure.reason == "FILES_FAILED")

    await eventually(failed, "the release failed")
