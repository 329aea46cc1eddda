from __future__ import annotations

from collections.abc import Callable

import pytest

from services.chassis.store.mongo import Database
from services.classes.main import compose
from tests.service.classes.town import Town
from tests.service.conftest import Announce, ClientFor, StartService


@pytest.fixture
async def town(
    start_service: StartService, client_for: ClientFor, announce: Announce, database_of: Callable[[str], Database]
) -> Town:
    """Two workers of the service, on one database."""
    addresses = [await start_service("classes", compose) for _ in range(2)]
    town = Town(addresses, client_for, announce, database_of("classes"))
    await town.prepare()
    return town
