"""The RPC door for the notices service: what a notice says. It alone gets addresses without looking after the area."""

from __future__ import annotations

from ieum.notices.v1.notices_pb2 import ComposedNotice, ComposeNoticeRequest
from ieum.notices.v1.notices_pb2_grpc import NoticeSourceServiceServicer
from services.chassis.errors import Forbidden
from services.chassis.principal import acting
from services.statistics.distribution.question import parse_request_key
from services.statistics.distribution.question_mails import QuestionMails
from services.statistics.distribution.summaries import Summaries


class SummarySource(NoticeSourceServiceServicer):
    def __init__(self, summaries: Summaries, mails: QuestionMails) -> None:
        self._summaries = summaries
        self._mails = mails

    async def ComposeNotice(self, request: ComposeNoticeRequest, context: object) -> ComposedNotice:
        if not acting().is_system:
            raise Forbidden("SERVICES_ONLY")
        source = self._mails if parse_request_key(request.request)[0] else self._summaries
        return await source.compose(request.request, request.public_url)
