"""What a reviewer does: read a submitted course from beginning to end, then publish it or send it back with a note."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.names import id_of
from gateway.html import markdown
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import VIEWER, signed_in
from gateway.http.errors import field_errors, message, status_of
from gateway.language.i18n import Locale
from gateway.web.author import compare
from gateway.web.author.compare import key_lines
from gateway.web.author.course import course_of, language_of
from gateway.web.author.courses import Row, row_of
from gateway.web.author.form_fields import Form, posted, typed
from gateway.web.author.labels import ITEMS, block_words, language_name
from gateway.web.author.learner import content_of
from gateway.web.course.card import audience_words, language_words, level_words
from gateway.web.course.outline import rule_words
from gateway.web.course.question_kinds import kind_of
from gateway.web.site.frame import go_to
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.courses_pb2 import Course
from services.chassis import clock
from services.chassis.errors import Problem

routes = web.RouteTableDef()
PATH = "/review/{course}"
_REMARK = "remark."


@routes.get("/review")
async def show_waiting(request: web.Request) -> web.Response:
    signed_in(request, "reviewer")
    grpc_request = courses_pb2.ListCoursesRequest(
        view=courses_pb2.AWAITING_REVIEW, page_size=50, page_token=request.query.get("page", "")
    )
    answer = await request.app[CLIENTS].courses.ListCourses(grpc_request)
    rows = [_waiting(request, course) for course in answer.courses]
    return page(request, "author/reviews.html", rows=rows, next_page=answer.next_page_token)


def _waiting(request: web.Request, course: Course) -> tuple[Row, str, datetime | None, bool]:
    row, href = row_of(request[PAGE].locale, course, None), f"/review/{id_of(course.name)}"
    return row, href, clock.moment(course.update_time), _is_own(request, course)


def _is_own(request: web.Request, course: Course) -> bool:
    viewer = request[VIEWER]
    return viewer is not None and viewer.person in course.teachers


@routes.get(PATH)
async def show_course(request: web.Request) -> web.Response:
    signed_in(request, "reviewer")
    return await _page(request, await course_of(request))


async def _changes(request: web.Request, course: Course) -> list[compare.Difference]:
    """What differs from the version that learners see now; nothing for a first version."""
    if not course.published_version:
        return []
    locale = request[PAGE].locale
    published = await content_of(request, f"{course.name}/versions/{course.published_version}")
    return compare.differences(compare.course_parts(locale, course.draft), compare.course_parts(locale, published))


async def _competence_words(request: web.Request, course: Course) -> str:
    known = await request.app[CLIENTS].courses.ListCompetences(courses_pb2.ListCompetencesRequest())
    titles = {each.id: request[PAGE].locale.pick(each.title)[0] for area in known.areas for each in area.competences}
    return ", ".join(f"{id} {titles.get(id, '')}".strip() for id in course.draft.competences)


def _remarks(form: Form) -> dict[str, str]:
    """What was written beside the parts, by their places."""
    return {name.removeprefix(_REMARK): typed(form, name).strip() for name in form if name.startswith(_REMARK)}


def _whole_note(locale: Locale, course: Course, note: str, remarks: Mapping[str, str]) -> str:
    """The note with each remark under the name of its part, in the order of the course."""
    lines = [note] if note.strip() else []
    for number, lesson in enumerate(course.draft.lessons, start=1):
        for position, block in enumerate(lesson.blocks, start=1):
            if remark := remarks.get(f"{lesson.id}.{block.id}", ""):
                lesson_words = locale.gettext("Lesson %(number)s") % {"number": number}
                lines.append(f"{lesson_words} · {block_words(locale, block, position)}: {remark}")
    return "\n".join(lines)


async def _page(
    request: web.Request,
    course: Course,
    note: str = "",
    problem: Problem | None = None,
    remarks: Mapping[str, str] | None = None,
) -> web.Response:
    locale, draft = request[PAGE].locale, course.draft
    lang = language_of(request, draft)
    await markdown.prepare(
        (text, 3) for lesson in draft.lessons for block in lesson.blocks for text in block.text.markdown.values()
    )
    errors = field_errors(locale, problem) if problem else {}
    if problem and not problem.field:
        errors = {"note": message(locale, problem)}
    return page(
        request,
        "author/review.html",
        status=status_of(problem) if problem else 200,
        course=course,
        row=row_of(locale, course, None),
        here=f"/review/{request.match_info['course']}",
        lang=lang,
        reading=[(language_name(each), f"?lang={each}", each == lang) for each in draft.languages],
        changes=await _changes(request, course),
        remarks=remarks or {},
        facts={
            "competences": await _competence_words(request, course),
            "level": level_words(locale, draft.level),
            "audience": audience_words(locale, draft.audience),
            "languages": language_words(draft.languages),
        },
        finish=rule_words(locale, draft),
        own=_is_own(request, course),
        note=note,
        key_lines=key_lines,
        item_kind=kind_of,
        item_words=ITEMS,
        language_name=language_name,
        errors=errors,
    )


@routes.post(PATH)
async def judge(request: web.Request) -> web.Response:
    signed_in(request, "reviewer")
    form = await posted(request)
    name, note = f"courses/{request.match_info['course']}", typed(form, "note")
    service, gettext = request.app[CLIENTS].courses, request[PAGE].locale.gettext
    try:
        if typed(form, "do") == "approve":
            await service.ApproveCourse(courses_pb2.ApproveCourseRequest(name=name))
            flash = Flash(gettext("The course is published"), gettext("It is in the catalogue now."))
        else:
            whole = _whole_note(request[PAGE].locale, await course_of(request), note, _remarks(form))
            await service.SendBackCourse(courses_pb2.SendBackCourseRequest(name=name, note=whole))
            flash = Flash(gettext("Sent back to the authors"), gettext("They see your note on the page of the course."))
    except Problem as problem:
        return await _page(request, await course_of(request), note, problem, _remarks(form))
    return go_to("/review", flash, request)
