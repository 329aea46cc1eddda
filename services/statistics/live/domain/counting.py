"""Enrolments counted in every cell of the lattice: each person once in each cell."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from typing import Any

import numpy as np

from services.statistics.areas.tree import is_organisation
from services.statistics.facts.domain import Edition, Home, Traits
from services.statistics.figures.dimensions import (
    AGE_UNIONS,
    FLAGS,
    HALVES_OF_55T64,
    OLDER_FROM,
    SEXES,
    TOTAL,
    UNKNOWN,
)
from services.statistics.figures.periods import first_day, quarters_of
from services.statistics.figures.units import age_band
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.enrolment_arrays import (
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
from services.statistics.live.domain.lattice import (
    ALL,
    DOMAINS,
    NO_OFFICE,
    WAYS,
    YOUNGER,
    Key,
    World,
    code,
    completed_in,
    rest,
    tells_courses,
    unknown,
)
from services.statistics.live.domain.protection import Tally

_USUAL_WAY = "ONL"
"""Of enrolments from before there were classes."""


def count(held: Columns, universe: Universe, as_of: datetime, world: World, zone: tzinfo = UTC) -> dict[Key, Tally]:
    """Of each cell with anybody in it, what had happened before the moment; `zone` is the city's."""
    rows = _standing(held, universe, as_of)
    if not len(rows.persons):
        return {}
    cells: dict[Key, Tally] = {}
    choices = [*_parts(rows.columns, _choices), *_completions(rows, zone)]
    codes = [*_parts(rows.columns, lambda word: _codes(word, world))]
    for place in _parts(rows.columns, lambda word: _places(word, universe, world)):
        for choice in choices:
            for each in codes:
                cells |= {
                    key: Tally(*numbers)
                    for key, numbers in rows.tallied(place, choice, each)
                    if not _comes_twice(key[1], key[2])
                }
    return cells


def enrolments_in(held: Columns, universe: Universe, as_of: datetime, world: World, place: str, choice: str) -> Columns:
    """The enrolments of one place and one choice."""
    columns = _standing(held, universe, as_of).columns
    inside = _lies_in(columns, place, lambda word: _places(word, universe, world)) & _lies_in(columns, choice, _choices)
    return columns.taken(inside)


def _lies_in(columns: Columns, name: str, names_of: Callable[[Hashable], Sequence[str | None]]) -> Mask:
    inside = np.zeros(len(columns), bool)
    for part in _parts(columns, names_of):
        if name in part.names:
            inside |= part.of_each == part.names.index(name)
    return inside


def _comes_twice(choice: str, each: str) -> bool:
    """A course's total over all periods is a choice of its own; elsewhere, too, courses may not be told apart."""
    of_course = each.startswith("COURSE ")
    if not tells_courses(choice):
        return of_course or each.startswith("COURSE_DOMAIN ") or each in map(rest, DOMAINS)
    return of_course and choice == ALL


@dataclass(frozen=True)
class _Parts:
    """Which of some names each enrolment lies under: an index of `names`, or -1."""

    names: list[Any]
    of_each: Numbers


def _parts(columns: Columns, names_of: Callable[[Hashable], Sequence[str | None]]) -> Iterator[_Parts]:
    """By each of the names that a word has: `names_of` gives them for words of one column, nothing for the others."""
    for column in (HOME, QUARTER, TRAITS, EDITION):
        listed = [names_of(word) for word in columns.words[column].all()]
        for place in range(max(map(len, listed), default=0)):
            names = [each[place] if place < len(each) else None for each in listed]
            distinct = list(dict.fromkeys(name for name in names if name is not None))
            number = {name: index for index, name in enumerate(distinct)}
            of_words = np.array([-1 if name is None else number[name] for name in names], np.int64)
            yield _Parts(distinct, of_words[columns.table[column]])


