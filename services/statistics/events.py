"""What statistics hear. Any event may come twice, late, or before the one it follows: the facts end up the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from google.protobuf.timestamp_pb2 import Timestamp

from ieum.courses.v1 import events_pb2 as courses
from ieum.enrollment.v1 import enrollment_pb2
from ieum.enrollment.v1 import events_pb2 as enrollment
from ieum.people.v1 import events_pb2 as people
from ieum.people.v1 import people_pb2
from ieum.progress.v1 import events_pb2 as progress
from services.chassis.bus import Handlers
from services.chassis.clock import moment
from services.chassis.principal import pseudonym
from services.statistics.domain.periods import quarter_of
from services.statistics.store import Facts

_SEXES = {people_pb2.FEMALE: "F", people_pb2.MALE: "M", people_pb2.OTHER_SEX: "_O"}


class Listener:
    def __init__(self, facts: Facts, pseudonym_key: bytes, zone: tzinfo) -> None:
        self._facts = facts
        self._key = pseudonym_key
        self._zone = zone

    def handlers(self) -> dict[str, Handlers]:
        """By the package that announces them."""
        return {
            "ieum.people.v1": {
                people.PlacesImported: self.on_places_imported,
                people.EqualityAnswersGiven: self.on_equality_answers_given,
                people.PersonErased: self.on_person_erased,
            },
            "ieum.courses.v1": {courses.CoursePublished: self.on_course_published},
            "ieum.enrollment.v1": {
                enrollment.Enrolled: self.on_enrolled,
                enrollment.Withdrawn: self.on_withdrawn,
                enrollment.MovedToVersion: self.on_moved,
            },
            "ieum.progress.v1": {
                progress.LearningStarted: self.on_learning_started,
                progress.LessonCompleted: self.on_lesson_completed,
                progress.CourseCompleted: self.on_course_completed,
            },
        }

    async def on_places_imported(self, event: people.PlacesImported) -> None:
        areas = [
            {"name": area.name, "parent": area.parent, "kind": area.kind, "title": dict(area.title)}
            | {"column": area.column, "row": area.row}
            for area in event.areas
        ]
        organisations = [{"name": row.name, "area": row.area, "title": dict(row.title)} for row in event.organisations]
        await self._facts.put_places(event.revision, areas, organisations)

    async def on_equality_answers_given(self, event: people.EqualityAnswersGiven) -> None:
        await self._facts.put_traits(
            event.pseudonym,
            event.revision,
            {
                "birth_year": event.birth_year,
                "sex": _SEXES.get(event.sex, ""),
                "groups": _flags(event.groups),
                "groups_answered": event.groups_answered,
            },
        )

    async def on_person_erased(self, event: people.PersonErased) -> None:
        """What they did stays counted; what they told about themselves is gone, for good."""
        empty = {"birth_year": 0, "sex": "", "groups": [], "groups_answered": False}
        await self._facts.put_traits(event.pseudonym, 2**62, empty)

    async def on_course_published(self, event: courses.CoursePublished) -> None:
        domains = sorted({competence.partition(".")[0] for competence in event.competences})
        await self._facts.put_course(event.course, event.revision, event.version, dict(event.title), domains)

    async def on_enrolled(self, event: enrollment.Enrolled) -> None:
        enrolled_at = _dated(event.enrol_time)
        await self._facts.put_enrolment(
            event.enrollment,
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

    async def on_moved(self, event: enrollment.MovedToVersion) -> None:
        await self._facts.put_version(event.enrollment, event.version)

    async def on_withdrawn(self, event: enrollment.Withdrawn) -> None:
        await self._facts.put_moment(event.enrollment, "withdrawn_at", event.revision, _dated(event.withdraw_time))

    async def on_learning_started(self, event: progress.LearningStarted) -> None:
        await self._facts.put_moment(event.enrollment, "started_at", event.revision, _dated(event.start_time))

    async def on_lesson_completed(self, event: progress.LessonCompleted) -> None:
        await self._facts.put_minutes(event.enrollment, event.lesson, event.minutes)

    async def on_course_completed(self, event: progress.CourseCompleted) -> None:
        await self._facts.put_moment(event.enrollment, "completed_at", event.revision, _dated(event.complete_time))


def _dated(stamp: Timestamp) -> datetime:
    """An event without its time is put aside: counted nowhere, it would be missed by nobody."""
    time = moment(stamp)
    if time is None:
        raise ValueError("event without its time")
    return time


def _universe(universe: enrollment_pb2.Universe.ValueType) -> str:
    return "employee" if universe == enrollment_pb2.EMPLOYEE else "resident"


def _flags(groups: Sequence[people_pb2.TargetGroup.ValueType]) -> list[str]:
    return sorted(people_pb2.TargetGroup.Name(group).lower() for group in groups)
