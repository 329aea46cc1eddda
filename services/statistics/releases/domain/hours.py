"""Hours, person-times and days of learning by area: magnitudes, so the p % rule decides with the number of persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.layout import Cell
from services.statistics.disclosure.policy import Policy, magnitude_is_sensitive
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.measures import QUANTILE_MINIMUM, quantile
from services.statistics.figures.observation import HIDDEN, NORMAL, UNDEFINED
from services.statistics.figures.relations import CMP, ENR
from services.statistics.figures.units import Unit

Amounts = Mapping[str, Mapping[str, Decimal]]
"""Area -> person -> hours, or person-times."""


def hours(units: Sequence[Unit], areas: ReleaseAreas) -> Amounts:
    return _added_up(units, areas, lambda unit: unit.hours or Decimal(0))


def times(units: Sequence[Unit], areas: ReleaseAreas) -> Amounts:
    return _added_up(units, areas, lambda unit: Decimal(unit.times))


def _added_up(units: Sequence[Unit], areas: ReleaseAreas, amount: Callable[[Unit], Decimal]) -> Amounts:
    lineage = areas.lineage()
    by_area: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for unit in units:
        for area in lineage[unit.area]:
            by_area[area][unit.person] += amount(unit)
    return by_area


def amounts_hidden(
    units: Sequence[Unit],
    areas: ReleaseAreas,
    policy: Policy,
    counts_hidden: Iterable[Cell],
    inherited: Iterable[str] = (),
    period: str = "",
) -> frozenset[str]:
    """Areas whose hours and person-times stay inside: those that either would give away, and those without a count."""
    hidden = {area for when, area, *cell in counts_hidden if (when, *cell) == (period, TOTAL, ENR)} | set(inherited)
    both = hours(units, areas), times(units, areas)
    while True:
        before = len(hidden)
        for amounts in both:
            hidden |= hours_hidden(amounts, areas, policy, hidden)
        if len(hidden) == before:
            return frozenset(hidden)


def hours_hidden(
    hours_by_area: Amounts, areas: ReleaseAreas, policy: Policy, inherited: Iterable[str] = ()
) -> frozenset[str]:
    """Those of `inherited`; where one person's would show; and others beside them until no sum gives a hidden one away.
    Then the area above, and so on to the top."""
    hidden = set(inherited)
    hidden |= {area for area, people in hours_by_area.items() if people and _sensitive([people], policy)}
    for parent, children in _from_below(areas):
        family = [area for area in (*children, f"{parent}:own") if area in hours_by_area]
        waiting = sorted(
            (area for area in family if area not in hidden), key=lambda area: (_total(hours_by_area[area]), area)
        )
        gone = [area for area in family if area in hidden]
        while gone and (len(gone) < 2 or _sensitive([hours_by_area[area] for area in gone], policy)):
            gone.append(waiting.pop(0) if waiting else parent)
            hidden.add(gone[-1])
            if gone[-1] == parent:
                break
    return frozenset(hidden)


def _from_below(areas: ReleaseAreas) -> list[tuple[str, tuple[str, ...]]]:
    depth = {area: len(chain) for area, chain in areas.lineage().items()}
    return sorted(areas.children.items(), key=lambda item: -depth[item[0]])


def _sensitive(groups: Sequence[Mapping[str, Decimal]], policy: Policy) -> bool:
    together: dict[str, Fraction] = defaultdict(Fraction)
    for group in groups:
        for person, spent in group.items():
            together[person] += Fraction(spent)
    return magnitude_is_sensitive(list(together.values()), policy)


def _total(people: Mapping[str, Decimal]) -> Decimal:
    return sum(people.values(), Decimal(0))


def work(
    units: Sequence[Unit], areas: ReleaseAreas, counts_hidden: Set[Cell], hours_kept: frozenset[str], period: str
) -> Iterator[tuple[str, str, Fraction | None, str, int | None]]:
    """(measure, area, value, status, persons) of HRS, HRS_PC, PTM, TTC_MED and TTC_P90."""
    lineage, spent, came = areas.lineage(), hours(units, areas), times(units, areas)
    days: dict[str, list[int]] = defaultdict(list)
    finishers: dict[str, set[str]] = defaultdict(set)
    for unit in units:
        for area in lineage[unit.area] if unit.days is not None else ():
            days[area].append(unit.days or 0)
            finishers[area].add(unit.person)
    for area in lineage:
        people = spent.get(area, {})
        for measure in ("HRS", "HRS_PC", "PTM"):
            if area in hours_kept:
                yield measure, area, None, HIDDEN, None
            else:
                total = Fraction(_total(people))
                per = total / len(people) if people else None
                value = {"HRS": total, "HRS_PC": per, "PTM": Fraction(_total(came.get(area, {})))}[measure]
                yield measure, area, value, UNDEFINED if value is None else NORMAL, len(people)
        yield from _times(area, sorted(days[area]), len(finishers[area]), (period, area, TOTAL, CMP) in counts_hidden)


def _times(
    area: str, days: Sequence[int], persons: int, hidden: bool
) -> Iterator[tuple[str, str, Fraction | None, str, int | None]]:
    few = persons < QUANTILE_MINIMUM
    for measure, share in (("TTC_MED", Fraction(1, 2)), ("TTC_P90", Fraction(9, 10))):
        if not days and not hidden:
            yield measure, area, None, UNDEFINED, None
        elif hidden or few:
            yield measure, area, None, HIDDEN, None
        else:
            yield measure, area, quantile(days, share), NORMAL, persons
