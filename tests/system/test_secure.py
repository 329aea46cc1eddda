"""Everything under TLS, each service with credentials of its own: the usual work goes on, and nobody gets further."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from nats.errors import Error as NatsError
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy import ready, secure
from deploy.local import DEMO_PASSPHRASE, Ieum, load_demo, running
from deploy.place import _free_port
from ieum.people.v1.people_pb2 import ListPeopleRequest
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from services.chassis import rpc
from services.chassis.config import Settings
from services.chassis.errors import Unauthenticated
from services.chassis.events import bus
from services.chassis.principal import SYSTEM, acting_as
from services.chassis.signature import GATEWAY, Signer
from services.registry import SERVICES
from tests.collector import Collector, Step, collecting
from tests.system.hanbit import plain
from tests.system.recount import until_statistics_agree

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as started:
        yield started


@pytest.fixture(scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> AsyncIterator[Ieum]:
    settings = {
        **collector.settings,
        "IEUM_DEMO_PASSPHRASE": DEMO_PASSPHRASE,
        "IEUM_DEMO_PEOPLE": "3",
        "IEUM_METRICS_PORT": str(_free_port(set())),
        "IEUM_WORKERS": "progress:2",
        "PROFILE": "secure",
    }
    async with running(tmp_path_factory.mktemp("secure"), environment=settings, say=lambda _: None) as started:
        await load_demo(started)
        yield started


def mongo(url: str, **how: Any) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(url, serverSelectionTimeoutMS=1_000, **how)


async def said_by_nats(port: int, words: bytes) -> bytes:
    """To somebody who does not begin with TLS, until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(words)
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def until(what: Callable[[], Awaitable[bool]], seconds: float = 40) -> None:
    async with asyncio.timeout(seconds):
        while not await what():
            await asyncio.sleep(0.1)


async def test_the_usual_work_goes_on_and_statistics_equal_a_recount(system: Ieum) -> None:
    async with AsyncMongoClient[dict[str, Any]](system.environment["IEUM_MONGO_URL"], tz_aware=True) as client:
        assert len(await until_statistics_agree(client, Path(system.environment["IEUM_SECRETS"]))) > 3


async def test_a_completion_is_one_trace_from_the_gateway_to_the_statistics(system: Ieum, collector: Collector) -> None:
    def completions() -> list[Step]:
        handled = "handle ieum.progress.v1.CourseCompleted"
        return [step for step in collector.steps() if (step.process, step.name) == ("statistics", handled)]

    async def arrived() -> bool:
        return any(len(collector.way_to(step)) == 5 for step in completions())

    await until(arrived)
    heard_last = next(step for step in completions() if len(collector.way_to(step)) == 5)
    way = collector.way_to(heard_last)
    assert [(step.process, step.name) for step in way] == [
        ("gateway", "POST /api/v1/progress/{enrollment}:record"),
        ("gateway", "ProgressService/RecordProgress"),
        ("progress", "ieum.progress.v1.ProgressService/RecordProgress"),
        ("progress", "publish ieum.progress.v1.CourseCompleted"),
        ("statistics", "handle ieum.progress.v1.CourseCompleted"),
    ]
    assert {step.trace for step in way} == {heard_last.trace}
    assert (way[0].attributes["http.response.status_code"], way[2].attributes["rpc.response.status_code"]) == (
        200,
        "OK",
    )


async def test_what_is_asked_of_the_database_belongs_to_a_step(system: Ieum, collector: Collector) -> None:
    """What many steps ask for together belongs to the first of them."""
    for process, name, asked in (
        ("progress", "ieum.progress.v1.ProgressService/RecordProgress", "update records"),
        ("statistics", "handle ieum.", "update facts"),
    ):

        async def is_told(process: str = process, name: str = name, asked: str = asked) -> bool:
            steps = [each for each in collector.steps() if each.process == process and each.name.startswith(name)]
            return any(each.name == asked for step in steps for each in collector.below(step))

        await until(is_told)


async def test_a_collector_learns_of_nobody(system: Ieum, collector: Collector) -> None:
    async with AsyncMongoClient[dict[str, Any]](system.environment["IEUM_MONGO_URL"]) as client:
        people = [row async for row in client["ieum_people"]["people"].find({}, {"login": 1, "display_name": 1})]
    told = repr(collector.steps())
    assert len(people) > 3
    for person in people:
        assert person["_id"] not in told
        assert f"'{person['login']}'" not in told.replace("'db.namespace': 'admin'", "")
        assert person["display_name"] not in told
    # A command to the database is reported where it belongs to something; what a process does by itself is not.
    assert all(step.parent for step in collector.steps() if "db.system.name" in step.attributes)


async def test_a_service_reads_its_own_database_and_no_other(system: Ieum) -> None:
    for name in SERVICES:
        async with mongo(secure.credentials(system.place, name)["IEUM_MONGO_URL"]) as client:
            assert await client[f"ieum_{name}"].list_collection_names()
            for other in {*SERVICES, "admin"} - {name}:
                database = client[other if other == "admin" else f"ieum_{other}"]
                with pytest.raises(OperationFailure, match="not authorized"):
                    await database["people"].find_one({})
                with pytest.raises(OperationFailure, match="not authorized"):
                    await database["things"].insert_one({})


