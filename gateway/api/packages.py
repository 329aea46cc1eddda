"""Courses as Ieum's own packages: out, and in again."""

from __future__ import annotations

import tempfile
from typing import Annotated

from aiohttp import web
from pydantic import StringConstraints

from gateway.api.courses import Course
from gateway.api.operation import Table
from gateway.api.schemas import JsonAnswer, Query, Tag, read
from gateway.backend.clients import CLIENTS
from gateway.documents.cartridge import MIME_TYPE as CARTRIDGE
from gateway.documents.course_package import MIME_TYPE
from gateway.documents.course_transfer import LARGEST_PACKAGE, import_package, send_cartridge, send_package
from gateway.http.admission import takes_files
from ieum.courses.v1 import courses_pb2
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

table = Table("courses")
_PIECE = 256 * 1024


class ImportQuery(Query):
    request_id: Tag = ""


@table(
    "GET", "/courses/{course}:export", "The draft as a package with everything in it", offers={MIME_TYPE: "The package"}
)
async def export_course(request: web.Request) -> web.StreamResponse:
    return await send_package(request, f"courses/{request.match_info['course']}")


class CartridgeQuery(Query):
    in_language: Annotated[str, StringConstraints(max_length=20, pattern="^[A-Za-z0-9-]*$")] = ""


@table(
    "GET",
    "/courses/{course}:cartridge",
    "The draft as a Common Cartridge 1.3 with QTI 1.2",
    offers={CARTRIDGE: "The cartridge"},
)
async def export_cartridge(request: web.Request, query: CartridgeQuery) -> web.StreamResponse:
    message = courses_pb2.GetCourseRequest(name=f"courses/{request.match_info['course']}")
    draft = (await request.app[CLIENTS].courses.GetCourse(message)).draft
    return await send_cartridge(request, draft, query.in_language or next(iter(draft.languages), "ko"))


@table(
    "POST",
    "/courses:import",
    "Make a course of a package",
    takes={MIME_TYPE: "The package", "application/octet-stream": "The package"},
)
@takes_files("instructor")
async def import_course(request: web.Request, query: ImportQuery) -> JsonAnswer[Course]:
    with tempfile.TemporaryFile() as file:
        size = 0
        async for piece in request.content.iter_chunked(_PIECE):
            size += len(piece)
            if size > LARGEST_PACKAGE:
                raise Problem("BODY_TOO_LARGE", status=413)
            file.write(piece)
        if not size:
            raise Invalid("FILE_MISSING", field="body")
        return read(Course, await import_package(request, file, query.request_id or clock.new_id()))
