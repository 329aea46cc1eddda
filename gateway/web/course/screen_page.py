"""The page of a screen: its content, the question, feedback on the answer, and navigation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from multidict import MultiMapping

from gateway.backend.names import id_of
from gateway.web.course import question_form
from gateway.web.course.practice import PracticeScreen
from gateway.web.course.question_form import Question
from gateway.web.course.question_kinds import earns_by_parts, kind_of
from gateway.web.course.screen import Reader, ScreenPosition, ShownBlock
from gateway.web.course.screen_keys import block_of
from ieum.courses.v1.content_pb2 import Content, Item
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import Answer, AnsweredItem, Progress, QuizProgress, StepResult


@dataclass(frozen=True)
class Feedback:
    """Feedback on an answer."""

    correct: bool
    answer: Sequence[str]
    right_answer: Sequence[str]
    explanation: str
    ordered: bool
    unknown: bool = False
    """The learner said that they do not know."""
    parts: int = 0
    """Where points are given for parts of an answer: how many there are, and how many were right."""
    right_parts: int = 0


@dataclass(frozen=True)
class Outcome:
    """The result of a finished attempt; `left` is None without a limit on attempts.

    `needed` is how many right answers are enough to pass; 0 where the questions do not count alike.
    """

    right: int
    total: int
    needed: int
    score: int
    pass_mark: int
    passed: bool
    left: int | None


@dataclass(frozen=True)
class LessonLink:
    title: str
    href: str
    state: str


@dataclass(frozen=True)
class ScreenPage:
    """All that the template shows. `action` takes what is pressed; a preview has an action of its own."""

    course_title: str
    lesson_title: str
    lesson_number: int
    lessons: int
    screen_number: int
    screens: int
    language: str
    action: str
    back: str
    blocks: Sequence[tuple[ShownBlock, str]]
    quiz_title: str = ""
    question: Question | None = None
    attempt: int = 0
    feedback: Feedback | None = None
    outcome: Outcome | None = None
    practice: PracticeScreen | None = None
    completed: bool = False
    outline: Sequence[LessonLink] = ()
    recorded: bool = True
    trial: bool = False
    unclear: bool | None = None
    """Whether the learner said that the question is unclear; None where it cannot be said."""


@dataclass(frozen=True)
class Visit:
    """A learner on a screen."""

    progress: Progress
    content: Content
    place: ScreenPosition
    reader: Reader

    @property
    def quiz_progress(self) -> QuizProgress:
        """The progress in the quiz of this screen; blank before the first answer."""
        quiz = block_of(self.place.screen.key)
        matching = (each for lesson in self.progress.lessons for each in lesson.quizzes if each.quiz == quiz)
        return next(matching, QuizProgress(quiz=quiz, best_score=-1))

    @property
    def item(self) -> Item | None:
        quiz = self.place.quiz
        return next((item for item in quiz[1].items if item.id == self.place.screen.item), None) if quiz else None

    @property
    def root(self) -> str:
        return f"/learning/{id_of(self.progress.enrollment)}"

    @property
    def address(self) -> str:
        return f"{self.root}/{self.place.lesson.id}/{self.place.screen.key}"

    @property
    def ends_course(self) -> bool:
        """Whether the course is complete and ends here: this lesson completed it, or is the last one."""
        if not self.progress.HasField("complete_time") or not self.place.is_last_of_lesson:
            return False
        done = (each.done_time for each in self.progress.lessons if each.lesson == self.place.lesson.id)
        return self.place.after() is None or self.progress.complete_time in done


def given_answer(visit: Visit) -> AnsweredItem | None:
    """The answer to the item of this screen, in the current attempt or the last one."""
    attempts = visit.quiz_progress.attempts
    if not attempts or visit.item is None:
        return None
    return next((each for each in attempts[-1].answers if each.item == visit.place.screen.item), None)


def screen_page(
    visit: Visit,
    blocks: Sequence[tuple[ShownBlock, str]],
    typed: MultiMapping[str],
    explained: Item | None = None,
    *,
    just_completed: bool = False,
) -> ScreenPage:
    place, reader, item = visit.place, visit.reader, visit.item
    before = place.before()
    answered = given_answer(visit)
    quiz = place.quiz
    return ScreenPage(
        course_title=reader.words(visit.content.title),
        lesson_title=reader.words(place.lesson.title),
        lesson_number=place.lesson_number,
        lessons=len(visit.content.lessons),
        screen_number=place.screen_number,
        screens=len(place.lesson.screens),
        language=reader.language,
        action=visit.address,
        back=f"{visit.root}/{before[0]}/{before[1]}" if before else "/learning",
        blocks=blocks,
        quiz_title=reader.words(quiz[1].title) if quiz else "",
        question=question_form.question_of(reader, item, typed, _shuffled_for(visit)) if item else None,
        attempt=_attempt_number(visit.quiz_progress),
        feedback=feedback_of(reader, explained or item, answered.answer, answered) if item and answered else None,
        outcome=_outcome(visit, shown="finished" in typed or _is_last_item(visit)),
        unclear=item.id in visit.quiz_progress.unclear_items if item and answered else None,
        completed=just_completed and visit.progress.HasField("complete_time"),
        outline=_outline(visit),
    )


def _shuffled_for(visit: Visit) -> str:
    """Names the learner, the attempt and the question, where the quiz shuffles its options."""
    quiz = visit.place.quiz
    if quiz is None or not quiz[1].shuffle:
        return ""
    return f"{visit.progress.enrollment}/{_attempt_number(visit.quiz_progress)}/{visit.place.screen.key}"


def _attempt_number(quiz: QuizProgress) -> int:
    """The number of the attempt that the next answer belongs to."""
    under_way = bool(quiz.attempts) and not quiz.attempts[-1].finished
    return len(quiz.attempts) + (0 if under_way else 1)


def feedback_of(reader: Reader, item: Item, answer: Answer, verdict: AnsweredItem | StepResult) -> Feedback:
    return Feedback(
        correct=verdict.correct,
        answer=question_form.in_words(reader, item, answer),
        right_answer=[] if verdict.correct else question_form.in_words(reader, item, verdict.right_answer),
        explanation=reader.words(item.explanation),
        ordered=kind_of(item) == "ordering",
        unknown=answer.unknown,
        parts=verdict.parts,
        right_parts=verdict.right_parts,
    )


def _outcome(visit: Visit, *, shown: bool) -> Outcome | None:
    quiz = visit.quiz_progress
    if not shown or not quiz.attempts or not quiz.attempts[-1].finished:
        return None
    mark = visit.content.rule.pass_mark
    attempt = quiz.attempts[-1]
    right, left = sum(each.correct for each in attempt.answers), None if quiz.unlimited else quiz.attempts_left
    items = visit.place.quiz[1].items if visit.place.quiz else ()
    return Outcome(right, len(items), _needed(items, mark), attempt.score, mark, quiz.passed, left)


def _needed(items: Sequence[Item], mark: int) -> int:
    """Of questions that count alike, how many right answers give the pass mark; percentages are rounded half up."""
    if len({item.points for item in items}) > 1 or any(map(earns_by_parts, items)):
        return 0
    total = len(items)
    return next((right for right in range(total + 1) if (200 * right + total) // (2 * total) >= mark), total)


def _is_last_item(visit: Visit) -> bool:
    quiz = visit.place.quiz
    return bool(quiz) and quiz is not None and quiz[1].items[-1].id == visit.place.screen.item


_STATES = {progress_pb2.DONE: "done"}


def _outline(visit: Visit) -> list[LessonLink]:
    states = {each.lesson: _STATES.get(each.state, "") for each in visit.progress.lessons}
    return [
        LessonLink(
            title=visit.reader.words(lesson.title),
            href=f"{visit.root}/{lesson.id}/{lesson.screens[0].key}" if lesson.screens else "",
            state="now" if lesson.id == visit.place.lesson.id else states.get(lesson.id, ""),
        )
        for lesson in visit.content.lessons
    ]