async def test_a_service_announces_in_its_own_name_only(system: Ieum) -> None:
    async def announce(name: str, other: str) -> None:
        async with bus.connect(secure.credentials(system.place, name)["IEUM_NATS_URL"], name) as events:
            await events.jetstream.publish(f"ieum.{other}.v1.Forged.{name}", b"", timeout=1)

    forged = [(name, other) for name in SERVICES for other in SERVICES if name != other]
    answers = await asyncio.gather(*(announce(*each) for each in forged), return_exceptions=True)
    assert all(isinstance(answer, NatsError) for answer in answers)
    await announce("people", "people")
    async with bus.connect(system.environment["IEUM_NATS_URL"], "test") as operator:
        found = [await operator.count(each, f"ieum.{each}.v1.Forged.>") for each in SERVICES]
        own = await operator.count("people", "ieum.people.v1.Forged.people")
    assert (found, own) == ([0] * len(SERVICES), 1)


async def test_a_service_cannot_remove_what_another_announced(system: Ieum) -> None:
    async with bus.connect(secure.credentials(system.place, "courses")["IEUM_NATS_URL"], "courses") as events:
        hurried = events._client.jetstream(timeout=1)
        for wish in (hurried.delete_stream("people"), hurried.purge_stream("people"), hurried.stream_info("people")):
            with pytest.raises(NatsError):
                await wish
    async with bus.connect(system.environment["IEUM_NATS_URL"], "test") as operator:
        assert (await operator.jetstream.stream_info("people")).state.messages


async def test_plain_connections_and_strangers_are_refused(system: Ieum) -> None:
    ports, ca = system.place.ports, str(secure.identity(system.place, "mongod").ca)
    at_mongod = f"mongodb://127.0.0.1:{ports['mongod']}/?directConnection=true"
    async with mongo(at_mongod) as in_the_open:
        with pytest.raises(PyMongoError):
            await in_the_open.admin.command("ping")
    async with mongo(at_mongod, tls=True, tlsCAFile=ca) as nobody:
        with pytest.raises(OperationFailure, match="requires authentication"):
            await nobody["ieum_people"]["people"].find_one({})
    assert await said_by_nats(ports["nats-server"], b"CONNECT {}\r\nPING\r\n") == b""
    await asyncio.gather(*(only_the_certified_are_answered(system, name) for name in SERVICES))


async def only_the_certified_are_answered(system: Ieum, service: str) -> None:
    address, gateway = f"127.0.0.1:{system.place.ports[service]}", secure.identity(system.place, "gateway")
    await ready.service_serves(address, gateway)
    with pytest.raises(grpc.aio.AioRpcError):
        await ready.service_serves(address)
    stranger = grpc.ssl_channel_credentials(gateway.ca.read_bytes())
    async with grpc.aio.secure_channel(address, stranger) as channel:
        check: Any = health_pb2_grpc.HealthStub(channel)
        with pytest.raises((grpc.aio.AioRpcError, TimeoutError)):
            await asyncio.wait_for(check.Check(health_pb2.HealthCheckRequest(), timeout=2), 3)


async def test_whoever_has_the_certificate_of_another_process_cannot_speak_for_the_gateway(system: Ieum) -> None:
    """Not even with the gateway's signing key."""
    signer = Signer(GATEWAY, Settings(secrets=Path(system.environment["IEUM_SECRETS"])).signing_key(GATEWAY))

    async def list_people(name: str) -> None:
        address = f"127.0.0.1:{system.place.ports['people']}"
        async with rpc.channel(address, secure.identity(system.place, name)) as channel:
            client: Any = rpc.client(PeopleServiceStub, channel, signer, "people")
            with acting_as(SYSTEM):
                await client.ListPeople(ListPeopleRequest())

    await list_people("gateway")
    for name in ("courses", "notices", "nats-server", "mongod"):
        with pytest.raises(Unauthenticated) as refused:
            await list_people(name)
        assert refused.value.reason == "CALLER_NOT_ALLOWED"


async def test_every_process_shows_its_measurements_on_a_port_of_its_own_and_the_public_one_shows_none(
    system: Ieum,
) -> None:
    settings = Settings.model_validate({"metrics_port": system.environment["IEUM_METRICS_PORT"]})

    def read(name: str) -> str:
        with urlopen(f"http://127.0.0.1:{settings.metrics_of(name)}/metrics", timeout=5) as answer:
            return str(answer.read().decode())

    async def measured() -> bool:
        return 'ieum_event_lag{producer="people",service="statistics"}' in await asyncio.to_thread(read, "statistics")

    await until(measured)
    assert "ieum_http_request_duration_seconds_count" in read("gateway")
    assert all("# TYPE ieum_rpc_duration_seconds histogram" in read(name) for name in SERVICES)
    status, _, _ = await plain(f"{system.url}/metrics")
    assert status == 404


def test_a_user_is_allowed_nothing_by_a_wildcard_that_others_have_too() -> None:
    for name in SERVICES:
        allowed = secure.permissions(name)
        assert ">" not in allowed["publish"]["allow"]
        others = {other for other in SERVICES if other != name}
        assert not [
            each for each in allowed["publish"]["allow"] for other in others if each.startswith(f"ieum.{other}")
        ]
