"""Steps of learners: opening screens and answering items. Repeating or reordering them gives the same record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from services.chassis.errors import Problem, Refused
from services.progress.domain import plan as plans
from services.progress.domain.completion import may_begin
from services.progress.domain.drawing import draw, items_of
from services.progress.domain.events import Event
from services.progress.domain.grading import Answer, Solution, is_right, right_answer
from services.progress.domain.partial_credit import Parts, parts_of
from services.progress.domain.plan import Plan
from services.progress.domain.practice import Move, walk
from services.progress.domain.record import (
    Attempt,
    Given,
    Opened,
    Position,
    PracticeRecord,
    QuizRecord,
    Record,
    RecordChanges,
    put,
)
from services.progress.domain.settling import finished, settle

# How long a line may be down and its steps still count, and how far clocks may differ.
LONGEST_DELAY = timedelta(days=30)
SKEW = timedelta(minutes=5)
# Older attempts keep their score, not their answers, so that practising without end fills no document.
KEPT_ATTEMPTS = 10
# Names of walks through a practice task that are known again.
KEPT_WALKS = 50


class OpenScreen(NamedTuple):
    lesson: str
    screen: str


class AnswerItem(NamedTuple):
    """`attempt` counts from 1; 0 is the one under way, or the last."""

    lesson: str
    quiz: str
    item: str
    attempt: int
    answer: Answer


class FlagItem(NamedTuple):
    """The learner says that a question is unclear, or takes that back."""

    lesson: str
    quiz: str
    item: str
    unclear: bool


class FinishPractice(NamedTuple):
    """`walk` names the walk: sent twice, it counts once."""

    lesson: str
    practice: str
    walk: str
    moves: tuple[Move, ...]


What = OpenScreen | AnswerItem | FinishPractice | FlagItem


class Step(NamedTuple):
    what: What
    time: datetime | None = None


class Result(NamedTuple):
    accepted: bool = True
    reason: str = ""
    correct: bool = False
    already_answered: bool = False
    right_answer: Answer | None = None
    parts: Parts | None = None


@dataclass(frozen=True)
class Outcome:
    record: Record
    events: list[Event]
    results: list[Result]


def take(
    record: Record, plan: Plan, steps: Sequence[Step], number: Callable[[], str], now: datetime, *, trusted: bool
) -> Outcome:
    """Takes each step by itself; one that is refused says why and does not stop the others. `trusted` steps may be of
    any age."""
    changes, results = RecordChanges(_open_for_learning(record)), []
    for step in steps:
        try:
            time = moment_of(step.time, changes.enrol_time, now, trusted=trusted)
            result = _take(changes, plan, step.what, time)
        except Problem as problem:
            result = Result(accepted=False, reason=problem.reason)
        results.append(result)
    settled, events = settle(record, changes.record, plan, number, now)
    return Outcome(settled, events, results)


def grade(solution: Solution, answer: Answer) -> Result:
    """The verdict on an answer outside any record; one that cannot be graded is not accepted and says why."""
    right = right_answer(solution)
    try:
        return Result(correct=is_right(solution, answer), right_answer=right, parts=parts_of(solution, answer))
    except Problem as problem:
        return Result(accepted=False, reason=problem.reason, right_answer=right)


def start_attempt(record: Record, plan: Plan, lesson: str, quiz: str) -> Record:
    """Begins the next attempt at a quiz, unless one is under way."""
    asked = plan.lesson(lesson).quiz(quiz)
    before = _open_for_learning(record).lesson(lesson).quiz(asked.id)
    return record if before.under_way else record.with_quiz(lesson, _begun(before, plan, asked, record.enrollment))


def allow_attempt(record: Record, plan: Plan, quiz: str) -> Record:
    """Allows one more attempt where none is left; repeating it before the attempt is used allows no second one."""
    lessons = [lesson for lesson in plan.lessons if any(each.id == quiz for each in lesson.quizzes)]
    if not lessons:
        raise Refused("QUIZ_UNKNOWN")
    for lesson in lessons:
        before = _open_for_learning(record).lesson(lesson.id).quiz(quiz)
        if not before.under_way and not may_begin(before, plan):
            record = record.with_quiz(lesson.id, replace(before, extra=before.extra + 1))
    return record


def moment_of(time: datetime | None, enrol_time: datetime | None, now: datetime, *, trusted: bool) -> datetime:
    """When the step counts as done: never in the future, nor before the enrolment."""
    enrolled = enrol_time or now
    if time is None:
        return max(now, enrolled)
    too_old = not trusted and time < now - LONGEST_DELAY
    if too_old or time > now + SKEW or time < enrolled - SKEW:
        raise Refused("TIME_WRONG")
    return max(min(time, now), enrolled)


def _open_for_learning(record: Record) -> Record:
    if record.withdraw_time:
        raise Refused("ENROLLMENT_WITHDRAWN")
    return record


def _take(changes: RecordChanges, plan: Plan, step: What, time: datetime) -> Result:
    """Raises Refused, and has then changed nothing."""
    lesson = plan.lesson(step.lesson)
    if isinstance(step, OpenScreen):
        if step.screen not in lesson.screens:
            raise Refused("SCREEN_UNKNOWN")
        _see(changes, lesson, step.screen, time)
        return Result()
    if isinstance(step, FinishPractice):
        return _finish_practice(changes, lesson, step, time)
    if isinstance(step, FlagItem):
        return _flag(changes, lesson, step)
    return _answer(changes, plan, lesson, step, time)


def _see(changes: RecordChanges, lesson: plans.Lesson, screen: str, time: datetime) -> None:
    """Records a visit to a screen. A screen counts as opened since its earliest visit."""
    if screen in lesson.screens:
        done = changes.lesson(lesson.id)
        if all(each.screen != screen or time < each.time for each in done.opened):
            opened = put(done.opened, Opened(screen, time), lambda each: each.screen)
            changes.put_lesson(replace(done, opened=opened))
        if changes.position is None or time >= changes.position.time:
            changes.position = Position(lesson.id, screen, time)
    changes.start_time = changes.start_time or time
    changes.last_activity_time = max(time, changes.last_activity_time or time)


def _flag(changes: RecordChanges, lesson: plans.Lesson, step: FlagItem) -> Result:
    item = lesson.quiz(step.quiz).item(step.item)
    quiz = changes.lesson(lesson.id).quiz(step.quiz)
    others = {*quiz.unclear} - {item.id}
    changes.put_quiz(lesson.id, replace(quiz, unclear=tuple(sorted({*others, item.id} if step.unclear else others))))
    return Result()


def _finish_practice(changes: RecordChanges, lesson: plans.Lesson, step: FinishPractice, time: datetime) -> Result:
    walked = walk(lesson.practice(step.practice), step.moves)
    if not walked.finished:
        raise Refused("PRACTICE_UNFINISHED")
    done = changes.lesson(lesson.id)
    before = done.practice(step.practice)
    if step.walk in before.walks:
        return Result(correct=True, already_answered=True)
    practices = put(done.practices, _with_walk(before, step.walk, walked.points, time), lambda each: each.practice)
    changes.put_lesson(replace(done, practices=practices))
    _see(changes, lesson, step.practice, time)
    return Result(correct=True)


def _with_walk(before: PracticeRecord, name: str, points: int, time: datetime) -> PracticeRecord:
    is_first = before.done_time is None or time < before.done_time
    is_last = before.last_time is None or time >= before.last_time
    return replace(
        before,
        finished=before.finished + 1,
        first_points=points if is_first else before.first_points,
        best_points=max(before.best_points, points),
        last_points=points if is_last else before.last_points,
        done_time=time if is_first else before.done_time,
        last_time=time if is_last else before.last_time,
        walks=tuple(sorted((*before.walks[-KEPT_WALKS:], name))),
    )


def _answer(changes: RecordChanges, plan: Plan, lesson: plans.Lesson, step: AnswerItem, time: datetime) -> Result:
    quiz = lesson.quiz(step.quiz)
    item = quiz.item(step.item)
    correct = is_right(item.solution, step.answer)
    before = _at_attempt(changes.lesson(lesson.id).quiz(quiz.id), plan, step.attempt, quiz, changes.enrollment)
    place = (step.attempt or len(before.attempts)) - 1
    attempt = before.attempts[place]
    earlier = attempt.given(item.id)
    if item not in items_of(quiz, attempt):
        raise Refused("ITEM_NOT_DRAWN")
    right = right_answer(item.solution)
    if earlier or attempt.score is not None:
        stands = earlier or Given(item.id, correct, step.answer, time)
        parts = parts_of(item.solution, stands.answer)
        return Result(correct=stands.correct, already_answered=True, right_answer=right, parts=parts)
    given = Given(item.id, correct, step.answer, time)
    attempt = finished(quiz, replace(attempt, answers=put(attempt.answers, given, lambda each: each.item)))
    changes.put_quiz(lesson.id, replace(before, attempts=(*before.attempts[:place], attempt)))
    _see(changes, lesson, quiz.screen_of(item.id), time)
    return Result(correct=correct, right_answer=right, parts=parts_of(item.solution, step.answer))


def _at_attempt(quiz: QuizRecord, plan: Plan, number: int, asked: plans.Quiz, enrollment: str) -> QuizRecord:
    """The quiz with the attempt asked for: an existing one, or the next, which begins."""
    if (number == 0 and quiz.attempts) or 1 <= number <= len(quiz.attempts):
        return quiz
    if number > len(quiz.attempts) + 1 or number < 0 or quiz.under_way:
        raise Refused("ATTEMPT_UNKNOWN")
    return _begun(quiz, plan, asked, enrollment)


def _begun(quiz: QuizRecord, plan: Plan, asked: plans.Quiz, enrollment: str) -> QuizRecord:
    if not may_begin(quiz, plan):
        raise Refused("NO_ATTEMPT_LEFT")
    older = [replace(attempt, answers=()) for attempt in quiz.attempts[:-KEPT_ATTEMPTS]]
    attempt = Attempt(drawn=draw(asked, enrollment, len(quiz.earlier) + len(quiz.attempts)))
    return replace(quiz, attempts=(*older, *quiz.attempts[-KEPT_ATTEMPTS:], attempt))
