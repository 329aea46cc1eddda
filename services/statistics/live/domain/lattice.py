"""The lattice: all cells of the live table, and the sums that tie them.

A cell is a place, a choice (everything, a year, a quarter, a course, or what was completed in a year or a quarter) and
a code (the total, or a category of one dimension). Nothing else may be asked, so that whatever can be subtracted from
something else is in a sum below.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.statistics.areas.tree import EVERYWHERE, AreaTree
from services.statistics.figures.dimensions import (
    AGE_BANDS,
    AGE_UNIONS,
    DIGCOMP_AREAS,
    FLAGS,
    HALVES_OF_55T64,
    OLDER_FROM,
    SEXES,
    TOTAL,
    UNKNOWN,
    digcomp_areas,
)
from services.statistics.figures.periods import is_year, quarters_of
from services.statistics.figures.units import SENSITIVE_FLAGS, SENSITIVE_K

ENR, STR, CMP = ADDING_UP = ("ENR", "STR", "CMP")
Key = tuple[str, str, str]
"""A place, a choice and a code."""
ALL = ""
"""The choice of all periods and all courses."""
OLDER, YOUNGER = "OLD", "N_OLD"
COMPLETED = "completed "
"""Begins the choice of what was completed in a period, whenever it had begun."""
WAYS: Mapping[str, str] = {"ONL": "online", "F2F": "face_to_face", "BLD": "blended", "OUT": "outreach"}
"""Code -> way of teaching, as facts have it."""
DOMAINS = tuple(f"DC30_{number}" for number in DIGCOMP_AREAS)
_BANDS = tuple(code for code, _, _ in AGE_BANDS)
_UNIONS = tuple(code for code, _, _ in AGE_UNIONS)
_YOUNGER = tuple(code for code, first, _ in AGE_BANDS if first < OLDER_FROM)
_SAME = {"Y_GE55": OLDER}
"""An age that is a target group too."""
ROWS: Mapping[str, tuple[str, ...]] = {
    "AGE": (*_BANDS, *_UNIONS, UNKNOWN),
    "SEX": (*SEXES, UNKNOWN),
    "TARGET_GROUP": (OLDER, YOUNGER, *FLAGS, "GEN"),
    "COURSE_DOMAIN": DOMAINS,
    "DELIVERY": tuple(WAYS),
}
"""The rows of a table, whether anybody is in them or not: a row that appears would tell of somebody."""


def code(by: str, category: str) -> str:
    """A category as a code. Being older is a group and an age: one cell."""
    category = _SAME.get(category, category)
    return f"AGE {category}" if category in (OLDER, YOUNGER) else f"{by} {category}"


def completed_in(period: str) -> str:
    """The choice of what was completed in a year or a quarter."""
    return f"{COMPLETED}{period}"


def is_of_completions(choice: str) -> bool:
    return choice.startswith(COMPLETED)


def tells_courses(choice: str) -> bool:
    """Whether a choice has cells of courses and of their competence areas."""
    return not choice.startswith(("courses/", COMPLETED))


def rest(category: str) -> str:
    """Everybody whom a category leaves of its sum. Not a row: those who did not answer are in it."""
    return f"not {category}"


def own(place: str) -> str:
    """The part of a place that lies in no place below it."""
    return f"{place} {place}"


def unknown(place: str) -> str:
    return f"{place} {UNKNOWN}"


@dataclass(frozen=True, slots=True)
class Line:
    """The parts are the total, each enrolment once; `k` persons make a part safe."""

    total: Key
    parts: tuple[Key, ...]
    k: int

    @property
    def measures(self) -> tuple[str, ...]:
        """What adds up. Of what was completed in a period there is one number, and it is part of all completions."""
        return (CMP,) if is_of_completions(self.parts[0][1]) else ADDING_UP


@dataclass(frozen=True)
class World:
    """What gives facts their place in a table: the tree of areas, and what each course's versions teach."""

    tree: AreaTree
    courses: Mapping[str, Mapping[str, Any]]

    @cached_property
    def root(self) -> str:
        """Where everybody counts: the one area at the top, or everywhere."""
        tops = list(self.tree.children.get("", ()))
        return tops[0] if len(tops) == 1 else EVERYWHERE

    def place(self, area: str) -> str:
        """The place of an area: everywhere is the one area at the top."""
        return self.root if area == EVERYWHERE else area

    @cached_property
    def paths(self) -> Mapping[str, tuple[str, ...]]:
        """Area -> the places that who lives there counts in, from the root down."""
        paths: dict[str, tuple[str, ...]] = {}
        above = () if self.root != EVERYWHERE else (EVERYWHERE,)
        waiting = [(name, above) for name in self.tree.children.get("", ())]
        while waiting:
            name, path = waiting.pop()
            below = self.tree.children.get(name, ())
            paths[name] = (*path, name, own(name)) if below else (*path, name)
            waiting += [(child, (*path, name)) for child in below]
        return paths | {old: paths[new] for old, new in self.tree.successors.items() if new in paths}

    def parts(self, place: str) -> list[str]:
        """The places directly in a place, that of people without a nearer one and of unknown ones included."""
        below = list(self.tree.children.get("" if place == EVERYWHERE else place, ()))
        if place != EVERYWHERE and below:
            below.append(own(place))
        return [*below, unknown(place)] if place == self.root else below

    def domains(self, course: str, version: int) -> Sequence[str]:
        return digcomp_areas(self.courses.get(course, {}), version)

    def teaching(self, domain: str) -> frozenset[str]:
        """Courses of which any version teaches a competence area."""
        return frozenset(
            name
            for name, document in self.courses.items()
            if any(f"DC30_{each}" == domain for domains in _versions(document) for each in domains)
        )


