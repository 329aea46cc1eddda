"""A class taught without network, and what its devices send afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ieum.classes.v1 import classes_pb2 as pb
from ieum.classes.v1.events_pb2 import AttendanceMarked, KitTaken
from ieum.people.v1.events_pb2 import PersonErased
from services.chassis.clock import new_id, now, stamp
from services.chassis.errors import Exists, Forbidden, Missing, Refused
from services.chassis.principal import Principal
from tests.service.classes.town import CITY_ADMIN, KIM, LEE, OTHER_TEACHER, PARK, SUPPORTER, TEACHER, Town
from tests.service.conftest import Published, eventually

HOURS = 8
DAY = timedelta(days=1)
LEARNERS = (KIM, LEE, PARK)


def proved(who: Principal) -> Principal:
    return replace(who, proved_until=int(time.time()) + 600)


async def take(town: Town, class_: str, who: Principal = TEACHER) -> str:
    """A kit that was taken before the day began."""
    request = pb.TakeKitRequest(class_name=class_, kit_id=new_id(), device="Chrome, Android", days=3)
    kit = await town.as_(proved(who)).TakeKit(request)
    key, begun = str(kit.name).removeprefix("kits/"), now() - timedelta(hours=HOURS + 1)
    await town.database["kits"].update_one({"_id": key}, {"$set": {"taken_time": begun}, "$inc": {"revision": 1}})
    return str(kit.name)


async def class_of(town: Town, learners: Sequence[Principal] = LEARNERS, days: int = 14) -> tuple[str, list[str]]:
    class_ = await town.open_class(len(learners), days)
    applications = [(await town.apply(who, class_)).name for who in learners]
    await town.begin(class_)
    return class_, applications


def press(number: int, application: str, attended: int, ago: timedelta, **more: Any) -> pb.KitOperation:
    return pb.KitOperation(
        number=number,
        wall_time=stamp(now() - ago),
        application=application,
        session=1,
        attended=pb.Attended.ValueType(attended),
        **more,
    )


def shifted(operations: Sequence[pb.KitOperation], wrong: timedelta) -> list[pb.KitOperation]:
    """As a device whose clock is wrong records them."""
    return [
        pb.KitOperation(**{**fields(each), "wall_time": stamp(each.wall_time.ToDatetime(now().tzinfo) + wrong)})
        for each in operations
    ]


def fields(operation: pb.KitOperation) -> dict[str, Any]:
    return {field.name: value for field, value in operation.ListFields()}


async def send(
    town: Town, kit: str, operations: Sequence[pb.KitOperation], *, clock: datetime | None = None, worker: int = 0
) -> list[pb.KitVerdict]:
    request = pb.SyncKitRequest(name=kit, send_time=stamp(clock or now()), operations=operations)
    return list((await town.as_(TEACHER, worker).SyncKit(request)).verdicts)


async def totals(town: Town, class_: str) -> Mapping[str, tuple[int, int, int]]:
    found = await town.as_(TEACHER).GetAttendance(pb.GetAttendanceRequest(class_name=class_, session=1))
    return {mark.person: (mark.attended, mark.minutes, mark.attended_minutes) for mark in found.marks}


async def test_eight_hours_without_network_give_the_totals_of_a_day_with_it(town: Town, published: Published) -> None:
    """Two devices, one of them a day wrong; cut in the middle, sent again, both at once, to two processes."""
    online, with_network = await class_of(town)
    late = pb.WishedMark(application=with_network[1], attended=pb.LATE, minutes=90)
    excused = pb.WishedMark(application=with_network[2], attended=pb.EXCUSED)
    await town.as_(TEACHER).MarkAttendance(
        pb.MarkAttendanceRequest(class_name=online, session=1, marks=[late, excused], others_present=True)
    )
    class_, (kim, lee, park) = await class_of(town, days=16)
    tablet, phone = await take(town, class_), await take(town, class_, SUPPORTER)

    hours = [timedelta(hours=HOURS - at) for at in range(HOURS)]
    on_tablet = [
        press(1, lee, pb.ABSENT, hours[0]),
        *(press(2 + at, each, pb.PRESENT, hours[1], filled=True) for at, each in enumerate((kim, park))),
        *(pb.KitOperation(number=4 + at, wall_time=stamp(now() - hours[2]), application=kim) for at in range(100)),
        press(104, lee, pb.LATE, hours[5], minutes=90),
    ]
    on_phone = shifted([press(1, lee, pb.PRESENT, hours[3]), press(2, park, pb.EXCUSED, hours[4])], DAY)
    cut = send(town, tablet, on_tablet[:2])
    wrong = send(town, phone, on_phone, clock=now() + DAY, worker=1)
    await asyncio.gather(cut, wrong)
    first = await send(town, tablet, on_tablet, worker=1)
    again = [await send(town, tablet, on_tablet), await send(town, phone, on_phone, clock=now() + DAY)]

    assert dict(await totals(town, class_)) == dict(await totals(town, online))
    assert all(verdict.accepted for verdicts in (first, *again) for verdict in verdicts)
    assert {verdict.person for verdict in first[3:103]} == {KIM.person}
    events = [event for event in await published(AttendanceMarked, 0) if event.class_name == class_]
    last = {event.person: event.minutes for event in sorted(events, key=lambda event: event.revision)}
    assert last == {KIM.person: 120, LEE.person: 90, PARK.person: 0}
    listed = await town.as_(TEACHER).ListKits(pb.ListKitsRequest(class_name=class_))
    assert {kit.name: (kit.heard, kit.key) for kit in listed.kits} == {tablet: (104, b""), phone: (2, b"")}


async def test_a_revoked_or_strange_kit_opens_nothing_and_records_nothing(town: Town, published: Published) -> None:
    class_, (kim, *_) = await class_of(town, [KIM])
    request = pb.TakeKitRequest(class_name=class_, kit_id=new_id(), days=3)
    with pytest.raises(Forbidden, match="PROOF_NEEDED"):
        await town.as_(TEACHER).TakeKit(request)
    with pytest.raises(Forbidden, match="NOT_STAFF_OF_CLASS"):
        await town.as_(proved(OTHER_TEACHER)).TakeKit(request)
    keys = {(await town.as_(proved(TEACHER), worker).TakeKit(request)).key for worker in (0, 1)}
    assert [len(key) for key in keys] == [32]
    with pytest.raises(Exists, match="KIT_EXISTS"):
        await town.as_(proved(SUPPORTER)).TakeKit(request)
    name = f"kits/{request.kit_id}"
    assert (await town.as_(TEACHER).OpenKit(pb.OpenKitRequest(name=name))).key in keys
    for stranger in (OTHER_TEACHER, KIM, SUPPORTER):
        with pytest.raises(Forbidden, match="NOT_STAFF_OF_CLASS"):
            await town.as_(stranger).OpenKit(pb.OpenKitRequest(name=name))
    await town.as_(CITY_ADMIN).RevokeKit(pb.RevokeKitRequest(name=name))
    with pytest.raises(Refused, match="KIT_REVOKED"):
        await town.as_(TEACHER).OpenKit(pb.OpenKitRequest(name=name))
    with pytest.raises(Refused, match="KIT_REVOKED"):
        await send(town, name, [press(1, kim, pb.PRESENT, timedelta(minutes=5))])
    assert dict(await totals(town, class_)) == {KIM.person: (0, 0, 0)}
    audited = [(event.kit, event.revoked) for event in await published(KitTaken, 2)]
    assert set(audited) == {(name, False), (name, True)}


async def test_who_gave_up_the_seat_was_there_and_what_cannot_be_taken_says_why(town: Town) -> None:
    class_, (kim, lee) = await class_of(town, [KIM, LEE])
    _, (elsewhere,) = await class_of(town, [PARK])
    kit = await take(town, class_)
    await town.as_(LEE).WithdrawApplication(pb.WithdrawApplicationRequest(name=lee))
    minute = timedelta(minutes=1)
    operations = [
        press(1, lee, pb.PRESENT, minute),
        press(2, elsewhere, pb.PRESENT, minute),
        press(3, kim, pb.LATE, minute),
        press(4, kim, 0, minute),
        pb.KitOperation(number=5, wall_time=stamp(now()), application="nonsense"),
        pb.KitOperation(number=6, wall_time=stamp(now()), application=kim, session=9, attended=pb.PRESENT),
        press(7, kim, pb.PRESENT, minute),
    ]
    verdicts = await send(town, kit, operations)
    reasons = ["", "NO_SEAT", "MINUTES_NEEDED", "ATTENDED_UNKNOWN", "NO_SEAT", "SESSION_NOT_FOUND", ""]
    assert [verdict.reason for verdict in verdicts] == reasons
    assert {each: minutes for each, (_, minutes, _) in (await totals(town, class_)).items()} == {
        KIM.person: 120,
        LEE.person: 120,
    }


async def test_the_kits_of_somebody_whose_account_is_erased_are_gone(town: Town) -> None:
    class_, _ = await class_of(town, [KIM])
    kit = await take(town, class_)
    await town.announce(PersonErased(person=TEACHER.person, revision=2), "teacher")

    async def gone() -> bool:
        return await town.database["kits"].find_one({"_id": kit.removeprefix("kits/")}) is None

    await eventually(gone, "the kit is deleted")
    with pytest.raises(Missing, match="KIT_NOT_FOUND"):
        await town.as_(CITY_ADMIN).OpenKit(pb.OpenKitRequest(name=kit))
