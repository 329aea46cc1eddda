"""Statistics and notices together, with a mail server, a province of four areas, and a release to publish."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from ieum.people.v1 import people_pb2 as people
from ieum.people.v1.events_pb2 import PlacesImported
from ieum.statistics.v1 import distribution_pb2_grpc
from services.chassis.config import Settings
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.store.mongo import Database
from services.notices.main import compose as compose_notices
from services.notices.settings import NoticesSettings
from services.statistics.main import compose
from services.statistics.releases.assembly import Assembly
from services.statistics.releases.domain.lifecycle import Release, ReleasePublished
from services.statistics.releases.store import Releases
from services.statistics.releases.store import announce as announcement
from tests.mailbox import Mailbox
from tests.service.conftest import Announce, ClientFor, StartService, eventually
from tests.service.statistics.distribution.offices import PERIODS, TITLES, Client, Send, figures


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    await box.start()
    yield box
    await box.stop()


@pytest.fixture
def database(database_of: Callable[[str], Database]) -> Database:
    return database_of("statistics")


@pytest.fixture
async def publish(database: Database, events: Bus, announce_places: None, announce: Announce) -> Send:
    """Puts a published release where the builder would, and announces it, `times` times over."""
    releases = Releases(database, Outbox(events), b"key")

    async def act(release: Release, times: int = 1) -> None:
        await releases.plan(release)
        published = [figure for area in TITLES for figure in figures(area)]
        for period in PERIODS:
            of_period = tuple(figure for figure in published if figure.period == period)
            await releases.put_assembly(release.key, period, Assembly(of_period, (), 0, 0, 0, ()))
        await announce(announcement(ReleasePublished(release), release.key, 1), release.key, times)

    return act


@pytest.fixture
async def announce_places(announce: Announce) -> None:
    areas = [
        people.Area(name=f"areas/{code}", parent="areas/p" if code != "p" else "", title={"ko": korean, "en": english})
        for code, (korean, english) in TITLES.items()
    ]
    await announce(PlacesImported(areas=areas, revision=1), "places")


@pytest.fixture
async def statistics(start_service: StartService, announce_places: None, database: Database) -> str:
    """Its address, once it knows the areas."""
    address = await start_service("statistics", compose)

    async def knows_the_areas() -> bool:
        return await database["places"].count_documents({}) == 1

    await eventually(knows_the_areas, "statistics knows the areas")
    return address


@pytest.fixture
def as_(statistics: str, client_for: ClientFor) -> Client:
    """Statistics alone: nobody sends."""
    return lambda who: client_for(distribution_pb2_grpc.DistributionServiceStub, statistics, who)


@pytest.fixture
def notices_settings(settings: Settings, mailbox: Mailbox, statistics: str) -> NoticesSettings:
    given = {
        "smtp_url": f"smtp://127.0.0.1:{mailbox.port}",
        "mail_from": "하늘도 통계과 <statistics@haneul.test>",
        "public_url": "https://ieum.test",
        "addresses": {**settings.addresses, "statistics": statistics},
    }
    shared = settings.model_dump(include=set(Settings.model_fields))
    return NoticesSettings.model_validate({**shared, **given})


@pytest.fixture
def start_notices(start_service: StartService, notices_settings: NoticesSettings) -> Callable[[], Awaitable[Any]]:
    async def start() -> None:
        await start_service("notices", compose_notices, notices_settings)

    return start


@pytest.fixture
async def client(as_: Client, start_notices: Callable[[], Awaitable[Any]]) -> Client:
    await start_notices()
    return as_