def _completions(rows: _Rows, zone: tzinfo) -> Iterator[_Parts]:
    """By the year and by the quarter in which each was completed."""
    moments = rows.columns.table[COMPLETED]
    done = rows.completed > 0
    if not done.any():
        return
    ends = int(moments[done].min()), int(moments[done].max())
    first, last = (datetime.fromtimestamp(each / 1000, zone).year for each in ends)
    quarters = [quarter for year in range(first, last + 1) for quarter in quarters_of(str(year))]
    begins = [milliseconds(datetime.combine(first_day(quarter), time(), zone)) for quarter in quarters]
    place = np.where(done, np.searchsorted(np.array(begins), moments, side="right") - 1, -1)
    years = [str(year) for year in range(first, last + 1)]
    yield _Parts([completed_in(year) for year in years], np.where(done, place // 4, -1))
    yield _Parts([completed_in(quarter) for quarter in quarters], place)


def _places(word: Hashable, universe: Universe, world: World) -> Sequence[str]:
    match word:
        case Home(_, organisation, area):
            path = world.paths.get(area, (world.root, unknown(world.root)))
            if universe is not Universe.EMPLOYEE:
                return path
            return (organisation if is_organisation(organisation) else NO_OFFICE, *path)
    return ()


def _choices(word: Hashable) -> Sequence[str]:
    match word:
        case str(quarter):
            return ALL, quarter.partition("-")[0], quarter
        case Edition(course, _, _):
            return (course,)
    return ()


def _codes(word: Hashable, world: World) -> Sequence[str | None]:
    """Each code has its own place among the codes of a word, so that nobody is counted in parts."""
    match word:
        case Traits(sex, age, flags):
            return *_ages(age), code("SEX", sex if sex in SEXES else UNKNOWN), *_groups(age, flags)
        case Edition(course, version, delivery):
            taught = world.domains(course, version)
            domains = (code("COURSE_DOMAIN", each) if each in taught else rest(each) for each in DOMAINS)
            way = next((way for way, name in WAYS.items() if name == delivery), _USUAL_WAY)
            return TOTAL, code("DELIVERY", way), code("COURSE", course), *domains
    return ()


def _ages(age: int | None) -> Iterator[str | None]:
    known = age is not None and age_band(age) != UNKNOWN
    yield code("AGE", age_band(age))
    yield code("AGE", YOUNGER) if known and age is not None and age < OLDER_FROM else None
    for name, first, last in (*AGE_UNIONS, *HALVES_OF_55T64):
        yield code("AGE", name) if known and age is not None and first <= age <= last else None


def _groups(age: int | None, flags: tuple[str, ...] | None) -> Iterator[str | None]:
    """Each flag, or that it was not given, whether answered or not."""
    for each, flag in FLAGS.items():
        yield code("TARGET_GROUP", each) if flag in (flags or ()) else rest(each)
    young = age is not None and age_band(age) != UNKNOWN and age < OLDER_FROM
    yield (code("TARGET_GROUP", "GEN") if flags == () else rest("GEN")) if young else None


@dataclass(frozen=True)
class _Rows:
    """Enrolments as they stood; `persons` numbers their people from 0, a person's enrolments side by side."""

    columns: Columns
    persons: Numbers
    started: Numbers
    completed: Numbers

    def tallied(self, place: _Parts, choice: _Parts, each: _Parts) -> Iterator[tuple[Key, list[int]]]:
        lies = (place.of_each >= 0) & (choice.of_each >= 0) & (each.of_each >= 0)
        flat = (place.of_each * len(choice.names) + choice.of_each) * len(each.names) + each.of_each
        found, cells = np.unique(flat[lies], return_inverse=True)
        if not len(found):
            return
        numbers = self._numbers(lies, cells, len(found))
        for row, number in enumerate(found.tolist()):
            outer, inner = divmod(number, len(each.names))
            where, chosen = divmod(outer, len(choice.names))
            yield (place.names[where], choice.names[chosen], each.names[inner]), numbers[row].tolist()

    def _numbers(self, lies: Mask, cells: Numbers, count: int) -> Numbers:
        """A row of the numbers of a `Tally` for each cell."""
        pair = self.persons[lies] * count + cells
        order = np.argsort(pair, kind="stable")
        pair = pair[order]
        first = np.flatnonzero(np.concatenate([[True], pair[1:] != pair[:-1]]))
        cell = pair[first] % count
        enrolled = np.diff(first, append=len(pair))
        started = np.add.reduceat(self.started[lies][order], first)
        completed = np.add.reduceat(self.completed[lies][order], first)

        def total(of_each: Numbers) -> Numbers:
            return np.bincount(cell, of_each, count).astype(np.int64)

        def persons(who: Mask) -> Numbers:
            return np.bincount(cell[who], minlength=count)

        return np.stack(
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


def _standing(held: Columns, universe: Universe, as_of: datetime) -> _Rows:
    """What had happened before the moment; those who left before doing anything are not of the cohort."""
    until = milliseconds(as_of) - 1
    of_universe = np.array([home.universe == universe for home in held.words[HOME].all()], bool)
    here = held.taken(of_universe[held.table[HOME]] & (held.table[ENROLLED] <= until))
    completed = here.table[COMPLETED] <= until
    started = (here.table[STARTED] <= until) | completed
    of_cohort = started | (here.table[WITHDRAWN] > until)
    columns = here.taken(of_cohort)
    person = columns.table[PERSON]
    changes = np.concatenate([[0], person[1:] != person[:-1]]) if len(person) else person
    return _Rows(columns, changes.cumsum(), started[of_cohort].astype(np.int64), completed[of_cohort].astype(np.int64))
