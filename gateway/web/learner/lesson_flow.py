"""Where a lesson goes on: the screen that follows, missed questions first in a repeated quiz, and the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.web.course.screen import find_screen
from gateway.web.course.screen_keys import block_of, key_of
from gateway.web.course.screen_page import Visit
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import Attempt


@dataclass(frozen=True)
class LessonEnd:
    """A good place to stop. `quiz` leads to a quiz that is not passed yet; "" for none."""

    number: int
    title: str
    language: str
    done: bool
    quiz: str
    next_title: str
    next_href: str


def at_end_of_quiz(visit: Visit) -> Visit:
    """In a repeated quiz the questions come in another order: the last answer leads behind all of them."""
    attempts, quiz = visit.quiz_progress.attempts, visit.place.quiz
    if quiz is None or len(attempts) < 2 or not attempts[-1].finished:
        return visit
    if attempts[-1].answers[-1].item != visit.place.screen.item:
        return visit
    last = key_of(quiz[0], quiz[1].items[-1].id)
    return replace(visit, place=find_screen(visit.content, visit.place.lesson.id, last))


def following(visit: Visit) -> tuple[str, str] | None:
    """Lesson and screen that follow; None at the end of the course."""
    attempts, quiz = visit.quiz_progress.attempts, visit.place.quiz
    if quiz and len(attempts) > 1 and not attempts[-1].finished:
        answered = {each.item for each in attempts[-1].answers}
        left = [item for item in _missed_first(visit, attempts[-2]) if item not in answered]
        if left:
            return visit.place.lesson.id, key_of(quiz[0], left[0])
    return visit.place.after()


def first_question(visit: Visit) -> str:
    """The key of the screen with which another attempt begins: the first question that was missed."""
    attempts, quiz = visit.quiz_progress.attempts, visit.place.quiz
    assert quiz  # noqa: S101 - the caller has looked
    items = _missed_first(visit, attempts[-1]) if attempts else [item.id for item in quiz[1].items]
    return key_of(quiz[0], items[0])


def _missed_first(visit: Visit, attempt: Attempt) -> Sequence[str]:
    quiz = visit.place.quiz
    assert quiz  # noqa: S101 - the caller has looked
    right = {each.item for each in attempt.answers if each.correct}
    return sorted((item.id for item in quiz[1].items), key=lambda item: item in right)


def lesson_end(visit: Visit) -> LessonEnd | None:
    """None where no lesson follows."""
    lesson, place, reader = visit.place.lesson, visit.place, visit.reader
    later = next((each for each in visit.content.lessons[place.lesson_number :] if each.screens), None)
    if later is None:
        return None
    state = next((each for each in visit.progress.lessons if each.lesson == lesson.id), progress_pb2.LessonProgress())
    failed = [quiz.quiz for quiz in state.quizzes if not quiz.passed]
    screens = [screen.key for screen in lesson.screens if block_of(screen.key) in failed]
    return LessonEnd(
        number=place.lesson_number,
        title=reader.words(lesson.title),
        language=reader.language,
        done=state.state == progress_pb2.DONE,
        quiz=f"{visit.root}/{lesson.id}/{screens[-1]}" if screens else "",
        next_title=reader.words(later.title),
        next_href=f"{visit.root}/{later.id}/{later.screens[0].key}",
    )
