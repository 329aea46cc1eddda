"""The commands that compute measures from plain files, with the functions that compute the releases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from services.statistics.figures import coverage, measures
from services.statistics.figures import gain as gains
from services.statistics.figures import gap as gaps
from services.statistics.figures.cohort import Cohort, Enrolment, check_dates
from services.statistics.figures.refusal import InvalidValue
from services.statistics.figures.rounding import rounded_text
from services.statistics.reference_data import csv_reading

CommandResult = dict[str, Any]

FACTS = ("person", "run", "enrolled_on", "first_activity_on", "completed_on", "withdrawn_on", "hours")
OPTIONAL = ("test_account", "sessions")


def measure(path: Path, since: date, until: date, as_of: date, population: int | None) -> CommandResult:
    cohort = Cohort(since, until, as_of)
    counts = measures.count(map(_enrolment, csv_reading.records(path, FACTS, OPTIONAL)), cohort)
    rates = measures.rates(counts)
    missing = {} if population else {"OBS_STATUS": {"COV": "L", "PTM_RT": "L"}}
    return {
        "METHOD_VERSION": measures.METHOD_VERSION,
        "FROM": str(since),
        "TO": str(until),
        "AS_OF": str(as_of),
        **counts.codes(),
        "EXCLUDED": {reason.value: number for reason, number in counts.excluded.items()},
        **{code: rounded_text(rates[code], measures.MEASURES[code].places) for code in measures.RATES},
        "TTC_N": len(counts.days_to_complete),
        "HRS_N": counts.hours_recorded,
        "POP": population,
        **_rate("COV", coverage.coverage(counts.persons, population)),
        **_rate("PTM_RT", coverage.person_time_rate(counts.person_times, population)),
        **missing,
    }


def _enrolment(record: csv_reading.Record) -> Enrolment:
    enrolment = Enrolment(
        person=record.read("person", csv_reading.text),
        run=record.read("run", csv_reading.text),
        enrolled_on=record.read("enrolled_on", csv_reading.moment),
        first_activity_on=record.read("first_activity_on", csv_reading.moment_or_none),
        completed_on=record.read("completed_on", csv_reading.moment_or_none),
        withdrawn_on=record.read("withdrawn_on", csv_reading.moment_or_none),
        hours=record.read("hours", csv_reading.amount_or_none),
        sessions=record.read("sessions", csv_reading.whole_or_none),
        test_account=record.read("test_account", csv_reading.yes),
    )
    try:
        return check_dates(enrolment)
    except InvalidValue as error:
        raise record.error(error.field, error.message) from None


def _rate(code: str, rate: coverage.Rate | None) -> CommandResult:
    return {
        code: rounded_text(rate.value if rate else None, coverage.RATE_PLACES),
        f"{code}_CI_LOW": rounded_text(rate.low if rate else None, coverage.INTERVAL_PLACES),
        f"{code}_CI_HIGH": rounded_text(rate.high if rate else None, coverage.INTERVAL_PLACES),
    }


def gain(path: Path, highest: Decimal) -> CommandResult:
    by_person: dict[str, gains.ScorePair] = {}
    for record in csv_reading.records(path, ("person", "pre", "post")):
        scores = _scores(record, highest)
        if scores.person in by_person:
            raise record.error("person", f"{scores.person} is there already; give one pair for each person")
        by_person[scores.person] = scores
    result = gains.gain(list(by_person.values()), Fraction(highest))
    figures = {
        "PRE": result.pre,
        "POST": result.post,
        "DIFF": result.difference,
        "GAIN_G": result.normalised,
        "ES_DAV": result.d_av,
        "ES_DZ": result.d_z,
        "ATTRITION": result.attrition,
    }
    low, high = result.interval or (None, None)
    return {
        "METHOD_VERSION": measures.METHOD_VERSION,
        "PAIRS": result.pairs,
        "PRE_ONLY": result.without_after,
        "POST_ONLY": result.without_before,
        **_shown(figures, gains.PLACES),
        "CI_LOW": rounded_text(low, 2),
        "CI_HIGH": rounded_text(high, 2),
    }


def _scores(record: csv_reading.Record, highest: Decimal) -> gains.ScorePair:
    def score(cell: str) -> Fraction | None:
        found = csv_reading.amount_or_none(cell)
        if found is not None and found > highest:
            raise InvalidValue(f"{cell} is over the highest score, {highest}")
        return None if found is None else Fraction(found)

    before, after = record.read("pre", score), record.read("post", score)
    if before is None and after is None:
        raise record.error("pre", "neither a pre nor a post score; leave the person out")
    return gains.ScorePair(record.read("person", csv_reading.text), before, after)


def gap(group: Decimal, reference: Decimal) -> CommandResult:
    return _shown(gaps.gap(Fraction(group), Fraction(reference)), gaps.PLACES)


def _shown(figures: Mapping[str, Fraction | None], places: Mapping[str, int]) -> CommandResult:
    return {code: rounded_text(figure, places[code]) for code, figure in figures.items()}


def concentration(path: Path) -> CommandResult:
    from services.statistics.figures.concentration import PLACES, Area
    from services.statistics.figures.concentration import concentration as over

    areas: dict[str, Area] = {}
    for record in csv_reading.records(path, ("area", "population", "persons", "rank")):
        area = Area(
            record.read("area", csv_reading.text),
            record.read("population", csv_reading.positive),
            record.read("persons", csv_reading.whole),
            record.read("rank", csv_reading.number),
        )
        if area.name in areas:
            raise record.error("area", f"{area.name} is there already")
        if area.persons > area.population:
            raise record.error("persons", f"{area.persons} is more than the population of {area.population}")
        areas[area.name] = area
    result = over(list(areas.values()))
    return {
        "METHOD_VERSION": measures.METHOD_VERSION,
        "AREAS": len(areas),
        "POP": sum(area.population for area in areas.values()),
        "EPR": sum(area.persons for area in areas.values()),
        "CONC": rounded_text(result.index if result else None, PLACES),
        "CONC_WAGSTAFF": rounded_text(result.wagstaff if result else None, PLACES),
        "CONC_ERREYGERS": rounded_text(result.erreygers if result else None, PLACES),
    }
