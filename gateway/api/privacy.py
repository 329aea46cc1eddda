"""The privacy notice, which whoever registers has to accept."""

from __future__ import annotations

from aiohttp import web

from gateway.api.operation import Table
from gateway.api.schemas import JsonAnswer, Moment, Shape, read
from gateway.backend.clients import CLIENTS
from ieum.people.v1 import privacy_pb2 as pb

table = Table("people")


class PrivacyNotice(Shape):
    name: str
    version: int = 0
    texts: dict[str, str] = {}
    hashes: dict[str, str] = {}
    publish_time: Moment | None = None


@table("GET", "/privacyNotice", "The privacy notice that holds", open=True)
async def get_privacy_notice(request: web.Request) -> JsonAnswer[PrivacyNotice]:
    return read(PrivacyNotice, await request.app[CLIENTS].privacy.GetPrivacyNotice(pb.GetPrivacyNoticeRequest()))
