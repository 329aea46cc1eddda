from __future__ import annotations

from random import Random
from statistics import correlation

import pytest

from services.progress.domain.grading import Answer
from services.progress.domain.item_statistics import Hint, ItemStatistics, Sums, WrongAnswer, describe

PLACE = ("lesson", "quiz", "item")
NO, YES, UNKNOWN = Answer(("no",)), Answer(("yes",)), Answer(unknown=True)


def described(sums: Sums, *given: WrongAnswer, times: tuple[tuple[int, int], ...] = ()) -> ItemStatistics:
    return describe(PLACE, sums, given, times)


def summed(pairs: list[tuple[int, float]]) -> Sums:
    """Of pairs of right (1) or wrong (0) and the share of the rest that was right."""
    return Sums(
        answers=len(pairs),
        wrong=sum(1 - right for right, _ in pairs),
        finished=len(pairs),
        right=sum(right for right, _ in pairs),
        rest=sum(rest for _, rest in pairs),
        rest_squared=sum(rest * rest for _, rest in pairs),
        rest_of_right=sum(right * rest for right, rest in pairs),
    )


@pytest.mark.parametrize("seed", range(5))
def test_discrimination_is_the_correlation_with_the_rest_of_the_quiz(seed: int) -> None:
    random = Random(seed)
    pairs = [(random.randint(0, 1), random.choice((0.0, 0.25, 0.5, 0.75, 1.0))) for _ in range(60)]
    expected = correlation([right for right, _ in pairs], [rest for _, rest in pairs])
    assert described(summed(pairs)).discrimination == pytest.approx(expected)


def test_discrimination_is_not_given_for_few_or_where_all_answered_alike() -> None:
    assert described(summed([(1, 0.5), (0, 0.25)] * 9)).discrimination is None
    assert described(summed([(1, 0.5), (1, 0.25)] * 20)).discrimination is None
    assert described(summed([(1, 0.5), (0, 0.5)] * 20)).discrimination is None


def test_a_wrong_answer_that_fewer_than_five_gave_is_not_shown() -> None:
    item = described(Sums(answers=20, wrong=11), WrongAnswer(NO, 4), WrongAnswer(UNKNOWN, 7))
    assert item.wrong_answers == (WrongAnswer(UNKNOWN, 7),)


def test_half_of_the_learners_needed_no_longer_than_said() -> None:
    assert described(Sums(9, 0), times=((30, 3), (5, 2), (600, 4))).seconds == 30
    assert described(Sums(9, 0), times=((30, 2), (5, 2))).seconds is None


@pytest.mark.parametrize(
    ("sums", "given", "hints"),
    [
        (Sums(answers=10, wrong=3), (), ()),
        (Sums(answers=10, wrong=8), (), (Hint.TOO_HARD,)),
        (Sums(answers=4, wrong=4), (), ()),
        (Sums(answers=15, wrong=9), (WrongAnswer(NO, 8),), (Hint.TRAP,)),
        (Sums(answers=15, wrong=9), (WrongAnswer(UNKNOWN, 8),), ()),
        (Sums(answers=40, wrong=1), (), (Hint.TOO_EASY,)),
        (summed([(1, 0.2), (0, 0.8)] * 15), (), (Hint.LIKELY_MISKEYED,)),
        (summed([(1, 0.2), (1, 0.8), (0, 0.2), (0, 0.8)] * 6), (), (Hint.TELLS_LITTLE,)),
        (summed([(1, 0.8), (0, 0.2)] * 15), (), ()),
    ],
)
def test_an_author_is_told_why_to_look_at_a_question(
    sums: Sums, given: tuple[WrongAnswer, ...], hints: tuple[Hint, ...]
) -> None:
    assert described(sums, *given).hints == hints
