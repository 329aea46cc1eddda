"""The progress of a learner in each of their courses, for pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.backend.clients import Clients
from gateway.backend.names import id_of
from gateway.language.i18n import Locale
from gateway.web.course.attendance_words import ShownAttendance, shown_attendance
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import ListStandingsRequest, Progress
from services.chassis import clock


@dataclass(frozen=True)
class CourseProgress:
    """`enrollment` is the id alone; `next_lesson` is empty when there is none left."""

    enrollment: str
    course: str
    title: str
    language: str
    percent: int
    next_lesson: str
    next_begun: bool
    newer: bool
    completed: datetime | None
    certificate: str
    revoked: bool
    attendance: Sequence[ShownAttendance]

    @property
    def href(self) -> str:
        return f"/learning/{self.enrollment}"


@dataclass(frozen=True)
class LearnerCourses:
    """The courses of a learner, the latest first."""

    under_way: Sequence[CourseProgress] = ()
    done: Sequence[CourseProgress] = ()

    def of_course(self, course: str) -> CourseProgress | None:
        return next((each for each in (*self.under_way, *self.done) if each.course == course), None)


async def find_courses_of(clients: Clients, locale: Locale, person: str) -> LearnerCourses:
    """The courses of a person; none for a stranger, whose name is empty."""
    if not person:
        return LearnerCourses()
    held = [course_progress_of(locale, each) for each in await standings(clients, person) if _is_held(each)]
    return LearnerCourses([each for each in held if not each.completed], [each for each in held if each.completed])


def _is_held(standing: progress_pb2.Standing) -> bool:
    return not standing.withdrawn or standing.HasField("complete_time")


async def standings(clients: Clients, person: str) -> Sequence[progress_pb2.Standing]:
    return (await clients.progress.ListStandings(ListStandingsRequest(person=person))).standings


def course_progress_of(locale: Locale, standing: progress_pb2.Standing) -> CourseProgress:
    title, language = locale.pick(standing.course_title)
    completed = standing.HasField("complete_time")
    return CourseProgress(
        enrollment=id_of(standing.enrollment),
        course=standing.course,
        title=title,
        language="" if language == locale.language else language,
        percent=standing.percent,
        next_lesson=locale.pick(standing.next_lesson)[0],
        next_begun=standing.next_lesson_begun,
        # Whoever is finished needs no newer version.
        newer=standing.newest_version > standing.version and not completed,
        completed=clock.moment(standing.complete_time) if completed else None,
        certificate=id_of(standing.certificate),
        revoked=standing.certificate_revoked,
        attendance=shown_attendance(locale, standing.classes),
    )


def progress_in_course(locale: Locale, progress: Progress) -> CourseProgress:
    """The progress in one course, without the next lesson and without news of a newer version."""
    return course_progress_of(
        locale,
        progress_pb2.Standing(
            enrollment=progress.enrollment,
            course=progress.course,
            course_title=progress.course_title,
            percent=progress.percent,
            complete_time=progress.complete_time if progress.HasField("complete_time") else None,
            certificate=progress.certificate.name,
            certificate_revoked=progress.certificate.state == progress_pb2.REVOKED,
            classes=progress.classes,
        ),
    )
