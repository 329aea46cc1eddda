"""One lesson as its authors write it. The page is one form: every button saves what was typed, then does its work."""

from __future__ import annotations

import re

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.language.i18n import LANGUAGES
from gateway.web.author import compare
from gateway.web.author.course import course_of, language_of
from gateway.web.author.editor import Edited, Editor, Saved, answer_autosave
from gateway.web.author.editor_buttons import act
from gateway.web.author.form_fields import base_of, fill_lesson, posted, serialise, typed
from gateway.web.author.labels import BLOCKS, ITEMS, address, field_errors, language_name, title_of
from gateway.web.author.uploads import take_files
from gateway.web.course.question_kinds import KINDS, kind_of
from gateway.web.site.frame import go_to
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.content_pb2 import Lesson
from ieum.courses.v1.courses_pb2 import Course
from services.chassis import clock
from services.chassis.errors import Missing, Problem

routes = web.RouteTableDef()
PATH = "/teach/{course}/lessons/{lesson}"
_BLOCK = re.compile(r"lesson\.blocks\[(\d+)\]")


def lesson_of(request: web.Request, course: Course) -> Lesson:
    for lesson in course.draft.lessons:
        if lesson.id == request.match_info["lesson"]:
            return lesson
    raise Missing("LESSON_NOT_FOUND")


@routes.get(PATH)
async def show_lesson(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    course = await course_of(request)
    lesson = lesson_of(request, course)
    return await _page(request, course, Edited(lesson, lesson.etag, language_of(request, course.draft)))


async def _page(request: web.Request, course: Course, edited: Edited[Lesson], status: int = 200) -> web.Response:
    locale, lesson = request[PAGE].locale, edited.text
    others = [language for language in course.draft.languages if language != edited.language]
    return page(
        request,
        "author/lesson.html",
        status=status,
        course=course,
        course_title=title_of(locale, course.draft, *course.draft.languages),
        lesson=lesson,
        number=[each.id for each in course.draft.lessons].index(lesson.id) + 1,
        edited=edited,
        base=serialise(lesson),
        gaps=field_errors(locale, course, lesson.id, edited.language),
        tongues=list(dict.fromkeys((*course.draft.languages, edited.language))) or list(LANGUAGES),
        reference=others[0] if others else "",
        block_kinds=BLOCKS,
        item_kinds=[(kind, locale.gettext(ITEMS[kind])) for kind in KINDS],
        item_words=ITEMS,
        item_kind=kind_of,
        language_name=language_name,
        differences=edited.differences(locale, compare.lesson_parts),
        errors=edited.errors,
        saved=clock.moment(course.update_time),
    )


@routes.post(PATH)
@takes_files("instructor")
async def change_lesson(request: web.Request) -> web.StreamResponse:
    signed_in(request, "instructor")
    form = await posted(request)
    pressed, lesson = typed(form, "do"), base_of(form, Lesson)
    lesson.id = request.match_info["lesson"]
    language, languages = typed(form, "writing") or "ko", typed(form, "tongues").split()
    try:
        fill_lesson(lesson, form, language, languages, clock.new_id)
        await take_files(request, lesson, form, language, languages)
        place = act(lesson, pressed, clock.new_id, typed(form, f"{pressed.partition(':')[2]}.kind"))
        saved = await _save(request, lesson, typed(form, "etag"))
    except Problem as problem:
        return await _EDITOR.refuse(request, problem, form, lesson, language)
    if pressed == "autosave":
        return answer_autosave(request, saved.etag)
    return _go_on(request, pressed, language, place)


async def _save(request: web.Request, lesson: Lesson, etag: str) -> Lesson:
    lesson.etag = etag
    grpc_request = courses_pb2.UpdateLessonRequest(parent=f"courses/{request.match_info['course']}", lesson=lesson)
    return await request.app[CLIENTS].courses.UpdateLesson(grpc_request)


def _go_on(request: web.Request, pressed: str, language: str, place: str) -> web.Response:
    course, lesson = request.match_info["course"], request.match_info["lesson"]
    verb, _, thing = pressed.partition(":")
    if verb == "preview":
        screen = f"/{lesson}/{thing}" if thing else f"/{lesson}"
        return go_to(f"/teach/{course}/preview{screen}?lang={language}")
    if verb == "course":
        return go_to(address(course, language=language))
    target = address(course, lesson, thing if verb == "lang" else language, place)
    gettext = request[PAGE].locale.gettext
    return go_to(target, Flash(gettext("Saved")) if verb in ("save", "keep") else None, request)


async def _load(request: web.Request) -> Saved[Lesson]:
    course = await course_of(request)
    lesson = lesson_of(request, course)
    return Saved(course, lesson, lesson.etag)


def _control_of(problem: Problem, lesson: Lesson) -> str:
    """The control at fault: one of the form, or the block that the service's field path names."""
    if match := _BLOCK.match(problem.field):
        return str(lesson.blocks[int(match[1])].id)
    return problem.field.removeprefix("lesson.").partition("[")[0] or "save"


def _is_raw(name: str) -> bool:
    return name == "minutes" or name.endswith(".points")


_EDITOR = Editor(_load, _page, _control_of, _is_raw)


@routes.get(f"{PATH}/delete")
async def ask_to_delete(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    course = await course_of(request)
    lesson = lesson_of(request, course)
    title = title_of(request[PAGE].locale, lesson, *course.draft.languages)
    return page(request, "author/delete.html", course=course, lesson=lesson, title=title)


@routes.post(f"{PATH}/delete")
async def delete_lesson(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    form = await posted(request)
    name = f"courses/{request.match_info['course']}"
    grpc_request = courses_pb2.DeleteLessonRequest(
        parent=name,
        lesson=request.match_info["lesson"],
        etag=typed(form, "etag"),
    )
    await request.app[CLIENTS].courses.DeleteLesson(grpc_request)
    return go_to(address(name), Flash(request[PAGE].locale.gettext("The lesson is deleted")), request)
