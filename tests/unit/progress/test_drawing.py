from __future__ import annotations

from dataclasses import replace

import pytest

from services.progress.domain.completion import LessonState, lesson_state
from services.progress.domain.drawing import draw, drawn_now
from services.progress.domain.grading import TrueFalse
from services.progress.domain.plan import Item, Lesson, Plan, Quiz
from services.progress.domain.record import QuizRecord, Record
from services.progress.domain.steps import start_attempt
from tests.unit.progress.plans import FRESH, PLAN, answers, do

IDS = [f"i{number}" for number in range(1, 8)]
QUIZ = Quiz("quiz", tuple(Item(id, 1, TrueFalse(True)) for id in IDS), draw=3)
TRY = Lesson("try", {}, 5, tuple(f"quiz.{id}" for id in IDS), (QUIZ,), counted=True)
DRAWS: Plan = replace(PLAN, lessons=(TRY,))


def attempt(record: Record, value: str) -> Record:
    for item in shown(record):
        record = do(record, answers(item, value), plan=DRAWS).record
    return record


def shown(record: Record) -> tuple[str, ...]:
    return drawn_now(QUIZ, record.lesson("try").quiz("quiz"), record.enrollment)


def test_no_question_comes_twice_before_all_were_asked_and_the_same_attempt_asks_the_same() -> None:
    first, second, third = (draw(QUIZ, "kim-1", earlier) for earlier in range(3))
    assert [len(each) for each in (first, second, third)] == [3, 3, 3]
    assert len({*first, *second}) == 6
    assert set(IDS) == {*first, *second, *third}
    assert draw(QUIZ, "kim-1", 0) == first == tuple(sorted(first))
    others = {draw(QUIZ, f"kim-{number}", 0) for number in range(2, 20)}
    assert len(others) > 5


@pytest.mark.parametrize("size", [0, 7, 9])
def test_a_quiz_that_draws_nothing_or_everything_asks_all(size: int) -> None:
    assert draw(replace(QUIZ, draw=size), "kim-1", 0) == ()
    assert drawn_now(replace(QUIZ, draw=size), QuizRecord("quiz"), "kim-1") == ()


def test_an_attempt_asks_what_was_drawn_counts_that_alone_and_finishes_the_lesson() -> None:
    missing = next(id for id in IDS if id not in shown(FRESH))
    (refused,) = do(FRESH, answers(missing, "true"), plan=DRAWS).results
    assert (refused.accepted, refused.reason) == (False, "ITEM_NOT_DRAWN")

    failed = attempt(FRESH, "false")
    assert failed.lesson("try").quiz("quiz").attempts[0].score == 0
    assert lesson_state(TRY, failed.lesson("try"), DRAWS) is LessonState.UNDER_WAY
    again = start_attempt(failed, DRAWS, "try", "quiz")
    assert set(shown(again)).isdisjoint(shown(failed))
    passed = attempt(again, "true")
    assert passed.lesson("try").quiz("quiz").best_score == 100
    assert passed.completion


def test_what_was_drawn_stays_drawn_when_the_pool_changes() -> None:
    begun = start_attempt(FRESH, DRAWS, "try", "quiz")
    before = shown(begun)
    grown = replace(QUIZ, items=(*QUIZ.items, Item("new", 1, TrueFalse(True))))
    done = begun.lesson("try").quiz("quiz")
    assert drawn_now(grown, done, begun.enrollment) == before
    shrunk = replace(QUIZ, items=tuple(item for item in QUIZ.items if item.id != before[0]))
    assert drawn_now(shrunk, done, begun.enrollment) == before[1:]
