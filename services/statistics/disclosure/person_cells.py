"""In which cells of the linked tables a person counts, with each enrolment and once as a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from services.statistics.disclosure.layout import Cell, Layout
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.relations import CMP, CMP90, ENR, EPR, IPR, LATER, NOT, NST, STR, WDR
from services.statistics.figures.units import BREAKDOWNS, Unit

_OF_STATUS = {CMP: (ENR, CMP, STR), WDR: (ENR, NOT, STR, WDR), IPR: (ENR, NOT, STR, IPR), NST: (ENR, NOT, NST)}


@cache
def _categories(sex: str, age: str, flags: tuple[str, ...] | None, domains: tuple[str, ...]) -> tuple[str, ...]:
    unit = Unit("", "", "", sex, age, flags, domains, "", None, None)
    labels = (each.label(code) for each in BREAKDOWNS.values() for code in each.codes_of(unit))
    return (TOTAL, *dict.fromkeys(labels))


def categories_of(unit: Unit) -> tuple[str, ...]:
    """All labels that the unit counts under."""
    return _categories(unit.sex, unit.age, unit.flags, unit.domains)


def cells_of_person(units: Sequence[Unit], period: str, layout: Layout) -> tuple[list[Cell], list[Cell]]:
    """The cells of one person's enrolments, each as often as it counts there, and those of the person."""
    lineage = layout.areas.lineage()
    counted = [
        (period, area, category, measure)
        for unit in units
        for area in lineage[unit.area]
        for category in layout.counted(period, area, categories_of(unit))
        for measure in (_measures_of(unit) if category == TOTAL else _OF_STATUS[unit.status][:2])
    ]
    last = units[-1]
    homes = {unit.quarter: unit.area for unit in units}
    taken = tuple(
        dict.fromkeys(
            code
            for unit in units
            if unit.area == last.area == homes[unit.quarter]  # so that who counts in a year counts in a quarter
            for code in unit.domains
        )
    )
    categories = _categories(last.sex, last.age, last.flags, taken)
    own = [
        (period, area, category, EPR)
        for area in lineage[last.area]
        for category in layout.counted(period, area, categories)
    ]
    return counted, own


def _measures_of(unit: Unit) -> tuple[str, ...]:
    time = () if unit.status != CMP else (CMP90,) if unit.in_time else (LATER,)
    return (*_OF_STATUS[unit.status], *time)


def by_person(units: Iterable[Unit]) -> Mapping[str, list[Unit]]:
    people: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        people[unit.person].append(unit)
    return people
