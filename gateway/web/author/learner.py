"""One learner of a course, as its teachers see them: lessons with their days, attempts and every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import signed_in
from gateway.http.errors import message, status_of
from gateway.web.author.class_grid import PATH, STATES
from gateway.web.author.course import course_of
from gateway.web.author.form_fields import Form, posted, typed
from gateway.web.author.labels import title_of
from gateway.web.course import question_form
from gateway.web.course.screen import Reader
from gateway.web.site.frame import go_to
from ieum.courses.v1.content_pb2 import Content, Item
from ieum.courses.v1.courses_pb2 import Course, GetVersionRequest
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from ieum.progress.v1.progress_pb2 import (
    AllowAttemptRequest,
    AnsweredItem,
    Attempt,
    CompleteByHandRequest,
    GetProgressRequest,
    LessonProgress,
    Progress,
    QuizProgress,
    ResetQuizRequest,
)
from services.chassis import clock
from services.chassis.errors import Missing, Problem

routes = web.RouteTableDef()
Place: TypeAlias = tuple[str, str, str]
"""Lesson, quiz and question: a question's id is its own only within its quiz."""


@dataclass(frozen=True)
class GivenAnswer:
    prompt: str
    correct: bool
    given: Sequence[str]
    right: Sequence[str]


@dataclass(frozen=True)
class ShownAttempt:
    number: int
    score: int | None
    """None while it is under way."""
    answers: Sequence[GivenAnswer]


@dataclass(frozen=True)
class ShownReset:
    time: datetime | None
    reason: str


@dataclass(frozen=True)
class ShownQuiz:
    """`earlier` were set aside by the resets."""

    quiz: str
    attempts: Sequence[ShownAttempt]
    earlier: Sequence[ShownAttempt]
    resets: Sequence[ShownReset]
    passed: bool
    left: int | None
    """None: as many as wanted."""


@dataclass(frozen=True)
class ShownLesson:
    title: str
    sign: str
    state: str
    done: datetime | None
    quizzes: Sequence[ShownQuiz]


def lessons_of(reader: Reader, progress: Progress, items: Mapping[Place, Item]) -> list[ShownLesson]:
    return [_lesson(reader, lesson, items) for lesson in progress.lessons]


def _lesson(reader: Reader, lesson: LessonProgress, items: Mapping[Place, Item]) -> ShownLesson:
    sign, words = STATES.get(lesson.state, ("", ""))
    return ShownLesson(
        title=reader.words(lesson.title),
        sign=sign,
        state=reader.locale.gettext(words) if words else "",
        done=clock.moment(lesson.done_time),
        quizzes=[_quiz(reader, lesson.lesson, quiz, items) for quiz in lesson.quizzes],
    )


def _quiz(reader: Reader, lesson: str, quiz: QuizProgress, items: Mapping[Place, Item]) -> ShownQuiz:
    return ShownQuiz(
        quiz=quiz.quiz,
        attempts=[_attempt(reader, (lesson, quiz.quiz), attempt, items) for attempt in quiz.attempts],
        earlier=[_attempt(reader, (lesson, quiz.quiz), attempt, items) for attempt in quiz.earlier_attempts],
        resets=[ShownReset(clock.moment(each.time), each.reason) for each in quiz.resets],
        passed=quiz.passed,
        left=None if quiz.unlimited else quiz.attempts_left,
    )


def _attempt(reader: Reader, quiz: tuple[str, str], attempt: Attempt, items: Mapping[Place, Item]) -> ShownAttempt:
    asked = [(answer, items.get((*quiz, answer.item))) for answer in attempt.answers]
    answers = [_answer(reader, answer, item) for answer, item in asked if item]
    return ShownAttempt(attempt.number, attempt.score if attempt.finished else None, answers)


def _answer(reader: Reader, answer: AnsweredItem, item: Item) -> GivenAnswer:
    return GivenAnswer(
        prompt=reader.words(item.prompt),
        correct=answer.correct,
        given=question_form.in_words(reader, item, answer.answer),
        right=question_form.in_words(reader, item, answer.right_answer),
    )


