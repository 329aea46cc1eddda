"""Records and certificates as protobuf messages."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.clock import stamp
from services.chassis.errors import Missing
from services.progress.domain import plan as plans
from services.progress.domain.class_attendance import ClassAttendance
from services.progress.domain.completion import LessonState, attempts_left, attendance_by_rule, is_passed, lesson_state
from services.progress.domain.drawing import drawn_now, draws
from services.progress.domain.grading import right_answer
from services.progress.domain.partial_credit import parts_of
from services.progress.domain.plan import Plan
from services.progress.domain.record import Attempt, Completion, Given, LessonRecord, PracticeRecord, QuizRecord, Record
from services.progress.messages.steps import answer_to_message

_STATES = {state: pb.LessonState.Value(state.name) for state in LessonState}


@dataclass(frozen=True)
class Lessons:
    """Shown with what was opened and answered in them: `alone`, or with the state of all others."""

    ids: Set[str]
    alone: bool = False


_ID = re.compile(r"(?:progress|enrollments)/([a-z0-9-]{1,64})")


def parse_name(name: str) -> str:
    """The run's id in "progress/{id}" or "enrollments/{id}"."""
    match = _ID.fullmatch(name)
    if not match:
        raise Missing("PROGRESS_NOT_FOUND")
    return match[1]


def enrollment_name(record: Record) -> str:
    return f"enrollments/{record.enrollment}"


def progress_to_message(
    record: Record, plan: Plan | None, certificate: pb.Certificate | None, shown: Lessons | None = None
) -> pb.Progress:
    """All lessons whole, unless `shown` names some. Leaves the lessons out while the plan of the version has not
    arrived."""
    message = pb.Progress()
    if plan:
        _fill_lessons(message, record, plan, shown)
    message.MergeFrom(
        pb.Progress(
            name=f"progress/{record.enrollment}",
            enrollment=enrollment_name(record),
            person=record.person,
            course=record.course,
            version=record.version,
            position=_position(record),
            withdrawn=record.withdraw_time is not None,
            enrol_time=stamp(record.enrol_time),
            start_time=stamp(record.start_time),
            complete_time=stamp(record.completion.time) if record.completion else None,
            completion_reason=reason_to_message(record.completion) if record.completion else None,
            certificate=certificate,
            last_activity_time=stamp(record.last_activity_time),
            percent=record.summary.percent,
            help_offer_time=stamp(record.help_offer_time),
            completed_by=record.completion.by_hand if record.completion else "",
            completion_note=record.completion.note if record.completion else "",
            classes=attendance_to_messages(record.classes, plan) if plan else (),
        )
    )
    return message


def _position(record: Record) -> pb.Position | None:
    return pb.Position(lesson=record.position.lesson, screen=record.position.screen) if record.position else None


@lru_cache(maxsize=500)
def _untouched(plan: Plan, *, with_lessons: bool = True, with_quizzes: bool = True) -> pb.Progress:
    """The message of a learner who has done nothing, cached for each version; copied and filled in for the others."""
    if not with_lessons:
        return pb.Progress(course_title=plan.title)
    lessons = [
        pb.LessonProgress(
            lesson=lesson.id,
            state=pb.NOT_STARTED,
            counted=lesson.counted,
            screen_count=len(lesson.screens),
            quizzes=[_quiz_to_message(quiz, QuizRecord(quiz.id), plan) for quiz in lesson.quizzes]
            if with_quizzes
            else (),
            title=lesson.title,
            minutes=lesson.minutes,
        )
        for lesson in plan.lessons
    ]
    return pb.Progress(lessons=lessons, course_title=plan.title)


def _fill_lessons(message: pb.Progress, record: Record, plan: Plan, asked: Lessons | None) -> None:
    alone = asked is not None and asked.alone
    message.CopyFrom(_untouched(plan, with_lessons=not alone, with_quizzes=asked is None))
    done = {each.lesson: each for each in record.lessons}
    measured = record.summary.version == plan.version
    for place, lesson in enumerate(plan.lessons):
        whole = asked is None or lesson.id in asked.ids
        if alone and not whole:
            continue
        shown = message.lessons.add() if alone else message.lessons[place]
        if asked and whole:
            shown.CopyFrom(_untouched(plan).lessons[place])
        if measured:
            shown.state = pb.LessonState.ValueType(record.summary.cells[place])
        if lesson.id in done:
            _fill(shown, lesson, done[lesson.id], plan, measured=measured, whole=whole)
        for quiz, shown_quiz in zip(lesson.quizzes, shown.quizzes, strict=False):
            if draws(quiz):
                tried = record.lesson(lesson.id).quiz(quiz.id)
                shown_quiz.drawn_items.extend(drawn_now(quiz, tried, record.enrollment))


