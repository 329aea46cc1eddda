"""One lesson as its authors write it. The page is one form: every button saves what was typed, then does its work."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.language.i18n import LANGUAGES
from gateway.web.author import compare
from gateway.web.author.copies import new_lesson, outline_of
from gateway.web.author.course import course_of, language_of
from gateway.web.author.editor import Edited, Editor, Saved, answer_autosave
from gateway.web.author.editor_buttons import act
from gateway.web.author.form_fields import base_of, posted, serialise, typed
from gateway.web.author.labels import BLOCKS, ITEMS, address, gaps_of, language_name, open_places, part_words, title_of
from gateway.web.author.lesson_fields import fill_lesson
from gateway.web.author.undo import removal_in, removal_of, restore
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
        course_title=title_of(locale, course.draft, *course.draft.languages),
        lesson=lesson,
        number=[each.id for each in course.draft.lessons].index(lesson.id) + 1,
        edited=edited,
        base=serialise(lesson),
        open_places=open_places(course, lesson),
        part_words=part_words,
        **_gap_panel(request, course, lesson.id, edited.language),
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
    verb, _, thing = pressed.partition(":")
    removed = removal_of(lesson, thing) if verb == "remove" else None
    try:
        unreadable = fill_lesson(lesson, form, language, languages, clock.new_id)
        await take_files(request, lesson, form, language, languages)
        if verb == "restore":
            restore(lesson, removal_in(form, thing))
        if removed:
            removed = removal_of(lesson, thing)
        detail = typed(form, "spot") if verb == "spot" else typed(form, f"{thing}.kind")
        place = act(lesson, pressed, clock.new_id, detail)
        saved = await _save(request, lesson, typed(form, "etag"))
        if unreadable and pressed != "autosave":
            raise unreadable[0]
    except Problem as problem:
        return await _EDITOR.refuse(request, problem, form, lesson, language)
    if pressed == "autosave":
        course = await course_of(request)
        return answer_autosave(request, saved.etag, unreadable, _gap_panel(request, course, lesson.id, language))
    if removed:
        edited = Edited(saved, saved.etag, language, removed=[removed])
        return await _page(request, await course_of(request), edited)
    return await _go_on(request, pressed, language, place)


def _gap_panel(request: web.Request, course: Course, lesson: str, language: str) -> dict[str, Any]:
    gaps = [gap for gap in gaps_of(request[PAGE].locale, course) if gap.lesson == lesson]
    return {"course": course, "gaps": gaps, "of_lesson": True}


async def _save(request: web.Request, lesson: Lesson, etag: str) -> Lesson:
    lesson.etag = etag
    grpc_request = courses_pb2.UpdateLessonRequest(parent=f"courses/{request.match_info['course']}", lesson=lesson)
    return await request.app[CLIENTS].courses.UpdateLesson(grpc_request)


async def _go_on(request: web.Request, pressed: str, language: str, place: str) -> web.Response:
    course, lesson = request.match_info["course"], request.match_info["lesson"]
    verb, _, thing = pressed.partition(":")
    if verb == "preview":
        screen = f"/{lesson}/{thing}" if thing else f"/{lesson}"
        return go_to(f"/teach/{course}/preview{screen}?lang={language}")
    if verb == "scenes" or pressed.startswith("add:practice"):
        block = thing if verb == "scenes" else place
        return go_to(f"/teach/{course}/lessons/{lesson}/practice/{block}?lang={language}")
    if verb == "course":
        return go_to(address(course, language=language))
    if verb in ("next", "next-alike"):
        following = await _create_next(request, alike=verb == "next-alike")
        return go_to(address(course, following, language))
    target = address(course, lesson, thing if verb == "lang" else language, place)
    gettext = request[PAGE].locale.gettext
    return go_to(target, Flash(gettext("Saved")) if verb in ("save", "keep") else None, request)


async def _create_next(request: web.Request, *, alike: bool) -> str:
    """The next lesson, which begins empty or with the parts that this one has."""
    course = await course_of(request)
    lesson = outline_of(lesson_of(request, course), clock.new_id) if alike else new_lesson(clock.new_id)
    await request.app[CLIENTS].courses.CreateLesson(courses_pb2.CreateLessonRequest(parent=course.name, lesson=lesson))
    return lesson.id


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
    return name == "minutes" or name.endswith((".points", ".draw"))


_EDITOR = Editor(_load, _page, _control_of, _is_raw)
