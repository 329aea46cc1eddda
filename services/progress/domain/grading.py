"""Whether an answer is right. One that cannot be graded is refused, so that a slip of the hand costs no attempt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from services.chassis.errors import Invalid
from services.chassis.text import normalise

LARGEST_ANSWER = 1_000  # characters of a value
MOST_VALUES = 100


@dataclass(frozen=True)
class Answer:
    """Option ids, step ids in order, "true"/"false", a text or a number as typed; or pairs of left id and right id."""

    values: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Choice:
    options: frozenset[str]
    correct: frozenset[str]
    multiple: bool


@dataclass(frozen=True)
class TrueFalse:
    correct: bool


@dataclass(frozen=True)
class ShortText:
    accepted: tuple[str, ...]


@dataclass(frozen=True)
class Number:
    value: Decimal
    tolerance: Decimal


@dataclass(frozen=True)
class Matching:
    correct: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Ordering:
    steps: tuple[str, ...]


Solution = Choice | TrueFalse | ShortText | Number | Matching | Ordering


def is_right(solution: Solution, answer: Answer) -> bool:
    """Raises Invalid for an answer that is not one."""
    _check_size(answer)
    match solution:
        case Choice():
            return _chosen(solution, answer) == solution.correct
        case TrueFalse(correct):
            return _one_of(answer, ("true", "false")) == ("true" if correct else "false")
        case ShortText(accepted):
            return normal_text(_single(answer)) in {normal_text(text) for text in accepted}
        case Number(value, tolerance):
            return abs(number_of(_single(answer)) - value) <= tolerance
        case Matching(correct):
            return _all_matched(correct, answer) == correct
        case Ordering(steps):
            return _all_ordered(steps, answer) == steps
        case _:
            assert_never(solution)


def right_answer(solution: Solution) -> Answer:
    """What is shown once an answer was given."""
    match solution:
        case Choice():
            return Answer(tuple(sorted(solution.correct)))
        case TrueFalse(correct):
            return Answer(("true" if correct else "false",))
        case ShortText(accepted):
            return Answer(accepted)
        case Number(value):
            return Answer((f"{value:f}",))
        case Matching(correct):
            return Answer(pairs=tuple(sorted(correct)))
        case Ordering(steps):
            return Answer(steps)
        case _:
            assert_never(solution)


def normal_text(text: str) -> str:
    """Without regard to case, spaces, full-width forms, and punctuation at the ends (unless there is nothing else)."""
    folded = "".join(normalise("NFKC", text).casefold().split())
    first, last = 0, len(folded)
    while first < last and _is_punctuation(folded[first]):
        first += 1
    while last > first and _is_punctuation(folded[last - 1]):
        last -= 1
    return folded[first:last] or folded


def number_of(text: str) -> Decimal:
    """As people write it: full-width digits, spaces, commas and dashes between the digits."""
    plain = "".join(normalise("NFKC", text).replace("\u2212", "-").split()).replace(",", "")
    sign = "-" if plain.startswith("-") else ""
    digits = re.sub(r"[-\u2010-\u2015]", "", plain.removeprefix("+"))
    if not re.fullmatch(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", digits):
        raise Invalid("NUMBER_UNREADABLE")
    return Decimal(sign + digits)


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")


def _check_size(answer: Answer) -> None:
    texts = [*answer.values, *(side for pair in answer.pairs for side in pair)]
    if len(texts) > 2 * MOST_VALUES or any(len(text) > LARGEST_ANSWER for text in texts):
        raise Invalid("ANSWER_TOO_LONG")


def _single(answer: Answer) -> str:
    if len(answer.values) != 1 or not answer.values[0].strip():
        raise Invalid("ANSWER_EMPTY")
    return answer.values[0]


def _one_of(answer: Answer, known: Collection[str]) -> str:
    if (value := _single(answer)) not in known:
        raise Invalid("OPTION_UNKNOWN")
    return value


def _chosen(choice: Choice, answer: Answer) -> frozenset[str]:
    chosen = frozenset(answer.values)
    if not chosen:
        raise Invalid("ANSWER_EMPTY")
    if not chosen <= choice.options:
        raise Invalid("OPTION_UNKNOWN")
    if len(chosen) > 1 and not choice.multiple:
        raise Invalid("ONE_OPTION_ONLY")
    return chosen


def _all_matched(correct: frozenset[tuple[str, str]], answer: Answer) -> frozenset[tuple[str, str]]:
    if {left for left, right in answer.pairs if right} != {left for left, _ in correct}:
        raise Invalid("ANSWER_INCOMPLETE")
    return frozenset(answer.pairs)


def _all_ordered(steps: tuple[str, ...], answer: Answer) -> tuple[str, ...]:
    if sorted(answer.values) != sorted(steps):
        raise Invalid("ANSWER_INCOMPLETE")
    return answer.values
