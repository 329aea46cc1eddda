"""Walks through a practice task, and what they leave in a record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.chassis.errors import Invalid, Refused
from services.progress.domain.completion import LessonState, lesson_state
from services.progress.domain.plan import Lesson, Plan
from services.progress.domain.practice import (
    MOST_MOVES,
    Kind,
    Move,
    Practice,
    Scene,
    Target,
    looks_personal,
    typed,
    walk,
)
from services.progress.domain.record import Record
from services.progress.domain.steps import FinishPractice, OpenScreen, Step, take
from tests.unit.progress.plans import NOW

SEND = Practice(
    "send",
    (
        Scene("home", (Target("transfer", "amount"), Target("loan", slip=True), Target("news", "news")), hints=2),
        Scene("news", (Target("back", "home"),)),
        Scene("amount", (Target("won", "confirm", accepted=("50000",)), Target("undo", "home"))),
        Scene("confirm", (Target("yes", finishes=True), Target("no", "home"))),
    ),
)
STRAIGHT = (
    Move(Kind.PRESSED, "transfer"),
    Move(Kind.TYPED_RIGHT, "won"),
    Move(Kind.PRESSED, "yes"),
)


def test_the_straight_way_finishes_with_all_points_in_the_fewest_steps() -> None:
    walked = walk(SEND, STRAIGHT)
    assert (walked.finished, walked.points, walked.steps) == (True, 100, SEND.fewest_steps)


def test_slips_and_hints_cost_a_little_and_a_detour_nothing() -> None:
    detour = (Move(Kind.PRESSED, "news"), Move(Kind.PRESSED, "back"))
    assert walk(SEND, (*detour, *STRAIGHT)).points == 100
    slips = (Move(Kind.PRESSED, "loan"), Move(Kind.HINT))
    assert walk(SEND, (*slips, *STRAIGHT)).points == 92
    assert walk(SEND, (*[Move(Kind.PRESSED, "loan")] * 30, *STRAIGHT)).points == 60


def test_hints_are_given_one_by_one_until_there_are_no_more_and_anew_in_the_next_scene() -> None:
    asked = [Move(Kind.HINT)] * 5
    assert walk(SEND, asked).hints == 2
    assert walk(SEND, (*asked, Move(Kind.PRESSED, "transfer"))).hints == 0
    assert walk(SEND, (*asked, *STRAIGHT)).points == 94


def test_a_wrong_value_stays_in_its_scene_and_is_a_slip() -> None:
    walked = walk(SEND, (Move(Kind.PRESSED, "transfer"), Move(Kind.TYPED_WRONG, "won")))
    assert (walked.scene, walked.slips) == ("amount", 1)


@pytest.mark.parametrize("value", ["50000", " 50,000 ", "５００００", "50,000원", "50000 원"])
def test_an_amount_is_read_as_people_write_it(value: str) -> None:
    assert typed(SEND, "amount", "won", value) == Move(Kind.TYPED_RIGHT, "won")


@pytest.mark.parametrize("value", ["5000", "fifty", "50001"])
def test_another_amount_is_wrong(value: str) -> None:
    assert typed(SEND, "amount", "won", value).kind is Kind.TYPED_WRONG


@pytest.mark.parametrize("value", ["", "  ", "\u200b"])
def test_nothing_typed_is_no_move(value: str) -> None:
    with pytest.raises(Invalid, match="ANSWER_EMPTY"):
        typed(SEND, "amount", "won", value)


@pytest.mark.parametrize(
    "value", ["500101-1234567", "5001011234567", "4111 1111 1111 1111", "５００１０１-１２３４５６７"]
)
def test_a_real_number_is_refused_and_kept_nowhere(value: str) -> None:
    with pytest.raises(Invalid, match="REAL_NUMBER_TYPED"):
        typed(SEND, "amount", "won", value)


@pytest.mark.parametrize("value", ["010-1234-5678", "50000", "1234567890123", "4111 1111 1111 1112", "110-123-456789"])
def test_numbers_that_an_exercise_asks_for_are_taken(value: str) -> None:
    assert not looks_personal(value)


@pytest.mark.parametrize(
    "moves",
    [
        (Move(Kind.PRESSED, "yes"),),
        (Move(Kind.PRESSED, "transfer"), Move(Kind.PRESSED, "won")),
        (Move(Kind.TYPED_RIGHT, "transfer"),),
        (*STRAIGHT, Move(Kind.PRESSED, "transfer")),
    ],
)
def test_moves_that_the_task_does_not_allow_are_refused(moves: tuple[Move, ...]) -> None:
    with pytest.raises(Refused):
        walk(SEND, moves)


def test_a_walk_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="TOO_MANY_MOVES"):
        walk(SEND, [Move(Kind.ELSEWHERE)] * (MOST_MOVES + 1))


LESSON = Lesson("kiosk", {"en": "Kiosk"}, 10, ("words", "send"), (), counted=True, practices=(SEND,))
PLAN = Plan("courses/bank", 1, {"en": "Bank"}, 10, 0, 0, (LESSON,))
RECORD = Record("e1", "people/anna", "courses/bank", 1, enrol_time=NOW)


def finish(name: str = "w1", *extra: Move) -> Step:
    return Step(FinishPractice("kiosk", "send", name, (*extra, *STRAIGHT)))


def after(record: Record, *steps: Step, minutes: int = 0) -> Record:
    return take(record, PLAN, steps, lambda: "N", NOW + timedelta(minutes=minutes), trusted=False).record


def test_a_lesson_is_done_once_its_practice_is_finished() -> None:
    opened = after(RECORD, Step(OpenScreen("kiosk", "words")), Step(OpenScreen("kiosk", "send")))
    assert lesson_state(LESSON, opened.lesson("kiosk"), PLAN) is LessonState.UNDER_WAY
    assert opened.summary.percent == 50
    done = after(opened, finish(), minutes=5)
    assert done.completion
    assert done.completion.time == NOW + timedelta(minutes=5)


def test_a_walk_sent_twice_counts_once_and_a_better_one_is_kept() -> None:
    slip = Move(Kind.PRESSED, "loan")
    once = after(RECORD, finish("w1", slip, slip))
    assert after(once, finish("w1", slip, slip)).lesson("kiosk") == once.lesson("kiosk")
    twice = after(after(once, finish("w2"), minutes=1), finish("w3", slip), minutes=2).lesson("kiosk").practice("send")
    assert (twice.finished, twice.first_points, twice.best_points, twice.last_points) == (3, 90, 100, 95)


def test_walks_in_any_order_make_the_same_record() -> None:
    slip = Move(Kind.PRESSED, "loan")
    early = Step(finish("w1", slip).what, NOW)
    late = Step(finish("w2").what, NOW + timedelta(minutes=3))
    assert after(RECORD, early, late, minutes=4).lessons == after(RECORD, late, early, minutes=4).lessons


def test_a_walk_that_stops_before_the_end_is_not_taken() -> None:
    outcome = take(
        RECORD, PLAN, [Step(FinishPractice("kiosk", "send", "w", STRAIGHT[:1]))], lambda: "N", NOW, trusted=False
    )
    assert [result.reason for result in outcome.results] == ["PRACTICE_UNFINISHED"]
    assert outcome.record.lessons == ()
