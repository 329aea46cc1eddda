"""The class: every learner of a course by every lesson, as page and as CSV from the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from gateway.backend import class_grid
from gateway.backend.class_grid import GridPage
from gateway.backend.clients import CLIENTS
from gateway.backend.names import id_of
from gateway.documents.class_grid import export_grid
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import signed_in
from gateway.http.errors import message, status_of
from gateway.language.i18n import Locale, msgid
from gateway.web.author.course import course_of
from gateway.web.author.form_fields import posted, typed
from gateway.web.author.labels import title_of
from gateway.web.site.frame import go_to
from ieum.courses.v1.courses_pb2 import Course
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import AllowAttemptRequest, GetProgressRequest, GridRow, Progress
from services.chassis import clock
from services.chassis.errors import Problem

routes = web.RouteTableDef()
PATH = "/teach/{course}/grid"
_ROWS = 200
STATES: Mapping[int, tuple[str, str]] = {
    progress_pb2.DONE: ("✓", msgid("Done")),
    progress_pb2.UNDER_WAY: ("◐", msgid("Under way")),
    progress_pb2.NOT_STARTED: ("○", msgid("Not started")),
}


@dataclass(frozen=True)
class Cell:
    """A lesson of a learner; `sign` is empty where the learner's version has no such lesson."""

    sign: str = ""
    words: str = ""
    score: str = ""


@dataclass(frozen=True)
class Row:
    name: str
    href: str
    cells: Sequence[Cell]
    percent: int
    enrolled: datetime | None
    active: datetime | None
    completed: datetime | None
    withdrawn: bool
    version: int


def rows_of(locale: Locale, grid: GridPage, course: str) -> list[Row]:
    return [_row(locale, row, grid.names.get(row.person, ""), course) for row in grid.grid.rows]


def _row(locale: Locale, row: GridRow, name: str, course: str) -> Row:
    enrollment = id_of(row.enrollment)
    return Row(
        name=name or locale.gettext("(account erased)"),
        href=f"/teach/{id_of(course)}/grid/{enrollment}",
        cells=[
            _cell(locale, state, score)
            for state, score in zip(class_grid.states(row), class_grid.scores(row), strict=True)
        ],
        percent=row.percent,
        enrolled=clock.from_ms(row.enrol_ms),
        active=clock.from_ms(row.last_activity_ms),
        completed=clock.from_ms(row.complete_ms),
        withdrawn=row.withdrawn,
        version=row.version,
    )


def _cell(locale: Locale, state: int, score: int) -> Cell:
    if state not in STATES:
        return Cell()
    sign, words = STATES[state]
    return Cell(sign, locale.gettext(words), locale.percent(score / 100, 0) if score >= 0 else "")


@routes.get(PATH)
async def show_grid(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    locale, course = request[PAGE].locale, await course_of(request)
    grid = await class_grid.fetch_grid(request.app[CLIENTS], course.name, _ROWS, request.query.get("page", ""))
    return page(
        request,
        "author/class_grid.html",
        title=title_of(locale, course.draft, *course.draft.languages),
        here=f"/teach/{request.match_info['course']}",
        columns=[
            locale.pick(column.title, *course.draft.languages)[0] or locale.gettext("Without a title")
            for column in grid.grid.columns
        ],
        rows=rows_of(locale, grid, course.name),
        totals=grid.grid.totals,
        next_page=grid.grid.next_page_token,
        paged=bool(grid.grid.next_page_token or request.query.get("page")),
        now=clock.now(),
    )


@routes.get(f"{PATH}.csv")
async def send_csv(request: web.Request) -> web.StreamResponse:
    signed_in(request, "instructor")
    return await export_grid(request, f"courses/{request.match_info['course']}")


@dataclass(frozen=True)
class Try:
    """How a learner did in one quiz."""

    quiz: str
    lesson: str
    scores: Sequence[int]
    passed: bool
    left: int | None
    """None: as many as wanted."""


def tries_of(locale: Locale, progress: Progress) -> list[Try]:
    return [
        Try(
            quiz=quiz.quiz,
            lesson=locale.pick(lesson.title)[0],
            scores=[attempt.score for attempt in quiz.attempts if attempt.finished],
            passed=quiz.passed,
            left=None if quiz.unlimited else quiz.attempts_left,
        )
        for lesson in progress.lessons
        for quiz in lesson.quizzes
    ]


@routes.get(f"{PATH}/{{enrollment}}")
async def show_learner(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    grpc_request = GetProgressRequest(name=f"progress/{request.match_info['enrollment']}")
    progress = await request.app[CLIENTS].progress.GetProgress(grpc_request)
    return await _learner_page(request, await course_of(request), progress)


async def _learner_page(
    request: web.Request, course: Course, progress: Progress, problem: Problem | None = None
) -> web.Response:
    locale = request[PAGE].locale
    grpc_request = BatchGetNamesRequest(names=[progress.person], purpose=f"class grid of {course.name}")
    name = (await request.app[CLIENTS].people.BatchGetNames(grpc_request)).display_names.get(progress.person, "")
    return page(
        request,
        "author/learner.html",
        status=status_of(problem) if problem else 200,
        errors={"quizzes": message(locale, problem)} if problem else {},
        course_title=title_of(locale, course.draft, *course.draft.languages),
        here=f"/teach/{request.match_info['course']}/grid",
        name=name or locale.gettext("(account erased)"),
        enrollment=request.match_info["enrollment"],
        progress=progress,
        tries=tries_of(locale, progress),
        completed=clock.moment(progress.complete_time),
    )


@routes.post(f"{PATH}/{{enrollment}}")
async def allow_attempt(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    form = await posted(request)
    enrollment = request.match_info["enrollment"]
    grpc_request = AllowAttemptRequest(name=f"progress/{enrollment}", quiz=typed(form, "quiz"))
    try:
        await request.app[CLIENTS].progress.AllowAttempt(grpc_request)
    except Problem as problem:
        progress = await request.app[CLIENTS].progress.GetProgress(GetProgressRequest(name=f"progress/{enrollment}"))
        return await _learner_page(request, await course_of(request), progress, problem)
    gettext = request[PAGE].locale.gettext
    flash = Flash(
        gettext("One more attempt is allowed"), gettext("The learner sees it at once on the page of the quiz.")
    )
    return go_to(f"/teach/{request.match_info['course']}/grid/{enrollment}", flash, request)
