"""What a release computes from its shown counts, against the same figures worked out here from the people."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.decisions import Decision, YearToDecide
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.cohort import Enrolment
from services.statistics.figures.dimensions import AGE_BANDS, OLD_AGE, STANDARD_POPULATION
from services.statistics.figures.observation import Observation
from services.statistics.figures.relations import CMP, EPR
from services.statistics.figures.rounding import rounded_text
from services.statistics.figures.units import Fact, Unit, units
from services.statistics.releases.domain.published_figures import Context
from services.statistics.releases.packing import pack, pack_units, unpack, unpack_units
from services.statistics.releases.steps import Period, assemble, decide_year

CITY = ReleaseAreas("P", {"P": ("A", "B", "C")})
BANDS = [code for code, _, _ in AGE_BANDS]
Population = dict[tuple[str, str, str], int]


def people(count: int, *, area: str = "", finished: str = "2026-Q1", age: str = "") -> tuple[Unit, ...]:
    draw = random.Random(count)
    return tuple(
        Unit(
            person=f"{area}{number}",
            quarter="2026-Q1",
            area=area or draw.choices("ABC", (6, 3, 2))[0],
            sex="F",
            age=age or draw.choice(BANDS),
            flags=(),
            domains=(),
            status="CMP" if number % 2 else "IPR",
            days=3,
            hours=Decimal(1),
            finished=finished if number % 2 else "",
        )
        for number in range(count)
    )


def residents(ages: dict[str, int], old: dict[str, int]) -> Population:
    found: Population = {}
    for area in ("A", "B", "C", "P"):
        found |= {(area, "_T", code): count for code, count in ages.items()}
        found[area, "_T", "_T"] = sum(ages.values())
        found[area, "_T", OLD_AGE[0]] = old[area]
    return found


EVERYWHERE = residents(dict.fromkeys(BANDS, 500), {"A": 900, "B": 1500, "C": 600, "P": 1000})
QUARTER, YEAR = "2026-Q1", "2026"
SHOWN = Decision()


def hiding(*cells: tuple[str, str, str]) -> Decision:
    return Decision(frozenset((YEAR, *cell) for cell in cells))


def released(
    everyone: tuple[Unit, ...],
    population: Population,
    decision: Decision = SHOWN,
    flow: tuple[Unit, ...] | None = None,
    *,
    mature: bool = True,
) -> dict[tuple[str, str], Observation]:
    """(measure, area) -> figure, of everybody together."""
    context = Context("RES", YEAR, CITY, Policy(), population, is_mature=mature)
    flow = tuple(unit for unit in everyone if unit.finished) if flow is None else flow
    made = assemble(Period(context, {QUARTER: everyone}, decision, flow={QUARTER: flow})).observations
    return {(one.measure, one.area): one for one in made if {one.sex, one.age, one.group, one.domain} == {"_T"}}


def test_person_times_are_the_enrolments_and_hidden_with_them() -> None:
    found = released(people(300), EVERYWHERE)
    assert all(found["PTM", area].value == found["ENR", area].value for area in "PABC")
    found = released(people(300), EVERYWHERE, hiding(("A", "_T", "ENR"), ("A", "_T", CMP)))
    assert [found[measure, "A"].status for measure in ("ENR", "PTM", "CPR")] == ["Q", "Q", "Q"]


def test_person_times_of_a_class_are_its_sessions_and_one_persons_are_not_told_apart() -> None:
    taught = tuple(replace(unit, times=4, hours=Decimal(8)) for unit in people(300))
    found = released(taught, EVERYWHERE)
    assert found["PTM", "P"].value == "1200"
    assert found["HRS", "P"].value == "2400"
    often = (replace(taught[0], area="C", times=4_000), *taught[1:])
    found = released(often, EVERYWHERE)
    hidden = [area for area in "PABC" if found["PTM", area].status == "Q"]
    assert hidden == [area for area in "PABC" if found["HRS", area].status == "Q"]
    assert len(hidden) >= 2, "who came that often would be known, and by subtraction too"
    assert found["ENR", "C"].value is not None


def test_completions_within_ninety_days_are_provisional_until_everybody_had_the_time() -> None:
    begun = tuple(
        replace(unit, in_time=unit.status == "CMP" and place % 4 == 1) for place, unit in enumerate(people(200))
    )
    for mature, status in ((True, "A"), (False, "P")):
        found = released(begun, EVERYWHERE, mature=mature)
        assert (found["CMP90", "P"].value, found["CPR90", "P"].value) == ("50", "25.0")
        assert (found["CPR90", "P"].status, found["CMP", "P"].status) == (status, "A")
    late = tuple(replace(unit, in_time=unit.status == "CMP" and place > 7) for place, unit in enumerate(people(200)))
    decision = decide_year(YearToDecide(CITY, Policy(), (YEAR,), {QUARTER: late}, {QUARTER: late}))
    assert (YEAR, "P", "_T", "CMP90") in decision.hidden, "four came later, which CMP would tell"
    assert (YEAR, "P", "_T", "CMP") not in decision.hidden


def test_a_completion_on_the_ninetieth_day_is_in_time() -> None:
    begun = datetime.fromisoformat("2026-01-05T09:00")
    done = [begun + timedelta(days=days) for days in (90, 91)]
    facts = [Fact(Enrolment(f"p{day}", "r", begun, completed_on=day), "A", "F", 40, (), ()) for day in done]
    assert [unit.in_time for unit in units(facts, done[1].date())] == [True, False]


def test_completions_count_where_they_fall_whenever_the_course_was_begun() -> None:
    begun = people(200)
    long_ago = tuple(replace(unit, quarter="2025-Q4", person=f"x{unit.person}") for unit in people(40, area="C"))
    found = released(begun, EVERYWHERE, flow=tuple(unit for unit in begun + long_ago if unit.finished))
    assert found["CMF", "P"].value == str(100 + 20)
    assert found["CMP", "P"].value == "100"
    assert found["CMF", "P"].unit == "NUMBER"
    twice = tuple(replace(unit, area="C") for unit in begun if unit.finished and unit.area == "C")
    found = released(begun, EVERYWHERE, flow=(*(unit for unit in begun if unit.finished), *twice))
    assert int(found["CMF", "P"].value or 0) == 100 + len(twice)
    assert (found["PCM", "P"].value, found["PCM", "P"].unit) == ("100", "PS")
    found = released(begun, EVERYWHERE, hiding(("A", "_T", "CMF")))
    assert found["PCM", "A"].status == "Q"


def test_a_completion_is_dated_by_the_quarter_in_which_it_fell() -> None:
    days = [datetime.fromisoformat("2026-03-31"), datetime.fromisoformat("2026-04-01")]
    facts = [
        Fact(Enrolment(f"p{day}", "r", datetime.fromisoformat("2026-01-05"), completed_on=day), "A", "F", 40, (), ())
        for day in days
    ]
    assert sorted(unit.finished for unit in units(facts, days[1].date())) == ["2026-Q1", "2026-Q2"]
    assert [unit.finished for unit in units(facts[1:], days[0].date())] == [""]


def test_few_completions_are_hidden_and_cannot_be_subtracted() -> None:
    flow = (*people(60, area="A"), *people(30, area="B"), *people(4, area="C"))
    decision = decide_year(YearToDecide(CITY, Policy(), (YEAR,), {QUARTER: flow}, {QUARTER: flow}))
    hidden = {area for _, area, _, measure in decision.hidden if measure == "CMF" and area != "P"}
    assert (YEAR, "C", "_T", "CMF") in decision.primary
    assert len(hidden) == 2
    found = released(flow, EVERYWHERE, decision, flow)
    assert found["CMF", "P"].value == "47"
    assert {area for area in "ABC" if found["CMF", area].status == "Q"} == hidden


def test_completions_are_hidden_with_the_enrolments_they_nearly_are() -> None:
    everyone = (*people(60, area="A"), *people(50, area="B"), *people(3, area="C"))
    flow = tuple(unit for unit in everyone if unit.finished) + people(40, area="C")
    asked = YearToDecide(CITY, Policy(), (YEAR,), {QUARTER: everyone}, {QUARTER: flow})
    hidden = decide_year(asked).hidden
    assert {(YEAR, "C", "_T", "ENR"), (YEAR, "C", "_T", "CMF")} <= hidden


def test_standardised_coverage_weighs_each_ages_rate_by_the_standard_population() -> None:
    everyone = people(400)
    found = released(everyone, EVERYWHERE)
    for area in "PABC":
        rates = {
            band: Fraction(len({u.person for u in everyone if area in ("P", u.area) and u.age == band}), 500)
            for band in BANDS
        }
        weighed = (rates[band] * weight for band, weight in STANDARD_POPULATION.items())
        exact = sum(weighed, Fraction(0)) / 100
        assert (found["COV_STD", area].value, found["COV_STD", area].unit) == (rounded_text(exact, 1), "RT_1000")


@pytest.mark.parametrize(
    ("changed", "status"), [({("A", "_T", "Y_GE75"): None}, "L"), ({("A", "_T", "Y_GE75"): 1}, "M"), ({}, "A")]
)
def test_standardised_coverage_needs_every_age(changed: dict[tuple[str, str, str], int | None], status: str) -> None:
    population = {key: count for key, count in {**EVERYWHERE, **changed}.items() if count is not None}
    assert released(people(400), population)["COV_STD", "A"].status == status


def test_standardised_coverage_goes_with_any_hidden_age() -> None:
    found = released(people(400), EVERYWHERE, hiding(("A", "age=Y_GE75", EPR)))
    assert (found["COV_STD", "A"].status, found["COV_STD", "A"].value) == ("Q", None)
    assert found["COV_STD", "B"].status == "A"


def test_concentration_ranks_the_areas_below_by_their_old_people() -> None:
    everyone = people(400)
    counts = {area: sum(unit.area == area for unit in everyone) for area in "ABC"}
    before, weighted = Fraction(1, 6), Fraction(0)
    for area in "BAC":  # B has most old residents
        weighted += Fraction(counts[area], 400) * before
        before += Fraction(1, 3)
    one = released(everyone, EVERYWHERE)["CONC", "P"]
    assert (one.value, one.unit, one.status) == (rounded_text(2 * weighted - 1, 3), "RATIO", "A")


def test_concentration_is_missing_with_any_of_its_parts() -> None:
    everyone = people(400)
    hidden = hiding(("B", "_T", EPR))
    unknown = {key: count for key, count in EVERYWHERE.items() if key != ("B", "_T", OLD_AGE[0])}
    assert released(everyone, EVERYWHERE, hidden)["CONC", "P"].status == "Q"
    assert released(everyone, unknown)["CONC", "P"].status == "L"
    assert released((), EVERYWHERE)["CONC", "P"].status == "M"
    assert released(people(20), EVERYWHERE)["CONC", "P"].status == "U"
    assert ("CONC", "A") not in released(everyone, EVERYWHERE)


def test_units_stored_before_completions_were_dated_still_read() -> None:
    stored = [row[:-3] for row in unpack(pack_units(people(3)))]
    assert unpack_units(pack(stored)) == tuple(replace(unit, finished="") for unit in people(3))
