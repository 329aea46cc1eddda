"""Events about what changes no entity: a query, an export. Published at once, because no write can carry them."""

from __future__ import annotations

import hashlib
from typing import Any

from google.protobuf.message import Message

from services.chassis.clock import new_id, now, stamp
from services.chassis.errors import Unavailable
from services.chassis.events.bus import Bus
from services.chassis.events.consumer import BROKER_AWAY
from services.chassis.observability import trace
from services.chassis.principal import acting


class AuditEvents:
    """Publishes events with the fields id, actor and time, which it fills in."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def publish(self, event: Message) -> None:
        """Returns when the broker has stored the event: only then may the answer leave. A call that its client repeats
        publishes the same id, which counts once. Raises Unavailable while the broker is away."""
        audited: Any = event
        audited.actor = acting().person
        audited.id = _identity(event)
        audited.time.CopyFrom(stamp(now()))
        name = event.DESCRIPTOR.full_name
        try:
            await self._bus.publish(
                f"{name}.{audited.id}", name, audited.id, event.SerializeToString(), trace.traceparent()
            )
        except BROKER_AWAY as error:
            trace.log().warning("audit event not published", type=name, exc_info=True)
            raise Unavailable("SERVICE_AWAY") from error


def _identity(event: Message) -> str:
    """Follows from the call and the content, because one call may publish several events."""
    call = trace.call_id() or new_id()
    content = event.SerializeToString(deterministic=True)
    return hashlib.sha256(f"{call}/{event.DESCRIPTOR.full_name}/".encode() + content).hexdigest()[:24]
