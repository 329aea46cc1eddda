"""Work on a release that pages and the API share."""

from __future__ import annotations

from gateway.backend.clients import Clients
from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis import clock


async def discard(clients: Clients, name: str) -> pb.Release:
    """Noted once it is done; whoever is not told so does it again, which changes nothing and notes it."""
    done = await clients.releases.DiscardRelease(pb.DiscardReleaseRequest(name=name))
    noted = people_pb2.RecordAuditRequest(
        request_id=clock.new_id(),
        action=people_pb2.RELEASE_DISCARDED,
        subject=name,
        detail=f"release of {done.area}",
    )
    await clients.people.RecordAudit(noted)
    return done