@dataclass(frozen=True)
class Lattice:
    """The cells of one state: of all places with anybody in them, and of what anybody anywhere chose."""

    world: World
    cells: Collection[Key]
    k: int

    @cached_property
    def _places(self) -> list[str]:
        return sorted({place for place, choice, each in self.cells if (choice, each) == (ALL, TOTAL)})

    @cached_property
    def choices(self) -> list[str]:
        return sorted({choice for _, choice, _ in self.cells})

    @cached_property
    def _courses(self) -> list[str]:
        return [choice for choice in self.choices if choice.startswith("courses/")]

    def lines(self) -> Iterator[Line]:
        """Every sum of cells that can be asked for, with those cells that nobody is in."""
        for total, parts in self._sums():
            if parts:
                keys = (total, *parts)
                yield Line(total, tuple(parts), max(self.k, SENSITIVE_K) if _is_sensitive(keys) else self.k)

    def level(self, key: Key) -> int:
        """The persons that make a cell safe."""
        return max(self.k, SENSITIVE_K) if _is_sensitive([key]) else self.k

    def _codes(self, choice: str) -> list[str]:
        if not tells_courses(choice):
            return [TOTAL, *_OF_EACH]
        return [TOTAL, *_OF_EACH, *_OF_COURSES, *(f"COURSE {name}" for name in self._courses if choice)]

    def _sums(self) -> Iterator[tuple[Key, list[Key]]]:
        taught = {code("COURSE_DOMAIN", domain): self.world.teaching(domain) for domain in DOMAINS}
        for place in self._places:
            for choice in self.choices:
                for total, parts in WITHIN:
                    yield (place, choice, total), [(place, choice, part) for part in parts]
                if tells_courses(choice):
                    of_course = {name: _of_course(place, choice, name) for name in self._courses}
                    yield (place, choice, TOTAL), list(of_course.values())
                    for domain, names in taught.items():
                        yield (place, choice, domain), [key for name, key in of_course.items() if name in names]
            yield from self._over_choices(place)
        yield from self._over_places()

    def _over_choices(self, place: str) -> Iterator[tuple[Key, list[Key]]]:
        """Years into everything, quarters into years, courses into everything."""
        years = [choice for choice in self.choices if choice and is_year(choice)]
        for each in [*self._codes(ALL), *(f"COURSE {name}" for name in self._courses)]:
            course = each.removeprefix("COURSE ")
            whole = (place, course, TOTAL) if course != each else (place, ALL, each)
            yield whole, [(place, year, each) for year in years]
            for year in years:
                yield (place, year, each), [(place, it, each) for it in quarters_of(year) if it in self.choices]
        for each in (TOTAL, *_OF_EACH):
            yield (place, ALL, each), [(place, completed_in(year), each) for year in self._years_of_completions]
            for year in self._years_of_completions:
                quarters = [completed_in(it) for it in quarters_of(year)]
                yield (place, completed_in(year), each), [(place, it, each) for it in quarters if it in self.choices]
        for each in _OF_EACH:
            yield (place, ALL, each), [(place, name, each) for name in self._courses]

    @cached_property
    def _years_of_completions(self) -> list[str]:
        periods = [choice.removeprefix(COMPLETED) for choice in self.choices if is_of_completions(choice)]
        return [period for period in periods if is_year(period)]

    def _over_places(self) -> Iterator[tuple[Key, list[Key]]]:
        offices = [place for place in self._places if place.startswith("organisations/")]
        for place in self._places:
            parts = [] if " " in place or place in offices else self.world.parts(place)
            for choice in self.choices if parts else []:
                for each in self._codes(choice):
                    yield (place, choice, each), [(part, choice, each) for part in parts]
        for choice in self.choices if offices else []:
            for each in self._codes(choice):
                yield (self.world.root, choice, each), [(place, choice, each) for place in (*offices, NO_OFFICE)]


