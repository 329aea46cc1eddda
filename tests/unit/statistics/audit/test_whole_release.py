"""The last gate: it holds for what we publish, and fails as soon as any one hidden figure is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from services.statistics.areas.geography import Geography
from services.statistics.disclosure.decisions import MARGIN, PARTS, Decision, Part
from services.statistics.disclosure.linked_tables import tabulate_enrolments, tabulate_persons
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.observation import AreaCode, Observation
from services.statistics.figures.units import BREAKDOWNS, Unit, units
from services.statistics.releases import steps, whole_year
from services.statistics.releases.domain.published_figures import Context
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
    rows = thirty_cities.facts(cities=3, quarters=4, enrolments=450)
    counted = list(units([census._fact(row, GEOGRAPHY, courses) for row in rows], GEOGRAPHY.vintage))
    return {quarter: tuple(unit for unit in counted if unit.quarter == quarter) for quarter in QUARTERS}


@cache
def sheet() -> tuple[whole_year.YearUnderAttack, dict[tuple[str, str], Decision]]:
    everybody, shown = people(), list[Observation]()
    made: dict[tuple[str, str], Decision] = {}
    for period in (*QUARTERS, "2024"):
        here = tuple(unit for quarter in QUARTERS if period in (quarter, "2024") for unit in everybody[quarter])
        decisions: dict[str, Decision] = {}
        for name in PARTS:
            below = tuple(made[quarter, name] for quarter in QUARTERS) if period == "2024" else ()
            margin = decisions.get(MARGIN, Decision())
            part = Part(name, GEOGRAPHY.areas, Policy(), here, margin=margin, quarters=below)
            decisions[name] = made[period, name] = steps.decide_part(part)
        context = Context("RES", period, GEOGRAPHY.areas, Policy(), {})
        shown += steps.assemble(steps.Period(context, here, decisions)).observations
    return whole_year.YearUnderAttack(GEOGRAPHY.areas, Policy(), (*QUARTERS, "2024"), everybody, shown, []), made


def test_a_release_stands_against_all_attacks_at_once() -> None:
    assert whole_year.attack_year(sheet()[0]) == []


def hidden(primary: bool) -> Iterator[tuple[int, str]]:
    """Places in the release, and the true figures that they hide: for their own sake, or to protect others."""
    whole, decisions = sheet()
    for period, name in [("2024-Q1", "sex"), ("2024-Q2", "flag:FAR"), ("2024-Q3", "age")]:
        breakdown, units_here = BREAKDOWNS[name], whole.units[period]
        tables = (
            tabulate_enrolments(units_here, whole.areas, breakdown),
            tabulate_persons(units_here, whole.areas, breakdown),
        )
        counts = {cell: count for table in tables for cell, count in table.counts.items()}
        labels = {label: code for code, label in breakdown.fields.items()}
        for place, one in enumerate(whole.release):
            given = [
                pair
                for pair in (("sex", one.sex), ("age", one.age), ("group", one.group))
                if pair[1] != "_T" and one.domain == "_T"
            ]
            if one.period == period and one.status == "Q" and len(given) == 1 and given[0] in labels:
                cell = (one.area, labels[given[0]], one.measure)
                small = cell in decisions[period, name].primary and 0 < counts.get(cell, 0) < Policy().k
                if cell in counts and (small if primary else cell not in decisions[period, name].primary):
                    yield place, str(counts[cell])


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
    rates = [place for place, one in enumerate(whole.release) if one.measure == "CPR" and one.sex == "F"]
    place = next(place for place in rates if whole.release[place].status == "Q")
    shown = list(whole.release)
    shown[place] = replace(shown[place], value="50.0", status="A", confidentiality="F")
    named = whole_year.attack_year(replace(whole, release=shown))
    assert any(f"{shown[place].period} {shown[place].area} sex=F" in str(cell) for cell in named)


def test_an_earlier_count_that_is_still_true_is_known() -> None:
    whole, _ = sheet()
    place, value = next(hidden(primary=False))
    before = replace(whole.release[place], value=value, status="A")
    opened = whole_year.attack_year(replace(whole, release=whole.release, earlier=[before]))
    shown = list(whole.release)
    shown[place] = before
    assert opened == whole_year.attack_year(replace(whole, release=shown))
