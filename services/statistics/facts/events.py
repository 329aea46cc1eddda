"""Handles the events. Any may come twice, late, or before the one it follows: the facts end up the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Protocol

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from ieum.classes.v1 import classes_pb2
from ieum.classes.v1 import events_pb2 as classes
from ieum.courses.v1 import events_pb2 as courses
from ieum.enrollment.v1 import enrollment_pb2
from ieum.enrollment.v1 import events_pb2 as enrollment
from ieum.people.v1 import events_pb2 as people
from ieum.progress.v1 import events_pb2 as progress
from services.chassis.clock import moment
from services.chassis.events.bus import BatchHandler, Handlers
from services.chassis.principal import pseudonym
from services.statistics.facts.attendance import Mark
from services.statistics.facts.keys import fact_key
from services.statistics.facts.merged import Merge
from services.statistics.facts.store import Change, Facts, TraitsRevision, credited, enrolled, happened, moved
from services.statistics.facts.traits import TraitsSeal
from services.statistics.figures.periods import quarter_of
from services.statistics.figures.universe import Universe

_THERE = (classes_pb2.PRESENT, classes_pb2.LATE, classes_pb2.LEFT_EARLY)
_FORGOTTEN = TraitsRevision(2**62, {"sealed": b""})
"""What an erased person did stays counted; what they told about themselves is gone, for good."""


class _OfEnrolment(Protocol):
    @property
    def enrollment(self) -> str: ...


class Listener:
    def __init__(self, facts: Facts, pseudonym_key: bytes, zone: tzinfo) -> None:
        self._facts = facts
        self._key = pseudonym_key
        self._seal = TraitsSeal(pseudonym_key)
        self._zone = zone

    def handlers(self) -> dict[str, Handlers | BatchHandler]:
        """By the package that announces them."""
        return {
            "ieum.people.v1": BatchHandler(
                (
                    people.PlacesImported,
                    people.EqualityAnswersGiven,
                    people.PersonErased,
                    people.AccountsMerged,
                    people.AccountsSeparated,
                ),
                self.on_people,
            ),
            "ieum.courses.v1": {courses.CoursePublished: self.on_course_published},
            "ieum.enrollment.v1": BatchHandler(
                (enrollment.Enrolled, enrollment.Withdrawn, enrollment.MovedToVersion), self.on_learning
            ),
            "ieum.progress.v1": BatchHandler(
                (progress.LearningStarted, progress.LessonCompleted, progress.CourseCompleted), self.on_learning
            ),
            "ieum.classes.v1": BatchHandler((classes.AttendanceMarked,), self.on_attendance),
        }

    async def on_people(self, events: Sequence[Message]) -> None:
        traits: dict[str, list[TraitsRevision]] = defaultdict(list)
        merges: list[Merge] = []
        for event in events:
            match event:
                case people.PlacesImported():
                    await self._put_places(event)
                case people.EqualityAnswersGiven():
                    traits[event.pseudonym].append(TraitsRevision(event.revision, {"sealed": self._seal.close(event)}))
                case people.PersonErased():
                    traits[pseudonym(self._key, event.person)].append(_FORGOTTEN)
                case people.AccountsMerged():
                    kept = pseudonym(self._key, event.kept)
                    merges.append(Merge(pseudonym(self._key, event.person), kept, event.revision))
                case people.AccountsSeparated():
                    merges.append(Merge(pseudonym(self._key, event.person), "", event.revision))
        await self._facts.put_merged(merges)
        await self._facts.put_traits(traits)

    async def _put_places(self, event: people.PlacesImported) -> None:
        areas = [
            {"name": area.name, "parent": area.parent, "kind": area.kind, "title": dict(area.title)}
            | {"column": area.column, "row": area.row}
            for area in event.areas
        ]
        organisations = [{"name": row.name, "area": row.area, "title": dict(row.title)} for row in event.organisations]
        await self._facts.put_places(event.revision, areas, organisations, event.successors)

    async def on_course_published(self, event: courses.CoursePublished) -> None:
        domains = sorted({competence.partition(".")[0] for competence in event.competences})
        await self._facts.put_course(event.course, event.revision, event.version, dict(event.title), domains)

    async def on_learning(self, events: Sequence[Message]) -> None:
        await self._facts.put([self._change(event) for event in events])

    async def on_attendance(self, events: Sequence[classes.AttendanceMarked]) -> None:
        """Old events do not name the person: they can be counted nowhere."""
        await self._facts.attendance.put([self._mark(event) for event in events if event.person])

    def _mark(self, event: classes.AttendanceMarked) -> Mark:
        return Mark(
            key=pseudonym(self._key, f"{event.application}/{event.session}"),
            person=pseudonym(self._key, event.person),
            course=event.course,
            day=date.fromisoformat(event.date),
            minutes=event.minutes,
            counts=event.attended in _THERE and not event.cancelled,
            revision=event.revision,
        )

    def _change(self, event: Message) -> Change:
        match event:
            case progress.LessonCompleted():
                return credited(self._fact(event), event.lesson, event.minutes)
            case progress.LearningStarted():
                return happened(self._fact(event), "started_at", event.revision, _dated(event.start_time))
            case progress.CourseCompleted():
                return happened(self._fact(event), "completed_at", event.revision, _dated(event.complete_time))
            case enrollment.Enrolled():
                return self._enrolled(event)
            case enrollment.Withdrawn():
                return happened(self._fact(event), "withdrawn_at", event.revision, _dated(event.withdraw_time))
            case enrollment.MovedToVersion():
                return moved(self._fact(event), event.version)
        raise TypeError(f"{event.DESCRIPTOR.full_name} changes no fact")

    def _fact(self, event: _OfEnrolment) -> str:
        return fact_key(self._key, event.enrollment)

    def _enrolled(self, event: enrollment.Enrolled) -> Change:
        enrolled_at = _dated(event.enrol_time)
        return enrolled(
            self._fact(event),
            event.revision,
            event.version,
            {
                "pseudonym": pseudonym(self._key, event.person),
                "course": event.course,
                "run": event.run,
                "area": event.residence.area,
                "organisation": event.residence.organisation,
                "universe": _universe(event.residence.universe),
                "delivery": enrollment_pb2.Delivery.Name(event.delivery).lower(),
                "enrolled_at": enrolled_at,
                "enrol_year": enrolled_at.astimezone(self._zone).year,
                "quarter": quarter_of(enrolled_at, self._zone),
            },
        )


def _dated(stamp: Timestamp) -> datetime:
    """An event without its time is put aside: counted nowhere, it would be missed by nobody."""
    time = moment(stamp)
    if time is None:
        raise ValueError("event without its time")
    return time


def _universe(universe: enrollment_pb2.Universe.ValueType) -> Universe:
    return Universe.EMPLOYEE if universe == enrollment_pb2.EMPLOYEE else Universe.RESIDENT
