"""Where a learner stands in each course they take, as pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.clients import Clients
from gateway.web.i18n import Locale
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import ListProgressRequest, Progress
from services.chassis import clock

_PAGE = 200


@dataclass(frozen=True)
class Standing:
    """`enrollment` is the id alone; `next_lesson` is empty when there is none left."""

    enrollment: str
    course: str
    title: str
    language: str
    percent: int
    lessons_done: int
    lessons: int
    next_lesson: str
    newer: bool
    completed: datetime | None
    certificate: str
    revoked: bool

    @property
    def href(self) -> str:
        return f"/learning/{self.enrollment}"


@dataclass(frozen=True)
class Learning:
    """Latest first."""

    under_way: Sequence[Standing] = ()
    done: Sequence[Standing] = ()

    def of_course(self, course: str) -> Standing | None:
        return next((each for each in (*self.under_way, *self.done) if each.course == course), None)


async def learning_of(clients: Clients, locale: Locale, person: str) -> Learning:
    """Nothing for a stranger, whose name is empty."""
    if not person:
        return Learning()
    found = [standing_of(locale, each) for each in await all_progress(clients, person) if _is_held(each)]
    return Learning([each for each in found if not each.completed], [each for each in found if each.completed])


def _is_held(progress: Progress) -> bool:
    return not progress.withdrawn or progress.HasField("complete_time")


async def all_progress(clients: Clients, person: str) -> list[Progress]:
    asked = ListProgressRequest(person=person, page_size=_PAGE, brief=True)
    found: list[Progress] = []
    while True:
        answer = await clients.progress.ListProgress(asked)
        found += answer.progress
        if not answer.next_page_token:
            return found
        asked.page_token = answer.next_page_token


def standing_of(locale: Locale, progress: Progress) -> Standing:
    title, language = locale.pick(progress.course_title)
    number = progress.certificate.name.removeprefix("certificates/")
    return Standing(
        enrollment=progress.enrollment.removeprefix("enrollments/"),
        course=progress.course,
        title=title,
        language="" if language == locale.language else language,
        percent=progress.percent,
        lessons_done=sum(lesson.state == progress_pb2.DONE for lesson in progress.lessons),
        lessons=len(progress.lessons),
        next_lesson=_next_lesson(locale, progress),
        newer=_is_newer(progress),
        completed=clock.moment(progress.complete_time) if progress.HasField("complete_time") else None,
        certificate=number,
        revoked=progress.certificate.state == progress_pb2.REVOKED,
    )


def _next_lesson(locale: Locale, progress: Progress) -> str:
    """The lesson they were in, when there is something left in it; else the first that is not done."""
    left = [each for each in progress.lessons if each.state != progress_pb2.DONE]
    here = [each for each in left if each.lesson == progress.position.lesson]
    return next((locale.pick(each.title)[0] for each in (*here, *left)), "")


def _is_newer(progress: Progress) -> bool:
    """Whoever is finished needs no newer version."""
    return progress.newest_version > progress.version and not progress.HasField("complete_time")
