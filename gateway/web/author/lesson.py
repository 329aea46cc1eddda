"""One lesson as its authors write it. The page is one form: every button saves what was typed, then does its work."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import signed_in
from gateway.http.errors import message, status_of
from gateway.language.i18n import LANGUAGES
from gateway.web.author import compare
from gateway.web.author.course import course_of, language_of, quiet_refusal
from gateway.web.author.editor_buttons import ITEM_KINDS, act
from gateway.web.author.form_fields import Form, base_of, fill_lesson, kept, posted, typed
from gateway.web.author.labels import BLOCKS, ITEMS, address, field_errors, item_kind, language_name, title_of
from gateway.web.author.uploads import take_files
from gateway.web.site.error_page import error_page
from gateway.web.site.frame import go_to
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.content_pb2 import Lesson
from ieum.courses.v1.courses_pb2 import Course
from services.chassis import clock
from services.chassis.errors import Conflict, Missing, Problem

routes = web.RouteTableDef()
PATH = "/teach/{course}/lessons/{lesson}"
_BLOCK = re.compile(r"lesson\.blocks\[(\d+)\]")


@dataclass(frozen=True)
class Draft:
    """What the form shows: the text of one language, out of `lesson`, made from what `etag` names."""

    lesson: Lesson
    etag: str
    language: str
    errors: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    """Numbers as typed where they are none."""
    theirs: Lesson | None = None


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
    return _page(request, course, Draft(lesson, lesson.etag, language_of(request, course.draft)))


def _page(request: web.Request, course: Course, draft: Draft, status: int = 200) -> web.Response:
    locale, lesson = request[PAGE].locale, draft.lesson
    others = [language for language in course.draft.languages if language != draft.language]
    return page(
        request,
        "author/lesson.html",
        status=status,
        course=course,
        course_title=title_of(locale, course.draft, *course.draft.languages),
        lesson=lesson,
        number=[each.id for each in course.draft.lessons].index(lesson.id) + 1,
        draft=draft,
        base=kept(lesson),
        gaps=field_errors(locale, course, lesson.id, draft.language),
        tongues=list(dict.fromkeys((*course.draft.languages, draft.language))) or list(LANGUAGES),
        reference=others[0] if others else "",
        block_kinds=BLOCKS,
        item_kinds=[(kind, locale.gettext(ITEMS[kind])) for kind in ITEM_KINDS],
        item_words=ITEMS,
        item_kind=item_kind,
        language_name=language_name,
        differences=_differences(request, draft),
        errors=draft.errors,
        saved=clock.moment(course.update_time),
    )


def _differences(request: web.Request, draft: Draft) -> list[compare.Difference]:
    if draft.theirs is None:
        return []
    locale = request[PAGE].locale
    return compare.differences(*(compare.lesson_parts(locale, each) for each in (draft.lesson, draft.theirs)))


@routes.post(PATH)
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
    except Conflict as conflict:
        return await _clash(request, conflict, lesson, pressed, language)
    except Problem as problem:
        return await _refuse(request, problem, form, lesson, pressed, language)
    if pressed == "autosave":
        return _quietly(request, saved)
    return _go_on(request, pressed, language, place)


async def _save(request: web.Request, lesson: Lesson, etag: str) -> Lesson:
    lesson.etag = etag
    asked = courses_pb2.UpdateLessonRequest(parent=f"courses/{request.match_info['course']}", lesson=lesson)
    return await request.app[CLIENTS].courses.UpdateLesson(asked)


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


def _quietly(request: web.Request, lesson: Lesson) -> web.Response:
    locale = request[PAGE].locale
    saved = locale.gettext("Saved at %(time)s") % {"time": locale.time(clock.now())}
    return web.json_response({"saved": saved, "etag": lesson.etag})


async def _clash(
    request: web.Request, conflict: Conflict, lesson: Lesson, pressed: str, language: str
) -> web.StreamResponse:
    """Both versions on one page; the next save is made knowing theirs, and so is not refused."""
    if pressed == "autosave":
        return quiet_refusal(request, conflict)
    course = await course_of(request)
    theirs = lesson_of(request, course)
    errors = {"differences": message(request[PAGE].locale, conflict)}
    return _page(request, course, Draft(lesson, theirs.etag, language, errors, theirs=theirs), status_of(conflict))


async def _refuse(
    request: web.Request, problem: Problem, form: Form, lesson: Lesson, pressed: str, language: str
) -> web.StreamResponse:
    if pressed == "autosave":
        return quiet_refusal(request, problem)
    try:
        course = await course_of(request)
        lesson_of(request, course)
    except Problem:
        return error_page(request, problem)
    raw = {name: text for name in form if name == "minutes" or name.endswith(".points") for text in [typed(form, name)]}
    errors = {_control(problem, lesson): message(request[PAGE].locale, problem)}
    draft = Draft(lesson, typed(form, "etag"), language, errors, raw)
    return _page(request, course, draft, status_of(problem))


def _control(problem: Problem, lesson: Lesson) -> str:
    """Where on the page the fault lies: a control of the form, or the block that a service's path names."""
    if found := _BLOCK.match(problem.field):
        return str(lesson.blocks[int(found[1])].id)
    return problem.field.removeprefix("lesson.").partition("[")[0] or "save"


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
    asked = courses_pb2.DeleteLessonRequest(parent=name, lesson=request.match_info["lesson"], etag=typed(form, "etag"))
    await request.app[CLIENTS].courses.DeleteLesson(asked)
    return go_to(address(name), Flash(request[PAGE].locale.gettext("The lesson is deleted")), request)