def _of_course(place: str, choice: str, course: str) -> Key:
    return (place, choice, f"COURSE {course}") if choice else (place, course, TOTAL)


NO_OFFICE = "organisations none"
"""Where employees of no known office count."""


_SUMS_OF_AGES: Mapping[str, tuple[str, ...]] = {
    OLDER: ("Y55T64", "Y_GE65"),
    "Y_GE65": ("Y65T74", "Y_GE75"),
    YOUNGER: _YOUNGER,
    "Y55T64": tuple(code for code, _, _ in HALVES_OF_55T64),
    "Y_GE60": ("Y60T64", "Y_GE65"),
}
"""60 and over leaves the younger half of a band, which nobody is shown and everybody can work out."""


def _within() -> Iterator[tuple[str, tuple[str, ...]]]:
    yield TOTAL, tuple(code("SEX", each) for each in ROWS["SEX"])
    yield TOTAL, tuple(code("DELIVERY", each) for each in WAYS)
    yield TOTAL, tuple(code("AGE", each) for each in (OLDER, YOUNGER, UNKNOWN))
    for total, parts in _SUMS_OF_AGES.items():
        yield code("AGE", total), tuple(code("AGE", each) for each in parts)


WITHIN = tuple(_within())
"""The sums of categories within a place and a choice."""
RESTS: Mapping[str, tuple[str, str]] = {
    **{code("TARGET_GROUP", flag): (TOTAL, rest(flag)) for flag in FLAGS},
    **{code("COURSE_DOMAIN", domain): (TOTAL, rest(domain)) for domain in DOMAINS},
    code("TARGET_GROUP", "GEN"): (code("AGE", YOUNGER), rest("GEN")),
}
"""Category -> what it is set against, and everybody else in that, which its count would tell as well. All groups are
answers to one question: only the groups themselves are shown, since everybody else and those who did not answer would
open one by another."""
_OF_COURSES = tuple(code("COURSE_DOMAIN", domain) for domain in DOMAINS)
_EVERYWHERE = ("SEX", "AGE", "TARGET_GROUP", "DELIVERY")
_HALVES = [code("AGE", each) for each, _, _ in HALVES_OF_55T64]
_OF_EACH = tuple(dict.fromkeys([*(code(by, each) for by in _EVERYWHERE for each in ROWS[by]), *_HALVES]))
"""Codes of persons and of their enrolments, in every choice."""


def _is_sensitive(keys: Iterable[Key]) -> bool:
    return any(each == code("TARGET_GROUP", flag) for _, _, each in keys for flag in SENSITIVE_FLAGS)


def _versions(document: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    yield document.get("domains", ())
    yield from document.get("versions", {}).values()
