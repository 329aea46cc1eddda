"""The areas of one release: all of one vintage, with those of older lists that are told under today's codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from services.statistics.areas.changes import areas_affected, follow
from services.statistics.areas.code_lists import AreaChange, AreaVersion, break_days, is_inside
from services.statistics.areas.tree import ReleaseAreas
from services.statistics.figures.observation import AreaCode
from services.statistics.figures.periods import first_day, last_day

ResidentCounts = Mapping[tuple[str, str, str], int]
"""(area, sex, age) -> residents."""


@dataclass(frozen=True)
class Geography:
    """`codes` from the top down. Of an area that is no more, `moved` names the one that holds all of it now;
    `divided` the nearest that holds all its parts. `broken`: days on which an area began or changed otherwise."""

    codes: tuple[AreaCode, ...]
    vintage: date
    moved: Mapping[str, str] = field(default_factory=dict)
    divided: Mapping[str, str] = field(default_factory=dict)
    broken: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    steps: tuple[AreaChange, ...] = ()
    above: Mapping[str, str] = field(default_factory=dict)
    """The parent of every code of any vintage."""

    @property
    def top(self) -> str:
        return self.codes[0].code

    @cached_property
    def areas(self) -> ReleaseAreas:
        children: dict[str, list[str]] = defaultdict(list)
        for area in self.codes[1:]:
            children[area.parent].append(area.code)
        return ReleaseAreas(self.top, {parent: tuple(kids) for parent, kids in children.items()})

    @cached_property
    def known(self) -> Mapping[str, str]:
        """Every code whose people the release counts, and where it counts them."""
        return {**self.divided, **self.moved, **{area.code: area.code for area in self.codes}}

    def home(self, code: str) -> str | None:
        """Where somebody who lived in `code` is counted; None outside the release."""
        return self.known.get(code)

    def breaks_in(self, area: str, period: str) -> bool:
        """Whether a figure of this period is not comparable with those before it."""
        return any(first_day(period) <= day <= last_day(period) for day in self.broken.get(area, ()))


def build_geography(
    versions: Sequence[AreaVersion],
    steps: Sequence[AreaChange],
    top: str,
    day: date,
    places: Mapping[str, tuple[int, int]],
) -> Geography | None:
    """None where the list does not have the top area on that day."""
    valid = {area.code: area for area in versions if area.holds(day)}
    if top not in valid:
        return None
    kept = list(_below(valid, top))
    codes = tuple(
        AreaCode(
            area.code, "" if area.code == top else area.parent, area.level, dict(area.title), places.get(area.code)
        )
        for area in kept
    )
    here = {area.code for area in kept}
    gone = {area.code: area for area in versions if area.code not in valid and area.valid_from <= day}
    moved = {code: home for code in gone if (home := follow(code, steps, day)) in here}
    rest = [code for code in gone if code not in moved]
    divided = {code: home for code in rest if (home := _nearest(code, steps, valid, day)) in here}
    above = {area.code: area.parent for area in versions}
    ending = tuple(step for step in steps if not is_inside(step, above))
    return Geography(codes, day, moved, divided, _broken(kept, versions, ending, day), ending, above)


def _below(valid: Mapping[str, AreaVersion], top: str) -> Iterable[AreaVersion]:
    children: dict[str, list[AreaVersion]] = defaultdict(list)
    for area in valid.values():
        children[area.parent].append(area)
    found = [valid[top]]
    for area in found:
        found.extend(children[area.code])
    return found


def _nearest(code: str, steps: Sequence[AreaChange], valid: Mapping[str, AreaVersion], day: date) -> str:
    """The lowest area that holds every part of one that was divided."""
    parts = [code]
    for step in sorted(steps, key=lambda step: step.day):
        if step.old in parts and step.day <= day:
            parts.append(step.new)
    chains = [_chain(part, valid) for part in parts if part in valid]
    return next((area for area in chains[0] if all(area in chain for chain in chains)), "") if chains else ""


def _chain(code: str, valid: Mapping[str, AreaVersion]) -> list[str]:
    found = [code]
    while (parent := valid[found[-1]].parent) in valid:
        found.append(parent)
    return found


def _broken(
    kept: Iterable[AreaVersion], versions: Sequence[AreaVersion], steps: Sequence[AreaChange], day: date
) -> dict[str, tuple[date, ...]]:
    """Whoever lived in an area that moved whole is told under its code of today: that breaks nothing."""
    partial = [step for step in steps if step.share != 1]
    first = min(area.valid_from for area in versions)
    whole = {step.new for step in steps if step.share == 1}
    found = {}
    for area in kept:
        days = set(break_days(area.code, partial, first, day))
        if area.valid_from > first and area.code not in whole:
            days.add(area.valid_from)
        if days:
            found[area.code] = tuple(sorted(days))
    return found


def recast_residents(residents: ResidentCounts, geography: Geography, reference: date) -> ResidentCounts:
    """A table as of its reference day, told under the codes of the release. An area whose boundary moved since is the
    sum of those inside it; where that cannot be said it has no number."""
    later = [step for step in geography.steps if reference < step.day <= geography.vintage]
    if not later:
        return residents
    divided = {step.old for step in later if step.share != 1}
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for (area, sex, age), count in residents.items():
        if area not in divided:
            found[follow(area, later, geography.vintage), sex, age] += count
    _sum_up(found, geography.areas, areas_affected(later, geography.above, geography.steps, geography.vintage))
    return dict(found)


def _sum_up(found: dict[tuple[str, str, str], int], areas: ReleaseAreas, touched: Set[str]) -> None:
    kinds = {(sex, age) for _, sex, age in found}
    for parent, children in reversed(list(areas.children.items())):
        for sex, age in kinds if parent in touched else ():
            parts = [found.get((child, sex, age)) for child in children]
            found.pop((parent, sex, age), None)
            if None not in parts:
                found[parent, sex, age] = sum(part or 0 for part in parts)
