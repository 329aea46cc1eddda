"""The last gate: it holds for what we publish, and fails as soon as any one hidden figure is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from services.statistics.areas.geography import Geography
from services.statistics.audit.whole_release import cell_of
from services.statistics.disclosure.decisions import Decision, YearToDecide
from services.statistics.disclosure.linked_tables import tabulate
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.observation import AreaCode
from services.statistics.figures.units import Unit, units
from services.statistics.releases import steps, whole_year
from services.statistics.releases.domain.published_figures import Context
from services.statistics.releases.public_attack import Edition
from services.statistics.releases.snapshot import EnrolmentSnapshot
from tests import thirty_cities

SAMPLE = 2
QUARTERS = tuple(f"2024-Q{number}" for number in range(1, 5))
CODES = [row["name"].removeprefix("areas/") for row in thirty_cities.areas(3)]
GEOGRAPHY = Geography(
    tuple(AreaCode(code, CODES[0] if place else "", "SGG", {}) for place, code in enumerate(CODES)), date(2026, 1, 31)
)


def people() -> dict[str, tuple[Unit, ...]]:
    census = EnrolmentSnapshot(None, ZoneInfo("Asia/Seoul"))  # type: ignore[arg-type]
    courses = {row["_id"]: row for row in thirty_cities.courses()}
    rows = thirty_cities.facts_as_read(cities=3, quarters=4, enrolments=450)
    counted = list(units([census._fact(row, GEOGRAPHY, courses) for row in rows], GEOGRAPHY.vintage))
    return {quarter: tuple(unit for unit in counted if unit.quarter == quarter) for quarter in QUARTERS}


PERIODS = (*QUARTERS, "2024")


@cache
def sheet() -> tuple[whole_year.YearUnderAttack, Decision]:
    begun = people()
    decision = steps.decide_year(YearToDecide(GEOGRAPHY.areas, Policy(), PERIODS, begun))
    shown = [
        figure
        for period in PERIODS
        for figure in steps.assemble(
            steps.Period(Context("RES", period, GEOGRAPHY.areas, Policy(), {}), begun, decision)
        ).observations
    ]
    return whole_year.YearUnderAttack(GEOGRAPHY.areas, Policy(), PERIODS, begun, shown, []), decision


def test_a_release_stands_against_all_attacks_at_once() -> None:
    year, _ = sheet()
    edition = Edition("r", datetime(2025, 2, 1, tzinfo=UTC), 5, GEOGRAPHY, year.release)
    assert whole_year.attack_year(replace(year, edition=edition)) == []


def hidden(primary: bool) -> Iterator[tuple[int, str]]:
    """Places in the release, and the true figures that they hide: for their own sake, or to protect others."""
    year, decision = sheet()
    table = tabulate(PERIODS, year.units, year.flow, year.areas)
    for place, figure in enumerate(year.release):
        cell = cell_of(figure)
        small = not primary or 0 < table.persons.get(cell, 0) < Policy().k
        if cell in decision.hidden and (cell in decision.primary) is primary and small:
            yield place, str(table.counts[cell])


def opened_by_showing(places: list[tuple[int, str]]) -> Iterator[bool]:
    whole, _ = sheet()
    for place, value in places:
        shown = list(whole.release)
        shown[place] = replace(shown[place], value=value, status="A", confidentiality="F")
        yield bool(whole_year.attack_year(replace(whole, release=shown)))


def test_showing_any_small_figure_opens_the_release() -> None:
    places = list(hidden(primary=True))
    assert all(opened_by_showing(places[:: len(places) // SAMPLE]))


def test_showing_a_secondary_suppression_discloses_others() -> None:
    """Not each of them: the quick search hides some that the others alone would protect."""
    places = list(hidden(primary=False))
    assert any(opened_by_showing(places[:: len(places) // SAMPLE]))


def test_a_rate_beside_a_hidden_count_is_named() -> None:
    whole, _ = sheet()
    rates = [place for place, one in enumerate(whole.release) if one.measure == "CPR" and one.age != "_T"]
    place = next(place for place in rates if whole.release[place].status == "Q")
    shown = list(whole.release)
    shown[place] = replace(shown[place], value="50.0", status="A", confidentiality="F")
    named = whole_year.attack_year(replace(whole, release=shown))
    assert any(f"{shown[place].period} {shown[place].area} age={shown[place].age}" in str(cell) for cell in named)


def test_an_earlier_count_that_is_still_true_is_known() -> None:
    whole, _ = sheet()
    place, value = next(pair for pair in hidden(primary=False) if int(pair[1]) >= Policy().k)
    before = replace(whole.release[place], value=value, status="A")
    opened = whole_year.attack_year(replace(whole, release=whole.release, earlier=[before]))
    shown = list(whole.release)
    shown[place] = before
    assert opened == whole_year.attack_year(replace(whole, release=shown))
