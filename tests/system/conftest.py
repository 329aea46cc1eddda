from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from deploy.local import DEMO_PASSPHRASE, load_demo, running
from tests.browser import chromium
from tests.system.hanbit import Hanbit, published

FEW_PEOPLE = "12"


@pytest.fixture(scope="session")
async def hanbit(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hanbit]:
    """One for all journeys: each brings its own people, so none disturbs the next."""
    settings = {"IEUM_DEMO_PASSPHRASE": DEMO_PASSPHRASE, "IEUM_DEMO_PEOPLE": FEW_PEOPLE}
    data = tmp_path_factory.mktemp("hanbit")
    async with running(data, environment=settings, say=lambda _: None) as system, chromium() as browser:
        await load_demo(system)
        yield Hanbit(system, browser, await published(system.url))
