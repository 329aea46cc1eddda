"""Accounts that may belong to one person, and points by which staff see why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.chassis.search_key import search_key
from services.people.domain.desk import DeskData
from services.people.domain.person import Person
from services.people.domain.skeleton import skeleton

ENOUGH = 5


class Reason(StrEnum):
    SAME_NAME = "same_name"
    SOUNDS_ALIKE = "sounds_alike"
    SAME_YEAR = "same_year"
    SAME_DIGITS = "same_digits"
    SAME_AREA = "same_area"


POINTS: Mapping[Reason, int] = {
    Reason.SAME_NAME: 3,
    Reason.SOUNDS_ALIKE: 2,
    Reason.SAME_YEAR: 3,
    Reason.SAME_DIGITS: 3,
    Reason.SAME_AREA: 1,
}


@dataclass(frozen=True)
class Likeness:
    reasons: tuple[Reason, ...]

    @property
    def points(self) -> int:
        return sum(POINTS[reason] for reason in self.reasons)

    @property
    def is_enough(self) -> bool:
        return self.points >= ENOUGH


def compare(one: Person, one_desk: DeskData, other: Person, other_desk: DeskData) -> Likeness:
    """Nothing where the birth years contradict each other."""
    years = (one_desk.birth_year, other_desk.birth_year)
    if all(years) and years[0] != years[1]:
        return Likeness(())
    same_name = search_key(one.display_name) == search_key(other.display_name)
    sound = skeleton(one.display_name)
    found = {
        Reason.SAME_NAME: same_name,
        Reason.SOUNDS_ALIKE: not same_name and bool(sound) and sound == skeleton(other.display_name),
        Reason.SAME_YEAR: all(years),
        Reason.SAME_DIGITS: bool(one_desk.last_digits) and one_desk.last_digits == other_desk.last_digits,
        Reason.SAME_AREA: bool(one.area) and one.area == other.area,
    }
    return Likeness(tuple(reason for reason, holds in found.items() if holds))
