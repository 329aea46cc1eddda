"""Refused requests of people who are signed in, for the audit log: each address once in an hour."""

from __future__ import annotations

import time
from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.backend.clients import CLIENTS
from gateway.http.auth import VIEWER
from gateway.http.route import route_of
from ieum.people.v1 import people_pb2
from services.chassis.errors import Forbidden, Problem
from services.chassis.principal import SYSTEM, acting_as


@web.middleware
async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Forbidden as refused:
        if viewer := request[VIEWER]:
            await _record(request, viewer.person, refused.reason)
        raise


async def _record(request: web.Request, person: str, reason: str) -> None:
    what = f"{request.method} {route_of(request)}: {reason}"
    entry = people_pb2.RecordAuditRequest(
        request_id=f"{person}|{what}|{int(time.time() // 3600)}",
        action=people_pb2.ACCESS_REFUSED,
        subject=person,
        detail=what,
    )
    with acting_as(SYSTEM), suppress(Problem):
        await request.app[CLIENTS].people.RecordAudit(entry)
