from __future__ import annotations

import pytest
from multidict import MultiDict

from gateway.html.render import locales
from gateway.web.course.drawn import as_drawn, find_drawn_screen
from gateway.web.course.question_form import question_of
from gateway.web.course.screen import Reader
from ieum.courses.v1.content_pb2 import Content, Item
from ieum.progress.v1.progress_pb2 import LessonProgress, Progress, QuizProgress
from services.chassis.errors import Missing

READER = Reader(locales()["en"], ["en"])


def content() -> Content:
    course = Content()
    lesson = course.lessons.add(id="l")
    lesson.blocks.add(id="t").text.SetInParent()
    lesson.screens.add(key="t", blocks=["t"])
    quiz = lesson.blocks.add(id="q").quiz
    for id in ("a", "b", "c", "d"):
        quiz.items.add(id=id)
        lesson.screens.add(key=f"q.{id}", blocks=["q"], item=id)
    return course


def test_a_learner_s_course_has_the_drawn_questions_alone() -> None:
    course = content()
    quiz = QuizProgress(quiz="q", drawn_items=["b", "d"])
    progress = Progress(lessons=[LessonProgress(lesson="l", quizzes=[quiz])])
    own = as_drawn(course, progress)
    assert [screen.key for screen in own.lessons[0].screens] == ["t", "q.b", "q.d"]
    assert [item.id for item in own.lessons[0].blocks[1].quiz.items] == ["b", "d"]
    assert len(course.lessons[0].screens) == 5, "the shared content stays whole"
    assert as_drawn(course, Progress()) is course
    assert find_drawn_screen(own, "l", "q.a").screen.key == "q.b"
    assert find_drawn_screen(own, "l", "q.d").screen_number == 3
    for key in ("x", "x.a"):
        with pytest.raises(Missing):
            find_drawn_screen(own, "l", key)


def choices(*texts: str) -> Item:
    item = Item(id="i")
    for number, text in enumerate(texts):
        item.choice.options.add(id=f"o{number}").text["en"] = text
    return item


def order(item: Item, seed: str) -> list[str]:
    return [id for id, _ in question_of(READER, item, MultiDict(), seed).options]


def test_answers_are_mixed_for_each_attempt_the_same_way_and_numbers_are_not() -> None:
    item = choices("Bank", "Post", "Station", "Park", "Library", "Market")
    written = [option.id for option in item.choice.options]
    assert order(item, "") == written
    seeds = [f"enrollments/kim-1/{number}/q.i" for number in range(1, 4)]
    assert [order(item, seed) for seed in seeds] == [order(item, seed) for seed in seeds]
    assert len({tuple(order(item, seed)) for seed in seeds} | {tuple(written)}) == 4
    assert sorted(order(item, seeds[0])) == written
    numbers = choices("10", "20", "30", "40")
    assert order(numbers, seeds[0]) == ["o0", "o1", "o2", "o3"]
