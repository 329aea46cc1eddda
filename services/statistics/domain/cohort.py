"""The enrolments behind a live table, counted by whatever divides them: each person once in each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from services.statistics.domain.cube import AGE_UNKNOWN
from services.statistics.domain.dimensions import DIGCOMP_AREAS, FLAGS, OLDER_FROM, SEXES, TOTAL, UNKNOWN
from services.statistics.domain.live import Key, Tally
from services.statistics.domain.units import band_of

Codes = Callable[["Row"], Sequence[str]]
_EVERY_DOMAIN = (*(f"DC30_{number}" for number in DIGCOMP_AREAS), UNKNOWN)


class Row(NamedTuple):
    """One enrolment as it stood; `age` in years when enrolling, `flags` None where not answered."""

    person: str
    area: str
    course: str
    version: int
    quarter: str
    sex: str
    age: int | None
    flags: tuple[str, ...] | None
    started: bool
    completed: bool


def tallied(rows: Iterable[Row], keys: Callable[[Row], Iterable[Key]]) -> dict[Key, Tally]:
    """Of each key that any row counts under."""
    persons: dict[Key, dict[str, list[int]]] = defaultdict(dict)
    for row in rows:
        for key in keys(row):
            mine = persons[key].setdefault(row.person, [0, 0, 0])
            mine[0] += 1
            mine[1] += row.started
            mine[2] += row.completed
    return {key: _tally(key[1], list(each.values())) for key, each in persons.items()}


def _tally(code: str, persons: Sequence[Sequence[int]]) -> Tally:
    """Of enrolments, started and completed ones of each person."""
    return Tally(
        code,
        enrolments=sum(enrolled for enrolled, _, _ in persons),
        persons=len(persons),
        started=sum(started for _, started, _ in persons),
        persons_started=sum(started > 0 for _, started, _ in persons),
        persons_not_started=sum(started < enrolled for enrolled, started, _ in persons),
        completed=sum(completed for _, _, completed in persons),
        persons_completed=sum(completed > 0 for _, _, completed in persons),
        persons_not_completed=sum(completed < enrolled for enrolled, _, completed in persons),
        persons_under_way=sum(completed < started for _, started, completed in persons),
    )


def codes_by(by: str, courses: Mapping[str, Mapping[str, Any]]) -> Codes:
    """The total, and the categories of a dimension that an enrolment counts under."""

    @cache
    def domains(course: str, version: int) -> Sequence[str]:
        mine = digcomp_areas(courses.get(course, {}), version) or [UNKNOWN]
        return (TOTAL, *(code if code in mine else f"N_{code}" for code in _EVERY_DOMAIN))

    ways: Mapping[str, Codes] = {
        "AGE": lambda row: (TOTAL, band_of(row.age)),
        "SEX": lambda row: (TOTAL, row.sex if row.sex in SEXES else UNKNOWN),
        "TARGET_GROUP": lambda row: _groups(row.age, row.flags),
        "COURSE": lambda row: (TOTAL, row.course),
        "TIME_PERIOD": lambda row: (TOTAL, row.quarter),
        "COURSE_DOMAIN": lambda row: domains(row.course, row.version),
    }
    return ways.get(by, lambda row: (TOTAL,))


@cache
def _groups(age: int | None, flags: tuple[str, ...] | None) -> Sequence[str]:
    """Each flag or its complement, or that it was not answered."""
    older = AGE_UNKNOWN if age is None else "OLD" if age >= OLDER_FROM else "N_OLD"
    if flags is None:
        return (TOTAL, older, UNKNOWN)
    return (TOTAL, older, *(code if flag in flags else f"N_{code}" for code, flag in FLAGS.items()))


def digcomp_areas(course: Mapping[str, Any], version: int) -> list[str]:
    """Codes of what this version of a course teaches, or the newest where it was not heard of."""
    known = course.get("versions", {}).get(str(version), course.get("domains", ()))
    return [f"DC30_{number}" for number in known if number in DIGCOMP_AREAS]
