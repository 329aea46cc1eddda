from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local import DEMO_PASSPHRASE, load_demo, running
from tests.browser import chromium
from tests.chaos.faults import Hand
from tests.chaos.run import prepared
from tests.system.hanbit import Hanbit, published

FEW_PEOPLE = "12"


@pytest.fixture(scope="package")
async def hanbit(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hanbit]:
    """One for all journeys: each brings its own people, so none disturbs the next."""
    settings = {"IEUM_DEMO_PASSPHRASE": DEMO_PASSPHRASE, "IEUM_DEMO_PEOPLE": FEW_PEOPLE}
    data = tmp_path_factory.mktemp("hanbit")
    async with running(data, environment=settings, say=lambda _: None) as system, chromium() as browser:
        await load_demo(system)
        yield Hanbit(system, browser, await published(system.url))


@pytest.fixture(scope="package")
async def breakable() -> AsyncIterator[Hand]:
    """One for all who kill and spoil. Each leaves it whole."""
    with tempfile.TemporaryDirectory(prefix="ieum-chaos-", ignore_cleanup_errors=True) as data:
        async with prepared(Path(data)) as hand:
            yield hand
