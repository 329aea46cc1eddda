"""The list of services. Addresses, processes, credentials, permissions and manifests all follow from it.

docs/how-to/add-a-service.md says what else a new service needs.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST_PORT = 7101


@dataclass(frozen=True)
class Service:
    """`name` is its folder in services/, its package ieum.{name}.v1, its database ieum_{name} and its stream."""

    name: str
    hears: tuple[str, ...] = ()
    """Services whose events it handles; NATS lets it read no other stream."""
    apart: tuple[tuple[str, str], ...] = ()
    """Consumers it has beside the one of its own name: of which service's events, and the end of their names."""
    keys: tuple[str, ...] = ()
    """Secret files it reads beside public_keys."""
    calls: tuple[str, ...] = ()
    """Services it calls. It then signs who is asking, with a key of its own."""
    called: bool = True
    """The gateway calls it. Without one that it does not call, the gateway can still answer."""


# The position decides the default port: append, never insert.
REGISTRY = (
    Service(
        "people",
        hears=("progress", "statistics", "notices", "surveys"),
        apart=(("people", "erasures"), ("progress", "certificates"), ("enrollment", "imports"), ("classes", "imports")),
        keys=("pseudonym_key",),
    ),
    Service("courses"),
    Service("enrollment", hears=("people", "courses", "classes")),
    Service("progress", hears=("people", "courses", "enrollment", "classes")),
    Service(
        "statistics",
        hears=("people", "courses", "enrollment", "progress", "statistics", "notices", "classes"),
        keys=("pseudonym_key",),
    ),
    Service(
        "notices",
        hears=("statistics", "people", "classes", "progress", "surveys"),
        keys=("notices_signing_key", "smtp_password", "sms_token"),
        calls=("statistics", "people", "classes", "courses"),
    ),
    Service("classes", hears=("people", "courses", "progress", "classes")),
    Service("surveys", hears=("people", "classes", "progress")),
)

SERVICES = tuple(service.name for service in REGISTRY)
CALLED = tuple(service.name for service in REGISTRY if service.called)
CALLERS = ("gateway", *(service.name for service in REGISTRY if service.calls))
HEARS = {service.name: service.hears for service in REGISTRY}
APART = {service.name: service.apart for service in REGISTRY}
CONSUMERS = {
    name: sum(name in service.hears for service in REGISTRY)
    + sum(name == heard for service in REGISTRY for heard, _ in service.apart)
    for name in SERVICES
}
"""How many durable consumers the stream of each has."""


def port_of(name: str) -> int:
    """The port of a service where nothing else is set."""
    return FIRST_PORT + SERVICES.index(name)


def variable_of(name: str) -> str:
    """The environment variable with a service's address: IEUM_PEOPLE="people:7101"."""
    return f"IEUM_{name.upper()}"
