"""One course as its authors write it: what it is, its lessons, when it is complete, and the way to being published.

The page is one form, so that whatever button is pressed, what was typed is saved first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import signed_in
from gateway.http.errors import message, status_of
from gateway.language.i18n import LANGUAGES, Locale
from gateway.web.author import compare
from gateway.web.author.course_steps import DONE, move_lesson, take_step
from gateway.web.author.courses import row_of, totals_of
from gateway.web.author.form_fields import Chosen, Form, base_of, fill_outline, kept, posted, typed
from gateway.web.author.labels import address, gaps_of, language_name
from gateway.web.author.uploads import upload
from gateway.web.course.card import AUDIENCES, LEVELS
from gateway.web.course.outline import rule_words
from gateway.web.site.error_page import error_page
from gateway.web.site.frame import go_to
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.content_pb2 import Content, Lesson
from ieum.courses.v1.courses_pb2 import Course
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from services.chassis import clock
from services.chassis.errors import Conflict, Problem

routes = web.RouteTableDef()
PATH = "/teach/{course}"
_FIELDS = ["title", "summary", "languages", "audience", "competences", "level", "cover", "cover_alt", "rule"]


@dataclass(frozen=True)
class Draft:
    """What the form shows: the text of one language, out of `content`, made from what `etag` names."""

    content: Content
    etag: str
    language: str
    errors: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    """Numbers as typed where they are none."""
    theirs: Content | None = None
    """What somebody else made of it meanwhile."""


async def course_of(request: web.Request) -> Course:
    asked = courses_pb2.GetCourseRequest(name=f"courses/{request.match_info['course']}")
    return await request.app[CLIENTS].courses.GetCourse(asked)


def language_of(request: web.Request, content: Content, asked: str = "") -> str:
    """Which language is being written: as asked, else the course's first."""
    wanted = asked or request.query.get("lang", "")
    return wanted if wanted in (*content.languages, *LANGUAGES) else next(iter(content.languages), "ko")


