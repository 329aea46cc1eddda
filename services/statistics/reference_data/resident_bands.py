"""Converts residents by area, sex and age from single years, five-year or ten-year bands to the release's bands."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from services.statistics.figures.dimensions import AGE_BANDS, AGE_UNIONS, TOTAL
from services.statistics.figures.refusal import InvalidValue

_BAND = re.compile(r"^(\d{1,3})(?:-(\d{1,3})|\+)?$", re.ASCII)
OLDEST = 200
SEXES = ("F", "M")
IN_ORDER = (TOTAL, "M", "F")


def is_age(text: str) -> bool:
    return text == TOTAL or _BAND.match(text) is not None


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """One row; `line` is its line in the file. `age` is "_T", "65", "60-69" or "100+"; `sex` is F, M or _T."""

    area: str
    sex: str
    age: str
    count: int
    line: int


@cache
def span(age: str) -> tuple[int, int]:
    """The first and the last year of an age band. Raises InvalidValue for anything else."""
    match = _BAND.match(age)
    if match is None:
        raise InvalidValue(f'"{age}" is not an age')
    first = int(match[1])
    last = int(match[2]) if match[2] else (OLDEST if age.endswith("+") else first)
    if last < first:
        raise InvalidValue(f'"{age}" ends before it begins')
    return first, last


def check_labels(rows: Sequence[ResidentRow]) -> Sequence[ResidentRow]:
    """The rows of one area; raises InvalidValue if a sex comes twice, as in exports that call all three of them T."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        if (row.sex, row.age) in seen:
            raise InvalidValue(
                f"{row.area}, {row.sex}, {row.age} is on line {seen[row.sex, row.age]} already; correct the sex, "
                "or, if both sexes, men and women always come in this order, say --sexes-in-order",
                field="sex",
                line=row.line,
            )
        seen[row.sex, row.age] = row.line
    return rows


def label_by_order(rows: Sequence[ResidentRow]) -> Sequence[ResidentRow]:
    """The rows of one area, with the sexes set by their order: both, men, women. A label other than _T must agree."""
    turn, ages, labelled = 0, set[str](), []
    for row in rows:
        if row.age in ages:
            turn, ages = turn + 1, set[str]()
        ages.add(row.age)
        due = IN_ORDER[turn] if turn < len(IN_ORDER) else ""
        if row.sex not in (TOTAL, due):
            raise InvalidValue(f"{row.sex} stands where {due or 'no more'} is due", field="sex", line=row.line)
        labelled.append(replace(row, sex=due))
    if turn + 1 != len(IN_ORDER):
        message = f"the ages of {rows[0].area} come {turn + 1} times, not for both sexes, then men, then women"
        raise InvalidValue(message, field="sex", line=rows[0].line)
    return labelled


def check_table(rows: Sequence[ResidentRow]) -> Sequence[ResidentRow]:
    """The rows; raises InvalidValue for duplicate cells, overlapping bands, and totals that differ from their parts."""
    seen: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = row.area, row.sex, row.age
        if key in seen:
            raise InvalidValue(f"{', '.join(key)} is on line {seen[key]} already", field="age", line=row.line)
        seen[key] = row.line
    for (area, sex), group in _grouped(rows).items():
        bands = sorted(((*span(row.age), row) for row in group if row.age != TOTAL), key=lambda band: band[:2])
        for (_, last, _), (first, _, row) in itertools.pairwise(bands):
            if first <= last:
                raise InvalidValue(f"{row.age} overlaps another age of {area}, {sex}", field="age", line=row.line)
        total = next((row for row in group if row.age == TOTAL), None)
        if total and bands and sum(row.count for _, _, row in bands) != total.count:
            raise InvalidValue(
                f"the ages of {area}, {sex} do not add up to {total.count}", field="residents", line=total.line
            )
    _check_sexes(rows)
    return rows


def _check_sexes(rows: Sequence[ResidentRow]) -> None:
    counts = {(row.area, row.sex, row.age): row.count for row in rows}
    for row in rows:
        both = [counts.get((row.area, sex, row.age)) for sex in SEXES]
        if row.sex == TOTAL and None not in both and row.count != sum(count or 0 for count in both):
            message = f"F and M of {row.area}, {row.age} do not add up to {row.count}"
            raise InvalidValue(message, field="residents", line=row.line)


def _grouped(rows: Sequence[ResidentRow]) -> Mapping[tuple[str, str], list[ResidentRow]]:
    groups: dict[tuple[str, str], list[ResidentRow]] = defaultdict(list)
    for row in rows:
        groups[row.area, row.sex].append(row)
    return groups


def without_total(rows: Sequence[ResidentRow]) -> list[ResidentRow]:
    """The first rows of those areas and sexes of which nobody knows how many residents there are of all ages."""
    return [group[0] for group in _grouped(rows).values() if _total(group) is None]


def _total(group: Sequence[ResidentRow]) -> int | None:
    """As given, or the sum of ages that run without a gap from 0 to an open end. The old alone are no population."""
    given = next((row.count for row in group if row.age == TOTAL), None)
    return _exact(_bands(group), 0, OLDEST) if given is None else given


def _bands(group: Sequence[ResidentRow]) -> list[tuple[int, int, int]]:
    return [(*span(row.age), row.count) for row in group if row.age != TOTAL]


def tabulate(rows: Sequence[ResidentRow]) -> dict[tuple[str, str, str], int]:
    """(area, sex, age code) -> residents. A band of ours, or the total, is included only if bands of the table make it
    up exactly: ten-year bands do not show who is 15 to 24, and a guess would be no denominator."""
    counts: dict[tuple[str, str, str], int] = {}
    for (area, sex), group in _grouped(rows).items():
        bands = _bands(group)
        if (total := _total(group)) is not None:
            counts[area, sex, TOTAL] = total
        for code, first, last in (*AGE_BANDS, *AGE_UNIONS):
            if (count := _exact(bands, first, last)) is not None:
                counts[area, sex, code] = count
    for area, sex, age in list(counts):
        both = [counts.get((area, part, age)) for part in SEXES]
        if sex in SEXES and (area, TOTAL, age) not in counts and None not in both:
            counts[area, TOTAL, age] = sum(count or 0 for count in both)
    return counts


def _exact(bands: Sequence[tuple[int, int, int]], first: int, last: int) -> int | None:
    inside = sorted(band for band in bands if band[0] <= last and band[1] >= first)
    if not inside or inside[0][0] != first or (inside[-1][1] != last and inside[-1][1] < OLDEST):
        return None
    joined = all(before[1] + 1 == following[0] for before, following in itertools.pairwise(inside))
    upper = inside[-1][1] == last or (last == OLDEST and inside[-1][1] >= 100)
    return sum(count for _, _, count in inside) if joined and upper else None