async def content_of(request: web.Request, version: str) -> Content:
    """The content of a version; empty where there is none, because the rest of the page is useful without it."""
    try:
        return (await request.app[CLIENTS].courses.GetVersion(GetVersionRequest(name=version))).content
    except Missing:
        return Content()


def items_of(content: Content) -> dict[Place, Item]:
    return {
        (lesson.id, block.id, item.id): item
        for lesson in content.lessons
        for block in lesson.blocks
        if block.WhichOneof("body") == "quiz"
        for item in block.quiz.items
    }


@routes.get(f"{PATH}/{{enrollment}}")
async def show_learner(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    grpc_request = GetProgressRequest(name=f"progress/{request.match_info['enrollment']}")
    progress = await request.app[CLIENTS].progress.GetProgress(grpc_request)
    return await _learner_page(request, await course_of(request), progress)


async def _learner_page(
    request: web.Request, course: Course, progress: Progress, problem: Problem | None = None, control: str = "lessons"
) -> web.Response:
    locale = request[PAGE].locale
    grpc_request = BatchGetNamesRequest(names=[progress.person], purpose=f"class grid of {course.name}")
    name = (await request.app[CLIENTS].people.BatchGetNames(grpc_request)).display_names.get(progress.person, "")
    content = await content_of(request, f"{course.name}/versions/{progress.version or 'current'}")
    return page(
        request,
        "author/learner.html",
        status=status_of(problem) if problem else 200,
        errors={control: message(locale, problem)} if problem else {},
        course_title=title_of(locale, course.draft, *course.draft.languages),
        here=f"/teach/{request.match_info['course']}/grid",
        name=name or locale.gettext("(account erased)"),
        enrollment=request.match_info["enrollment"],
        progress=progress,
        lessons=lessons_of(Reader(locale, list(course.draft.languages)), progress, items_of(content)),
        enrolled=clock.moment(progress.enrol_time),
        active=clock.moment(progress.last_activity_time),
        completed=clock.moment(progress.complete_time),
        by_hand=progress.completion_reason.by_hand,
    )


@routes.post(f"{PATH}/{{enrollment}}")
async def change_record(request: web.Request) -> web.Response:
    """`do` says what was pressed: allow one more attempt, reset a quiz, or set the course as completed."""
    signed_in(request, "instructor")
    form = await posted(request)
    enrollment, quiz = request.match_info["enrollment"], typed(form, "quiz")
    try:
        flash = await _change(request, f"progress/{enrollment}", typed(form, "do"), quiz, form)
    except Problem as problem:
        progress = await request.app[CLIENTS].progress.GetProgress(GetProgressRequest(name=f"progress/{enrollment}"))
        return await _learner_page(request, await course_of(request), progress, problem, _control(problem, form))
    return go_to(f"/teach/{request.match_info['course']}/grid/{enrollment}", flash, request)


async def _change(request: web.Request, name: str, do: str, quiz: str, form: Form) -> Flash:
    progress, gettext = request.app[CLIENTS].progress, request[PAGE].locale.gettext
    if do == "reset":
        reason = typed(form, f"reason-{quiz}")
        await progress.ResetQuiz(ResetQuizRequest(name=name, quiz=quiz, reason=reason))
        return Flash(gettext("The quiz begins anew"), gettext("The earlier attempts stay on this page."))
    if do == "complete":
        await progress.CompleteByHand(CompleteByHandRequest(name=name, reason=typed(form, "reason")))
        return Flash(gettext("The course is set as completed"), gettext("The learner has a certificate now."))
    await progress.AllowAttempt(AllowAttemptRequest(name=name, quiz=quiz))
    return Flash(
        gettext("One more attempt is allowed"), gettext("The learner sees it at once on the page of the quiz.")
    )


def _control(problem: Problem, form: Form) -> str:
    """The field of the form that was sent; "lessons" for what no field can mend."""
    if problem.field != "reason":
        return "lessons"
    return f"reason-{typed(form, 'quiz')}" if typed(form, "do") == "reset" else "reason"
