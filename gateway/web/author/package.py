"""A course as a file: saved as Ieum's own package, and made of one."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.web_request import FileField

from gateway.documents.course_package import is_package
from gateway.documents.course_transfer import LARGEST_PACKAGE, import_package, send_package
from gateway.html.render import PAGE, Flash, page
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.http.csrf import for_upload
from gateway.http.errors import message, status_of
from gateway.http.form import read_form
from gateway.web.author.labels import address
from gateway.web.site.frame import go_to
from services.chassis.clock import new_id
from services.chassis.errors import Invalid, Problem

routes = web.RouteTableDef()


@routes.get("/teach/import")
async def ask_for_package(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    return _form(request, new_id())


def _form(request: web.Request, key: str, problem: Problem | None = None) -> web.Response:
    errors = {"file": message(request[PAGE].locale, problem)} if problem else {}
    return page(request, "author/import.html", status=status_of(problem) if problem else 200, key=key, errors=errors)


@routes.post("/teach/import")
@takes_files("instructor")
async def make_course(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    source = request if request.content.at_eof() else for_upload(request, LARGEST_PACKAGE)
    form = await read_form(source)
    key, file = str(form.get("key", "")), form.get("file")
    try:
        if not isinstance(file, FileField):
            raise Invalid("FILE_MISSING", field="file")
        with file.file as opened:
            if not await asyncio.to_thread(is_package, opened):
                raise Invalid("PACKAGE_TYPE", field="file")
            course = await import_package(request, opened, key)
    except Problem as problem:
        return _form(request, key or new_id(), problem)
    gettext = request[PAGE].locale.gettext
    flash = Flash(
        gettext("The course is made of the file"),
        gettext("It is a draft that only you see. Look at it, then send it to review."),
    )
    return go_to(address(course.name), flash, request)


@routes.get("/teach/{course}/export")
async def export_course(request: web.Request) -> web.StreamResponse:
    signed_in(request, "instructor", "reviewer", "administrator")
    return await send_package(request, f"courses/{request.match_info['course']}")
