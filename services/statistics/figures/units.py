"""The units that a release counts: valid enrolments at the as-of date, each with the codes of its breakdowns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.statistics.figures.cohort import Enrolment, apply_exclusions, is_completed_in_time, person_times, status
from services.statistics.figures.dimensions import AGE_BANDS, DIGCOMP_AREAS, FLAGS, OLDER_FROM, SEXES, TOTAL, UNKNOWN
from services.statistics.figures.measures import days_to_complete
from services.statistics.figures.periods import quarter_on

OLDER, YOUNGER, GENERAL = "Y_GE55", "Y_LT55", "GEN"
ELDERLY, ELDERLY_FROM = "Y_GE65", 65
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
    times: int = 1
    """Person-times."""
    in_time: bool = False
    """Completed within 90 days of enrolling."""


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
        times=person_times(enrolment),
        in_time=is_completed_in_time(enrolment),
    )


def age_band(age: int | None) -> str:
    if age is None:
        return UNKNOWN
    return next((code for code, first, last in AGE_BANDS if first <= age <= last), UNKNOWN)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One way to split everybody. `parts` is the tree of categories under "_T"; "_U" is whoever left out its question.

    `fields` maps a category to (field of an observation, its code there); other categories are counted, but not
    published. `question` is a key of `QUESTIONS`."""

    id: str
    question: str
    parts: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, tuple[str, str]]
    sensitive: bool = False

    def lineage(self, code: str) -> tuple[str, ...]:
        """The category, the unions that contain it, and the total."""
        above = next((parent for parent, children in self.parts.items() if code in children), None)
        return (code,) if above is None else (code, *self.lineage(above))

    def codes_of(self, unit: Unit) -> tuple[str, ...]:
        """The unit's category and the unions that contain it, without the total."""
        kind, _, code = self.id.partition(":")
        return self.lineage(_CODES[kind](unit, code))[:-1]

    def label(self, code: str) -> str:
        """The category in the words of all breakdowns together: "sex=F"; "general=!N_GEN" if it is never published."""
        if code == TOTAL:
            return TOTAL
        if code == UNKNOWN:
            return QUESTIONS[self.question]
        dimension, shown = self.fields.get(code, (self.id, f"!{code}"))
        return f"{dimension}={shown}"


QUESTIONS: Mapping[str, str] = {"sex": "sex=_U", "birth year": "age=_U", "groups": "group=_U", "courses": ""}
"""Question -> the label of whoever left it out, the same persons in every breakdown by it; "" if nobody can."""

_BANDS = [code for code, _, _ in AGE_BANDS]
_OLD_BANDS = {code for code, first, _ in AGE_BANDS if first >= OLDER_FROM}


def _general(unit: Unit, _: str) -> str:
    known = unit.flags is not None and unit.age != UNKNOWN
    return GENERAL if known and not unit.flags and unit.age not in _OLD_BANDS else f"N_{GENERAL}"


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
    yield Breakdown("sex", "sex", {TOTAL: (*SEXES, UNKNOWN)}, {code: ("sex", code) for code in SEXES})
    younger = tuple(code for code in _BANDS if code not in _OLD_BANDS)
    elderly = tuple(code for code, first, _ in AGE_BANDS if first >= ELDERLY_FROM)
    older = tuple(code for code in _BANDS if code in _OLD_BANDS and code not in elderly)
    ages = {code: ("age", code) for code in (*_BANDS, ELDERLY)}
    groups = {OLDER: ("group", "OLD"), YOUNGER: ("group", "N_OLD")}
    tree = {TOTAL: (YOUNGER, OLDER, UNKNOWN), YOUNGER: younger, OLDER: (*older, ELDERLY), ELDERLY: elderly}
    yield Breakdown("age", "birth year", tree, {**ages, **groups})
    yield Breakdown("general", "groups", {TOTAL: (GENERAL, f"N_{GENERAL}")}, {GENERAL: ("group", GENERAL)})
    for flag in FLAGS:
        tree = {TOTAL: (flag, f"N_{flag}", UNKNOWN)}
        yield Breakdown(f"flag:{flag}", "groups", tree, {flag: ("group", flag)}, flag in SENSITIVE_FLAGS)
    for number in DIGCOMP_AREAS:
        code = f"DC30_{number}"
        yield Breakdown(f"domain:{code}", "courses", {TOTAL: (code, f"N_{code}")}, {code: ("domain", code)})


BREAKDOWNS: Mapping[str, Breakdown] = {breakdown.id: breakdown for breakdown in _breakdowns()}
