"""A walk through a practice task: where its moves lead, and what they are worth.

A walk is the list of its moves, which whoever walks keeps; nothing of it is stored before it is finished. What was
typed is no part of it, only whether it was right.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from services.chassis.errors import Invalid, Refused
from services.chassis.text import normalise, plain_number
from services.progress.domain.grading import normal_text

MOST_MOVES = 300
LONGEST_VALUE = 200  # characters
FULL_POINTS, FEWEST_POINTS = 100, 60
_SLIP_POINTS, _HINT_POINTS = 5, 3
_CARD_DIGITS = range(14, 20)


@dataclass(frozen=True)
class Target:
    """`accepted` is what may be typed; None for what is pressed."""

    id: str
    leads_to: str = ""
    finishes: bool = False
    slip: bool = False
    accepted: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Scene:
    id: str
    targets: tuple[Target, ...] = ()
    hints: int = 0


@dataclass(frozen=True)
class Practice:
    id: str
    scenes: tuple[Scene, ...] = ()

    def scene(self, id: str) -> Scene:
        return next((scene for scene in self.scenes if scene.id == id), self.scenes[0])

    @cached_property
    def fewest_steps(self) -> int:
        """Steps of the shortest way to the end; 0 where there is none."""
        ahead, seen = deque([(self.scenes[0].id, 0)] if self.scenes else []), set[str]()
        while ahead:
            id, steps = ahead.popleft()
            if id in seen:
                continue
            seen.add(id)
            for target in self.scene(id).targets:
                if target.finishes:
                    return steps + 1
                if target.leads_to:
                    ahead.append((target.leads_to, steps + 1))
        return 0


class Kind(StrEnum):
    PRESSED = "pressed"
    TYPED_RIGHT = "typed_right"
    TYPED_WRONG = "typed_wrong"
    HINT = "hint"
    ELSEWHERE = "elsewhere"


class Move(NamedTuple):
    kind: Kind
    part: str = ""


class Walk(NamedTuple):
    """`hints` are those given in this scene since it was entered."""

    scene: str
    finished: bool = False
    steps: int = 0
    slips: int = 0
    hints: int = 0
    all_hints: int = 0

    @property
    def points(self) -> int:
        """Help and slips cost a little; whoever gets there has never less than 60."""
        lost = _SLIP_POINTS * self.slips + _HINT_POINTS * self.all_hints
        return max(FEWEST_POINTS, FULL_POINTS - lost)


def walk(practice: Practice, moves: Sequence[Move]) -> Walk:
    """Raises Refused for moves that this task does not allow."""
    if not practice.scenes:
        raise Refused("PRACTICE_UNKNOWN")
    if len(moves) > MOST_MOVES:
        raise Invalid("TOO_MANY_MOVES", field="moves", most=MOST_MOVES)
    reached = Walk(practice.scenes[0].id)
    for move in moves:
        reached = _after(practice, reached, move)
    return reached


def typed(practice: Practice, scene: str, part: str, value: str) -> Move:
    """The move that a typed value is. Raises Invalid for numbers that belong to a real person or card, and for
    nothing at all: this is an exercise."""
    target = _target(practice.scene(scene), part)
    if len(value) > LONGEST_VALUE:
        raise Invalid("ANSWER_TOO_LONG", field="value")
    if not normal_text(value):
        raise Invalid("ANSWER_EMPTY", field="value")
    if looks_personal(value):
        raise Invalid("REAL_NUMBER_TYPED", field="value")
    right = any(_is_same(value, accepted) for accepted in target.accepted or ())
    return Move(Kind.TYPED_RIGHT if right else Kind.TYPED_WRONG, part)


def looks_personal(value: str) -> bool:
    """Whether it may be a resident registration number or the number of a payment card."""
    digits = re.sub(r"[\s-]", "", normalise("NFKC", value))
    if not (digits.isascii() and digits.isdecimal()):
        return False
    if len(digits) == 13:
        return 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31 and digits[6] in "12345678"
    return len(digits) in _CARD_DIGITS and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _is_same(value: str, accepted: str) -> bool:
    """As texts, or as numbers: "50,000" is "50000"."""
    number, wanted = plain_number(value.removesuffix("원")), plain_number(accepted.removesuffix("원"))
    return normal_text(value) == normal_text(accepted) or (bool(number) and number == wanted)


def _after(practice: Practice, at: Walk, move: Move) -> Walk:
    if at.finished:
        raise Refused("PRACTICE_FINISHED")
    scene = practice.scene(at.scene)
    if move.kind is Kind.HINT:
        if at.hints >= scene.hints:
            return at
        return at._replace(hints=at.hints + 1, all_hints=at.all_hints + 1)
    if move.kind is Kind.ELSEWHERE:
        return at._replace(steps=at.steps + 1)
    target = _target(scene, move.part)
    if (target.accepted is None) != (move.kind is Kind.PRESSED):
        raise Refused("PART_UNKNOWN")
    slipped = target.slip or move.kind is Kind.TYPED_WRONG
    reached = at._replace(steps=at.steps + 1, slips=at.slips + slipped)
    if move.kind is Kind.TYPED_WRONG:
        return reached
    if target.finishes:
        return reached._replace(finished=True)
    if target.leads_to and target.leads_to != at.scene:
        return reached._replace(scene=target.leads_to, hints=0)
    return reached


def _target(scene: Scene, part: str) -> Target:
    for target in scene.targets:
        if target.id == part:
            return target
    raise Refused("PART_UNKNOWN")
