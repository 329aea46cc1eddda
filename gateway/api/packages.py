"""Courses as Ieum's own packages: out, and in again."""

from __future__ import annotations

import tempfile

from aiohttp import web

from gateway.api.courses import Course
from gateway.api.operation import Table
from gateway.api.schemas import JsonAnswer, Query, Tag, read
from gateway.documents.course_package import MIME_TYPE
from gateway.documents.course_transfer import LARGEST_PACKAGE, import_package, send_package
from gateway.http.admission import takes_files
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
