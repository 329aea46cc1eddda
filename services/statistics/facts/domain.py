"""The columns of enrolments that the live table counts, as the store returns them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Home(NamedTuple):
    """Where an enrolment counts: names, or "" where none is known."""

    universe: str
    organisation: str
    area: str


class Edition(NamedTuple):
    """What was taken, and how it was taught."""

    course: str
    version: int
    delivery: str = ""


class Traits(NamedTuple):
    """The answers of a person about themselves; `age` in years when enrolling, `flags` None where not answered."""

    sex: str
    age: int | None
    flags: tuple[str, ...] | None


class FactBatch(NamedTuple):
    """Many enrolments: each column has a place for every one of them. Moments are milliseconds since 1970; `changed` is
    that of the last write."""

    enrolment: Sequence[str]
    person: Sequence[str]
    universe: Sequence[str]
    organisation: Sequence[str]
    area: Sequence[str]
    course: Sequence[str]
    version: Sequence[int]
    delivery: Sequence[str]
    quarter: Sequence[str]
    sex: Sequence[str]
    age: Sequence[int | None]
    flags: Sequence[Sequence[str] | None]
    enrolled: Sequence[int]
    started: Sequence[int | None]
    completed: Sequence[int | None]
    withdrawn: Sequence[int | None]
    changed: Sequence[int]

    def taken(self, places: Iterable[int]) -> FactBatch:
        wanted = list(places)
        return FactBatch._make([column[place] for place in wanted] for column in self)
