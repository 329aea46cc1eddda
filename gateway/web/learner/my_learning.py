"""My learning: courses under way and completed, and resuming, completing, leaving or updating one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from gateway.backend import learning
from gateway.backend.clients import CLIENTS, Clients
from gateway.backend.names import id_of
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale
from gateway.web.course.card import Card, card_of, topics_of
from gateway.web.course.screen import Reader, list_screens
from gateway.web.course.screen_keys import block_of
from gateway.web.learner.course_progress import find_courses_of, progress_in_course, standings
from gateway.web.learner.lesson_screen import content_of
from gateway.web.site.frame import go_to
from ieum.courses.v1.content_pb2 import EMPLOYEES, Content, Lesson
from ieum.courses.v1.courses_pb2 import SearchCatalogRequest
from ieum.enrollment.v1.enrollment_pb2 import (
    Enrollment,
    GetEnrollmentRequest,
    MoveToVersionRequest,
    WithdrawRequest,
)
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import LessonProgress, Progress
from services.chassis.errors import Missing
from services.chassis.principal import Principal

_SUGGESTIONS = 2

routes = web.RouteTableDef()


@dataclass(frozen=True)
class OpenLesson:
    """A lesson that counts and is not done: why, and the link that goes on with it."""

    title: str
    why: str
    href: str
    link_text: str


@routes.get("/learning")
async def show(request: web.Request) -> web.Response:
    viewer = signed_in(request)
    mine = await find_courses_of(request.app[CLIENTS], request[PAGE].locale, viewer.person)
    # Progress hears of a move a moment later than the page that follows it is shown.
    return page(request, "learner/my_learning.html", mine=mine, moved=request.query.get("moved", ""))


async def _own_progress(request: web.Request) -> Progress:
    name = learning.progress_name(request.match_info["enrollment"])
    progress = await learning.get_progress(request.app[CLIENTS], name)
    if not signed_in(request).owns(progress.person):
        raise Missing("PROGRESS_NOT_FOUND")
    return progress


async def _own_enrollment(request: web.Request) -> Enrollment:
    viewer = signed_in(request)
    grpc_request = GetEnrollmentRequest(name=f"enrollments/{request.match_info['enrollment']}")
    enrollment = await request.app[CLIENTS].enrollment.GetEnrollment(grpc_request)
    if not viewer.owns(enrollment.person):
        raise Missing("ENROLLMENT_NOT_FOUND")
    return enrollment


@routes.get("/learning/{enrollment}")
async def resume(request: web.Request) -> web.Response:
    progress = await _own_progress(request)
    content = await content_of(request.app[CLIENTS], progress)
    lesson, screen = place_to_resume(content, progress)
    return go_to(f"/learning/{request.match_info['enrollment']}/{lesson}/{screen}")


def place_to_resume(content: Content, progress: Progress) -> tuple[str, str]:
    """The last position. If its lesson is done: where the first lesson goes on that still counts. If this version does
    not have it: the first unopened screen."""
    places = list_screens(content)
    if not places:
        raise Missing("SCREEN_UNKNOWN")
    here = (progress.position.lesson, progress.position.screen)
    done = {each.lesson for each in progress.lessons if each.state == progress_pb2.DONE}
    if here in places and (here[0] not in done or progress.HasField("complete_time")):
        return here
    opened = {(each.lesson, screen) for each in progress.lessons for screen in each.opened_screens}
    unopened = next((place for place in places if place not in opened), places[0])
    if here not in places:
        return unopened
    return next(map(_open_place, _open(content, progress)), here)


def _open(content: Content, progress: Progress) -> list[tuple[Lesson, LessonProgress]]:
    """The lessons that count and are not done."""
    states = {each.lesson: each for each in progress.lessons}
    counted = [lesson for lesson in content.lessons if lesson.id in content.rule.counted_lessons and lesson.screens]
    found = [(lesson, states.get(lesson.id, LessonProgress(lesson=lesson.id))) for lesson in counted]
    return [(lesson, state) for lesson, state in found if state.state != progress_pb2.DONE]


def _open_place(lesson_and_state: tuple[Lesson, LessonProgress]) -> tuple[str, str]:
    """The first screen that is not read, or else that of the quiz not passed, where it can be tried again."""
    lesson, state = lesson_and_state
    unopened = [screen.key for screen in lesson.screens if screen.key not in state.opened_screens]
    failed = [quiz.quiz for quiz in state.quizzes if not quiz.passed]
    quiz_screens = [screen.key for screen in lesson.screens if block_of(screen.key) in failed]
    return lesson.id, [*unopened, *quiz_screens[-1:], lesson.screens[0].key][0]


@routes.get("/learning/{enrollment}/complete")
async def complete(request: web.Request) -> web.Response:
    clients, locale = request.app[CLIENTS], request[PAGE].locale
    progress = await _own_progress(request)
    content = await content_of(clients, progress)
    reader = Reader(locale, content.languages)
    if not progress.HasField("complete_time"):
        lessons = open_lessons(reader, content, progress)
        return page(
            request, "learner/not_completed.html", standing=progress_in_course(locale, progress), lessons=lessons
        )
    reason = progress.completion_reason
    return page(
        request,
        "learner/completed.html",
        standing=progress_in_course(locale, progress),
        minutes=content.minutes,
        scores=[(quiz_title(reader, content, each.quiz), each.score) for each in reason.scores],
        pass_mark=reason.pass_mark,
        next_courses=await _suggestions(clients, locale, signed_in(request).principal, content),
    )


def quiz_title(reader: Reader, content: Content, quiz: str) -> str:
    """The title of a quiz, or of its lesson where the quiz has none."""
    for lesson in content.lessons:
        for block in lesson.blocks:
            if block.id == quiz:
                return reader.words(block.quiz.title) or reader.words(lesson.title)
    return ""


def open_lessons(reader: Reader, content: Content, progress: Progress) -> list[OpenLesson]:
    root = f"/learning/{id_of(progress.enrollment)}"
    gettext = reader.locale.gettext
    lessons = []
    for lesson, state in _open(content, progress):
        unopened = [screen.key for screen in lesson.screens if screen.key not in state.opened_screens]
        failed = [quiz.quiz for quiz in state.quizzes if not quiz.passed]
        place = _open_place((lesson, state))[1]
        lessons.append(
            OpenLesson(
                title=reader.words(lesson.title),
                why=_why(reader.locale, unopened, failed),
                href=f"{root}/{lesson.id}/{place}",
                link_text=gettext("Go to this quiz") if failed and not unopened else gettext("Go to this lesson"),
            )
        )
    return lessons


def _why(locale: Locale, unopened: Sequence[str], failed: Sequence[str]) -> str:
    if unopened:
        count = len(unopened)
        words = locale.ngettext("%(count)s screen is not read yet.", "%(count)s screens are not read yet.", count)
        return words % {"count": count}
    return locale.gettext("The quiz is not passed yet.") if failed else ""


async def _suggestions(clients: Clients, locale: Locale, learner: Principal, content: Content) -> list[Card]:
    """Courses to take next, those of the same topics first, without courses already taken or not allowed."""
    known = {each.course for each in await standings(clients, learner.person)}
    chosen: dict[str, Card] = {}
    for topics in (topics_of(content.competences), []):
        catalogue = await clients.courses.SearchCatalog(SearchCatalogRequest(topics=topics, page_size=len(known) + 10))
        for entry in catalogue.entries:
            if entry.course not in known and (learner.organisation or entry.audience != EMPLOYEES):
                chosen.setdefault(entry.course, card_of(locale, entry))
    return list(chosen.values())[:_SUGGESTIONS]


@routes.get("/learning/{enrollment}/withdraw")
async def ask_to_withdraw(request: web.Request) -> web.Response:
    progress = await _own_progress(request)
    return page(request, "learner/withdraw.html", standing=progress_in_course(request[PAGE].locale, progress))


@routes.post("/learning/{enrollment}/withdraw")
async def withdraw(request: web.Request) -> web.Response:
    enrollment = await _own_enrollment(request)
    await request.app[CLIENTS].enrollment.Withdraw(WithdrawRequest(name=enrollment.name))
    gettext = request[PAGE].locale.gettext
    flash = Flash(gettext("You have left the course"), gettext("You can start it again at any time."), "information")
    return go_to("/learning", flash, request)


@routes.post("/learning/{enrollment}/move")
async def move(request: web.Request) -> web.Response:
    enrollment = await _own_enrollment(request)
    await request.app[CLIENTS].enrollment.MoveToVersion(MoveToVersionRequest(name=enrollment.name))
    gettext = request[PAGE].locale.gettext
    flash = Flash(gettext("You are now on the newer version"), gettext("Everything you have done is kept."))
    return go_to(str(URL("/learning").with_query(moved=id_of(enrollment.name))), flash, request)
