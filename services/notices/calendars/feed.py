"""Collects what a calendar shows: the classes of a person, of an instructor or of a centre."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ieum.classes.v1 import classes_pb2
from services.chassis.clock import moment, now
from services.chassis.errors import Missing
from services.notices.calendars import ics
from services.notices.calendars.ics import Entry
from services.notices.domain.calendar import Calendar, CalendarKind
from services.notices.sources import PersonSources
from services.notices.store import Store
from services.notices.store.copies import HeardClass

_KEPT = 500
"""Classes whose facts are kept: calendars are asked for every hour by everybody who has one."""
_SEATED = ("CONFIRMED", "APPLICATION_CANCELLED")


class Feeds:
    def __init__(self, sources: PersonSources, store: Store, public_url: str) -> None:
        self._sources = sources
        self._store = store
        self._public_url = public_url
        self._known: dict[str, tuple[int, classes_pb2.Class]] = {}

    async def file(self, calendar: Calendar) -> bytes:
        entries: list[Entry] = []
        for heard in await self._classes(calendar):
            try:
                class_ = await self._class(heard, fresh=calendar.kind is CalendarKind.OF_CENTRE)
            except Missing:
                continue
            counted = calendar.kind is not CalendarKind.MINE
            entries += await self.entries(class_, heard.changed_at, calendar.language, counted=counted)
        return ics.write(entries, calendar.language)

    async def entries(
        self, class_: classes_pb2.Class, changed_at: datetime | None, language: str, *, counted: bool = False
    ) -> list[Entry]:
        """Of one class. Sessions that were cancelled long ago are left out."""
        places, zone = await self._sources.places_of(class_), await self._sources.zone_of(class_)
        title = class_.details.title or class_.details.course.rpartition("/")[2]
        if counted:
            title = f"{title} ({class_.confirmed}/{class_.details.seats})"
        since = now() - ics.SHOWN_AFTER_CANCELLING
        found = []
        for session in class_.details.sessions:
            starts, ends = moment(session.start_time), moment(session.end_time)
            held = session.state == classes_pb2.PLANNED
            if starts is None or ends is None or not (held or starts > since):
                continue
            found.append(
                Entry(
                    class_id=class_.name.rpartition("/")[2],
                    number=session.number,
                    title=title,
                    place=places.get(language, ""),
                    link=f"{self._public_url}/{class_.name}",
                    starts_at=starts,
                    ends_at=ends,
                    zone=zone,
                    version=session.changes,
                    changed_at=changed_at or moment(class_.create_time) or starts,
                    held=held,
                )
            )
        return found

    async def _classes(self, calendar: Calendar) -> Sequence[HeardClass]:
        copies = self._store.copies
        match calendar.kind:
            case CalendarKind.MINE:
                return await copies.classes_with(await copies.classes_of_person(calendar.person, _SEATED))
            case CalendarKind.TEACHING:
                return await copies.classes_taught_by(calendar.person)
            case CalendarKind.OF_CENTRE:
                return await copies.classes_of(calendar.centre)

    async def _class(self, heard: HeardClass, *, fresh: bool) -> classes_pb2.Class:
        """Kept until another revision is heard of. Counts of seats change without one."""
        revision, class_ = self._known.get(heard.name, (0, None))
        if class_ is None or revision != heard.revision or fresh:
            class_ = await self._sources.class_alone(heard.name)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[heard.name] = (heard.revision, class_)
        return class_
