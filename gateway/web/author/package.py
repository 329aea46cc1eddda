"""A course as a file: saved as Ieum's own package, and made of one or of another system's."""

from __future__ import annotations

import asyncio
from typing import IO

from aiohttp import web
from aiohttp.web_request import FileField

from gateway.backend.clients import CLIENTS
from gateway.documents.course_package import LARGEST_FILE, is_package
from gateway.documents.course_transfer import (
    LARGEST_PACKAGE,
    cartridge_of,
    import_package,
    send_cartridge,
    send_package,
)
from gateway.html.render import PAGE, Flash, page
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.http.csrf import for_upload
from gateway.http.errors import message, status_of
from gateway.http.form import read_form
from gateway.web.author.course import course_of, language_of
from gateway.web.author.document import ACCEPTED, SECONDS
from gateway.web.author.labels import address, language_name, title_of
from gateway.web.site.frame import go_to
from ieum.courses.v1 import courses_pb2
from services.chassis.clock import new_id
from services.chassis.errors import Invalid, Problem

routes = web.RouteTableDef()


@routes.get("/teach/import")
async def ask_for_package(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    return _form(request, new_id())


def _form(request: web.Request, key: str, problem: Problem | None = None, language: str = "") -> web.Response:
    return page(
        request,
        "author/import.html",
        status=status_of(problem) if problem else 200,
        key=key,
        language=language or request[PAGE].locale.language,
        accepted=",".join(ACCEPTED),
        errors={"file": message(request[PAGE].locale, problem)} if problem else {},
    )


@routes.post("/teach/import")
@takes_files("instructor")
async def make_course(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    source = request if request.content.at_eof() else for_upload(request, LARGEST_PACKAGE)
    form = await read_form(source)
    key, language, file = str(form.get("key", "")), str(form.get("language", "")), form.get("file")
    try:
        if not isinstance(file, FileField):
            raise Invalid("FILE_MISSING", field="file")
        with file.file as opened:
            if await asyncio.to_thread(is_package, opened):
                return _done(request, address((await import_package(request, opened, key)).name))
            made = await _course_of(request, opened, file.filename, language, key)
    except Problem as problem:
        return _form(request, key or new_id(), problem, language)
    return _done(request, f"/teach/{made.name.removeprefix('courses/')}")


async def _course_of(
    request: web.Request, file: IO[bytes], filename: str, language: str, key: str
) -> courses_pb2.DocumentImport:
    """Of another system's file."""
    data = await asyncio.to_thread(file.read, LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise Invalid("PACKAGE_TOO_LARGE", field="file", limit=LARGEST_FILE // 1024**2)
    grpc_request = courses_pb2.CreateCourseOfDocumentRequest(
        language=language, filename=filename, data=data, request_id=key
    )
    return await request.app[CLIENTS].courses.CreateCourseOfDocument(grpc_request, timeout=SECONDS)


def _done(request: web.Request, target: str) -> web.Response:
    gettext = request[PAGE].locale.gettext
    said = gettext("It is a draft that only you see. Look at it, then send it to review.")
    return go_to(target, Flash(gettext("The course is made of the file"), said), request)


@routes.get("/teach/{course}/export")
async def export_course(request: web.Request) -> web.StreamResponse:
    signed_in(request, "instructor", "reviewer", "administrator")
    return await send_package(request, f"courses/{request.match_info['course']}")


@routes.get("/teach/{course}/cartridge")
async def show_cartridge(request: web.Request) -> web.Response:
    """What other platforms get of it, in each language, and what they cannot show."""
    signed_in(request, "instructor", "reviewer", "administrator")
    locale, course = request[PAGE].locale, await course_of(request)
    language = language_of(request, course.draft)
    made = await cartridge_of(request, course.draft, language)
    kinds = {"practice": locale.gettext("Practice task"), "question": locale.gettext("Question")}
    return page(
        request,
        "author/cartridge.html",
        here=address(course.name),
        course_title=title_of(locale, course.draft, *course.draft.languages),
        language=language,
        tongues=list(course.draft.languages) or [language],
        language_name=language_name,
        left=[(kinds[kind], title) for kind, title in made.left],
    )


@routes.get("/teach/{course}/cartridge.imscc")
async def export_cartridge(request: web.Request) -> web.StreamResponse:
    signed_in(request, "instructor", "reviewer", "administrator")
    course = await course_of(request)
    return await send_cartridge(request, course.draft, language_of(request, course.draft))
