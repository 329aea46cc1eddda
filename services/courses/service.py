"""The RPCs of the courses service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from google.protobuf import empty_pb2

from ieum.courses.v1 import content_pb2, courses_pb2
from services.chassis.clock import now
from services.chassis.errors import Invalid, Missing
from services.chassis.principal import acting
from services.chassis.store import paging
from services.chassis.token_access import Access
from services.courses import authorisation
from services.courses.domain import competences, completeness, course, review
from services.courses.domain.content import outline
from services.courses.domain.course import Course, Outcome
from services.courses.domain.media import accept
from services.courses.domain.views import unanswered
from services.courses.messages import requests, resources
from services.courses.messages.content import content_from_message, lesson_from_message, lesson_to_message
from services.courses.store.catalogue import Catalogue
from services.courses.store.courses import Courses
from services.courses.store.imports import Imports
from services.courses.store.media import LARGEST_READ, MediaStore
from services.courses.transfer import Transfer

Context = Any
_KEPT_VERSIONS = 100


class CoursesService(Transfer):
    def __init__(self, courses: Courses, catalogue: Catalogue, media: MediaStore, imports: Imports) -> None:
        super().__init__(courses, media, imports)
        self._catalogue = catalogue
        self._kept: dict[tuple[str, int, bool], courses_pb2.Version] = {}

    async def CreateCourse(self, request: courses_pb2.CreateCourseRequest, context: Context) -> courses_pb2.Course:
        acting().require("instructor")
        teachers = (acting().person,) if acting().person else ()
        draft = course.create(
            requests.new_key(request.request_id), content_from_message(request.content), teachers, now()
        )
        return await self._whole(await self._courses.create(draft))

    async def GetCourse(self, request: courses_pb2.GetCourseRequest, context: Context) -> courses_pb2.Course:
        return await self._whole(await authorisation.readable(self._courses, request.name))

    async def ListCourses(
        self, request: courses_pb2.ListCoursesRequest, context: Context
    ) -> courses_pb2.ListCoursesResponse:
        condition = authorisation.listing_condition(acting(), request.view)
        courses, token = await self._courses.page(condition, paging.page_size(request.page_size), request.page_token)
        return courses_pb2.ListCoursesResponse(
            courses=map(resources.listed_course_to_message, courses), next_page_token=token
        )

    async def UpdateCourse(self, request: courses_pb2.UpdateCourseRequest, context: Context) -> courses_pb2.Course:
        key = await authorisation.editable(self._courses, request.name)
        asked, paths = content_from_message(request.content), requests.paths(request)

        def update(value: Course) -> Outcome:
            changes: dict[str, Any] = {path: getattr(asked, path) for path in paths}
            return course.update_outline(value, replace(outline(value.draft), **changes), request.etag, now())

        return await self._whole(await self._courses.change(key, update))

    async def DeleteCourse(self, request: courses_pb2.DeleteCourseRequest, context: Context) -> empty_pb2.Empty:
        key = await authorisation.editable(self._courses, request.name)
        if draft := await self._courses.head(key):
            course.check_deletable(draft)
            await self._courses.delete(key)
        return empty_pb2.Empty()

    async def CreateLesson(self, request: courses_pb2.CreateLessonRequest, context: Context) -> courses_pb2.Course:
        return await self._edit(
            request.parent, lambda value: course.add_lesson(value, lesson_from_message(request.lesson), now())
        )

    async def UpdateLesson(self, request: courses_pb2.UpdateLessonRequest, context: Context) -> content_pb2.Lesson:
        key = await authorisation.editable(self._courses, request.parent)
        lesson = lesson_from_message(request.lesson)
        await self._courses.change(key, lambda value: course.update_lesson(value, lesson, request.lesson.etag, now()))
        return lesson_to_message(lesson)

    async def MoveLesson(self, request: courses_pb2.MoveLessonRequest, context: Context) -> courses_pb2.Course:
        return await self._edit(
            request.parent, lambda value: course.move_lesson(value, request.lesson, request.position, now())
        )

    async def DeleteLesson(self, request: courses_pb2.DeleteLessonRequest, context: Context) -> courses_pb2.Course:
        return await self._edit(
            request.parent, lambda value: course.delete_lesson(value, request.lesson, request.etag, now())
        )

    async def SubmitCourse(self, request: courses_pb2.SubmitCourseRequest, context: Context) -> courses_pb2.Course:
        key = await authorisation.editable(self._courses, request.name)
        known = await self._known(await self._courses.find(key))

        def submit(value: Course) -> Outcome:
            return review.submit(value, completeness.problems_of(value.draft, known), now())

        return await self._whole(await self._courses.change(key, submit))

    async def RecallCourse(self, request: courses_pb2.RecallCourseRequest, context: Context) -> courses_pb2.Course:
        return await self._edit(request.name, review.recall)

    async def ApproveCourse(self, request: courses_pb2.ApproveCourseRequest, context: Context) -> courses_pb2.Course:
        acting().require("reviewer")
        reviewer = acting().person
        return await self._whole(
            await self._courses.publish(
                requests.key(request.name), lambda value: review.approve(value, reviewer, now())
            )
        )

    async def SendBackCourse(self, request: courses_pb2.SendBackCourseRequest, context: Context) -> courses_pb2.Course:
        acting().require("reviewer")
        reviewer = acting().person
        returned = await self._courses.change(
            requests.key(request.name), lambda value: review.send_back(value, reviewer, request.note, now())
        )
        return await self._whole(returned)

    async def RetireCourse(self, request: courses_pb2.RetireCourseRequest, context: Context) -> courses_pb2.Course:
        return await self._govern(request.name, lambda value: review.retire(value, now()))

    async def ReinstateCourse(
        self, request: courses_pb2.ReinstateCourseRequest, context: Context
    ) -> courses_pb2.Course:
        return await self._govern(request.name, lambda value: review.reinstate(value, now()))

    async def AddTeacher(self, request: courses_pb2.AddTeacherRequest, context: Context) -> courses_pb2.Course:
        return await self._govern(
            request.name, lambda value: course.add_teacher(value, requests.person(request.person), now())
        )

    async def RemoveTeacher(self, request: courses_pb2.RemoveTeacherRequest, context: Context) -> courses_pb2.Course:
        return await self._govern(
            request.name, lambda value: course.remove_teacher(value, requests.person(request.person), now())
        )

    async def SearchCatalog(
        self, request: courses_pb2.SearchCatalogRequest, context: Context
    ) -> courses_pb2.SearchCatalogResponse:
        size = paging.page_size(request.page_size)
        results = await self._catalogue.search(requests.wanted(request), size, request.page_token)
        return courses_pb2.SearchCatalogResponse(
            entries=map(resources.entry_to_message, results.courses),
            next_page_token=results.next_token,
            total_size=results.total,
            nearest=results.nearest,
        )

    async def GetSynonyms(self, request: courses_pb2.GetSynonymsRequest, context: Context) -> courses_pb2.Synonyms:
        authorisation.require_administrator_of_everything()
        return resources.synonyms_to_message(await self._catalogue.synonyms())

    async def UpdateSynonyms(
        self, request: courses_pb2.UpdateSynonymsRequest, context: Context
    ) -> courses_pb2.Synonyms:
        authorisation.require_administrator_of_everything()
        groups = [tuple(group.words) for group in request.groups]
        return resources.synonyms_to_message(await self._catalogue.change_synonyms(groups, request.etag, now()))

    async def GetVersion(self, request: courses_pb2.GetVersionRequest, context: Context) -> courses_pb2.Version:
        key, number = requests.version_key(request.name)
        head = await self._courses.head(key)
        if head is None or not head.published_version:
            raise Missing("VERSION_NOT_FOUND")
        message = courses_pb2.Version()
        message.CopyFrom(
            await self._version(
                key, number or head.published_version, answers=authorisation.may_see_answers(acting(), head)
            )
        )
        return resources.with_current_state(message, head)

    async def ListCompetences(
        self, request: courses_pb2.ListCompetencesRequest, context: Context
    ) -> courses_pb2.ListCompetencesResponse:
        return resources.competences_to_message(competences.AREAS, competences.TITLES)

    async def UploadMedia(self, request: courses_pb2.UploadMediaRequest, context: Context) -> courses_pb2.Media:
        acting().require("instructor", "administrator")
        if person := acting().person:
            await self._media.count(person, len(request.data), now())
        # In threads, two at a time: reading a picture or an archive takes up to a second.
        async with self._inspecting:
            medium, kept = await asyncio.to_thread(accept, request.filename, request.data)
        return resources.media_to_message(await self._media.keep(medium, kept))

    async def GetMedia(self, request: courses_pb2.GetMediaRequest, context: Context) -> courses_pb2.Media:
        return resources.media_to_message(await self._media.get(requests.key(request.name, "media")))

    async def ReadMedia(self, request: courses_pb2.ReadMediaRequest, context: Context) -> courses_pb2.ReadMediaResponse:
        if request.offset < 0 or request.length < 0:
            raise Invalid("NUMBER_OUT_OF_RANGE", field="offset" if request.offset < 0 else "length", smallest=0)
        length = min(request.length or LARGEST_READ, LARGEST_READ)
        data = await self._media.read(requests.key(request.name, "media"), request.offset, length)
        return courses_pb2.ReadMediaResponse(data=data)

    async def _version(self, key: str, number: int, *, answers: bool) -> courses_pb2.Version:
        """A cache of the versions read last: a version never changes, and is read with every screen of a learner."""
        kept = self._kept.pop((key, number, answers), None)
        if kept is None:
            version = await self._courses.version(key, number)
            content = version.content if answers else unanswered(version.content, f"{key}/{number}")
            kept = resources.version_to_message(replace(version, content=content))
        self._kept[key, number, answers] = kept
        while len(self._kept) > _KEPT_VERSIONS:
            self._kept.pop(next(iter(self._kept)))
        return kept

    async def _edit(self, name: str, verb: Callable[[Course], Outcome]) -> courses_pb2.Course:
        key = await authorisation.editable(self._courses, name)
        return await self._whole(await self._courses.change(key, verb))

    async def _govern(self, name: str, verb: Callable[[Course], Outcome]) -> courses_pb2.Course:
        key = await authorisation.governable(self._courses, name)
        return await self._whole(await self._courses.change(key, verb))


_READ = ("GetCourse", "ListCourses", "GetDocumentImport", "ExportCourse")
# Open to strangers; with the scope also what is not published.
_OPEN = ("SearchCatalog", "GetVersion", "ListCompetences", "GetMedia", "ReadMedia")


_WRITE = (
    "CreateCourse",
    "UpdateCourse",
    "DeleteCourse",
    "CreateLesson",
    "UpdateLesson",
    "MoveLesson",
    "DeleteLesson",
    "SubmitCourse",
    "RecallCourse",
    "RetireCourse",
    "ReinstateCourse",
    "UploadMedia",
    "ImportDocument",
    "ImportCourse",
    "CreateCourseOfDocument",
)


# Judging another's course and naming teachers is done in person.
TOKEN_ACCESS = (
    dict.fromkeys(_READ, Access("courses.read"))
    | dict.fromkeys(_OPEN, Access("courses.read", open=True))
    | dict.fromkeys(_WRITE, Access("courses.write"))
)
