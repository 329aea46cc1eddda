"""What the distribution hears: releases that come out, and how its notices and the mail server are."""

from __future__ import annotations

from ieum.notices.v1 import events_pb2 as notices
from ieum.statistics.v1.events_pb2 import ReleasePublished
from services.chassis.clock import moment, now
from services.chassis.events.bus import Handlers
from services.statistics.distribution import domain
from services.statistics.distribution.messages import mail_state, notice_state
from services.statistics.distribution.store import Distribution
from services.statistics.distribution.summaries import Summaries


def release_handlers(summaries: Summaries) -> Handlers:
    async def on_published(event: ReleasePublished) -> None:
        await summaries.plan(event.release, moment(event.publish_time) or now())

    return {ReleasePublished: on_published}


def notice_handlers(store: Distribution) -> Handlers:
    async def on_notice_changed(event: notices.NoticeChanged) -> None:
        if event.source == "statistics":
            key, round = domain.parse_request_key(event.request)
            await store.copy_notice(key, notice_state(event, round))

    async def on_mail_state_changed(event: notices.MailStateChanged) -> None:
        await store.keep_mail_state(event.revision, mail_state(event))

    return {notices.NoticeChanged: on_notice_changed, notices.MailStateChanged: on_mail_state_changed}
