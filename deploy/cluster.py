"""`make run PROFILE=cluster`: three mongods that elect a primary and three nats-servers that keep every event thrice,
all on this machine. For seeing that any one of them may die; for production they stand on machines of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from deploy import place as places
from deploy import ready
from deploy.place import LOOPBACK, Place
from deploy.processes import Process, mongod, nats_server, parts
from services.registry import SERVICES

MONGODS = ("mongod-1", "mongod-2", "mongod-3")
BROKERS = ("nats-1", "nats-2", "nats-3")
_ROUTES = tuple(f"{name}-route" for name in BROKERS)

# On shutdown no other member is left to become primary: do not wait fifteen seconds for one.
_QUICK_END = ("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=1000")


def settle(given: Mapping[str, str]) -> Place:
    """The stores are always our own here."""
    others = {name: value for name, value in given.items() if name not in places.STORE_URLS.values()}
    place = places.settle(others, internal=(*MONGODS, *BROKERS, *_ROUTES, *SERVICES))
    hosts = ",".join(f"{LOOPBACK}:{place.ports[name]}" for name in MONGODS)
    own = {
        "IEUM_MONGO_URL": f"mongodb://{hosts}/?replicaSet={ready.REPLICA_SET}",
        "IEUM_NATS_URL": ",".join(_url(place, name) for name in BROKERS),
        "IEUM_STREAM_REPLICAS": "3",
    }
    return replace(place, environment={**place.environment, **own})


def processes(place: Place) -> tuple[Process, ...]:
    nodes = stores(place)
    after = tuple(node.name for node in nodes)
    return (
        *nodes,
        *(replace(part, depends_on=(*after, *part.depends_on)) for part in parts(place)),
    )


def stores(place: Place) -> tuple[Process, ...]:
    return (*(_mongod(name, place) for name in MONGODS), *(_broker(name, place) for name in BROKERS))


def _mongod(name: str, place: Place) -> Process:
    alone = mongod(_with_port(place, "mongod", name), directory=name)
    members = tuple(f"{LOOPBACK}:{place.ports[each]}" for each in MONGODS)
    looks = partial(ready.mongod_is_member, MONGODS.index(name), members)
    return replace(alone, name=name, command=(*alone.command, *_QUICK_END), ready=looks)


def _broker(name: str, place: Place) -> Process:
    alone = nats_server(_with_port(place, "nats-server", name), directory=name)
    routes = {each: f"nats://{LOOPBACK}:{place.ports[route]}" for each, route in zip(BROKERS, _ROUTES, strict=True)}
    others = ",".join(route for each, route in routes.items() if each != name)
    linked = ("--name", name, "--cluster_name", "ieum", "--cluster", routes[name], "--routes", others)
    looks = partial(ready.jetstream_answers, _url(place, name))
    return replace(alone, name=name, command=(*alone.command, *linked), ready=looks)


def _with_port(place: Place, store: str, name: str) -> Place:
    environment = {**place.environment, "IEUM_NATS_URL": _url(place, name)}
    return replace(place, ports={**place.ports, store: place.ports[name]}, environment=environment)


def _url(place: Place, name: str) -> str:
    return f"nats://{LOOPBACK}:{place.ports[name]}"
