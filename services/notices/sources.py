"""The services that ask for notices, as the sender calls them to compose one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from ieum.notices.v1.notices_pb2 import ComposedNotice, ComposeNoticeRequest
from ieum.notices.v1.notices_pb2_grpc import NoticeSourceServiceStub
from services.chassis import rpc, tls
from services.chassis.config import Settings
from services.chassis.principal import SYSTEM, acting_as
from services.chassis.signature import Signer
from services.notices.domain import Notice

SOURCES = ("statistics",)
_SECONDS = 30.0


class Sources:
    def __init__(self, clients: Mapping[str, NoticeSourceServiceStub]) -> None:
        self._clients = clients

    async def compose(self, notice: Notice, public_url: str) -> ComposedNotice:
        """Raises a Problem: Unavailable while the source is away."""
        request = ComposeNoticeRequest(request=notice.request, public_url=public_url)
        with acting_as(SYSTEM):
            composed: ComposedNotice = await self._clients[notice.source].ComposeNotice(request, timeout=_SECONDS)
        return composed


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Sources]:
    signer, identity = Signer("notices", settings.signing_key("notices")), tls.identity(settings)
    async with AsyncExitStack() as stack:
        clients = {}
        for name in SOURCES:
            channel = await stack.enter_async_context(rpc.channel(settings.target(name), identity))
            clients[name] = rpc.client(NoticeSourceServiceStub, channel, signer, name)
        yield Sources(clients)
