# ruff: noqa: N802 - gRPC method names are the contract's
"""The RPCs by which courses come in and go out: documents of offices, packages of other systems, and Ieum's own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from ieum.courses.v1 import courses_pb2, courses_pb2_grpc
from services.chassis.clock import now
from services.chassis.errors import Invalid, Missing
from services.chassis.principal import acting
from services.courses import authorisation
from services.courses.documents.child import read_document
from services.courses.documents.drafting import draft_lessons, pictures_of
from services.courses.documents.reading import DocumentImport, Left, LeftOut, Picture
from services.courses.domain import completeness, course
from services.courses.domain.content import Content, media_of
from services.courses.domain.course import Course
from services.courses.domain.media import accept, medium_id, plain_filename
from services.courses.messages import exchange, requests, resources
from services.courses.store.courses import Courses
from services.courses.store.imports import Imports
from services.courses.store.media import MediaStore

Context = Any


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
        document = await read_document(request.filename, request.data)
        media, refused = await self._keep_pictures(pictures_of(document))
        lessons = draft_lessons(document, place, requests.language(request.language), media)
        await self._courses.change(key, lambda value: course.add_lessons(value, lessons, now()))
        left = (*document.left, *([Left(LeftOut.PICTURE, "", refused)] if refused else ()))
        made = DocumentImport(plain_filename(request.filename), now(), [lesson.id for lesson in lessons], left)
        return await self._imports.keep(place, made)

    async def _keep_pictures(self, pictures: Sequence[Picture]) -> tuple[dict[int, str], int]:
        """Names of those that a course can hold, by their place, and how many it cannot."""
        media: dict[int, str] = {}
        for number, picture in enumerate(pictures):
            try:
                async with self._inspecting:
                    medium, kept = await asyncio.to_thread(accept, f"picture-{number + 1}", picture.data)
            except Invalid:
                continue
            if medium.content_type.startswith("image/"):
                media[number] = f"media/{(await self._media.keep(medium, kept)).id}"
        return media, len(pictures) - len(media)

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
