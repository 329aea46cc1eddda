"""Writes a person's notice at the moment of sending, if it is still true and the person can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from ieum.classes.v1 import classes_pb2
from services.chassis.clock import moment, now
from services.chassis.errors import Missing
from services.notices.calendars import ics
from services.notices.calendars.feed import Feeds
from services.notices.domain.hours import best_moment
from services.notices.domain.notice import Channel, Kind, Notice, Personal
from services.notices.domain.preferences import bad_address
from services.notices.letters import words
from services.notices.letters.letter import Attachment, Later, NotToSend, Unreachable, Written
from services.notices.letters.words import Content, Meeting, Recipient
from services.notices.sources import PersonSources
from services.notices.store import Store

_STATES = {
    Kind.RECEIVED: classes_pb2.RECEIVED,
    Kind.WAITING: classes_pb2.WAITING,
    Kind.OFFERED: classes_pb2.OFFERED,
    Kind.CONFIRMED: classes_pb2.CONFIRMED,
    Kind.DECLINED: classes_pb2.DECLINED,
    Kind.LAPSED: classes_pb2.LAPSED,
    Kind.REFUSED: classes_pb2.REFUSED,
    Kind.WITHDRAWN: classes_pb2.WITHDRAWN,
    Kind.CANCELLED: classes_pb2.APPLICATION_CANCELLED,
    Kind.REMINDER: classes_pb2.CONFIRMED,
}
_ACTIVE = (classes_pb2.RECEIVED, classes_pb2.WAITING, classes_pb2.OFFERED, classes_pb2.CONFIRMED)
_WITH_DATES = (Kind.OFFERED, Kind.CONFIRMED, Kind.DATES, Kind.REMINDER)
OVERTAKEN = NotToSend("OVERTAKEN")


class PersonLetters:
    def __init__(self, sources: PersonSources, store: Store, feeds: Feeds, public_url: str, zone: tzinfo) -> None:
        self.sources = sources
        self._store = store
        self._feeds = feeds
        self._public_url = public_url
        self._zone = zone

    async def write(self, notice: Notice) -> Written:
        """Raises a Problem where a service that has to be asked refuses; Unavailable while it is away."""
        personal = notice.personal
        assert personal  # noqa: S101 - whoever calls this has looked
        content = await self.content(personal)
        if isinstance(content, NotToSend):
            return content
        preferences, at = await self._store.preferences_of(personal.person), now()
        awake = at if personal.urgent else best_moment(at, personal.not_after, preferences.quiet, self._zone)
        if awake > at:
            return Later(awake)
        try:
            contact = await self.sources.contact(personal.person)
        except Missing:
            return NotToSend("PERSON_ERASED")
        telephone = preferences.telephone or contact.telephone
        address = contact.email if notice.channel is Channel.EMAIL else telephone
        if not address:
            return Unreachable("NO_ADDRESS")
        if bad := bad_address(preferences, notice.channel, address):
            return Unreachable(bad.reason)
        return words.write(content, Recipient(contact.display_name, address, words.language_of(contact.locale)))

    async def content(self, personal: Personal) -> Content | NotToSend:
        """What there is to say now."""
        try:
            if personal.kind is Kind.CERTIFICATE:
                return await self._of_course(personal, personal.certificate)
            if personal.kind in (Kind.EVALUATION, Kind.FOLLOW_UP):
                return await self._of_course(personal, personal.evaluation)
            if personal.kind is Kind.HELP:
                return await self._of_course(personal, f"learning/{personal.enrollment.rpartition('/')[2]}")
            if personal.kind in (Kind.VISIT_PLANNED, Kind.VISIT_REFUSED):
                return await self._of_visit(personal)
            if personal.kind in (Kind.ACCOUNT_MERGED, Kind.ACCOUNT_UNUSED):
                return self._of_account(personal)
            return await self._of_class(personal)
        except Missing:
            return OVERTAKEN

    async def _of_course(self, personal: Personal, about: str) -> Content:
        titles = await self.sources.course_title(personal.course)
        first = next(iter(titles.values()), "")
        return Content(
            personal.kind,
            {language: titles.get(language) or first for language in words.LANGUAGES},
            link=f"{self._public_url}/{about}",
            preferences=f"{self._public_url}/account/notices",
            zone=self._zone,
            places={},
            until=personal.not_after,
        )

    def _of_account(self, personal: Personal) -> Content:
        return Content(
            personal.kind,
            dict.fromkeys(words.LANGUAGES, ""),
            link=f"{self._public_url}{'/learning' if personal.kind is Kind.ACCOUNT_MERGED else '/sign-in'}",
            preferences=f"{self._public_url}/account/notices",
            zone=self._zone,
            places={},
            until=personal.not_after,
        )

    async def _of_visit(self, personal: Personal) -> Content | NotToSend:
        """What was answered to a request for a visiting class; planned ones with where and when."""
        shared: dict[str, Any] = {
            "titles": words.VISITING_CLASS,
            "link": f"{self._public_url}/{personal.visit}",
            "preferences": f"{self._public_url}/account/notices",
        }
        if personal.kind is Kind.VISIT_REFUSED:
            return Content(personal.kind, zone=self._zone, places={}, reason=personal.reason, **shared)
        class_ = await self.sources.class_alone(personal.class_)
        if class_.state in (classes_pb2.CLASS_CANCELLED, classes_pb2.OVER):
            return OVERTAKEN
        return Content(
            personal.kind,
            zone=await self.sources.zone_of(class_),
            places=await self.sources.places_of(class_),
            meetings=_meetings(personal, class_),
            when=_when(personal, class_),
            **shared,
        )

    async def _of_class(self, personal: Personal) -> Content | NotToSend:
        facts = await self.sources.class_facts(personal.application)
        application, class_ = facts.application, facts.course_class
        if not _is_true(personal, application, class_):
            return OVERTAKEN
        last = application.steps[-1] if application.steps else classes_pb2.Step()
        decided = personal.kind in (Kind.REFUSED, Kind.CANCELLED, Kind.WITHDRAWN)
        return Content(
            personal.kind,
            dict.fromkeys(words.LANGUAGES, class_.details.title or class_.details.course.rpartition("/")[2]),
            link=f"{self._public_url}{_path(personal, class_)}",
            preferences=f"{self._public_url}/account/notices",
            zone=await self.sources.zone_of(class_),
            places=await self.sources.places_of(class_),
            meetings=_meetings(personal, class_) if personal.kind in _WITH_DATES else (),
            when=_when(personal, class_),
            until=moment(application.until),
            reason=last.reason if decided else "",
            note=application.note,
            attachments=await self._attachments(personal, class_),
        )

    async def _attachments(self, personal: Personal, class_: classes_pb2.Class) -> dict[str, Attachment]:
        """The dates as a calendar file, with a seat that was just confirmed. Changes come by mail and in the feed: a
        second file would be a second entry in some calendars."""
        if personal.kind is not Kind.CONFIRMED:
            return {}
        heard = await self._store.copies.class_(class_.name)
        files = {}
        for language in words.LANGUAGES:
            entries = await self._feeds.entries(class_, heard.changed_at if heard else None, language)
            content = ics.write([each for each in entries if each.held], language)
            files[language] = Attachment("ieum.ics", content)
        return files


def _is_true(personal: Personal, application: classes_pb2.Application, class_: classes_pb2.Class) -> bool:
    if personal.kind is Kind.DATES:
        return application.state in _ACTIVE
    if application.state != _STATES[personal.kind]:
        return False
    if personal.kind is Kind.REMINDER:
        return any(
            session.number in personal.sessions
            and session.changes == personal.version
            and session.state == classes_pb2.PLANNED
            for session in class_.details.sessions
        )
    return True


def _meetings(personal: Personal, class_: classes_pb2.Class) -> Sequence[Meeting]:
    changed = personal.sessions if personal.kind is Kind.DATES else ()
    found = []
    for session in class_.details.sessions:
        starts, held = moment(session.start_time), session.state == classes_pb2.PLANNED
        shown = held or session.number in changed
        if starts and shown and (personal.kind is not Kind.REMINDER or session.number in personal.sessions):
            found.append(Meeting(starts, held, session.number in changed))
    return found


def _when(personal: Personal, class_: classes_pb2.Class) -> datetime | None:
    """The session that is reminded of, else the next one."""
    at = now()
    for session in class_.details.sessions:
        starts = moment(session.start_time)
        if personal.kind is Kind.REMINDER and session.number in personal.sessions:
            return starts
        if personal.kind is not Kind.REMINDER and starts and starts > at and session.state == classes_pb2.PLANNED:
            return starts
    return None


def _path(personal: Personal, class_: classes_pb2.Class) -> str:
    if personal.kind is Kind.REMINDER:
        return f"/cannot-come/{personal.secret}"
    if personal.kind is Kind.CANCELLED:
        return f"/{class_.name}"
    return f"/{personal.application}"
