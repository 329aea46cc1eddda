"""The gateway in this process over fake services, spoken to by a real HTTP client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient
from playwright.async_api import Browser

from deploy.keys import make_keys
from gateway.app import create_app
from gateway.backend.invalidation import LISTENER
from gateway.settings import GatewaySettings
from services.registry import SERVICES
from tests.browser import chromium
from tests.gateway import fakes
from tests.gateway.fakes import Fakes
from tests.gateway.serving import Served
from tests.gateway.visits import prepare_town

Client = TestClient[web.Request, web.Application]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all: every page has a session of its own in it."""
    async with chromium() as started:
        yield started


@pytest.fixture
def settings(tmp_path: Path, nats_url: str, prefix: str) -> GatewaySettings:
    make_keys(tmp_path)
    return GatewaySettings.model_validate(
        {
            **{"nats_url": nats_url, "prefix": prefix, "secrets": tmp_path, "data": tmp_path},
            "site_name": {"ko": "한빛시 디지털 배움터", "en": "Hanbit City Digital Learning"},
            "site_phone": "000-120-0000",
            "site_hours": {"ko": "평일 오전 9시 ~ 오후 6시", "en": "Weekdays 9 am to 6 pm"},
        }
    )


@pytest.fixture
async def services(settings: GatewaySettings) -> AsyncIterator[tuple[Fakes, GatewaySettings]]:
    """The fakes, and the settings with their address."""
    fake = Fakes()
    server, address = await fakes.serve(fake, settings)
    yield fake, settings.model_copy(update={"addresses": dict.fromkeys(SERVICES, address)})
    await server.stop(None)


@pytest.fixture
def fake(services: tuple[Fakes, GatewaySettings]) -> Fakes:
    return services[0]


@pytest.fixture
async def client(services: tuple[Fakes, GatewaySettings]) -> AsyncIterator[Client]:
    """Keeps no cookies between requests unless a test puts them there; hears events already."""
    async with TestClient(Served(create_app(services[1])), cookie_jar=DummyCookieJar()) as client:
        assert client.app
        async with asyncio.timeout(5):
            while not client.app[LISTENER].connected():
                await asyncio.sleep(0.005)
        yield client


@pytest.fixture
def town(fake: Fakes) -> Fakes:
    return prepare_town(fake)
