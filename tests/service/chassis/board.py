"""A service made up for the tests of the chassis: it counts names."""

from __future__ import annotations

from dataclasses import dataclass, replace

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from ieum.courses.v1.events_pb2 import CourseRetired
from ieum.people.v1 import people_pb2, people_pb2_grpc
from services.chassis.clock import now, stamp
from services.chassis.errors import Refused
from services.chassis.principal import Kind, Principal, acting
from services.chassis.run import Frame
from services.chassis.store.entities import Entities
from services.chassis.token_access import Access

ALICE = Principal(kind=Kind.PERSON, person="people/alice")


@dataclass(frozen=True)
class Tally:
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Added:
    count: int


def add(tally: Tally, name: str) -> tuple[Tally, list[Added]]:
    if name in tally.names:
        return tally, []
    return replace(tally, count=tally.count + 1, names=(*tally.names, name)), [Added(tally.count + 1)]


def announced(fact: Added, key: str, revision: int) -> Message:
    return CourseRetired(course=f"{key}-{fact.count}", revision=revision, time=stamp(now()))


class Board(people_pb2_grpc.PeopleServiceServicer):
    """A service made up for the test: signing out counts a name."""

    def __init__(self, tallies: Entities[Tally]) -> None:
        self.tallies = tallies

    async def SignOut(self, request: people_pb2.SignOutRequest, context: object) -> Empty:
        acting().require_person()
        await self.tallies.change("t1", lambda tally: add(tally, request.token), start=Tally(0))
        return Empty()

    async def GetPerson(self, request: people_pb2.GetPersonRequest, context: object) -> people_pb2.Person:
        if request.name == "refused":
            raise Refused("NOT_TODAY", field="name", day="Monday")
        if request.name == "broken":
            raise RuntimeError("secret detail")
        return people_pb2.Person(name=acting().person)


async def compose(frame: Frame) -> None:
    tallies = Entities(frame.database["tallies"], Tally, announced, frame.outbox)
    server = frame.offer("ieum.people.v1.PeopleService", {"SignOut": Access("learning.write")})
    people_pb2_grpc.add_PeopleServiceServicer_to_server(Board(tallies), server)  # type: ignore[abstract]
    await frame.bus.ensure_stream("ieum.courses.v1")


class Nowhere:
    """A bus that nothing is sent on."""
