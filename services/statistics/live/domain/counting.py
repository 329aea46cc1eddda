"""Enrolments counted by whatever divides them: each person once in each cell.

What one person's enrolments add to a table does not depend on anybody else. So a table that was counted once is carried
forward: what those added whose enrolments changed is taken off, what they add now is put on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import add, sub
from typing import Any

import numpy as np

from services.statistics.areas.tree import AreaTree
from services.statistics.figures.dimensions import (
    DIGCOMP_AREAS,
    FLAGS,
    OLDER_FROM,
    SEXES,
    TOTAL,
    UNKNOWN,
    digcomp_areas,
)
from services.statistics.figures.units import age_band
from services.statistics.live.domain.columns import (
    COMPLETED,
    EDITION,
    ENROLLED,
    HOME,
    PERSON,
    QUARTER,
    STARTED,
    TRAITS,
    WITHDRAWN,
    Columns,
    Mask,
    Numbers,
    milliseconds,
)
from services.statistics.live.domain.protection import Key
from services.statistics.live.domain.questions import AGE_UNKNOWN, Ask, part

Counts = Mapping[Key, tuple[int, ...]]
"""Of each cell with anybody in it, the numbers of a `live.Tally` in their order."""

_EVERY_DOMAIN = (*(f"DC30_{number}" for number in DIGCOMP_AREAS), UNKNOWN)
Codes = Callable[[Any], Sequence[str]]


@dataclass(frozen=True, slots=True)
class World:
    """What gives facts their place in a table: the tree of areas, and what each course's versions teach."""

    tree: AreaTree
    courses: Mapping[str, Mapping[str, Any]]


def count(held: Columns, ask: Ask, world: World) -> Counts:
    rows = _standing(held.taken(_chosen(held, ask, world.tree)), ask)
    if not len(rows.persons):
        return {}
    column, codes = _codes_by(ask.question.by, world.courses)
    area, places = ask.question.area, _places(ask, world.tree)
    listed = [codes(word) for word in held.words[column].all()]
    counts: dict[Key, tuple[int, ...]] = {}
    for place in range(max(map(len, listed))):
        names = [each[place] if place < len(each) else None for each in listed]
        code = _Parts.said(names, rows.columns.table[column])
        counts |= rows.tallied(code, lambda name: (area, name))
        if places:
            inside = _Parts.said([places(home.area) for home in held.words[HOME].all()], rows.columns.table[HOME])
            counts |= rows.tallied(code.within(inside), lambda pair: pair)
    return counts


def carry_over(counts: Counts, gone: Counts, came: Counts) -> Counts:
    out = dict(counts)
    for change, numbers in ((sub, gone), (add, came)):
        for key, each in numbers.items():
            out[key] = tuple(map(change, out.get(key, (0,) * len(each)), each))
    return {key: each for key, each in out.items() if each[0]}


def _chosen(held: Columns, ask: Ask, tree: AreaTree) -> Mask:
    """Of the question's people, courses and quarters, as known by its day."""
    asked, but, table = ask.question, ask.but, held.table
    below = None if tree.is_whole(asked.area) else frozenset(tree.below(asked.area))

    def here(universe: str, organisation: str, area: str) -> bool:
        if universe != asked.universe:
            return False
        return organisation == asked.area if asked.of_organisation else below is None or area in below

    def true_of(column: int, holds: Callable[[Any], bool]) -> Mask:
        of_words: Mask = np.array([holds(word) for word in held.words[column].all()], bool)
        of_each: Mask = of_words[table[column]]
        return of_each

    mask = true_of(HOME, lambda home: here(*home))
    mask &= _taking(true_of, asked.course, asked.includes)
    if but:
        mask &= ~_taking(true_of, but.course, but.includes)
    return mask & (table[ENROLLED] <= milliseconds(asked.as_of)) if asked.as_of else mask


def _taking(true_of: Callable[[int, Callable[[Any], bool]], Mask], course: str, when: Callable[[str], bool]) -> Mask:
    return true_of(EDITION, lambda edition: course in ("", edition.course)) & true_of(QUARTER, when)