def _fill(
    message: pb.LessonProgress, lesson: plans.Lesson, done: LessonRecord, plan: Plan, *, measured: bool, whole: bool
) -> None:
    if not measured:
        message.state = _STATES[lesson_state(lesson, done, plan)]
    if whole:
        opened = {each.screen for each in done.opened}
        message.opened_screens.extend(screen for screen in lesson.screens if screen in opened)
    if whole and done.quizzes:
        del message.quizzes[:]
        message.quizzes.extend(_quiz_to_message(quiz, done.quiz(quiz.id), plan) for quiz in lesson.quizzes)
    if whole and done.practices:
        message.practices.extend(_practice_to_message(done.practice(practice.id)) for practice in lesson.practices)
    if message.state == pb.DONE and done.done_time:
        message.MergeFrom(pb.LessonProgress(done_time=stamp(done.done_time)))


def _practice_to_message(practice: PracticeRecord) -> pb.PracticeProgress:
    return pb.PracticeProgress(
        practice=practice.practice,
        finished=practice.finished,
        first_points=practice.first_points,
        best_points=practice.best_points,
        last_points=practice.last_points,
        done_time=stamp(practice.done_time),
    )


def reason_to_message(completion: Completion) -> pb.CompletionReason:
    return pb.CompletionReason(
        lessons_counted=completion.lessons_counted,
        pass_mark=completion.pass_mark,
        scores=[pb.QuizScore(lesson=each.lesson, quiz=each.quiz, score=each.score) for each in completion.scores],
        attended_minutes=completion.attended_minutes,
        planned_minutes=completion.planned_minutes,
        attendance_percent=completion.attendance_percent,
        by_hand=bool(completion.by_hand),
    )


def attendance_to_messages(classes: Sequence[ClassAttendance], plan: Plan) -> list[pb.ClassAttendance]:
    return [
        pb.ClassAttendance(
            class_name=attendance.class_,
            attended_minutes=judged.attended,
            planned_minutes=judged.planned,
            needed_minutes=judged.needed,
            possible_minutes=judged.possible,
            met=judged.met_time is not None,
            out_of_reach=judged.out_of_reach,
        )
        for attendance, judged in attendance_by_rule(classes, plan)
    ]


def certificate_to_message(record: Record, plan: Plan | None, *, with_person: bool) -> pb.Certificate | None:
    """`plan` is of the version completed."""
    certificate, completion = record.certificate, record.completion
    if certificate is None or completion is None:
        return None
    return pb.Certificate(
        name=f"certificates/{certificate.number}",
        state=pb.REVOKED if certificate.revoke_time else pb.VALID,
        person=record.person if with_person else "",
        course=record.course,
        version=completion.version,
        course_title=plan.title if plan else None,
        minutes=plan.minutes if plan else 0,
        issue_time=stamp(certificate.issue_time),
        revoke_time=stamp(certificate.revoke_time),
    )


def _quiz_to_message(quiz: plans.Quiz, done: QuizRecord, plan: Plan) -> pb.QuizProgress:
    left = attempts_left(done, plan)
    return pb.QuizProgress(
        quiz=quiz.id,
        attempts=[_attempt_to_message(quiz, number, attempt) for number, attempt in enumerate(done.attempts, 1)],
        passed=is_passed(done, plan),
        best_score=done.best_score,
        attempts_left=left or 0,
        unlimited=left is None,
        earlier_attempts=[_attempt_to_message(quiz, number, attempt) for number, attempt in enumerate(done.earlier, 1)],
        resets=[
            pb.QuizReset(time=stamp(each.time), by=each.by, reason=each.reason, attempts=each.attempts)
            for each in done.resets
        ],
        unclear_items=done.unclear,
    )


def _attempt_to_message(quiz: plans.Quiz, number: int, attempt: Attempt) -> pb.Attempt:
    """Answers in the order of the items, without those to items that this version has dropped."""
    given_to = {given.item: given for given in attempt.answers}
    answers = [(item, given_to.get(item.id)) for item in quiz.items]
    return pb.Attempt(
        number=number,
        answers=[_answered_to_message(item, given) for item, given in answers if given],
        finished=attempt.score is not None,
        score=attempt.score or 0,
    )


def _answered_to_message(item: plans.Item, given: Given) -> pb.AnsweredItem:
    parts = parts_of(item.solution, given.answer)
    return pb.AnsweredItem(
        item=item.id,
        correct=given.correct,
        answer=answer_to_message(given.answer),
        right_answer=answer_to_message(right_answer(item.solution)),
        parts=parts.total if parts else 0,
        right_parts=parts.right if parts else 0,
    )
