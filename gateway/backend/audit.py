"""Audit entries that a door asks people to record."""

from __future__ import annotations

from aiohttp import web

from gateway.backend.clients import CLIENTS
from ieum.people.v1 import people_pb2
from services.chassis import clock


async def record_export(request: web.Request, what: str) -> None:
    """Before anything leaves the house."""
    await request.app[CLIENTS].people.RecordAudit(
        people_pb2.RecordAuditRequest(
            request_id=clock.new_id(), action=people_pb2.EXPORTED, subject=what.rpartition(" ")[2], detail=what
        )
    )


async def record_change(request: web.Request, subject: str, detail: str) -> None:
    """After the change, which is safe to repeat: where this fails, whoever presses again notes it then."""
    await request.app[CLIENTS].people.RecordAudit(
        people_pb2.RecordAuditRequest(
            request_id=clock.new_id(), action=people_pb2.RECIPIENTS_CHANGED, subject=subject, detail=detail
        )
    )
