"""The counts of one decided table with its gaps, and what is computed from the counts that are shown."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction

from services.statistics.disclosure.layout import Cell
from services.statistics.disclosure.linked_tables import LinkedTable
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.concentration import Area, concentration
from services.statistics.figures.coverage import Population, coverage, standardised_coverage
from services.statistics.figures.dimensions import OLD_AGE, STANDARD_POPULATION, TOTAL
from services.statistics.figures.intervals import wilson
from services.statistics.figures.measures import percent
from services.statistics.figures.observation import HIDDEN as Q
from services.statistics.figures.observation import NORMAL as A
from services.statistics.figures.observation import NOT_COLLECTED as L
from services.statistics.figures.observation import UNDEFINED as M
from services.statistics.figures.observation import UNRELIABLE as U
from services.statistics.figures.relations import CMP, CMP90, ENR, EPR, STR, WDR
from services.statistics.figures.rounding import rounded_text

PERCENT = {"CPR": (CMP, ENR), "CPR90": (CMP90, ENR), "CPS": (CMP, STR), "DOR": (WDR, STR)}


@dataclass(frozen=True, slots=True)
class Figure:
    """A count or rate of one cell, or why there is none."""

    value: Fraction | None
    status: str
    persons: int | None = None
    low: Fraction | None = None
    high: Fraction | None = None

    def rounded(self, places: int, interval_places: int) -> tuple[str | None, str | None, str | None]:
        return (
            rounded_text(self.value, places),
            rounded_text(self.low, interval_places),
            rounded_text(self.high, interval_places),
        )


class Counted:
    """The counts of one period with its gaps; 0 where nobody is. Categories are labels ("sex=F")."""

    def __init__(self, period: str, policy: Policy, table: LinkedTable, hidden: Set[Cell]) -> None:
        self._period, self._policy, self._table, self._hidden = period, policy, table, hidden

    def prints(self, area: str, category: str, measure: str) -> bool:
        return self._table.is_printed((self._period, area, category, measure))

    def count(self, area: str, category: str, measure: str) -> Figure:
        cell = (self._period, area, category, measure)
        if cell in self._hidden:
            return Figure(None, Q)
        return Figure(Fraction(self._table.counts.get(cell, 0)), A, self._table.persons.get(cell, 0))

    def persons(self, area: str, category: str, measure: str) -> Figure:
        """Those behind a count, hidden with it."""
        counted = self.count(area, category, measure)
        return counted if counted.persons is None else replace(counted, value=Fraction(counted.persons))

    def rate(self, area: str, code: str, measure: str) -> Figure:
        part, whole = (self.count(area, code, name) for name in PERCENT[measure])
        if part.value is None or whole.value is None or whole.persons is None:
            return Figure(None, Q)
        if not whole.value:
            return Figure(None, M)
        if whole.persons < self._policy.least_denominator:
            return Figure(None, Q)
        low, high = (100 * end for end in wilson(int(part.value), int(whole.value)))
        status = U if whole.persons < self._policy.reliable_denominator else A
        return Figure(percent(int(part.value), int(whole.value)), status, whole.persons, low, high)

    def coverage(self, area: str, code: str, population: int | None) -> Figure:
        persons = self.count(area, code, EPR)
        if persons.value is None:
            return persons
        if population is None:
            return Figure(None, L)
        if int(persons.value) > population:
            return Figure(None, M)
        rate = coverage(int(persons.value), population)
        return Figure(None, L) if rate is None else Figure(rate.value, A, persons.persons, rate.low, rate.high)

    def standardised(self, area: str, population: Population) -> Figure:
        """By the ages of the area."""
        bands = {code: self.count(area, f"age={code}", EPR) for code in STANDARD_POPULATION}
        if None in (figure.value for figure in (self.count(area, TOTAL, EPR), *bands.values())):
            return Figure(None, Q)
        people = {code: int(figure.value or 0) for code, figure in bands.items()}
        residents = {code: population.get((area, TOTAL, code)) for code in bands}
        if any(number is not None and people[code] > number for code, number in residents.items()):
            return Figure(None, M)
        value, known = standardised_coverage(people, residents, STANDARD_POPULATION), sum(people.values())
        status = U if known < self._policy.reliable_denominator else A
        return Figure(None, L) if value is None else Figure(value, status, known)

    def concentration(self, area: str, children: Sequence[str], population: Population) -> Figure:
        """Over the areas right below, ranked by their share of old people, the highest first."""
        people = {child: self.count(child, TOTAL, EPR) for child in children}
        if None in (figure.value for figure in (self.count(area, TOTAL, EPR), *people.values())):
            return Figure(None, Q)
        counted_areas = [
            Area(child, residents, int(figure.value or 0), -Fraction(old, residents))
            for child, figure in people.items()
            if (residents := population.get((child, TOTAL, TOTAL)))
            and (old := population.get((child, TOTAL, OLD_AGE[0]))) is not None
        ]
        known = sum(figure.persons for figure in counted_areas)
        if len(counted_areas) < len(children):
            return Figure(None, L)
        if not known or any(figure.persons > figure.population for figure in counted_areas):
            return Figure(None, M)
        if known < self._policy.least_denominator:
            return Figure(None, Q)
        index = concentration(counted_areas)
        return Figure(index.index if index else None, U if known < self._policy.reliable_denominator else A, known)
