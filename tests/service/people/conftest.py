from __future__ import annotations

import pytest

from services.people.main import compose
from tests.service.conftest import ClientFor, StartService
from tests.service.people.town import PLACES, Town


@pytest.fixture
async def town(start_service: StartService, client_for: ClientFor) -> Town:
    town = Town(client_for, await start_service("people", compose))
    await town.system.ImportPlaces(PLACES)
    return town
