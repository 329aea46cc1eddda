# ruff: noqa: N802 - gRPC method names are the contract's
"""The privacy notice: published by an administrator, read by anybody, accepted by each person for themselves."""

from __future__ import annotations

import re

from ieum.people.v1 import privacy_pb2 as pb
from ieum.people.v1.privacy_pb2_grpc import PrivacyServiceServicer
from services.chassis.clock import now, stamp
from services.chassis.errors import Missing
from services.chassis.principal import acting
from services.chassis.token_access import Access
from services.people import authorisation
from services.people.domain import privacy_notice
from services.people.domain.audit import Action
from services.people.domain.privacy_notice import Acceptance, PrivacyNotice
from services.people.service.base import ServiceBase

_OPEN = Access("people.read", open=True)
TOKEN_ACCESS = {"GetPrivacyNotice": _OPEN, "ListPrivacyNotices": _OPEN}
_NAME = re.compile(r"privacyNotices/([1-9][0-9]{0,6})")


class PrivacyService(PrivacyServiceServicer):
    def __init__(self, base: ServiceBase) -> None:
        self._base = base
        self._notices = base.store.privacy_notices

    async def PublishPrivacyNotice(self, request: pb.PublishPrivacyNoticeRequest, context: object) -> pb.PrivacyNotice:
        await authorisation.require_everywhere(self._base.store)
        current = await self._notices.current()
        notice = privacy_notice.publish(current, request.texts, request.after, acting().person, now())
        await self._base.require_own_proof(request.passphrase)
        if notice != current:
            await self._notices.add(notice)
            await self._base.store.audit.add(Action.PRIVACY_NOTICE_PUBLISHED, f"privacyNotices/{notice.version}")
        return _message(notice)

    async def GetPrivacyNotice(self, request: pb.GetPrivacyNoticeRequest, context: object) -> pb.PrivacyNotice:
        if not request.name:
            return _message(await self._notices.current() or PrivacyNotice())
        match = _NAME.fullmatch(request.name)
        found = await self._notices.find(int(match[1])) if match else None
        if found is None:
            raise Missing("NOT_FOUND", field="name")
        return _message(found)

    async def ListPrivacyNotices(
        self, request: pb.ListPrivacyNoticesRequest, context: object
    ) -> pb.ListPrivacyNoticesResponse:
        counted = acting().holds(authorisation.ADMINISTRATOR)
        listed = []
        for notice in await self._notices.all():
            message = _message(notice)
            message.ClearField("texts")
            message.acceptances = await self._notices.accepted_by(notice.version) if counted else 0
            listed.append(message)
        return pb.ListPrivacyNoticesResponse(notices=listed)

    async def AcceptPrivacyNotice(self, request: pb.AcceptPrivacyNoticeRequest, context: object) -> pb.Acceptance:
        person, current = acting().require_person(), await self._notices.current()
        acceptance = privacy_notice.accept(current, person, request.version, request.language, now())
        return _acceptance(await self._notices.accept(acceptance))

    async def ListAcceptances(self, request: pb.ListAcceptancesRequest, context: object) -> pb.ListAcceptancesResponse:
        accepted = await self._notices.of(acting().require_person())
        return pb.ListAcceptancesResponse(acceptances=map(_acceptance, accepted))


def _message(value: PrivacyNotice) -> pb.PrivacyNotice:
    return pb.PrivacyNotice(
        name=f"privacyNotices/{value.version}" if value.version else "",
        version=value.version,
        texts=value.texts,
        hashes=value.hashes,
        publish_time=stamp(value.published_at),
    )


def _acceptance(value: Acceptance) -> pb.Acceptance:
    return pb.Acceptance(version=value.version, language=value.language, hash=value.hash, time=stamp(value.time))