@dataclass(frozen=True)
class _Rows:
    """Enrolments as they stood; `persons` numbers their people from 0, a person's enrolments side by side."""

    columns: Columns
    persons: Numbers
    started: Numbers
    completed: Numbers

    def tallied(self, parts: _Parts, key: Callable[[Any], Key]) -> dict[Key, tuple[int, ...]]:
        """Of each part that any enrolment lies in."""
        lies = parts.of_each >= 0
        pair = self.persons[lies] * len(parts.names) + parts.of_each[lies]
        if not len(pair):
            return {}
        order = np.argsort(pair, kind="stable")
        pair = pair[order]
        first = np.flatnonzero(np.concatenate([[True], pair[1:] != pair[:-1]]))
        cell = pair[first] % len(parts.names)
        enrolled = np.diff(first, append=len(pair))
        started = np.add.reduceat(self.started[lies][order], first)
        completed = np.add.reduceat(self.completed[lies][order], first)

        def total(of_each: Numbers) -> Numbers:
            return np.bincount(cell, of_each, len(parts.names)).astype(np.int64)

        def persons(who: Mask) -> Numbers:
            return np.bincount(cell[who], minlength=len(parts.names))

        numbers = np.stack(
            [
                total(enrolled),
                persons(enrolled > 0),
                total(started),
                persons(started > 0),
                persons(started < enrolled),
                total(completed),
                persons(completed > 0),
                persons(completed < enrolled),
                persons(completed < started),
            ],
            axis=1,
        )
        return {key(parts.names[each]): tuple(numbers[each].tolist()) for each in np.flatnonzero(numbers[:, 0])}


def _standing(chosen: Columns, ask: Ask) -> _Rows:
    """What had happened by the day; those who left before doing anything are not of the cohort."""
    until = milliseconds(ask.question.as_of) - (ask.question.as_of is None)
    completed = chosen.table[COMPLETED] <= until
    started = (chosen.table[STARTED] <= until) | completed
    of_cohort = started | (chosen.table[WITHDRAWN] > until)
    columns = chosen.taken(of_cohort)
    person = columns.table[PERSON]
    changes = np.concatenate([[0], person[1:] != person[:-1]]) if len(person) else person
    return _Rows(columns, changes.cumsum(), started[of_cohort].astype(np.int64), completed[of_cohort].astype(np.int64))


@dataclass(frozen=True)
class _Parts:
    """Which of some names each enrolment lies under: an index of `names`, or -1."""

    names: list[Any]
    of_each: Numbers

    @classmethod
    def said(cls, of_words: Sequence[Hashable], words: Numbers) -> _Parts:
        """By the name of each word, or None, and the words of the enrolments."""
        names = list(dict.fromkeys(name for name in of_words if name is not None))
        number = {name: place for place, name in enumerate(names)}
        return cls(names, np.array([number.get(name, -1) for name in of_words], np.int64)[words])

    def within(self, outer: _Parts) -> _Parts:
        """By pairs of both names."""
        none = (self.of_each < 0) | (outer.of_each < 0)
        both = np.where(none, -1, outer.of_each * len(self.names) + self.of_each)
        return _Parts([(out, name) for out in outer.names for name in self.names], both)


def _places(ask: Ask, tree: AreaTree) -> Callable[[str], str] | None:
    """Which place directly in the area somebody's own area counts under, where places are asked for."""
    branches = tree.branches(ask.question.area) if ask.inside and not ask.question.of_organisation else {}
    if not branches:
        return None
    of_area = {area: part(ask.question.area, branch) for branch, areas in branches.items() for area in areas}
    nowhere = part(ask.question.area, UNKNOWN)
    return lambda area: of_area.get(area, nowhere)


def _codes_by(by: str, courses: Mapping[str, Mapping[str, Any]]) -> tuple[int, Codes]:
    """The column that tells, and the total and the categories that an enrolment counts under by its word there."""

    @cache
    def domains(course: str, version: int) -> Sequence[str]:
        mine = digcomp_areas(courses.get(course, {}), version) or [UNKNOWN]
        return (TOTAL, *(code if code in mine else f"N_{code}" for code in _EVERY_DOMAIN))

    ways: Mapping[str, tuple[int, Codes]] = {
        "AGE": (TRAITS, lambda traits: (TOTAL, age_band(traits.age))),
        "SEX": (TRAITS, lambda traits: (TOTAL, traits.sex if traits.sex in SEXES else UNKNOWN)),
        "TARGET_GROUP": (TRAITS, lambda traits: tuple(_groups(traits.age, traits.flags))),
        "COURSE": (EDITION, lambda edition: (TOTAL, edition.course)),
        "TIME_PERIOD": (QUARTER, lambda quarter: (TOTAL, quarter)),
        "COURSE_DOMAIN": (EDITION, lambda edition: domains(*edition)),
    }
    return ways.get(by, (HOME, lambda home: (TOTAL,)))


def _groups(age: int | None, flags: tuple[str, ...] | None) -> Iterator[str]:
    """Each flag or its complement, or that it was not answered."""
    yield TOTAL
    yield AGE_UNKNOWN if age is None else "OLD" if age >= OLDER_FROM else "N_OLD"
    if flags is None:
        yield UNKNOWN
    else:
        yield from (code if flag in flags else f"N_{code}" for code, flag in FLAGS.items())
