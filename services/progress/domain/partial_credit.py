"""Partial credit: how many parts of an answer are right, in the kinds of questions that give points for their parts.

An answer is right or wrong as a whole first (`grading.is_right`). A wrong one earns its share: of gaps and pairs those
that are right; of several places on a picture those that are right less those that are wrong.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from services.progress.domain.grading import Answer, Choice, Gaps, Matching, Solution, normal_text


class Parts(NamedTuple):
    right: int
    total: int


def parts_of(solution: Solution, answer: Answer) -> Parts | None:
    """None where a question is right or wrong as a whole. The answer may be to an earlier version of the question."""
    match solution:
        case Gaps(accepted):
            right = sum(
                normal_text(text) in map(normal_text, accepted[gap]) for gap, text in answer.pairs if gap in accepted
            )
            return Parts(right, len(accepted))
        case Matching(correct, same=same, partly=True):
            pairs = dict(correct)
            right = sum(
                same.get(given, given) == same.get(pairs[left], pairs[left])
                for left, given in answer.pairs
                if left in pairs
            )
            return Parts(right, len(pairs))
        case Choice(_, correct, True, partly=True):
            given = set(answer.values)
            return Parts(max(0, len(given & correct) - len(given - correct)), len(correct))
        case _:
            return None


def share(solution: Solution, answer: Answer) -> Fraction:
    """Of the points, for an answer that is not right as a whole."""
    parts = parts_of(solution, answer)
    return Fraction(parts.right, parts.total) if parts and parts.total else Fraction(0)
