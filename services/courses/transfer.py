# ruff: noqa: N802 - gRPC method names are the contract's
"""The RPCs by which courses come in and go out: documents of offices, packages of other systems, and Ieum's own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ieum.courses.v1 import content_pb2, courses_pb2, courses_pb2_grpc
from services.chassis.clock import now
from services.chassis.errors import Invalid, Missing
from services.chassis.principal import acting
from services.courses import authorisation
from services.courses.documents.child import read_document
from services.courses.documents.drafting import LONGEST_TITLE, draft_lessons, files_of
from services.courses.documents.reading import (
    Attachment,
    DocumentImport,
    Left,
    LeftOut,
    Picture,
    ReadDocument,
)
from services.courses.domain import completeness, course
from services.courses.domain.content import Content, Lesson, media_of
from services.courses.domain.course import Course
from services.courses.domain.media import Medium, accept, medium_id, plain_filename
from services.courses.messages import exchange, requests, resources
from services.courses.messages.content import content_from_message, lesson_from_message, lesson_to_message
from services.courses.store.courses import Courses
from services.courses.store.imports import Imports
from services.courses.store.media import MediaStore

Context = Any
LONGEST_SUMMARY = 2_000


class Transfer(courses_pb2_grpc.CoursesServiceServicer):
    def __init__(self, courses: Courses, media: MediaStore, imports: Imports) -> None:
        self._courses = courses
        self._media = media
        self._imports = imports
        self._inspecting = asyncio.Semaphore(2)

    async def ImportDocument(
        self, request: courses_pb2.ImportDocumentRequest, context: Context
    ) -> courses_pb2.DocumentImport:
        key = await authorisation.editable(self._courses, request.parent)
        place = f"{key}/{requests.new_key(request.request_id)}"
        made = await self._imports.find(place)
        if made is None:
            if person := acting().person:
                await self._media.count(person, len(request.data), now())
            made = await self._import(key, place, request)
        return resources.import_to_message(place, made)

    async def _import(self, key: str, place: str, request: courses_pb2.ImportDocumentRequest) -> DocumentImport:
        language = requests.language(request.language)
        document = await read_document(request.filename, request.data)
        lessons, left = await self._lessons(document, place, language)
        await self._courses.change(key, lambda value: course.add_lessons(value, lessons, now()))
        return await self._keep_import(place, request.filename, lessons, left)

    async def CreateCourseOfDocument(
        self, request: courses_pb2.CreateCourseOfDocumentRequest, context: Context
    ) -> courses_pb2.DocumentImport:
        acting().require("instructor")
        key = requests.new_key(request.request_id)
        place = f"{key}/{key}"
        made = await self._imports.find(place)
        if made is None:
            made = await self._create_of(key, place, request)
        return resources.import_to_message(place, made)

    async def _create_of(
        self, key: str, place: str, request: courses_pb2.CreateCourseOfDocumentRequest
    ) -> DocumentImport:
        person, language = acting().person, requests.language(request.language)
        if person:
            await self._media.count(person, len(request.data), now())
        document = await read_document(request.filename, request.data)
        lessons, left = await self._lessons(document, place, language)
        about = content_pb2.Content(
            title={language: (document.title or document.lessons[0].title)[:LONGEST_TITLE]},
            summary={language: document.summary[:LONGEST_SUMMARY]},
            languages=[language],
        )
        draft = course.create(key, content_from_message(about), (person,) if person else (), now())
        whole, _ = course.add_lessons(draft, lessons, now())
        await self._courses.create(whole)
        return await self._keep_import(place, request.filename, lessons, left)

    async def _lessons(self, document: ReadDocument, place: str, language: str) -> tuple[list[Lesson], list[Left]]:
        """What becomes of it once its files are kept, and what is left out."""
        media = dict[int, Medium]()
        left = Counter({(each.what, each.where): each.count for each in document.left})
        for number, file in enumerate(files_of(document)):
            try:
                media[number] = await self._keep_file(file, number)
            except Invalid:
                left[(LeftOut.FILE, file.filename) if isinstance(file, Attachment) else (LeftOut.PICTURE, "")] += 1
        drafted = draft_lessons(document, place, language, media)
        lessons = [lesson_from_message(lesson_to_message(lesson)) for lesson in drafted]  # composed, as typed ones are
        return lessons, [Left(what, where, count) for (what, where), count in left.items()]

    async def _keep_file(self, file: Picture | Attachment, number: int) -> Medium:
        """Raises Invalid for what a course cannot hold."""
        name = file.filename if isinstance(file, Attachment) else f"picture-{number + 1}"
        async with self._inspecting:
            medium, kept = await asyncio.to_thread(accept, name, file.data)
        if isinstance(file, Picture) and not medium.content_type.startswith("image/"):
            raise Invalid("NOT_A_PICTURE", field="data")
        return await self._media.keep(medium, kept)

    async def _keep_import(
        self, place: str, filename: str, lessons: Sequence[Lesson], left: Sequence[Left]
    ) -> DocumentImport:
        made = DocumentImport(plain_filename(filename), now(), [lesson.id for lesson in lessons], left)
        return await self._imports.keep(place, made)

    async def GetDocumentImport(
        self, request: courses_pb2.GetDocumentImportRequest, context: Context
    ) -> courses_pb2.DocumentImport:
        name, key = requests.import_key(request.name)
        await authorisation.editable(self._courses, name)
        made = await self._imports.find(key)
        if made is None:
            raise Missing("IMPORT_NOT_FOUND")
        return resources.import_to_message(key, made)

    async def ExportCourse(
        self, request: courses_pb2.ExportCourseRequest, context: Context
    ) -> courses_pb2.ExportedCourse:
        draft = (await authorisation.readable(self._courses, request.name)).draft
        names = await asyncio.to_thread(exchange.media_in, draft)
        kept = [medium for name in names if (medium := await self._media.find(name))]
        # Files of earlier versions have other names than the same file would get today.
        renamed = {medium.id: medium_id(medium.sha256, medium.filename) for medium in kept}
        return courses_pb2.ExportedCourse(
            content=await asyncio.to_thread(exchange.dump, draft, renamed),
            files=[
                courses_pb2.PackedFile(name=f"media/{renamed[medium.id]}", media=resources.media_to_message(medium))
                for medium in kept
            ],
            title=draft.title,
        )

    async def ImportCourse(self, request: courses_pb2.ImportCourseRequest, context: Context) -> courses_pb2.Course:
        acting().require("instructor")
        teachers = (acting().person,) if acting().person else ()
        names = {old.removeprefix("media/"): new.removeprefix("media/") for old, new in request.media.items()}
        content = await asyncio.to_thread(exchange.load, request.content, names)
        draft = course.create(requests.new_key(request.request_id), content, teachers, now())
        return await self._whole(await self._courses.create(draft))

    async def _whole(self, value: Course) -> courses_pb2.Course:
        known = await self._known(value)
        return resources.course_to_message(value, completeness.problems_of(value.draft, known))

    async def _known(self, value: Course | None) -> completeness.Known:
        return await self._media.types(media_of(value.draft if value else Content()))
