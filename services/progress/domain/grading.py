"""Whether an answer is right. One that cannot be graded is refused, so that a slip of the hand costs no attempt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException
from typing import assert_never

from services.chassis.errors import Invalid
from services.chassis.text import is_dash, normalise, plain_number

LARGEST_ANSWER = 1_000  # characters of a value
MOST_VALUES = 100

_LONG_NUMBER = 30  # digits before or after the point that are still written out
_DOTTED_GROUP = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_ORNAMENTS = frozenset({"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "So", "Sk"})
# Variation selectors and Hangul fillers show nothing; format characters (Cf) are a category of their own.
_INVISIBLE = frozenset("\ufe0e\ufe0f\u034f\u115f\u1160\u3164\u2800")
_USUAL_SIGNS = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032`\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2044\u2215", "/"),
}


@dataclass(frozen=True)
class Answer:
    """Option ids, step ids in order, "true"/"false", a text or a number as typed; or pairs of left id and right id."""

    values: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    unknown: bool = False
    """The learner said that they do not know, which is better than to guess, and as wrong."""


@dataclass(frozen=True)
class Choice:
    options: frozenset[str]
    correct: frozenset[str]
    multiple: bool
    partly: bool = False  # each right option earns its share of the points


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
    """`same`: id of a right-hand option -> id of the earlier one that reads the same and is graded as one with it."""

    correct: frozenset[tuple[str, str]]
    right: frozenset[str] = frozenset()  # empty in plans that were announced without the options
    same: Mapping[str, str] = field(default_factory=dict)
    partly: bool = False  # each right pair earns its share of the points


@dataclass(frozen=True)
class Ordering:
    """`same`: id of a step -> id of the earlier one that reads the same; they may change places."""

    steps: tuple[str, ...]
    same: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Gaps:
    """What is accepted in each gap, by its id. Each right one earns its share of the points."""

    accepted: Mapping[str, tuple[str, ...]]


Solution = Choice | TrueFalse | ShortText | Number | Matching | Ordering | Gaps


def is_right(solution: Solution, answer: Answer) -> bool:
    """Raises Invalid for an answer that is not one."""
    if answer.unknown:
        return False
    _check_size(answer)
    match solution:
        case Choice():
            return _chosen(solution, answer) == solution.correct
        case TrueFalse(correct):
            return _one_of(answer, ("true", "false")) == ("true" if correct else "false")
        case ShortText(accepted):
            return _is_accepted(_single(answer), accepted)
        case Number():
            return _is_near(solution, _single(answer))
        case Matching(correct, same=same):
            return _merged(_all_matched(solution, answer), same) == _merged(correct, same)
        case Ordering(steps, same):
            return [same.get(step, step) for step in _all_ordered(steps, answer)] == [
                same.get(step, step) for step in steps
            ]
        case Gaps(accepted):
            return all(_is_accepted(text, accepted[gap]) for gap, text in _all_filled(solution, answer))
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
            return Answer((f"{value:f}" if abs(value.adjusted()) < _LONG_NUMBER else str(value),))
        case Matching(correct):
            return Answer(pairs=tuple(sorted(correct)))
        case Ordering(steps):
            return Answer(steps)
        case Gaps(accepted):
            return Answer(pairs=tuple((gap, texts[0]) for gap, texts in sorted(accepted.items()) if texts))
        case _:
            assert_never(solution)


def normal_text(text: str) -> str:
    """Without regard to case, spaces, full-width forms, invisible characters, the kind of dashes, slashes and quotation
    marks, and punctuation and ornaments at the ends (unless there is nothing else)."""
    folded = "".join(normalise("NFKC", normalise("NFKC", text).casefold()).split())
    folded = "".join(_usual_sign(character) for character in folded if not _is_invisible(character))
    first, last = 0, len(folded)
    while first < last and _is_ornament(folded[first]):
        first += 1
    while last > first and _is_ornament(folded[last - 1]):
        last -= 1
    return folded[first:last] or folded


def number_of(text: str) -> Decimal:
    """Raises Invalid for what is not clearly one number: "1,5", "2026-03", "3 4"."""
    if not (plain := plain_number(text)):
        raise Invalid("NUMBER_UNREADABLE")
    return Decimal(plain)


def _is_near(solution: Number, typed: str) -> bool:
    """Refuses "1.500" where 1500 would be right: many write a point between groups of three."""
    number = number_of(typed)
    if _within(number, solution):
        return True
    if _DOTTED_GROUP.fullmatch(f"{abs(number):f}") and _within(number * 1000, solution):
        raise Invalid("NUMBER_UNREADABLE")
    return False


def _within(number: Decimal, solution: Number) -> bool:
    try:
        return abs(number - solution.value) <= solution.tolerance
    # A value beyond all reason; courses refuse it now, but versions with it were published.
    except DecimalException:
        return False


def _is_accepted(typed: str, accepted: Collection[str]) -> bool:
    return _visible(typed) in {normal_text(text) for text in accepted}


def _visible(text: str) -> str:
    if not (normal := normal_text(text)):
        raise Invalid("ANSWER_EMPTY")
    return normal


def _usual_sign(character: str) -> str:
    return "-" if is_dash(character) else _USUAL_SIGNS.get(character, character)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in _INVISIBLE


def _is_ornament(character: str) -> bool:
    """Punctuation, emoji and the like; not the signs of money and of reckoning, which may be the answer."""
    return unicodedata.category(character) in _ORNAMENTS or character in "~\u223c"


def _merged(pairs: frozenset[tuple[str, str]], same: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((left, same.get(right, right)) for left, right in pairs)


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


def _all_matched(solution: Matching, answer: Answer) -> frozenset[tuple[str, str]]:
    if {left for left, right in answer.pairs if right} != {left for left, _ in solution.correct}:
        raise Invalid("ANSWER_INCOMPLETE")
    if solution.right and not {right for _, right in answer.pairs if right} <= solution.right:
        raise Invalid("OPTION_UNKNOWN")
    return frozenset(answer.pairs)


def _all_ordered(steps: tuple[str, ...], answer: Answer) -> tuple[str, ...]:
    if sorted(answer.values) != sorted(steps):
        raise Invalid("ANSWER_INCOMPLETE")
    return answer.values


def _all_filled(solution: Gaps, answer: Answer) -> tuple[tuple[str, str], ...]:
    filled = {gap for gap, text in answer.pairs if normal_text(text)}
    if not filled or filled != set(solution.accepted):
        raise Invalid("ANSWER_INCOMPLETE")
    return answer.pairs
