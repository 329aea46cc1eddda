"""One course as its authors write it: what it is, its lessons, when it is complete, and the way to being published.

The page is one form, so that whatever button is pressed, what was typed is saved first.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.language.i18n import LANGUAGES
from gateway.web.author import compare
from gateway.web.author.copies import new_lesson
from gateway.web.author.course_steps import DONE, copy_lesson, delete_lesson, insert_lesson, move_lesson, take_step
from gateway.web.author.courses import row_of, totals_of
from gateway.web.author.editor import Edited, Editor, Saved, answer_autosave
from gateway.web.author.form_fields import Form, UploadedFile, base_of, fill_outline, posted, serialise, typed
from gateway.web.author.labels import address, gaps_of, language_name, title_of
from gateway.web.author.undo import removed_lesson
from gateway.web.author.uploads import upload
from gateway.web.course.card import AUDIENCES, LEVELS
from gateway.web.course.outline import rule_words
from gateway.web.site.frame import go_to
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.content_pb2 import Content
from ieum.courses.v1.courses_pb2 import Course
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from services.chassis import clock, typesetting
from services.chassis.errors import Problem

routes = web.RouteTableDef()
PATH = "/teach/{course}"
_OF_OUTLINE = frozenset(
    f"{name}_MISSING" for name in ("TITLE", "SUMMARY", "LANGUAGES", "AUDIENCE", "COMPETENCES", "LEVEL", "COVER_ALT")
)
_FIELDS = ["title", "summary", "languages", "audience", "competences", "level", "cover", "cover_alt", "rule"]


async def course_of(request: web.Request) -> Course:
    grpc_request = courses_pb2.GetCourseRequest(name=f"courses/{request.match_info['course']}")
    return await request.app[CLIENTS].courses.GetCourse(grpc_request)


def language_of(request: web.Request, content: Content, chosen: str = "") -> str:
    """The language being edited: the chosen one, or the course's first."""
    language = chosen or request.query.get("lang", "")
    return language if language in (*content.languages, *LANGUAGES) else next(iter(content.languages), "ko")


