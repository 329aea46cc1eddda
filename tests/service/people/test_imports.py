"""A file of people: planned, seen, applied in lots, and undone where nobody has touched it since."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from ieum.enrollment.v1.events_pb2 import Enrolled
from ieum.people.v1 import counter_pb2, people_pb2
from ieum.people.v1 import imports_pb2 as pb
from ieum.people.v1.counter_pb2_grpc import CounterServiceStub
from ieum.people.v1.imports_pb2_grpc import PeopleImportServiceStub
from services.chassis.errors import Conflict, Forbidden, Invalid, Missing, Problem
from services.chassis.principal import Grant, Kind, Principal
from services.chassis.store.mongo import Database
from services.people.main import compose
from tests.service.conftest import Announce, ClientFor, StartService
from tests.service.people.town import HOME, PLACES, Town, reason

NAME = "imports/aaaaaaaaaaaaaaaa"
HEADER = ["이름", "출생연도", "전화", "주소지"]
COLUMNS = ["display_name", "birth_year", "phone", "area"]
STAFF = Principal(Kind.PERSON, "people/staff", grants=(Grant("administrator", "areas/HB01"),))
OTHER = Principal(Kind.PERSON, "people/other", grants=(Grant("administrator", "areas/HB01"),))


class Desk:
    """Staff who read a file in."""

    def __init__(self, town: Town, address: str, client_for: ClientFor) -> None:
        self.town = town
        self._client_for, self._address = client_for, address
        self.imports = self.acting(STAFF)
        self.counter: Any = client_for(CounterServiceStub, address, STAFF)

    def acting(self, who: Principal) -> Any:
        return self._client_for(PeopleImportServiceStub, self._address, who)

    async def register(self, name: str, year: int, phone: str = "", **more: Any) -> str:
        asked = counter_pb2.RegisterAtCounterRequest(display_name=name, birth_year=year, phone=phone, area=HOME, **more)
        return str((await self.counter.RegisterAtCounter(asked)).person.name)

    async def find(self, **wanted: Any) -> Sequence[counter_pb2.FoundPerson]:
        found = await self.counter.FindAtCounter(counter_pb2.FindAtCounterRequest(**wanted))
        return list(found.people)

    async def load(self, rows: Sequence[Sequence[str]], name: str = NAME) -> None:
        key = name.removeprefix("imports/")
        beginning = pb.CreateImportRequest(import_id=key, file_name="마을.csv", file_hash="h", header=HEADER)
        adding = pb.AddImportLinesRequest(name=name, first=2, lines=[pb.ImportCells(cells=row) for row in rows])
        for _ in range(2):
            await self.imports.CreateImport(beginning)
            await self.imports.AddImportLines(adding)

    async def until(self, state: int, name: str = NAME) -> pb.Import:
        async with asyncio.timeout(20):
            while True:
                found: pb.Import = await self.imports.GetImport(pb.GetImportRequest(name=name))
                if found.state == state:
                    return found
                await asyncio.sleep(0.05)

    async def plan(self, rows: Sequence[Sequence[str]], name: str = NAME) -> pb.Import:
        await self.load(rows, name)
        await self.imports.PlanImport(pb.PlanImportRequest(name=name, columns=COLUMNS))
        return await self.until(pb.IMPORT_PLANNED, name)

    async def apply(self, planned: pb.Import) -> pb.Import:
        await self.imports.ApproveImport(pb.ApproveImportRequest(name=planned.name, plan_hash=planned.plan_hash))
        return await self.until(pb.IMPORT_APPLIED, planned.name)

    async def undo(self, name: str = NAME) -> pb.Import:
        await self.imports.UndoImport(pb.UndoImportRequest(name=name))
        return await self.until(pb.IMPORT_UNDONE, name)

    async def lines(self, name: str = NAME, **wanted: Any) -> list[pb.ImportLine]:
        return list((await self.imports.ListImportLines(pb.ListImportLinesRequest(name=name, **wanted))).lines)


@pytest.fixture
async def desk(start_service: StartService, client_for: ClientFor) -> Desk:
    address = await start_service("people", compose)
    town = Town(client_for, address)
    await town.system.ImportPlaces(PLACES)
    return Desk(town, address, client_for)


async def test_the_dry_run_says_of_each_line_what_it_would_do_and_writes_nothing(desk: Desk) -> None:
    await desk.register("강영희", 1949, "010-1111-2222")
    await desk.register("박철수", 1950)
    planned = await desk.plan(
        [
            ["강영희", "1949", "010-1111-2222", "솔내동"],
            ["박철수", "1950", "1033334444", "HB0101"],  # a spreadsheet took the zero
            ["이순자", "1947", "", "솔내동"],
            ["강영희", "", "", "솔내동"],
            ["강영희", "1949", "010-9999-9999", "솔내동"],
            ["이순자", "1947-03-01", "", "솔내동"],
            ["", "1950", "", "솔내동"],
            ["최민수", "19", "none", "어디"],
            ["정미경", "1960", "", "새벽군"],
            ["한지우", "450101-2345678", "", "솔내동"],
        ]
    )
    assert (planned.lines, planned.done) == (10, 10)
    assert dict(planned.counts) == {"same": 1, "change": 1, "new": 1, "ask": 2, "error": 5}
    lines = await desk.lines()
    assert [(each.field, each.before, each.after) for each in lines[1].changes] == [("phone", "", "01033334444")]
    faults = [[(each.reason, each.column) for each in line.faults] for line in lines]
    assert faults[3:] == [
        [("IMPORT_PERHAPS_KNOWN", 0)],
        [("IMPORT_PERHAPS_KNOWN", 0)],
        [("IMPORT_TWICE", 0)],
        [("DISPLAY_NAME_MISSING", 1)],
        [("BIRTH_YEAR_INVALID", 2), ("TELEPHONE_INVALID", 3), ("IMPORT_AREA_UNKNOWN", 4)],
        [("OUTSIDE_YOUR_AREA", 4)],
        [("BIRTH_YEAR_INVALID", 2)],
    ]
    assert lines[9].cells[1] == "******-*******"
    assert not await desk.find(query="이순자")


async def test_a_plan_is_applied_once_and_undone_where_nobody_touched_it(desk: Desk, announce: Announce) -> None:
    park = await desk.register("박철수", 1950)
    planned = await desk.plan(
        [["박철수", "1950", "01033334444", "솔내동"], *([f"새사람{n}", str(1940 + n), "", "솔내동"] for n in range(4))]
    )
    with pytest.raises(Conflict):
        await desk.imports.ApproveImport(pb.ApproveImportRequest(name=NAME, plan_hash="another"))
    applied = await desk.apply(planned)
    again = await desk.imports.ApproveImport(pb.ApproveImportRequest(name=NAME, plan_hash=planned.plan_hash))
    assert again == applied
    assert applied.counts["applied"] == 5
    (changed,) = await desk.find(query="박철수")
    assert changed.phone_digits == "4444"
    people = {each.person.display_name: each.person for each in await desk.find(query="새사람")}
    assert len(people) == 4
    assert all(each.vouching == people_pb2.BY_ROSTER for each in people.values())
    # One learns, one gets a passphrase, one is changed: these stay.
    await announce(Enrolled(enrollment="enrollments/e-1", person=people["새사람0"].name), "e")
    await desk.town.system.ResetPassphrase(desk.town.reset(people["새사람1"].name))
    desk_change = counter_pb2.UpdateDeskRecordRequest(name=people["새사람2"].name, birth_year=1942, phone="01077778888")
    await desk.counter.UpdateDeskRecord(desk_change)
    await asyncio.sleep(1)
    undone = await desk.undo()
    assert (undone.counts["kept"], undone.counts["undone"]) == (3, 2)
    left = {each.person.display_name for each in await desk.find(query="새사람")}
    assert left == {"새사람0", "새사람1", "새사람2"}
    (back,) = await desk.find(query="박철수")
    assert (back.person.name, back.phone_digits) == (park, "")
    assert [line.number for line in await desk.lines(outcome=pb.LINE_KEPT)] == [3, 4, 5]
    for action in (people_pb2.PEOPLE_IMPORTED, people_pb2.PEOPLE_IMPORT_UNDONE):
        (entry,) = await desk.town.audit(action=action)
        assert (entry.actor, entry.subject) == (STAFF.person, NAME)


async def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    rows = [["이순자", "1947", "", "솔내동"], ["김말순", "", "010-1234-0000", "솔내동"]]
    await desk.apply(await desk.plan(rows))
    again = await desk.plan(rows, "imports/bbbbbbbbbbbbbbbb")
    assert dict(again.counts) == {"same": 2}


async def test_whoever_changed_since_the_plan_is_left_alone(desk: Desk) -> None:
    park = await desk.register("박철수", 1950)
    planned = await desk.plan([["박철수", "1950", "01033334444", "솔내동"], ["이순자", "1947", "", "솔내동"]])
    change = counter_pb2.UpdateDeskRecordRequest(name=park, birth_year=1950, phone="01000000000")
    await desk.counter.UpdateDeskRecord(change)
    await desk.register("이순자", 1947)
    applied = await desk.apply(planned)
    assert applied.counts["overtaken"] == 2
    assert len(await desk.find(query="이순자")) == 1
    assert (await desk.find(query="박철수"))[0].phone_digits == "0000"


async def test_a_lot_that_was_cut_off_is_done_again_and_makes_nobody_twice(desk: Desk, database_of: Any) -> None:
    rows = [[f"사람{n}", str(1940 + n), "", "솔내동"] for n in range(5)]
    await desk.apply(await desk.plan([["박철수", "1950", "01033334444", "솔내동"], *rows]))
    database: Database = database_of("people")
    # As a process leaves it that dies after its writes and before it notes how far it came.
    await database["import_lines"].update_many({}, {"$set": {"outcome": "", "etag_after": ""}})
    back = {"state": "applying", "cursor": 0, "done": 0, "lease_until": None}
    await database["imports"].update_one({}, {"$set": back})
    applied = await desk.until(pb.IMPORT_APPLIED)
    assert (applied.done, len(await desk.find(query="사람"))) == (6, 5)
    assert len(await desk.lines(outcome=pb.LINE_APPLIED)) == 6


async def test_an_import_is_its_owners_and_of_their_area(desk: Desk, database_of: Any) -> None:
    await desk.load([["이순자", "1947", "010-1234-5678", "솔내동"]])
    stranger = desk.acting(Principal(Kind.PERSON, "people/me"))
    with pytest.raises(Forbidden):
        await stranger.GetImport(pb.GetImportRequest(name=NAME))
    with pytest.raises(Missing):
        await desk.acting(OTHER).ListImportLines(pb.ListImportLinesRequest(name=NAME))
    for columns in (["phone", "", "", ""], ["display_name"], ["display_name", "display_name", "", ""]):
        with pytest.raises(Invalid):
            await desk.imports.PlanImport(pb.PlanImportRequest(name=NAME, columns=columns))
    with pytest.raises(Problem) as caught:
        await desk.imports.PlanImport(pb.PlanImportRequest(name=NAME, columns=COLUMNS, area="areas/HB02"))
    assert reason(caught) == "OUTSIDE_YOUR_AREA"
    with pytest.raises(Problem):
        await desk.imports.UndoImport(pb.UndoImportRequest(name=NAME))
    text = repr([each async for each in database_of("people")["import_lines"].find()])
    assert "1947" not in text
    assert "5678" not in text
