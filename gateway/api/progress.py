"""Progress of learners: screens opened, answers given, attempts, completion."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.certificates import Certificate
from gateway.api.operation import Table
from gateway.api.schemas import (
    Body,
    Count,
    JsonAnswer,
    Line,
    Localized,
    Moment,
    Name,
    PageQuery,
    Shape,
    Tag,
    read,
    write,
)
from gateway.backend import learning
from gateway.backend.clients import CLIENTS
from gateway.http.auth import VIEWER
from ieum.progress.v1 import progress_pb2

table = Table("progress")

LessonState = Literal["NOT_STARTED", "UNDER_WAY", "DONE"]


class Answer(Body):
    values: Annotated[list[Line], Field(max_length=100)] = []
    pairs: dict[Tag, Line] = {}
    unknown: bool = False


class AnsweredItem(Shape):
    item: str
    correct: bool
    answer: Answer | None = None
    right_answer: Answer | None = None
    parts: int = 0
    right_parts: int = 0


class Attempt(Shape):
    number: int
    answers: list[AnsweredItem] = []
    finished: bool = False
    score: int = 0


class QuizReset(Shape):
    time: Moment | None = None
    by: str = ""
    reason: str = ""
    attempts: int = 0


class QuizProgress(Shape):
    quiz: str
    attempts: list[Attempt] = []
    passed: bool = False
    best_score: int = -1
    attempts_left: int = 0
    unlimited: bool = False
    earlier_attempts: list[Attempt] = []
    resets: list[QuizReset] = []
    unclear_items: list[str] = []
    drawn_items: list[str] = []


class PracticeProgress(Shape):
    practice: str
    finished: Annotated[int, Field(description="How often")] = 0
    first_points: int = 0
    best_points: int = 0
    last_points: int = 0
    done_time: Moment | None = None


class LessonProgress(Shape):
    lesson: str
    state: LessonState | None = None
    counted: bool = False
    opened_screens: list[str] = []
    screen_count: int = 0
    quizzes: list[QuizProgress] = []
    practices: list[PracticeProgress] = []
    done_time: Moment | None = None
    title: Localized = {}
    minutes: int = 0


class Position(Shape):
    lesson: str
    screen: str


class QuizScore(Shape):
    lesson: str
    quiz: str
    score: int


class CompletionReason(Shape):
    lessons_counted: int
    pass_mark: int
    scores: list[QuizScore] = []
    attended_minutes: int = 0
    planned_minutes: int = 0
    attendance_percent: int = 0
    by_hand: bool = False


class ClassAttendance(Shape):
    class_name: str
    attended_minutes: int = 0
    planned_minutes: int = 0
    needed_minutes: int = 0
    possible_minutes: int = 0
    met: bool = False
    out_of_reach: bool = False


class Progress(Shape):
    name: str
    enrollment: str = ""
    person: str = ""
    course: str = ""
    version: int = 0
    lessons: list[LessonProgress] = []
    position: Position | None = None
    withdrawn: bool = False
    enrol_time: Moment | None = None
    start_time: Moment | None = None
    complete_time: Moment | None = None
    completion_reason: CompletionReason | None = None
    certificate: Certificate | None = None
    last_activity_time: Moment | None = None
    help_offer_time: Moment | None = None
    completed_by: str = ""
    completion_note: str = ""
    percent: int = 0
    classes: list[ClassAttendance] = []
    course_title: Localized = {}


class ProgressList(Shape):
    progress: list[Progress]
    next_page_token: str = ""


class OpenScreen(Body):
    lesson: Tag
    screen: Line


class AnswerItem(Body):
    lesson: Tag
    quiz: Tag
    item: Tag
    attempt: Annotated[Count, Field(description="0: the current one")] = 0
    answer: Answer


class PracticeMove(Body):
    """One move of a walk through a practice task, exactly one of these."""

    pressed: Tag | None = None
    typed_right: Tag | None = None
    typed_wrong: Tag | None = None
    hint: bool | None = None
    elsewhere: bool | None = None


class FlagItem(Body):
    lesson: Tag
    quiz: Tag
    item: Tag
    unclear: Annotated[bool, Field(description="False takes it back")] = True


class FinishPractice(Body):
    lesson: Tag
    practice: Annotated[Tag, Field(description="Id of its block")]
    walk: Annotated[Tag, Field(description="Names the walk: sent twice, it counts once")]
    moves: Annotated[list[PracticeMove], Field(min_length=1, max_length=300)]


class Step(Body):
    """A screen opened, an item answered, one called unclear or a practice task finished, exactly one of them."""

    open_screen: OpenScreen | None = None
    answer_item: AnswerItem | None = None
    finish_practice: FinishPractice | None = None
    flag_item: FlagItem | None = None
    time: Annotated[Moment | None, Field(description="For what was kept while a line was down")] = None


class Steps(Body):
    steps: Annotated[list[Step], Field(min_length=1, max_length=200)]


class StepResult(Shape):
    accepted: bool
    reason: str = ""
    correct: bool = False
    already_answered: bool = False
    right_answer: Answer | None = None
    parts: int = 0
    right_parts: int = 0


class Recorded(Shape):
    progress: Annotated[Progress, Field(description="Its lessons are those of the steps")]
    results: list[StepResult] = []
    completed_now: bool = False


class QuizOfLesson(Body):
    lesson: Tag
    quiz: Tag


class ResetOfQuiz(Body):
    quiz: Tag
    reason: Line


class ByHand(Body):
    reason: Line


class OneQuiz(Body):
    quiz: Tag


class ProgressQuery(PageQuery):
    person: Name = ""


class Need(Shape):
    reason: Literal["FAILED_TWICE", "STUCK", "INACTIVE"]
    lesson: str = ""
    lesson_title: Localized = {}
    quiz: str = ""
    failed: int = 0
    no_attempt_left: bool = False


class LearnerInNeed(Shape):
    enrollment: str
    person: str
    needs: list[Need] = []
    enrol_time: Moment | None = None
    last_activity_time: Moment | None = None
    help_offer_time: Moment | None = None
    offered_lately: bool = False


class LearnersInNeed(Shape):
    learners: list[LearnerInNeed] = []
    total: int = 0


class CourseTotals(Shape):
    course: str
    enrolled: int = 0
    started: int = 0
    completed: int = 0
    withdrawn: int = 0


def _name(request: web.Request) -> str:
    return f"progress/{request.match_info['enrollment']}"


@table("GET", "/progress", "All of one person (oneself, when none is given), latest first")
async def list_progress(request: web.Request, query: ProgressQuery) -> JsonAnswer[ProgressList]:
    message = write(query, progress_pb2.ListProgressRequest())
    viewer = request[VIEWER]
    if viewer and message.person in ("", "people/me"):
        message.person = viewer.person
    return read(ProgressList, await request.app[CLIENTS].progress.ListProgress(message))


@table("GET", "/progress/{enrollment}", "How far an enrolment is")
async def get_progress(request: web.Request) -> JsonAnswer[Progress]:
    return read(Progress, await learning.get_progress(request.app[CLIENTS], _name(request)))


@table("POST", "/progress/{enrollment}:record", "Record screens opened and answers given; safe to repeat")
async def record_progress(request: web.Request, body: Steps) -> JsonAnswer[Recorded]:
    message = write(body, progress_pb2.RecordProgressRequest(name=_name(request)))
    return read(Recorded, await learning.record(request.app[CLIENTS], message))


@table("POST", "/progress/{enrollment}:startAttempt", "Begin the next attempt at a quiz")
async def start_attempt(request: web.Request, body: QuizOfLesson) -> JsonAnswer[Progress]:
    message = write(body, progress_pb2.StartAttemptRequest(name=_name(request)))
    return read(Progress, await learning.start_attempt(request.app[CLIENTS], message))


@table("POST", "/progress/{enrollment}:allowAttempt", "Allow one attempt more, for teachers")
async def allow_attempt(request: web.Request, body: OneQuiz) -> JsonAnswer[Progress]:
    message = write(body, progress_pb2.AllowAttemptRequest(name=_name(request)))
    return read(Progress, await request.app[CLIENTS].progress.AllowAttempt(message))


@table("POST", "/progress/{enrollment}:resetQuiz", "Set the attempts at a quiz aside, for teachers")
async def reset_quiz(request: web.Request, body: ResetOfQuiz) -> JsonAnswer[Progress]:
    message = write(body, progress_pb2.ResetQuizRequest(name=_name(request)))
    return read(Progress, await request.app[CLIENTS].progress.ResetQuiz(message))


@table("POST", "/progress/{enrollment}:completeByHand", "Set a course as completed, for its teachers")
async def complete_by_hand(request: web.Request, body: ByHand) -> JsonAnswer[Progress]:
    message = write(body, progress_pb2.CompleteByHandRequest(name=_name(request)))
    return read(Progress, await request.app[CLIENTS].progress.CompleteByHand(message))


@table("GET", "/courses/{course}/learnersInNeed", "Learners who are stuck, inactive or failed twice, for teachers")
async def list_needing_help(request: web.Request) -> JsonAnswer[LearnersInNeed]:
    message = progress_pb2.ListNeedingHelpRequest(course=f"courses/{request.match_info['course']}")
    return read(LearnersInNeed, await request.app[CLIENTS].progress.ListNeedingHelp(message))


@table("POST", "/progress/{enrollment}:offerHelp", "Tell a learner that their teacher would help, for teachers")
async def offer_help(request: web.Request) -> JsonAnswer[Progress]:
    message = progress_pb2.OfferHelpRequest(name=_name(request))
    return read(Progress, await request.app[CLIENTS].progress.OfferHelp(message))


@table("GET", "/courses/{course}/totals", "Counted from the same records as the grid, for teachers")
async def get_course_totals(request: web.Request) -> JsonAnswer[CourseTotals]:
    message = progress_pb2.GetCourseTotalsRequest(course=f"courses/{request.match_info['course']}")
    return read(CourseTotals, await request.app[CLIENTS].progress.GetCourseTotals(message))
