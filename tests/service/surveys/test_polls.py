"""A poll from its question to its result, and what a full copy of everything tells of who chose what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId

from ieum.people.v1.events_pb2 import PersonErased, PlacesImported
from ieum.people.v1.people_pb2 import Area
from ieum.surveys.v1 import surveys_pb2 as pb
from ieum.surveys.v1.events_pb2 import PollCounted
from ieum.surveys.v1.surveys_pb2_grpc import SurveysServiceStub
from services.chassis.clock import new_id, now, stamp
from services.chassis.config import Settings
from services.chassis.errors import Forbidden, Refused, Unauthenticated
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import ANONYMOUS, Grant, Kind, Principal
from services.chassis.store.mongo import Database
from services.surveys.domain.sealing import Opener, WrongHalves
from services.surveys.main import compose
from services.surveys.settings import SurveysSettings
from services.surveys.store.key_files import KeyFiles
from services.surveys.store.polls import PollStore
from services.surveys.sweep import polls as sweep
from tests.service.conftest import Announce, ClientFor, Published, StartService, eventually

TOWN, OTHER = "areas/HB01", "areas/SJ"
OPTIONS = ["Photos on a phone", "Banking"]


def person(name: str, *grants: Grant, area: str = TOWN) -> Principal:
    return Principal(Kind.PERSON, f"people/{name}", area, "", "resident", (Grant("learner", "*"), *grants))


BOSS = person("boss", Grant("administrator", "areas/HB"))
VOTERS = [person(f"voter{number}") for number in range(6)]


@dataclass
class Desk:
    make: ClientFor
    address: str
    database: Database
    store: PollStore
    key_files: KeyFiles
    directory: Path

    def as_(self, who: Principal) -> Any:
        return self.make(SurveysServiceStub, self.address, who)

    async def open_poll(self, **more: Any) -> str:
        values: dict[str, Any] = {"poll_id": new_id(), "centre": "centres/c", "area": TOWN, "question": "What next?"}
        request = pb.CreatePollRequest(
            options=OPTIONS, close_time=stamp(now() + timedelta(days=1)), **{**values, **more}
        )
        polls = [await self.as_(BOSS).CreatePoll(request) for _ in range(2)]
        assert polls[0] == polls[1]
        return str(polls[0].name)

    async def vote(self, who: Principal, poll: str, option: int) -> None:
        await self.as_(who).CastVote(pb.CastVoteRequest(name=poll, option=option))

    async def close(self, poll: str) -> None:
        key = {"_id": poll.removeprefix("polls/")}
        await self.database["polls"].update_one(key, {"$set": {"closes_at": now() - timedelta(minutes=1)}})

    async def count(self, poll: str) -> pb.Poll:
        await self.close(poll)
        found = await self.store.get(poll.removeprefix("polls/"))
        if found.key_half:
            await sweep.count(self.store, self.key_files, found)
        answer: pb.Poll = await self.as_(ANONYMOUS).GetPoll(pb.GetPollRequest(name=poll))
        return answer


@pytest.fixture
async def desk(
    settings: Settings,
    start_service: StartService,
    client_for: ClientFor,
    announce: Announce,
    events: Bus,
    database_of: Callable[[str], Database],
    tmp_path: Path,
) -> Desk:
    directory = tmp_path / "polls"
    given = SurveysSettings.model_validate({**settings.model_dump(), "poll_keys": directory})
    address, database = await start_service("surveys", compose, given), database_of("surveys")
    areas = [Area(name="areas/HB"), Area(name=TOWN, parent="areas/HB"), Area(name=OTHER)]
    await announce(PlacesImported(areas=areas, revision=1), "all")

    async def known() -> bool:
        return await database["places"].find_one({"_id": "areas"}) is not None

    await eventually(known, "the areas are known")
    return Desk(client_for, address, database, PollStore(database, Outbox(events)), KeyFiles(directory), directory)


async def ballots_of(desk: Desk, who: Principal) -> list[pb.Poll]:
    return list((await desk.as_(who).ListOwnBallots(pb.ListOwnBallotsRequest())).polls)


async def test_each_resident_has_one_vote_that_may_change_until_the_poll_closes(
    desk: Desk, published: Published
) -> None:
    poll = await desk.open_poll()
    for voter in VOTERS:
        await desk.vote(voter, poll, 0)
    await desk.vote(VOTERS[0], poll, 1)
    await desk.vote(VOTERS[0], poll, 1)
    shown = await desk.as_(VOTERS[0]).GetPoll(pb.GetPollRequest(name=poll))
    assert (shown.state, shown.eligible, shown.voted, shown.voters, list(shown.votes)) == (pb.OPEN, True, True, 0, [])
    assert [each.name for each in await ballots_of(desk, VOTERS[0])] == [poll]
    assert await ballots_of(desk, BOSS) == []
    with pytest.raises(Forbidden):
        await desk.vote(person("stranger", area=OTHER), poll, 0)
    with pytest.raises(Unauthenticated):
        await desk.vote(ANONYMOUS, poll, 0)
    counted = await desk.count(poll)
    assert (counted.state, counted.voters, list(counted.votes)) == (pb.COUNTED, 6, [5, 1])
    (event,) = await published(PollCounted)
    assert (event.poll, list(event.votes)) == (poll, [5, 1])
    assert await ballots_of(desk, VOTERS[0]) == []
    with pytest.raises(Refused):
        await desk.vote(VOTERS[1], poll, 1)


async def test_with_few_voters_no_count_is_known_and_only_administrators_ask(desk: Desk) -> None:
    poll = await desk.open_poll()
    for voter in VOTERS[:4]:
        await desk.vote(voter, poll, 0)
    counted = await desk.count(poll)
    assert (counted.state, counted.voters, list(counted.votes)) == (pb.TOO_FEW, 0, [])
    request = pb.CreatePollRequest(
        poll_id=new_id(), area=OTHER, question="?", options=OPTIONS, close_time=stamp(now() + timedelta(days=1))
    )
    for who in (BOSS, VOTERS[0]):
        with pytest.raises(Forbidden):
            await desk.as_(who).CreatePoll(request)


async def test_a_count_that_is_killed_is_done_again_and_leaves_nothing(desk: Desk) -> None:
    poll = await desk.open_poll()
    for voter in VOTERS:
        await desk.vote(voter, poll, 1)
    await desk.close(poll)
    found = await desk.store.get(poll.removeprefix("polls/"))
    # Two processes count at the same time, and the first is killed before it has cleared anything.
    await asyncio.gather(*(sweep.count(desk.store, desk.key_files, found) for _ in range(2)))
    await desk.store.change(found.id, lambda stored: (found_again(stored, found), ()))
    await desk.store.ballots.put(found.id, "people/late", b"sealed")
    for left in await desk.store.uncleared():
        await sweep.clear(desk.store, desk.key_files, left)
    counted = await desk.count(poll)
    assert (counted.state, list(counted.votes)) == (pb.COUNTED, [0, 6])
    assert await desk.database["ballots"].count_documents({"poll": found.id}) == 0
    assert list(desk.directory.iterdir()) == []


def found_again(stored: Any, found: Any) -> Any:
    """As it stood between the count and the clearing."""
    return replace(stored, key_file=found.key_file)


async def test_a_lost_key_file_voids_the_poll(desk: Desk) -> None:
    poll = await desk.open_poll()
    await desk.vote(VOTERS[0], poll, 0)
    for file in desk.directory.iterdir():
        file.unlink()
    assert (await desk.count(poll)).state == pb.VOID
    assert await desk.database["ballots"].count_documents({"poll": poll.removeprefix("polls/")}) == 0


async def test_an_erased_voter_takes_the_ballot_along(desk: Desk, announce: Announce) -> None:
    poll = await desk.open_poll()
    await desk.vote(VOTERS[0], poll, 0)
    await announce(PersonErased(person=VOTERS[0].person, revision=2), "v", times=2)

    async def gone() -> bool:
        return await desk.database["ballots"].count_documents({"person": VOTERS[0].person}) == 0

    await eventually(gone, "the ballot is gone")


_RANDOM = (
    "data",
    "key_half",
    "public_key",
    "trace",
    "marks",
    "ts",
    "t",
    "wall",
    "lsid",
    "txnNumber",
    "prevOpTime",
    "ui",
    "created_at",
    "closes_at",
    "stmtId",
    "due",
)


async def copy_of(desk: Desk, poll: str, settings: Settings) -> list[str]:
    """What MongoDB has of a poll, oplog included, without what is random each time: ids, times, keys, sealed bytes."""
    key, name = poll.removeprefix("polls/"), desk.database.name
    kept: list[str] = []
    log = desk.database.client["local"]["oplog.rs"]
    async for entry in log.find({"ns": {"$regex": f"^{name}\\."}}).sort("$natural", 1):
        if key in str(entry):
            kept.append(_plain(entry, key))
    for collection in ("polls", "ballots"):
        async for document in desk.database[collection].find({"_id": {"$gt": ""}}).sort("_id", 1):
            if key in str(document):
                kept.append(_plain(document, key))
    return kept


def _plain(value: Any, key: str) -> str:
    if isinstance(value, dict):
        parts = [f"{name}: {_plain(each, key)}" for name, each in value.items() if name not in _RANDOM]
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_plain(each, key) for each in value) + "]"
    if isinstance(value, ObjectId):  # a mark of the outbox
        return "mark"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = str(value)
    return "file" if text.startswith(f"{key}.") and "people/" not in text else text.replace(key, "POLL")


async def test_a_full_copy_does_not_say_who_chose_what(
    desk: Desk, settings: Settings, events: Bus, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two polls differ only in which of two people chose what. Databases, oplog, streams and log are the same but for
    sealed bytes, and no key in the copies opens these."""
    polls = [await desk.open_poll() for _ in range(2)]
    sealed: list[bytes] = []
    for poll, (first, second) in zip(polls, ((0, 1), (1, 0)), strict=True):
        await desk.vote(VOTERS[0], poll, first)
        await desk.vote(VOTERS[1], poll, second)
        for voter in VOTERS[2:]:
            await desk.vote(voter, poll, 0)
        sealed += await desk.store.ballots.sealed(poll.removeprefix("polls/"))
    halves = [each.key_half for each in [await desk.store.get(poll.removeprefix("polls/")) for poll in polls]]
    for half in halves:
        for other in (bytes(len(half)), *halves):
            with pytest.raises(WrongHalves):
                Opener(half, other)
    copies = [await copy_of(desk, poll, settings) for poll in polls]
    assert copies[0] == copies[1]
    assert len(copies[0]) >= 2 * len(VOTERS)
    results = [await desk.count(poll) for poll in polls]
    assert [list(result.votes) for result in results] == [[5, 1], [5, 1]]
    after = [await copy_of(desk, poll, settings) for poll in polls]
    assert after[0] == after[1]
    assert list(desk.directory.iterdir()) == []
    log = capfd.readouterr().out
    assert "option" not in log
    assert not any(option in log for option in OPTIONS)
