"""What the answers of many learners say of a question: how hard it is, and whether it tells who understood.

Only first attempts are counted, because a later one follows an explanation. How each is computed: *item analysis* of
classical test theory (difficulty is the share of wrong answers, discrimination the correlation of a question with the
rest of its quiz).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from services.progress.domain.grading import Answer

FEWEST_FOR_A_SHARE = 5
"""Learners. Fewer say nothing of the question, and of an answer they would say who gave it."""
FEWEST_FOR_A_CORRELATION = 20
MOST_WRONG_ANSWERS = 3
SECONDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
"""Upper ends of the classes in which times are counted. Who took longer was away."""

_TOO_HARD, _TOO_EASY = 0.7, 0.03
_TELLS_LITTLE, _TELLS_THE_OPPOSITE = 0.1, -0.05


class Hint(StrEnum):
    """Why an author should look at a question."""

    LIKELY_MISKEYED = "likely_miskeyed"
    """Who did well elsewhere got this wrong: perhaps the answer that counts as right is not."""
    TRAP = "trap"
    """One wrong answer was given more often than the right one."""
    UNCLEAR = "unclear"
    """Enough learners said so."""
    TOO_HARD = "too_hard"
    TELLS_LITTLE = "tells_little"
    """Who did well elsewhere did no better here."""
    TOO_EASY = "too_easy"


@dataclass(frozen=True)
class Sums:
    """Over first answers to one question; `finished` and what follows over those whose quiz was finished.

    `rest` is the share of the quiz' other questions that a learner had right.
    """

    answers: int
    wrong: int
    finished: int = 0
    right: int = 0
    rest: float = 0.0
    rest_squared: float = 0.0
    rest_of_right: float = 0.0


@dataclass(frozen=True)
class WrongAnswer:
    answer: Answer
    count: int


@dataclass(frozen=True)
class ItemStatistics:
    lesson: str
    quiz: str
    item: str
    answers: int
    wrong: int
    discrimination: float | None = None
    """From -1 to 1; None where too few have answered, or all alike."""
    seconds: int | None = None
    """Half of the learners needed no longer; None where too few times are known."""
    wrong_answers: tuple[WrongAnswer, ...] = ()
    hints: tuple[Hint, ...] = ()
    unclear: int = 0
    """Learners who said so; 0 where they are too few to be shown."""


def describe(
    place: tuple[str, str, str],
    sums: Sums,
    given: Sequence[WrongAnswer],
    times: Sequence[tuple[int, int]],
    unclear: int = 0,
) -> ItemStatistics:
    """`place`: lesson, quiz and question. `given`: all its wrong answers. `times`: pairs of a class' upper end and how
    many were in it. `unclear`: how many learners said so."""
    frequent = sorted(
        (each for each in given if each.count >= FEWEST_FOR_A_SHARE), key=lambda each: (-each.count, str(each.answer))
    )
    shown = tuple(frequent[:MOST_WRONG_ANSWERS])
    said = unclear if unclear >= FEWEST_FOR_A_SHARE else 0
    return ItemStatistics(
        *place,
        answers=sums.answers,
        wrong=sums.wrong,
        discrimination=(discrimination := _discrimination(sums)),
        seconds=_median(times),
        wrong_answers=shown,
        hints=tuple(_hints(sums, discrimination, shown, said)),
        unclear=said,
    )


def _discrimination(sums: Sums) -> float | None:
    """The correlation of right or wrong with the rest of the quiz."""
    if sums.finished < FEWEST_FOR_A_CORRELATION:
        return None
    share, mean = sums.right / sums.finished, sums.rest / sums.finished
    variance = sums.rest_squared / sums.finished - mean**2
    spread = sqrt(max(0.0, variance) * share * (1 - share))
    return (sums.rest_of_right / sums.finished - share * mean) / spread if spread > 1e-9 else None


def _median(times: Sequence[tuple[int, int]]) -> int | None:
    total, passed = sum(count for _, count in times), 0
    if total < FEWEST_FOR_A_SHARE:
        return None
    for upper, count in sorted(times):
        passed += count
        if 2 * passed >= total:
            return upper
    return None


def _hints(sums: Sums, discrimination: float | None, frequent: Sequence[WrongAnswer], unclear: int) -> list[Hint]:
    wrong, right = sums.wrong / max(1, sums.answers), sums.answers - sums.wrong
    enough = sums.answers >= FEWEST_FOR_A_SHARE
    tells = 1.0 if discrimination is None else discrimination
    seen = {
        Hint.LIKELY_MISKEYED: tells < _TELLS_THE_OPPOSITE,
        Hint.TRAP: any(each.count > right and not each.answer.unknown for each in frequent),
        Hint.UNCLEAR: unclear > 0,
        Hint.TOO_HARD: enough and wrong > _TOO_HARD,
        Hint.TELLS_LITTLE: _TELLS_THE_OPPOSITE <= tells < _TELLS_LITTLE,
        Hint.TOO_EASY: sums.answers >= FEWEST_FOR_A_CORRELATION and wrong < _TOO_EASY,
    }
    return [hint for hint, holds in seen.items() if holds]
