from __future__ import annotations

from collections.abc import Callable

import pytest

from services.chassis.store.mongo import Database
from services.progress.main import compose
from tests.service.conftest import Announce, ClientFor, StartService
from tests.service.progress.town import (
    Town,
    published_course,
)


@pytest.fixture
async def empty_town(
    start_service: StartService, client_for: ClientFor, announce: Announce, database_of: Callable[[str], Database]
) -> Town:
    return Town(await start_service("progress", compose), client_for, announce, database_of("progress"))


@pytest.fixture
async def town(empty_town: Town) -> Town:
    await empty_town.publish(published_course())
    return empty_town