@routes.get(PATH)
async def show_course(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    course = await course_of(request)
    content = _outline(course)
    return await _page(request, course, Edited(content, course.etag, language_of(request, content)))


def _outline(course: Course) -> Content:
    content = Content()
    content.CopyFrom(course.draft)
    del content.lessons[:]
    return content


async def _page(request: web.Request, course: Course, edited: Edited[Content], status: int = 200) -> web.Response:
    clients, locale = request.app[CLIENTS], request[PAGE].locale
    competences = await clients.courses.ListCompetences(courses_pb2.ListCompetencesRequest())
    shown = Content()
    shown.CopyFrom(edited.text)
    shown.lessons.extend(course.draft.lessons)
    return page(
        request,
        "author/course.html",
        status=status,
        row=row_of(locale, course, await totals_of(clients, course)),
        edited=edited,
        content=edited.text,
        base=serialise(edited.text),
        **_gap_panel(request, course),
        language_name=language_name,
        finish=rule_words(locale, shown),
        areas=competences.areas,
        audiences=[(str(key), locale.gettext(text)) for key, text in AUDIENCES.items()],
        levels=[(str(key), locale.gettext(text)) for key, text in LEVELS.items()],
        tongues=list(dict.fromkeys((*edited.text.languages, edited.language))) or list(LANGUAGES),
        about_open=any(problem.reason in _OF_OUTLINE and not problem.lesson for problem in course.problems),
        teachers=await _teachers(request, course),
        differences=edited.differences(locale, compare.outline_parts),
        errors=edited.errors,
        saved=clock.moment(course.update_time),
        published=clock.moment(course.publish_time),
        unprintable=await typesetting.unprintable_signs(edited.text.title.values()),
    )


async def _teachers(request: web.Request, course: Course) -> list[tuple[str, str]]:
    grpc_request = BatchGetNamesRequest(names=course.teachers, purpose=f"authors of {course.name}")
    names = (await request.app[CLIENTS].people.BatchGetNames(grpc_request)).display_names
    return [(person, names.get(person, "")) for person in course.teachers]


@routes.post(PATH)
@takes_files("instructor")
async def change_course(request: web.Request) -> web.StreamResponse:
    signed_in(request, "instructor")
    form, service = await posted(request), request.app[CLIENTS].courses
    pressed = typed(form, "do")
    content = base_of(form, Content)
    language = language_of(request, content, typed(form, "writing"))
    removed, unreadable = None, []
    try:
        if "unchanged" not in form:
            unreadable = fill_outline(content, form, language)
        await _take_cover(request, content, form)
        course = await _saved(request, content, typed(form, "etag"))
        if unreadable and pressed != "autosave":
            raise unreadable[0]
        if pressed.startswith("delete:"):
            course, removed = await delete_lesson(service, course, pressed.partition(":")[2])
        else:
            target, flash = await _act(request, course, pressed, form, language)
    except Problem as problem:
        return await _EDITOR.refuse(request, problem, form, content, language)
    if pressed == "autosave":
        return answer_autosave(request, course.etag, unreadable, _gap_panel(request, course))
    if removed:
        outline = _outline(course)
        return await _page(request, course, Edited(outline, course.etag, language, removed=[removed]))
    return go_to(target, flash, request)


def _gap_panel(request: web.Request, course: Course) -> dict[str, Any]:
    gaps = gaps_of(request[PAGE].locale, course)
    return {"course": course, "gaps": gaps, "of_lesson": False}


async def _take_cover(request: web.Request, content: Content, form: Form) -> None:
    if "no_cover" in form:
        content.cover = ""
        content.cover_alt.clear()
    if isinstance(picture := form.get("cover"), UploadedFile):
        content.cover = await upload(request, picture, "cover", "image/")


async def _saved(request: web.Request, content: Content, etag: str) -> Course:
    name = f"courses/{request.match_info['course']}"
    grpc_request = courses_pb2.UpdateCourseRequest(name=name, content=content, etag=etag)
    grpc_request.update_mask.paths.extend(_FIELDS)
    return await request.app[CLIENTS].courses.UpdateCourse(grpc_request)


async def _act(
    request: web.Request, course: Course, pressed: str, form: Form, language: str
) -> tuple[str, Flash | None]:
    """Carry out what the pressed button does beyond saving; returns the next address and its message."""
    service = request.app[CLIENTS].courses
    verb, _, thing = pressed.partition(":")
    here = address(course.name, language=language)
    if verb == "lang":
        return address(course.name, language=language_of(request, course.draft, thing)), None
    if verb == "open":
        return address(course.name, thing, language), None
    if verb == "preview":
        return f"{address(course.name)}/preview?lang={language}", None
    if verb == "restore":
        await insert_lesson(service, course, *removed_lesson(form, thing))
        return f"{here}#lesson-{thing}", None
    if verb == "copy-lesson":
        return f"{here}#lesson-{await copy_lesson(service, course, thing)}", None
    if verb == "document":
        return f"{address(course.name)}/document?lang={language}", None
    if verb == "add-lesson":
        lesson = new_lesson(clock.new_id)
        await service.CreateLesson(courses_pb2.CreateLessonRequest(parent=course.name, lesson=lesson))
        return address(course.name, lesson.id, language), None
    if verb in ("up", "down"):
        await move_lesson(service, course, thing, -1 if verb == "up" else 1)
        return f"{here}#lesson-{thing}", None
    await take_step(request.app[CLIENTS], course, verb, typed(form, "teacher").strip(), thing)
    gettext = request[PAGE].locale.gettext
    done = DONE.get(verb, DONE["save"])
    return here, Flash(gettext(done.title), gettext(done.text) if done.text else "")


async def _load(request: web.Request) -> Saved[Content]:
    course = await course_of(request)
    return Saved(course, _outline(course), course.etag)


def _control_of(problem: Problem, content: Content) -> str:
    return problem.field or ("gaps" if problem.reason == "COURSE_INCOMPLETE" else "save")


_EDITOR = Editor(
    _load, _page, _control_of, frozenset({"pass_mark", "max_attempts", "attendance_percent", "teacher"}).__contains__
)


@routes.get(f"{PATH}/delete")
async def ask_to_delete(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    course = await course_of(request)
    title = title_of(request[PAGE].locale, course.draft, *course.draft.languages)
    return page(request, "author/delete.html", course=course, title=title)


@routes.post(f"{PATH}/delete")
async def delete_course(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    name = f"courses/{request.match_info['course']}"
    await request.app[CLIENTS].courses.DeleteCourse(courses_pb2.DeleteCourseRequest(name=name))
    return go_to("/teach", Flash(request[PAGE].locale.gettext("The draft is deleted")), request)
