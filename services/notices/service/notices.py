# ruff: noqa: N802 - gRPC method names are the contract's
"""What persons are told: preferences, what was sent, and the link of a reminder."""

from __future__ import annotations

from ieum.classes.v1 import classes_pb2
from ieum.notices.v1 import notices_pb2 as pb
from ieum.notices.v1 import notices_pb2_grpc
from ieum.notices.v1.events_pb2 import ContactsViewed
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Invalid, Missing
from services.chassis.events.audit_events import AuditEvents
from services.chassis.principal import acting, caller
from services.chassis.store.paging import page_size
from services.notices import authorisation
from services.notices.domain import notice as life
from services.notices.domain import preferences
from services.notices.domain.notice import Channel, Notice, Personal
from services.notices.letters import preview, words
from services.notices.letters.letter import NotToSend
from services.notices.letters.persons import PersonLetters
from services.notices.messages import (
    kind_to_message,
    notice_key_of,
    notice_to_message,
    preferences_to_message,
    ways_from_message,
)
from services.notices.store import Store

_MOST_TO_TELL = 500


class NoticeMethods(notices_pb2_grpc.NoticesServiceServicer):
    def __init__(self, store: Store, letters: PersonLetters, audit: AuditEvents, *, sms_on: bool) -> None:
        self._store = store
        self._letters = letters
        self._copies = store.copies
        self._sources = letters.sources
        self._audit = audit
        self._sms_on = sms_on

    async def GetPreferences(self, request: pb.GetPreferencesRequest, context: object) -> pb.Preferences:
        await self._require_person(request.person)
        return preferences_to_message(await self._store.preferences_of(request.person), sms_on=self._sms_on)

    async def _require_person(self, person: str) -> None:
        if await authorisation.require_person(self._copies, person):
            await self._audit.publish(ContactsViewed(person=person, count=1))

    async def UpdatePreferences(self, request: pb.UpdatePreferencesRequest, context: object) -> pb.Preferences:
        given = request.preferences
        await self._require_person(given.person)
        ways = ways_from_message(given)
        changed = await self._store.change_preferences(
            given.person,
            lambda stored: preferences.change(stored, given.telephone, ways, given.quiet_begin, given.quiet_end),
        )
        return preferences_to_message(changed, sms_on=self._sms_on)

    async def ListNotices(self, request: pb.ListNoticesRequest, context: object) -> pb.ListNoticesResponse:
        if bool(request.person) == bool(request.class_name):
            raise Invalid("PERSON_OR_CLASS", field="person")
        if request.class_name:
            await authorisation.require_staff(self._copies, request.class_name)
            condition = {"personal.class_": request.class_name}
        else:
            await self._require_person(request.person)
            condition = {"personal.person": request.person}
        rows, token = await self._store.page(condition, page_size(request.page_size), request.page_token)
        return pb.ListNoticesResponse(notices=map(notice_to_message, rows), next_page_token=token)

    async def ListNoticesToTell(
        self, request: pb.ListNoticesToTellRequest, context: object
    ) -> pb.ListNoticesToTellResponse:
        principal, copies = caller(), self._copies
        heard = await copies.classes_of(request.centre)
        classes = [each.name for each in heard if await authorisation.manages(copies, principal, each)]
        language = words.language_of(request.language)
        areas = [] if request.centre else await authorisation.administered(copies, principal)
        waiting = await self._store.to_tell(classes, areas, _MOST_TO_TELL)
        found = [await self._to_tell(notice, language) for notice in waiting]
        shown = [each for each in found if each is not None]
        if shown:
            persons = sorted({each.notice.person for each in shown})
            await self._audit.publish(ContactsViewed(count=len(shown), persons=persons))
        return pb.ListNoticesToTellResponse(notices=shown)

    async def _to_tell(self, notice: Notice, language: str) -> pb.NoticeToTell | None:
        """None for what is not true any more."""
        personal = _personal(notice)
        content = await self._letters.content(personal)
        if isinstance(content, NotToSend) or life.is_too_late(notice, now()):
            return None
        return pb.NoticeToTell(
            notice=notice_to_message(notice),
            telephone=await self._telephone_of(personal.person),
            class_title=content.titles[language],
            text=words.say(content, language),
            until=stamp(personal.not_after),
        )

    async def _telephone_of(self, person: str) -> str:
        """The number that the person gave for messages, else the one that the counter has."""
        own = (await self._store.preferences_of(person)).telephone
        if own:
            return own
        try:
            return (await self._sources.contact(person)).telephone
        except Missing:
            return ""

    async def MarkTold(self, request: pb.MarkToldRequest, context: object) -> pb.Notice:
        key = notice_key_of(request.name)
        found = await self._store.notices.get(key, missing="NOTICE_NOT_FOUND")
        if found.personal is None or found.channel is not Channel.CENTRE:
            raise Missing("NOTICE_NOT_FOUND")
        if found.personal.class_:
            await authorisation.require_staff(self._copies, found.personal.class_)
        elif not await authorisation.administers(self._copies, caller(), found.personal.area):
            raise Forbidden("NOT_STAFF_OF_CLASS")
        return notice_to_message(await self._store.change(key, lambda stored: life.mark_sent(stored, now())))

    async def PreviewNotices(self, request: pb.PreviewNoticesRequest, context: object) -> pb.PreviewNoticesResponse:
        acting().require("instructor", "official", "administrator")
        letters = preview.letters(words.language_of(request.language))
        return pb.PreviewNoticesResponse(
            previews=[
                pb.NoticePreview(
                    kind=kind_to_message(kind), subject=letter.subject, text=letter.text, short=letter.short
                )
                for kind, letter in letters.items()
            ]
        )

    async def GetSeatLink(self, request: pb.GetSeatLinkRequest, context: object) -> pb.SeatLink:
        return await self._seat_link(_personal(await self._by_secret(request.secret)))

    async def GiveUpSeat(self, request: pb.GiveUpSeatRequest, context: object) -> pb.SeatLink:
        """As the person to whom the reminder went: whoever has the link has the mail."""
        personal = _personal(await self._by_secret(request.secret))
        if (await self._seat_link(personal)).held:
            await self._sources.give_up_seat(personal.application)
        return await self._seat_link(personal)

    async def _by_secret(self, secret: str) -> Notice:
        found = await self._store.by_secret(secret)
        if found is None:
            raise Missing("SEAT_LINK_UNKNOWN")
        return found

    async def _seat_link(self, personal: Personal) -> pb.SeatLink:
        facts = await self._sources.class_facts(personal.application)
        class_ = facts.course_class
        starts = [each.start_time for each in class_.details.sessions if each.number in personal.sessions]
        return pb.SeatLink(
            class_name=class_.name,
            title=class_.details.title,
            session_time=starts[0] if starts else None,
            held=facts.application.state == classes_pb2.CONFIRMED,
        )


def _personal(notice: Notice) -> Personal:
    if notice.personal is None:
        raise Missing("NOTICE_NOT_FOUND")
    return notice.personal
