"""The RPC door of the notices service."""

from __future__ import annotations

from services.chassis.events.audit_events import AuditEvents
from services.chassis.token_access import Access
from services.notices.calendars.feed import Feeds
from services.notices.letters.persons import PersonLetters
from services.notices.service.calendars import CalendarMethods
from services.notices.service.notices import NoticeMethods
from services.notices.store import Store

TOKEN_ACCESS: dict[str, Access] = {}
"""Closed to tokens: what is told to whom is for pages."""


class NoticesService(NoticeMethods, CalendarMethods):
    def __init__(self, store: Store, letters: PersonLetters, feeds: Feeds, audit: AuditEvents, *, sms_on: bool) -> None:
        NoticeMethods.__init__(self, store, letters, audit, sms_on=sms_on)
        CalendarMethods.__init__(self, store, feeds)
