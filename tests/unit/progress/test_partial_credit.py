from __future__ import annotations

import pytest

from services.progress.domain.completion import score_of
from services.progress.domain.grading import Answer, Choice, Gaps, Matching, Solution, TrueFalse, is_right
from services.progress.domain.partial_credit import parts_of
from services.progress.domain.plan import Item
from services.progress.domain.record import Attempt, Given
from tests.unit.progress.plans import NOW

GAPS = Gaps({"1": ("한강", "Han River"), "2": ("서울",), "3": ("다리",)})
PLACES = Matching(frozenset({("a", "r1"), ("b", "r2"), ("c", "r3")}), same={"r3": "r1"}, partly=True)
SPOTS = Choice(frozenset("abcd"), frozenset("ab"), multiple=True, partly=True)


def gaps(*typed: str) -> Answer:
    return Answer(pairs=tuple((str(number), text) for number, text in enumerate(typed, 1)))


@pytest.mark.parametrize(
    ("solution", "answer", "parts"),
    [
        (GAPS, gaps(" han RIVER.", "서 울", "다리"), (3, 3)),
        (GAPS, gaps("한강", "부산", "다리"), (2, 3)),
        (GAPS, gaps("x", "y", "z"), (0, 3)),
        (GAPS, Answer(unknown=True), (0, 3)),
        (PLACES, Answer(pairs=(("a", "r3"), ("b", "r1"), ("c", "r1"))), (2, 3)),
        (SPOTS, Answer(("a", "b")), (2, 2)),
        (SPOTS, Answer(("a",)), (1, 2)),
        (SPOTS, Answer(("a", "c")), (0, 2)),
        (SPOTS, Answer(("a", "b", "c")), (1, 2)),
        (Choice(frozenset("ab"), frozenset("a"), multiple=False, partly=True), Answer(("b",)), None),
        (TrueFalse(True), Answer(("false",)), None),
    ],
)
def test_each_right_part_counts_and_a_wrong_place_takes_one_away(
    solution: Solution, answer: Answer, parts: tuple[int, int] | None
) -> None:
    assert parts_of(solution, answer) == parts
    if parts and not answer.unknown:
        assert is_right(solution, answer) is (parts[0] == parts[1])


def test_an_answer_to_an_earlier_version_of_the_question_counts_for_what_is_still_asked() -> None:
    assert parts_of(GAPS, Answer(pairs=(("1", "한강"), ("9", "x")))) == (1, 3)


def test_the_score_of_a_quiz_takes_the_share_of_a_question_exactly_and_is_rounded_once() -> None:
    items = (Item("a", 1, GAPS), Item("b", 1, GAPS), Item("c", 1, TrueFalse(True)))
    two_of_three = gaps("한강", "부산", "다리")
    given = [Given(item, False, two_of_three, NOW) for item in "ab"]
    right = Given("c", True, Answer(("true",)), NOW)
    assert score_of(items, Attempt((*given, right))) == 78  # 7 of 9 thirds
    assert score_of(items, Attempt(tuple(given))) is None
