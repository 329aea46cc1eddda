from __future__ import annotations

from collections.abc import Callable

import pytest

from services.chassis.config import Settings
from services.chassis.events.audit_events import AuditEvents
from services.chassis.events.bus import Bus
from services.chassis.store.mongo import Database
from services.statistics.settings import StatisticsSettings
from tests.service.statistics.office import Office


@pytest.fixture
def settings(settings: Settings) -> StatisticsSettings:
    return StatisticsSettings.model_validate(settings.model_dump())


@pytest.fixture
async def office(database_of: Callable[[str], Database], events: Bus) -> Office:
    await events.ensure_stream("ieum.statistics.v1")
    made = Office(database_of("statistics"), AuditEvents(events))
    await made.open()
    return made
