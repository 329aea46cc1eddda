"""The units that a release counts: valid enrolments at the as-of date, each with the codes of its breakdowns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.statistics.figures.cohort import Enrolment, apply_exclusions, status
from services.statistics.figures.dimensions import AGE_BANDS, DIGCOMP_AREAS, FLAGS, OLDER_FROM, SEXES, TOTAL, UNKNOWN
from services.statistics.figures.measures import days_to_complete
from services.statistics.figures.periods import quarter_on

OLDER, YOUNGER, GENERAL = "Y_GE55", "Y_LT55", "GEN"
SENSITIVE_FLAGS = frozenset({"DIS", "LOW", "NKD"})
SENSITIVE_K = 10


@dataclass(frozen=True, slots=True)
class Fact:
    """An enrolment and its person; `age` is in years; `flags` is None if the person was not asked or did not answer."""

    enrolment: Enrolment
    area: str
    sex: str
    age: int | None
    flags: tuple[str, ...] | None
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A valid enrolment at the as-of date, in codes of the dimensions; `days` to complete and `hours` learned."""

    person: str
    quarter: str
    area: str
    sex: str
    age: str
    flags: tuple[str, ...] | None
    domains: tuple[str, ...]
    status: str
    days: int | None
    hours: Decimal | None
    finished: str = ""
    """Quarter of the completion."""


def units(facts: Iterable[Fact], as_of: date) -> Iterator[Unit]:
    """The units in order of enrolment, with the same exclusions as the measures."""
    known = [fact for fact in facts if fact.enrolment.enrolled_on.date() <= as_of]
    judged = apply_exclusions([fact.enrolment for fact in known], as_of)
    valid = [(enrolment, fact) for fact, (enrolment, reason) in zip(known, judged, strict=True) if reason is None]
    valid.sort(key=lambda pair: (pair[0].enrolled_on, pair[0].person, pair[0].run))
    return (_unit(enrolment, fact) for enrolment, fact in valid)


def _unit(enrolment: Enrolment, fact: Fact) -> Unit:
    return Unit(
        person=enrolment.person,
        quarter=quarter_on(enrolment.enrolled_on.date()),
        area=fact.area,
        sex=fact.sex if fact.sex in SEXES else UNKNOWN,
        age=age_band(fact.age),
        flags=fact.flags,
        domains=fact.domains,
        status=status(enrolment).value,
        days=days_to_complete(enrolment),
        hours=enrolment.hours,
        finished=quarter_on(enrolment.completed_on.date()) if enrolment.completed_on else "",
    )


def age_band(age: int | None) -> str:
    if age is None:
        return UNKNOWN
    return next((code for code, first, last in AGE_BANDS if first <= age <= last), UNKNOWN)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One way to split everybody. `parts` is the tree of categories under "_T".

    `fields` maps a category to (field of an observation, its code there); other categories are counted, but not
    published."""

    id: str
    parts: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, tuple[str, str]]
    sensitive: bool = False

    def lineage(self, code: str) -> tuple[str, ...]:
        """The category, the unions that contain it, and the total."""
        above = next((parent for parent, children in self.parts.items() if code in children), None)
        return (code,) if above is None else (code, *self.lineage(above))

    def code_of(self, unit: Unit) -> str:
        """The category of the unit."""
        kind, _, code = self.id.partition(":")
        return _CODES[kind](unit, code)


_BANDS = [code for code, _, _ in AGE_BANDS]
_OLD_BANDS = {code for code, first, _ in AGE_BANDS if first >= OLDER_FROM}


def _general(unit: Unit, _: str) -> str:
    if unit.flags is None or unit.age == UNKNOWN:
        return UNKNOWN
    return "N_GEN" if unit.flags or unit.age in _OLD_BANDS else GENERAL


def _flag(unit: Unit, flag: str) -> str:
    if unit.flags is None:
        return UNKNOWN
    return flag if flag in unit.flags else f"N_{flag}"


_CODES: Mapping[str, Callable[[Unit, str], str]] = {
    "sex": lambda unit, _: unit.sex,
    "age": lambda unit, _: unit.age,
    "general": _general,
    "flag": _flag,
    "domain": lambda unit, code: code if code in unit.domains else f"N_{code}",
}


def _breakdowns() -> Iterator[Breakdown]:
    sexes = (*SEXES, UNKNOWN)
    yield Breakdown("sex", {TOTAL: sexes}, {code: ("sex", code) for code in sexes})
    younger = tuple(code for code in _BANDS if code not in _OLD_BANDS)
    older = tuple(code for code in _BANDS if code in _OLD_BANDS)
    ages = {code: ("age", code) for code in (*_BANDS, UNKNOWN)}
    groups = {OLDER: ("group", "OLD"), YOUNGER: ("group", "N_OLD")}
    yield Breakdown("age", {TOTAL: (YOUNGER, OLDER, UNKNOWN), YOUNGER: younger, OLDER: older}, {**ages, **groups})
    yield Breakdown("general", {TOTAL: (GENERAL, "N_GEN", UNKNOWN)}, {GENERAL: ("group", GENERAL)})
    for flag in FLAGS:
        codes = {code: ("group", code) for code in (flag, f"N_{flag}")}
        yield Breakdown(f"flag:{flag}", {TOTAL: (flag, f"N_{flag}", UNKNOWN)}, codes, flag in SENSITIVE_FLAGS)
    for number in DIGCOMP_AREAS:
        code = f"DC30_{number}"
        yield Breakdown(f"domain:{code}", {TOTAL: (code, f"N_{code}")}, {code: ("domain", code)})


BREAKDOWNS: Mapping[str, Breakdown] = {breakdown.id: breakdown for breakdown in _breakdowns()}
