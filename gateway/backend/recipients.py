"""Offices that get releases by mail: each change is noted in the audit log."""

from __future__ import annotations

from aiohttp import web

from gateway.backend.audit import record_change
from gateway.backend.clients import CLIENTS
from ieum.statistics.v1 import distribution_pb2 as pb

FIELDS = ("area", "office", "address", "language")


async def change(request: web.Request, asked: pb.UpdateRecipientRequest) -> pb.Recipient:
    made = await request.app[CLIENTS].distribution.UpdateRecipient(asked)
    await record_change(request, made.area, f"office changed: {made.name}")
    return made


async def remove(request: web.Request, name: str) -> None:
    await request.app[CLIENTS].distribution.DeleteRecipient(pb.DeleteRecipientRequest(name=name))
    await record_change(request, name, f"office removed: {name}")
