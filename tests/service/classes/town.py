"""The classes service with what it has heard, and people of several roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ieum.classes.v1 import classes_pb2 as pb
from ieum.classes.v1.classes_pb2_grpc import ClassesServiceStub
from ieum.courses.v1.events_pb2 import CoursePublished
from ieum.people.v1.events_pb2 import PersonRegistered, PlacesImported
from ieum.people.v1.people_pb2 import RESIDENT, Area
from services.chassis.clock import new_id, now, stamp
from services.chassis.principal import Grant, Kind, Principal
from services.chassis.store.mongo import Database
from tests.service.conftest import Announce, ClientFor, eventually

PHOTOS = "courses/photos"
CITY, TOWN, OTHER = "areas/HB", "areas/HB01", "areas/SJ"


def person(name: str, *grants: Grant, area: str = TOWN) -> Principal:
    return Principal(Kind.PERSON, f"people/{name}", area, "", "resident", (Grant("learner", "*"), *grants))


KIM, LEE, PARK = person("kim"), person("lee"), person("park")
TEACHER = person("teacher", Grant("instructor", "*"))
OTHER_TEACHER = person("other", Grant("instructor", "*"))
SUPPORTER = person("supporter")
CITY_ADMIN = person("city", Grant("administrator", CITY))
CHIEF = person("chief", Grant("administrator", "*"))
OTHER_ADMIN = person("sejong", Grant("administrator", OTHER), area=OTHER)


@dataclass
class Town:
    addresses: list[str]
    make: ClientFor
    announce: Announce
    database: Database

    def as_(self, who: Principal, worker: int = 0) -> Any:
        return self.make(ClassesServiceStub, self.addresses[worker], who)

    async def prepare(self) -> None:
        areas = [Area(name=CITY), Area(name=TOWN, parent=CITY), Area(name=OTHER)]
        await self.announce(PlacesImported(areas=areas, revision=1), "all")
        await self.announce(CoursePublished(course=PHOTOS, version=1, revision=1), "photos")
        await self.known("courses", PHOTOS)
        await self.known("places", "areas")

    async def register(self, name: str, area: str = TOWN) -> None:
        event = PersonRegistered(person=f"people/{name}", area=area, universe=RESIDENT, revision=1)
        await self.announce(event, name)
        await self.known("residents", f"people/{name}")

    async def known(self, collection: str, key: str, **parts: object) -> None:
        async def check() -> bool:
            return await self.database[collection].find_one({"_id": key, **parts}) is not None

        await eventually(check, f"{key} in {collection}")

    async def open_class(self, seats: int = 2, days: int = 14, **more: Any) -> str:
        """A published class's name."""
        request = pb.CreateClassRequest(class_id=new_id(), details=details(seats, days, **more))
        created = await self.as_(TEACHER).CreateClass(request)
        return str((await self.as_(TEACHER).PublishClass(pb.PublishClassRequest(name=created.name))).name)

    async def apply(self, who: Principal, class_: str, worker: int = 0) -> pb.Application:
        application: pb.Application = await self.as_(who, worker).Apply(pb.ApplyRequest(class_name=class_))
        return application

    async def begin(self, class_: str) -> None:
        """Moves the class's first session into this hour, as time would."""
        key = class_.removeprefix("classes/")
        begun: datetime = now() - timedelta(minutes=10)
        times = {"starts_at": begun, "ends_at": begun + timedelta(hours=2)}
        found = await self.database["classes"].find_one({"_id": key})
        assert found
        sessions = [{**found["details"]["sessions"][0], **times}, *found["details"]["sessions"][1:]]
        update = {"$set": {"details.sessions": sessions}, "$inc": {"revision": 1}}
        await self.database["classes"].update_one({"_id": key}, update)


def details(seats: int, days: int = 14, **admission: Any) -> pb.ClassDetails:
    first = now() + timedelta(days=days)
    return pb.ClassDetails(
        course=PHOTOS,
        term="2027-1",
        place=pb.Place(area=TOWN, centre="centres/hb01", room="201", features=[pb.LIFT]),
        sessions=[
            pb.Session(date=(first + timedelta(days=7 * number)).date().isoformat(), start="14:00", minutes=120)
            for number in range(2)
        ],
        seats=seats,
        supporters=[SUPPORTER.person],
        admission=pb.Admission(**admission),
    )


def soon(**time: float) -> Any:
    """So long from now, to the second."""
    return stamp((now() + timedelta(**time)).replace(microsecond=0))
