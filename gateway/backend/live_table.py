"""The live table, as the statistics service answers it."""

from __future__ import annotations

from gateway.backend.clients import Clients
from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis import clock

TABLE = "/api/v1/statistics/table"


async def fetch_table(clients: Clients, request: pb.QueryTableRequest) -> pb.Table:
    """What somebody chose to count themselves is noted before they see it."""
    found = await clients.statistics.QueryTable(request)
    if found.custom:
        await clients.people.RecordAudit(
            people_pb2.RecordAuditRequest(
                request_id=clock.new_id(),
                action=people_pb2.STATISTICS_QUERIED,
                subject=found.area,
                detail=f"chosen: {_choice(request)}",
            )
        )
    return found


def _choice(request: pb.QueryTableRequest) -> str:
    """Only what the audit log can be searched for: no words of one language."""
    as_of = clock.moment(request.as_of)
    parts = {
        "by": pb.Dimension.Name(request.by) if request.by else "",
        "course": request.course,
        "from": request.from_quarter,
        "to": request.to_quarter,
        "as of": as_of.isoformat() if as_of else "",
    }
    return ", ".join(f"{name} {value}" for name, value in parts.items() if value)
