"""Changes of areas between two days: which earlier codes make up the figure of a code of the later list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from services.statistics.areas.code_lists import AreaChange, AreaVersion, is_inside

ONE = Fraction(1)
Shares = Mapping[str, Fraction]


@dataclass(frozen=True)
class BoundaryChanges:
    """Changes (`steps`) up to the day `to`. The list's `versions`, if given, have the parents: they show which areas
    continue after their division into districts, and which must be summed again. `with_commons` makes common areas."""

    steps: Sequence[AreaChange]
    to: date
    versions: Sequence[AreaVersion] = ()
    with_commons: bool = False
    _sources: dict[tuple[date, frozenset[str]], Mapping[str, Shares]] = field(default_factory=dict, repr=False)
    _sums: dict[date, Sequence[tuple[str, Sequence[str]]]] = field(default_factory=dict, repr=False)

    @cached_property
    def above(self) -> Mapping[str, str]:
        return {area.code: area.parent for area in self.versions}

    @cached_property
    def _dated(self) -> Mapping[str, Sequence[AreaVersion]]:
        versions: dict[str, list[AreaVersion]] = defaultdict(list)
        for area in self.versions:
            versions[area.code].append(area)
        return versions

    @cached_property
    def commons(self) -> Mapping[str, Sequence[str]]:
        """Common areas: each replaces a divided area and its parts in all periods. Code -> members of any day."""
        return common_areas([step for step in self._taken if not self.inside(step)]) if self.with_commons else {}

    @cached_property
    def divided(self) -> Mapping[str, Set[date]]:
        """Days on which a series still breaks, by area: before, it is estimated or missing."""
        held = {code for members in self.commons.values() for code in members}
        days: dict[str, set[date]] = defaultdict(set)
        for step in self._taken:
            if step.share != 1 and step.new not in held:
                days[step.new].add(step.day)
        return days

    @cached_property
    def changed(self) -> Mapping[str, Set[date]]:
        """Days on which an area began or changed, by area, for a series that keeps the codes of its time."""
        days: dict[str, set[date]] = defaultdict(set)
        for step in self._taken:
            for code in {step.new} | areas_affected([step], self.above, self._taken, step.day):
                days[code].add(step.day)
        return days

    @cached_property
    def _taken(self) -> Sequence[AreaChange]:
        return sorted((step for step in self.steps if step.day <= self.to), key=lambda step: step.day)

    def inside(self, step: AreaChange) -> bool:
        return is_inside(step, self.above)

    def holds(self, code: str, day: date) -> bool:
        """Whether the code is in use on that day, by the list, or without one by the crosswalk."""
        if self.versions:
            return any(area.holds(day) for area in self._dated.get(code, ()))
        left = [step.day for step in self.steps if step.old == code]
        came = [step.day for step in self.steps if step.new == code]
        ended = max((day_of_change for day_of_change in left if day_of_change <= day), default=None)
        if ended and not any(ended <= day_of_change <= day for day_of_change in came):
            return False
        begins = min((day_of_change for day_of_change in came if day_of_change > day), default=None)
        return begins is None or any(day < day_of_change <= begins for day_of_change in left)

    def sources(self, vintage: date, present: Set[str]) -> Mapping[str, Shares]:
        """For each code at `to`, the codes of the day `vintage` and the share (0 to 1) of each. `present` are the codes
        that have figures."""
        key = vintage, frozenset(present)
        if key not in self._sources:
            self._sources[key] = self._find_sources(vintage, present)
        return self._sources[key]

    def _find_sources(self, vintage: date, present: Set[str]) -> Mapping[str, Shares]:
        member = {code: name for name, members in self.commons.items() for code in members}
        later = [step for step in self._taken if step.day > vintage and step.old not in member]
        sources: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for old in sorted({step.old for step in later if self.holds(step.old, vintage)} | present - member.keys()):
            for new, share in self._flow(old, later).items():
                sources[member.get(new, new)][old] += share
        for name, members in self.commons.items():
            for code in members:
                if code in present or self.holds(code, vintage):
                    sources[name][code] = ONE
        return sources

    def _flow(self, code: str, later: Sequence[AreaChange]) -> Shares:
        """The codes at `to` that have the people of `code`, with shares. An area that was only divided inside keeps its
        people, and its districts have them too."""
        flow: dict[str, Fraction] = {code: ONE}
        for day in sorted({step.day for step in later}):
            moved: dict[str, Fraction] = defaultdict(Fraction)
            for current, share in flow.items():
                leaving = [step for step in later if step.day == day and step.old == current]
                if all(self.inside(step) for step in leaving):
                    moved[current] += share
                for step in leaving:
                    moved[step.new] += share * step.share
            flow = moved
        return flow

    def sums(self, vintage: date) -> Sequence[tuple[str, Sequence[str]]]:
        """Areas at `to` whose boundary moved after `vintage`, lowest first, each with its children."""
        if vintage not in self._sums:
            self._sums[vintage] = list(self._summed(vintage))
        return self._sums[vintage]

    def _summed(self, vintage: date) -> Iterator[tuple[str, Sequence[str]]]:
        later = [step for step in self._taken if step.day > vintage]
        children: dict[str, list[str]] = defaultdict(list)
        for area in self.versions:
            if area.holds(self.to):
                children[area.parent].append(area.code)
        moved = areas_affected(later, self.above, self._taken, self.to)
        for code in sorted(moved, key=lambda code: -len(list(_ancestors(code, self.above)))):
            yield code, children[code]


def areas_affected(
    steps: Iterable[AreaChange], above: Mapping[str, str], every: Sequence[AreaChange], day: date
) -> set[str]:
    """Areas that gained or lost people by the changes, by their codes of that day."""
    affected: set[str] = set()
    for step in steps:
        before, after = ({follow(code, every, day) for code in _ancestors(end, above)} for end in (step.old, step.new))
        affected |= (before ^ after) - {step.old}
    return affected


def follow(code: str, steps: Sequence[AreaChange], day: date) -> str:
    """The code of the area on that day, through all moves and mergers of the whole area."""
    for step in sorted(steps, key=lambda step: step.day):
        if step.old == code and step.share == 1 and step.day <= day:
            code = step.new
    return code


def _ancestors(code: str, above: Mapping[str, str]) -> Iterator[str]:
    while code := above.get(code, ""):
        yield code


def common_areas(steps: Sequence[AreaChange]) -> Mapping[str, Sequence[str]]:
    """Divided areas with their parts, and everything joined to them, as one area each: a series without a break."""
    group: dict[str, set[str]] = {}
    for step in steps:
        if step.share != 1:
            _join(group, step)
    for _ in steps:  # moves of areas that are in a group
        for step in steps:
            if step.old in group or step.new in group:
                _join(group, step)
    commons: dict[str, Sequence[str]] = {}
    for members in sorted({tuple(sorted(each)) for each in group.values()}):
        commons[_common_name(members, commons.keys())] = members
    return commons


def _join(group: dict[str, set[str]], step: AreaChange) -> None:
    joined = group.get(step.old, {step.old}) | group.get(step.new, {step.new})
    for code in joined:
        group[code] = joined


def _common_name(members: Sequence[str], taken: Set[str]) -> str:
    """The code of a common area, as 28X01 for 28110 and 28140: the common prefix if it fits, X and a number."""
    first, last, length = members[0], members[-1], min(map(len, members))
    same = next((place for place in range(length) if first[place] != last[place]), length)
    stem = first[: min(same, max(length - 3, 0))]
    return next(name for number in range(1, 100) if (name := f"{stem}X{number:02}") not in taken)
