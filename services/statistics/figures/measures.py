"""The counts and rates of a cohort of enrolments, under the codes that every release and page uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.statistics.figures.cohort import (
    Cohort,
    Enrolment,
    Exclusion,
    Status,
    apply_exclusions,
    person_times,
    status,
)

METHOD_VERSION = "2.1.0"
QUANTILE_MINIMUM = 10


@dataclass(frozen=True, slots=True)
class Measure:
    """`unit` is a code of the list UNIT_MEASURE. Of rates and ratios `places` decimals are shown."""

    code: str
    unit: str
    places: int = 0
    in_live_table: bool = False


MEASURES: Mapping[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure("ENR", "NUMBER", in_live_table=True),
        Measure("EPR", "PS", in_live_table=True),
        Measure("PTM", "NUMBER"),
        Measure("STR", "NUMBER", in_live_table=True),
        Measure("CMP", "NUMBER", in_live_table=True),
        Measure("WDR", "NUMBER"),
        Measure("IPR", "NUMBER"),
        Measure("NST", "NUMBER"),
        Measure("CMF", "NUMBER"),
        Measure("CPR", "PT", 1, in_live_table=True),
        Measure("CPS", "PT", 1),
        Measure("DOR", "PT", 1),
        Measure("TTC_MED", "D", 1),
        Measure("TTC_P90", "D", 1),
        Measure("HRS", "H"),
        Measure("HRS_PC", "H", 1),
        Measure("COV", "RT_1000", 1, in_live_table=True),
        Measure("CMP90", "NUMBER"),
        Measure("CPR90", "PT", 1),
        Measure("PCM", "PS", in_live_table=True),
        Measure("COV_STD", "RT_1000", 1),
        Measure("GAP_PP", "PP", 1),
        Measure("GAP_RT", "RATIO", 3),
        Measure("GAP_IX", "IX", 1),
        Measure("GPIA", "RATIO", 2),
        Measure("CONC", "RATIO", 3),
    )
}
"""All that releases and the live table publish; the live table's columns in their order."""

RATES = ("CPR", "CPS", "DOR", "TTC_MED", "TTC_P90", "HRS", "HRS_PC")
"""What is derived from a cohort's counts, in percent, days or hours."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one cohort. `valid` is what remains of `enrolments` after the exclusions; the rest counts it.

    `hours_recorded` is the number of enrolments that have hours."""

    enrolments: int
    excluded: Mapping[Exclusion, int]
    persons: int
    person_times: int
    by_status: Mapping[Status, int]
    completions_in_period: int
    days_to_complete: tuple[int, ...]
    hours: Decimal | None
    hours_recorded: int

    @property
    def valid(self) -> int:
        return sum(self.by_status.values())

    @property
    def started(self) -> int:
        """Enrolments with activity, which a completion is too."""
        return self.valid - self.by_status[Status.NOT_STARTED]

    def codes(self) -> dict[str, int]:
        """The counts by code: persons for EPR, person-times for PTM, else enrolments."""
        return {
            "ENR": self.enrolments,
            "ENR_VALID": self.valid,
            "EPR": self.persons,
            "PTM": self.person_times,
            "STR": self.started,
            **{code.value: self.by_status[code] for code in Status},
            "CMF": self.completions_in_period,
        }


def count(enrolments: Iterable[Enrolment], cohort: Cohort) -> Counts:
    """Counts the enrolments made in the cohort's period. Only CMF counts completions in the period, of any cohort."""
    judged = apply_exclusions(enrolments, cohort.as_of)
    inside = [(enrolment, reason) for enrolment, reason in judged if cohort.includes(enrolment.enrolled_on)]
    valid = [enrolment for enrolment, reason in inside if reason is None]
    excluded = Counter(reason for _, reason in inside if reason)
    statuses = Counter(map(status, valid))
    hours = [enrolment.hours for enrolment in valid if enrolment.hours is not None]
    return Counts(
        enrolments=len(inside),
        excluded={reason: excluded[reason] for reason in Exclusion},
        persons=len({enrolment.person for enrolment in valid}),
        person_times=sum(map(person_times, valid)),
        by_status={code: statuses[code] for code in Status},
        completions_in_period=sum(
            reason is None and enrolment.completed_on is not None and cohort.includes(enrolment.completed_on)
            for enrolment, reason in judged
        ),
        days_to_complete=tuple(sorted(days for each in valid if (days := days_to_complete(each)) is not None)),
        hours=sum(hours, Decimal(0)) if hours else None,
        hours_recorded=len(hours),
    )


def days_to_complete(enrolment: Enrolment) -> int | None:
    if enrolment.completed_on is None or enrolment.first_activity_on is None:
        return None
    return (enrolment.completed_on.date() - enrolment.first_activity_on.date()).days


def rates(counts: Counts) -> dict[str, Fraction | None]:
    """The derived measures by code, exact and unrounded (`MEASURES` has the decimals); None without a denominator."""
    completed, withdrew = counts.by_status[Status.COMPLETED], counts.by_status[Status.WITHDREW]
    hours = None if counts.hours is None else Fraction(counts.hours)
    enough = len(counts.days_to_complete) >= QUANTILE_MINIMUM
    return {
        "CPR": percent(completed, counts.valid),
        "CPS": percent(completed, counts.started),
        "DOR": percent(withdrew, counts.started),
        "TTC_MED": quantile(counts.days_to_complete, Fraction(1, 2)) if enough else None,
        "TTC_P90": quantile(counts.days_to_complete, Fraction(9, 10)) if enough else None,
        "HRS": hours,
        "HRS_PC": hours / counts.persons if hours is not None and counts.persons else None,
    }


def percent(part: int, whole: int) -> Fraction | None:
    return Fraction(100 * part, whole) if whole else None


def quantile(ordered: Sequence[int], share: Fraction) -> Fraction:
    """The quantile by linear interpolation between order statistics, type 7 (Hyndman and Fan 1996).

    `ordered` is ascending and not empty; `share` is from 0 to 1."""
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])
