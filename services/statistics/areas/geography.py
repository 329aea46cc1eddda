"""The areas of one release: all codes of one day, and the older codes that are counted under them."""

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
    """`codes` are ordered from the top down. For a former code, `moved` has the area that includes all of it now, and
    `divided` the lowest area that includes all its parts. `broken`: days on which areas began or changed otherwise."""

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
        """Every code whose people the release counts -> the code under which it counts them."""
        return {**self.divided, **self.moved, **{area.code: area.code for area in self.codes}}

    def home(self, code: str) -> str | None:
        """The code under which people of `code` are counted; None outside the release."""
        return self.known.get(code)

    def breaks_in(self, area: str, period: str) -> bool:
        """Whether the area's figure of this period is not comparable with earlier ones."""
        return any(first_day(period) <= day <= last_day(period) for day in self.broken.get(area, ()))


def build_geography(
    versions: Sequence[AreaVersion],
    steps: Sequence[AreaChange],
    top: str,
    day: date,
    places: Mapping[str, tuple[int, int]],
) -> Geography | None:
    """The geography below `top` on that day; None if the list does not have the top area then. `places` are positions
    (column, row) on the tile map."""
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
    codes_now = {area.code for area in kept}
    gone = {area.code: area for area in versions if area.code not in valid and area.valid_from <= day}
    moved = {code: home for code in gone if (home := follow(code, steps, day)) in codes_now}
    rest = [code for code in gone if code not in moved]
    divided = {code: home for code in rest if (home := _nearest(code, steps, valid, day)) in codes_now}
    above = {area.code: area.parent for area in versions}
    ending = tuple(step for step in steps if not is_inside(step, above))
    return Geography(codes, day, moved, divided, _broken(kept, versions, ending, day), ending, above)


def _below(valid: Mapping[str, AreaVersion], top: str) -> Iterable[AreaVersion]:
    children: dict[str, list[AreaVersion]] = defaultdict(list)
    for area in valid.values():
        children[area.parent].append(area)
    areas = [valid[top]]
    for area in areas:
        areas.extend(children[area.code])
    return areas


def _nearest(code: str, steps: Sequence[AreaChange], valid: Mapping[str, AreaVersion], day: date) -> str:
    """The lowest area that includes every part of a divided one; "" without one."""
    parts = [code]
    for step in sorted(steps, key=lambda step: step.day):
        if step.old in parts and step.day <= day:
            parts.append(step.new)
    chains = [_chain(part, valid) for part in parts if part in valid]
    return next((area for area in chains[0] if all(area in chain for chain in chains)), "") if chains else ""


def _chain(code: str, valid: Mapping[str, AreaVersion]) -> list[str]:
    chain = [code]
    while (parent := valid[chain[-1]].parent) in valid:
        chain.append(parent)
    return chain


def _broken(
    kept: Iterable[AreaVersion], versions: Sequence[AreaVersion], steps: Sequence[AreaChange], day: date
) -> dict[str, tuple[date, ...]]:
    """Days on which areas changed, by area. A move of a whole area breaks nothing: its people are counted under the new
    code in all periods."""
    partial = [step for step in steps if step.share != 1]
    first = min(area.valid_from for area in versions)
    whole = {step.new for step in steps if step.share == 1}
    broken = {}
    for area in kept:
        days = set(break_days(area.code, partial, first, day))
        if area.valid_from > first and area.code not in whole:
            days.add(area.valid_from)
        if days:
            broken[area.code] = tuple(sorted(days))
    return broken


def recast_residents(residents: ResidentCounts, geography: Geography, reference: date) -> ResidentCounts:
    """A table of the day `reference` under the codes of the release. An area whose boundary moved since is the sum of
    its children; if one of them has no number, it has none either."""
    later = [step for step in geography.steps if reference < step.day <= geography.vintage]
    if not later:
        return residents
    divided = {step.old for step in later if step.share != 1}
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for (area, sex, age), count in residents.items():
        if area not in divided:
            counts[follow(area, later, geography.vintage), sex, age] += count
    _sum_up(counts, geography.areas, areas_affected(later, geography.above, geography.steps, geography.vintage))
    return dict(counts)


def _sum_up(counts: dict[tuple[str, str, str], int], areas: ReleaseAreas, affected: Set[str]) -> None:
    kinds = {(sex, age) for _, sex, age in counts}
    for parent, children in reversed(list(areas.children.items())):
        for sex, age in kinds if parent in affected else ():
            parts = [counts.get((child, sex, age)) for child in children]
            counts.pop((parent, sex, age), None)
            if None not in parts:
                counts[parent, sex, age] = sum(part or 0 for part in parts)
