"""The notices service beside the real classes service and a people service of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from ieum.classes.v1 import classes_pb2 as classes
from ieum.notices.v1 import notices_pb2 as pb
from ieum.notices.v1.notices_pb2_grpc import (
    ContactSourceServiceServicer,
    CourseSourceServiceServicer,
    NoticesServiceStub,
    add_ContactSourceServiceServicer_to_server,
    add_CourseSourceServiceServicer_to_server,
)
from ieum.people.v1.people_pb2 import Centre, ListCentresResponse
from services.chassis import rpc
from services.chassis.clock import now
from services.chassis.config import Settings
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import Principal, acting
from services.chassis.signature import Verifier
from services.chassis.store.mongo import Database
from services.classes.main import compose as compose_classes
from services.notices.main import compose
from services.notices.planner import Planner
from services.notices.settings import NoticesSettings
from services.notices.store import Store
from tests.mailbox import Mailbox
from tests.service.classes.town import Town
from tests.service.conftest import Announce, ClientFor, StartService, eventually


@dataclass
class People(ContactSourceServiceServicer):
    """Everybody has an account; who is in `emails` has an address."""

    emails: dict[str, str] = field(default_factory=dict)
    locale: str = "ko"
    telephones: dict[str, str] = field(default_factory=dict)

    async def GetContact(self, request: pb.GetContactRequest, context: object) -> pb.Contact:
        assert acting().is_system
        key = request.person.removeprefix("people/")
        return pb.Contact(
            display_name=f"이름 {key}",
            email=self.emails.get(key, ""),
            locale=self.locale,
            telephone=self.telephones.get(key, ""),
        )

    async def ListCentres(self, request: object, context: object) -> ListCentresResponse:
        centre = Centre(name="centres/hb01", title={"ko": "하늘동 정보화센터"}, address={"ko": "하늘로 1"})
        return ListCentresResponse(centres=[centre])


class Courses(CourseSourceServiceServicer):
    async def GetCourseTitle(self, request: pb.GetCourseTitleRequest, context: object) -> pb.CourseTitle:
        assert acting().is_system
        return pb.CourseTitle(title={"ko": "사진", "en": "Photos"})


@dataclass
class Post:
    """What a test of persons' notices looks at."""

    town: Town
    people: People
    mailbox: Mailbox
    database: Database
    address: str
    make: ClientFor
    events: Bus

    def as_(self, who: Principal) -> Any:
        return self.make(NoticesServiceStub, self.address, who)

    async def notice(self, kind: str, person: str = "kim", **wanted: Any) -> dict[str, Any]:
        """The newest notice of this kind to the person, once it stands as wanted."""
        query = {"personal.kind": kind, "personal.person": f"people/{person}", **wanted}
        found: dict[str, Any] = {}

        async def there() -> bool:
            nonlocal found
            found = await self.database["notices"].find_one(query, sort=[("requested_at", -1)]) or {}
            return bool(found)

        await eventually(there, f"{kind} to {person} {wanted}")
        return found

    async def remind(self) -> None:
        """What the service does every half minute."""
        store = Store(self.database, Outbox(self.events))
        await Planner(store, UTC, lambda: None).plan_reminders(now())


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    await box.start()
    yield box
    await box.stop()


@pytest.fixture
async def people(settings: Settings) -> AsyncIterator[tuple[People, str]]:
    people = People({"kim": "kim@home.test", "lee": "lee@home.test"})
    server = rpc.server(Verifier("people", settings.public_keys), {})
    add_ContactSourceServiceServicer_to_server(people, server)
    port = rpc.open_port(server, "127.0.0.1:0", None)
    await server.start()
    yield people, f"127.0.0.1:{port}"
    await server.stop(None)


@pytest.fixture
async def courses(settings: Settings) -> AsyncIterator[str]:
    server = rpc.server(Verifier("courses", settings.public_keys), {})
    add_CourseSourceServiceServicer_to_server(Courses(), server)
    port = rpc.open_port(server, "127.0.0.1:0", None)
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)


@pytest.fixture
async def post(
    settings: Settings,
    mailbox: Mailbox,
    people: tuple[People, str],
    courses: str,
    start_service: StartService,
    client_for: ClientFor,
    announce: Announce,
    events: Bus,
    database_of: Callable[[str], Database],
) -> Post:
    classes_address = await start_service("classes", compose_classes)
    given = {
        **settings.model_dump(),
        "smtp_url": f"smtp://127.0.0.1:{mailbox.port}",
        "mail_from": "s@haneul.test",
        "public_url": "https://ieum.test",
        "addresses": {**settings.addresses, "classes": classes_address, "people": people[1], "courses": courses},
    }
    town = Town([classes_address], client_for, announce, database_of("classes"))
    await town.prepare()
    address = await start_service("notices", compose, NoticesSettings.model_validate(given))
    database = database_of("notices")
    for person in ("kim", "lee", "park"):
        await database["preferences"].insert_one(awake(person))
    return Post(town, people[0], mailbox, database, address, client_for, events)


def awake(person: str, **more: Any) -> dict[str, Any]:
    """Somebody without quiet hours, so that a test may run at night."""
    quiet = {"begin": "00:00", "end": "00:00"}
    name = f"people/{person}"
    return {"_id": name, "person": name, "quiet": quiet, "revision": 1, **more}


def text_of(mail: EmailMessage) -> str:
    body: Any = mail.get_body(("plain",))
    return str(body.get_content())


def day(days: float) -> str:
    return (now() + timedelta(days=days)).date().isoformat()


def moving(class_: str, session: int, days: float) -> classes.MoveSessionRequest:
    return classes.MoveSessionRequest(name=class_, session=session, date=day(days), start="15:00")