@routes.get(PATH)
async def show_course(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    course = await course_of(request)
    content = _outline(course)
    return await _page(request, course, Draft(content, course.etag, language_of(request, content)))


def _outline(course: Course) -> Content:
    content = Content()
    content.CopyFrom(course.draft)
    del content.lessons[:]
    return content


async def _page(request: web.Request, course: Course, draft: Draft, status: int = 200) -> web.Response:
    clients, locale = request.app[CLIENTS], request[PAGE].locale
    competences = await clients.courses.ListCompetences(courses_pb2.ListCompetencesRequest())
    shown = Content()
    shown.CopyFrom(draft.content)
    shown.lessons.extend(course.draft.lessons)
    return page(
        request,
        "author/course.html",
        status=status,
        course=course,
        row=row_of(locale, course, await totals_of(clients, course)),
        draft=draft,
        content=draft.content,
        base=kept(draft.content),
        gaps=gaps_of(locale, course),
        language_name=language_name,
        finish=rule_words(locale, shown),
        areas=competences.areas,
        audiences=[(str(key), locale.gettext(text)) for key, text in AUDIENCES.items()],
        levels=[(str(key), locale.gettext(text)) for key, text in LEVELS.items()],
        tongues=list(dict.fromkeys((*LANGUAGES, *draft.content.languages))),
        teachers=await _teachers(request, course),
        differences=_differences(locale, draft),
        errors=draft.errors,
        saved=clock.moment(course.update_time),
        published=clock.moment(course.publish_time),
    )


def _differences(locale: Locale, draft: Draft) -> list[compare.Difference]:
    if draft.theirs is None:
        return []
    return compare.differences(*(compare.outline_parts(locale, each) for each in (draft.content, draft.theirs)))


async def _teachers(request: web.Request, course: Course) -> list[tuple[str, str]]:
    asked = BatchGetNamesRequest(names=course.teachers, purpose=f"authors of {course.name}")
    names = (await request.app[CLIENTS].people.BatchGetNames(asked)).display_names
    return [(person, names.get(person, "")) for person in course.teachers]


@routes.post(PATH)
async def change_course(request: web.Request) -> web.StreamResponse:
    signed_in(request, "instructor")
    form = await posted(request)
    pressed = typed(form, "do")
    content = base_of(form, Content)
    language = language_of(request, content, typed(form, "writing"))
    try:
        fill_outline(content, form, language)
        await _take_cover(request, content, form)
        course = await _saved(request, content, typed(form, "etag"))
        target, flash = await _act(request, course, pressed, form, language)
    except Conflict as conflict:
        return await _clash(request, conflict, content, pressed, language)
    except Problem as problem:
        return await _refuse(request, problem, form, content, pressed, language)
    if pressed == "autosave":
        return _quietly(request, course)
    return go_to(target, flash, request)


async def _take_cover(request: web.Request, content: Content, form: Form) -> None:
    if "no_cover" in form:
        content.cover = ""
        content.cover_alt.clear()
    if isinstance(picture := form.get("cover"), Chosen):
        content.cover = await upload(request, picture, "cover", "image/")


async def _saved(request: web.Request, content: Content, etag: str) -> Course:
    name = f"courses/{request.match_info['course']}"
    asked = courses_pb2.UpdateCourseRequest(name=name, content=content, etag=etag)
    asked.update_mask.paths.extend(_FIELDS)
    return await request.app[CLIENTS].courses.UpdateCourse(asked)


async def _act(
    request: web.Request, course: Course, pressed: str, form: Form, language: str
) -> tuple[str, Flash | None]:
    """What the button asks for beyond saving, and where to go then."""
    service = request.app[CLIENTS].courses
    verb, _, thing = pressed.partition(":")
    here = address(course.name, language=language)
    if verb == "lang":
        return address(course.name, language=language_of(request, course.draft, thing)), None
    if verb == "open":
        return address(course.name, thing, language), None
    if verb == "preview":
        return f"{address(course.name)}/preview?lang={language}", None
    if verb == "delete":
        return f"{address(course.name, thing)}/delete", None
    if verb == "add-lesson":
        lesson = Lesson(id=clock.new_id())
        await service.CreateLesson(courses_pb2.CreateLessonRequest(parent=course.name, lesson=lesson))
        return address(course.name, lesson.id, language), None
    if verb in ("up", "down"):
        await move_lesson(service, course, thing, -1 if verb == "up" else 1)
        return f"{here}#lesson-{thing}", None
    await take_step(service, course, verb, typed(form, "teacher").strip(), thing)
    gettext = request[PAGE].locale.gettext
    done = DONE.get(verb, DONE["save"])
    return here, Flash(gettext(done.title), gettext(done.text) if done.text else "")


def _quietly(request: web.Request, course: Course) -> web.Response:
    locale = request[PAGE].locale
    saved = locale.gettext("Saved at %(time)s") % {"time": locale.time(clock.now())}
    return web.json_response({"saved": saved, "etag": course.etag})


def quiet_refusal(request: web.Request, problem: Problem) -> web.Response:
    words = message(request[PAGE].locale, problem)
    return web.json_response({"message": words, "field": problem.field}, status=status_of(problem))


async def _clash(
    request: web.Request, conflict: Conflict, content: Content, pressed: str, language: str
) -> web.StreamResponse:
    """Both versions on one page; the next save is made knowing theirs, and so is not refused."""
    if pressed == "autosave":
        return quiet_refusal(request, conflict)
    course = await course_of(request)
    errors = {"differences": message(request[PAGE].locale, conflict)}
    draft = Draft(content, course.etag, language, errors, theirs=_outline(course))
    return await _page(request, course, draft, status_of(conflict))


async def _refuse(
    request: web.Request, problem: Problem, form: Form, content: Content, pressed: str, language: str
) -> web.StreamResponse:
    if pressed == "autosave":
        return quiet_refusal(request, problem)
    try:
        course = await course_of(request)
    except Problem:
        return error_page(request, problem)
    # Saved or not, the next save is about what was typed here; only a true change by others may refuse it.
    etag = typed(form, "etag") if content != _outline(course) else course.etag
    raw = {name: typed(form, name) for name in ("pass_mark", "max_attempts", "teacher")}
    where = problem.field or ("gaps" if problem.reason == "COURSE_INCOMPLETE" else "save")
    errors = {where: message(request[PAGE].locale, problem)}
    draft = Draft(content, etag, language, errors, raw)
    return await _page(request, course, draft, status_of(problem))
