"""The page of events that no service could handle, on a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.settings import GatewaySettings
from ieum.people.v1 import people_pb2
from ieum.people.v1.events_pb2 import EqualityAnswersGiven
from services.chassis.events import bus, dead_letters
from services.chassis.events.bus import Bus
from services.chassis.events.consumer import Consumer
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

COOKIE = {"Cookie": "ieum_session=admin", "Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
HERE = "/admin/dead-letters"
PACKAGE = "ieum.people.v1"
NAME = f"{PACKAGE}.EqualityAnswersGiven"


@pytest.fixture(autouse=True)
def administrator(fake: Fakes) -> None:
    fake.sign_in("admin", "learner", "administrator", scope="*")


@pytest.fixture
async def events(settings: GatewaySettings) -> AsyncIterator[Bus]:
    async with bus.connect(settings.nats_url, "test", prefix=settings.prefix) as connected:
        await connected.ensure_stream(dead_letters.STREAM)
        yield connected


@pytest.fixture
async def letter(events: Bus) -> None:
    event = EqualityAnswersGiven(pseudonym="hidden-hash", birth_year=1950, revision=7)
    given = dead_letters.headers({"ce-type": NAME}, "statistics", PACKAGE, f"{NAME}.x", KeyError("area"))
    await events.jetstream.publish(events.subject("deadletters.statistics"), event.SerializeToString(), headers=given)


async def test_an_empty_list_says_so(client: Client) -> None:
    text = await (await client.get(HERE, headers=COOKIE)).text()
    assert "Everything is handled." in text


@pytest.mark.usefixtures("letter")
async def test_a_letter_is_listed_and_shown_without_who_it_is_about(client: Client) -> None:
    listed = await (await client.get(HERE, headers=COOKIE)).text()
    assert "KeyError(&#39;area&#39;)" in listed
    assert "EqualityAnswersGiven" in listed
    shown = await (await client.get(f"{HERE}/1", headers=COOKIE)).text()
    assert "revision" in shown
    assert "hidden-hash" not in shown
    assert "1950" not in shown


@pytest.mark.usefixtures("letter")
async def test_a_replay_without_the_service_says_to_start_it_and_keeps_the_letter(client: Client) -> None:
    answer = await client.post(f"{HERE}/1/replay", headers=COOKIE, allow_redirects=False)
    assert answer.headers["Location"] == f"{HERE}/1"
    assert (await client.get(f"{HERE}/1", headers=COOKIE)).status == 200


@pytest.mark.usefixtures("letter")
@pytest.mark.parametrize("address", [f"{HERE}/1/replay", f"{HERE}/replay"])
async def test_a_replay_hands_it_to_the_service_and_empties_the_list(
    client: Client, fake: Fakes, events: Bus, address: str
) -> None:
    heard: list[int] = []

    async def handle(event: EqualityAnswersGiven) -> None:
        heard.append(event.revision)

    consumer = Consumer(events, PACKAGE, "statistics", {EqualityAnswersGiven: handle})
    await consumer.listen_for_replays()
    answer = await client.post(address, headers=COOKIE, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, HERE)
    assert heard == [7]
    (noted,) = fake.requests("RecordAudit")
    assert (noted.action, noted.subject) == (people_pb2.DEAD_LETTER_REPLAYED, "deadLetters/1")
    assert noted.detail == f"for statistics: {NAME}"
    assert (await client.get(f"{HERE}/1", headers=COOKIE)).status == 404


@pytest.mark.parametrize(("roles", "scope"), [(("official",), "*"), (("administrator",), "areas/HB01")])
async def test_only_who_runs_the_whole_sees_it(client: Client, fake: Fakes, roles: tuple[str, ...], scope: str) -> None:
    fake.sign_in("other", "learner", *roles, scope=scope)
    answer = await client.get(HERE, headers=COOKIE | {"Cookie": "ieum_session=other"})
    assert answer.status == 403
