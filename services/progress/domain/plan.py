"""The plan of a course version: lessons, screens, quizzes and rule. Immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from services.chassis.errors import Refused
from services.progress.domain.grading import Solution
from services.progress.domain.practice import Practice


@dataclass(frozen=True)
class Item:
    id: str
    points: int
    solution: Solution


@dataclass(frozen=True)
class Quiz:
    id: str
    items: tuple[Item, ...]
    # How many of them an attempt asks; 0: all.
    draw: int = 0

    def item(self, id: str) -> Item:
        for item in self.items:
            if item.id == id:
                return item
        raise Refused("ITEM_UNKNOWN")

    def screen_of(self, item: str) -> str:
        """Key of the screen that shows the item."""
        return f"{self.id}.{item}"


@dataclass(frozen=True)
class Lesson:
    id: str
    title: Mapping[str, str]
    minutes: int
    screens: tuple[str, ...]
    quizzes: tuple[Quiz, ...]
    counted: bool
    practices: tuple[Practice, ...] = ()

    def practice(self, id: str) -> Practice:
        for practice in self.practices:
            if practice.id == id:
                return practice
        raise Refused("PRACTICE_UNKNOWN")

    def quiz(self, id: str) -> Quiz:
        for quiz in self.quizzes:
            if quiz.id == id:
                return quiz
        raise Refused("QUIZ_UNKNOWN")


@dataclass(frozen=True, eq=False)
class Plan:
    """Compared by identity, because a process holds one value for each version."""

    course: str
    version: int
    title: Mapping[str, str]
    minutes: int
    # Percent of a quiz's points
    pass_mark: int
    # At each quiz; 0: as many as wanted
    max_attempts: int
    lessons: tuple[Lesson, ...]
    # Of the planned minutes of a learner's class; 0: attendance does not count
    attendance_percent: int = 0
    # Who has attended enough need not do the lessons as well.
    attendance_is_enough: bool = False

    def lesson(self, id: str) -> Lesson:
        if id not in self._by_id:
            raise Refused("LESSON_UNKNOWN")
        return self._by_id[id]

    @cached_property
    def counted(self) -> tuple[Lesson, ...]:
        return tuple(lesson for lesson in self.lessons if lesson.counted)

    @cached_property
    def counted_places(self) -> tuple[int, ...]:
        return tuple(place for place, lesson in enumerate(self.lessons) if lesson.counted)

    @cached_property
    def _by_id(self) -> dict[str, Lesson]:
        return {lesson.id: lesson for lesson in self.lessons}
