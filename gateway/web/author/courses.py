"""An author's courses: the list of them, and a new one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS, Clients
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import signed_in
from gateway.http.errors import field_errors, status_of
from gateway.language.i18n import LANGUAGES, Locale
from gateway.web.author.form_fields import Form, posted, typed
from gateway.web.author.labels import State, address, state_of, title_of
from gateway.web.course.card import address as address_of
from gateway.web.site.frame import go_to
from ieum.courses.v1 import content_pb2, courses_pb2
from ieum.courses.v1.courses_pb2 import Course
from ieum.progress.v1.progress_pb2 import CourseTotals, GetCourseTotalsRequest
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

routes = web.RouteTableDef()
_NEWS = timedelta(days=14)


@dataclass(frozen=True)
class Row:
    """A course in the list; `totals` is None while the progress service is unavailable."""

    title: str
    href: str
    state: State
    totals: CourseTotals | None
    note: str
    lessons: int
    cover: str = ""
    changed: datetime | None = None
    news: str = ""
    """What a reviewer has lately decided."""


@routes.get("/teach")
async def show_courses(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    clients, locale = request.app[CLIENTS], request[PAGE].locale
    grpc_request = courses_pb2.ListCoursesRequest(
        view=courses_pb2.TAUGHT_BY_ME, page_size=50, page_token=request.query.get("page", "")
    )
    answer = await clients.courses.ListCourses(grpc_request)
    async with asyncio.TaskGroup() as group:
        totals = [group.create_task(totals_of(clients, course)) for course in answer.courses]
    rows = [row_of(locale, course, total.result()) for course, total in zip(answer.courses, totals, strict=True)]
    return page(request, "author/courses.html", rows=rows, next_page=answer.next_page_token)


async def totals_of(clients: Clients, course: Course) -> CourseTotals | None:
    """The totals of a course; None if the service is unavailable, because the list is useful without them."""
    if not course.published_version:
        return None
    try:
        return await clients.progress.GetCourseTotals(GetCourseTotalsRequest(course=course.name))
    except Problem:
        return None


def row_of(locale: Locale, course: Course, totals: CourseTotals | None) -> Row:
    return Row(
        title=title_of(locale, course.draft, *course.draft.languages),
        href=address(course.name),
        state=state_of(locale, course),
        totals=totals,
        note=course.review_note,
        lessons=len(course.draft.lessons),
        cover=address_of(course.draft.cover),
        changed=clock.moment(course.update_time),
        news=_news(locale, course),
    )


def _news(locale: Locale, course: Course) -> str:
    published = clock.moment(course.publish_time)
    if course.review_state == courses_pb2.SENT_BACK:
        return locale.gettext("A reviewer has read it and asks for changes.")
    if course.review_state == courses_pb2.UP_TO_DATE and published and clock.now() - published < _NEWS:
        return locale.gettext("A reviewer has read it: version %(number)s is published since %(date)s.") % {
            "number": course.published_version,
            "date": locale.date(published),
        }
    return ""


@routes.get("/teach/new")
async def show_new(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    return _new_page(request, {"title": "", "languages": ["ko"], "audience": "", "request_id": clock.new_id()})


@routes.post("/teach/new")
async def create(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    form = await posted(request)
    try:
        course = await request.app[CLIENTS].courses.CreateCourse(_wanted(form))
    except Problem as problem:
        errors = field_errors(request[PAGE].locale, problem)
        return _new_page(request, _values(form), errors, status_of(problem))
    gettext = request[PAGE].locale.gettext
    flash = Flash(gettext("Your course is begun"), gettext("Now describe it and add the first lesson."))
    return go_to(address(course.name), flash, request)


def _wanted(form: Form) -> courses_pb2.CreateCourseRequest:
    values = _values(form)
    title, languages, audience = values["title"].strip(), values["languages"], values["audience"]
    if not title:
        raise Invalid("TITLE_MISSING", field="title")
    if not languages:
        raise Invalid("LANGUAGES_MISSING", field="languages")
    if audience not in ("1", "2", "3"):
        raise Invalid("AUDIENCE_MISSING", field="audience")
    content = content_pb2.Content(title={languages[0]: title}, languages=languages, audience=int(audience))  # type: ignore[arg-type]
    return courses_pb2.CreateCourseRequest(request_id=values["request_id"], content=content)


def _values(form: Form) -> dict[str, Any]:
    languages = [language for language in LANGUAGES if language in form.getall("languages", [])]
    return {name: typed(form, name) for name in ("title", "audience", "request_id")} | {"languages": languages}


def _new_page(
    request: web.Request, values: dict[str, Any], errors: dict[str, str] | None = None, status: int = 200
) -> web.Response:
    return page(request, "author/new.html", status=status, values=values, errors=errors or {})
