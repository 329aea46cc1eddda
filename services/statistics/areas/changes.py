"""What became of areas between two days: for a code of the later list, of which earlier ones its figure is made."""

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
    """`steps` count up to the day `to`. The list's `versions`, where given, tell what lies in what: which areas go on
    after their division into districts, and which are to be summed anew."""

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
        found: dict[str, list[AreaVersion]] = defaultdict(list)
        for area in self.versions:
            found[area.code].append(area)
        return found

    @cached_property
    def commons(self) -> Mapping[str, Sequence[str]]:
        """Areas that stand for all that was divided, on either side of the change; with their members of any day."""
        return common_areas([step for step in self._taken if not self.inside(step)]) if self.with_commons else {}

    @cached_property
    def divided(self) -> Mapping[str, Set[date]]:
        """Days on which a series breaks even so: before, it is estimated or not there."""
        held = {code for members in self.commons.values() for code in members}
        days: dict[str, set[date]] = defaultdict(set)
        for step in self._taken:
            if step.share != 1 and step.new not in held:
                days[step.new].add(step.day)
        return days

    @cached_property
    def changed(self) -> Mapping[str, Set[date]]:
        """Days on which an area began or changed, for a series under the codes of its time."""
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
        """Whether the code is in use on that day, as far as the list, or without one the crosswalk, says."""
        if self.versions:
            return any(area.holds(day) for area in self._dated.get(code, ()))
        left = [step.day for step in self.steps if step.old == code]
        came = [step.day for step in self.steps if step.new == code]
        ended = max((one for one in left if one <= day), default=None)
        if ended and not any(ended <= one <= day for one in came):
            return False
        begins = min((one for one in came if one > day), default=None)
        return begins is None or any(day < one <= begins for one in left)

    def sources(self, vintage: date, present: Set[str]) -> Mapping[str, Shares]:
        """For each code at `to`, the codes of `vintage` and how much of each; `present` are those that have figures."""
        key = vintage, frozenset(present)
        if key not in self._sources:
            self._sources[key] = self._found(vintage, present)
        return self._sources[key]

    def _found(self, vintage: date, present: Set[str]) -> Mapping[str, Shares]:
        member = {code: name for name, members in self.commons.items() for code in members}
        later = [step for step in self._taken if step.day > vintage and step.old not in member]
        found: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for old in sorted({step.old for step in later if self.holds(step.old, vintage)} | present - member.keys()):
            for new, share in self._flow(old, later).items():
                found[member.get(new, new)][old] += share
        for name, members in self.commons.items():
            for code in members:
                if code in present or self.holds(code, vintage):
                    found[name][code] = ONE
        return found

    def _flow(self, code: str, later: Sequence[AreaChange]) -> Shares:
        """Where its people are at `to`; an area that was only divided inside stays and is in its districts, too."""
        flow: dict[str, Fraction] = {code: ONE}
        for day in sorted({step.day for step in later}):
            moved: dict[str, Fraction] = defaultdict(Fraction)
            for one, share in flow.items():
                leaving = [step for step in later if step.day == day and step.old == one]
                if all(self.inside(step) for step in leaving):
                    moved[one] += share
                for step in leaving:
                    moved[step.new] += share * step.share
            flow = moved
        return flow

    def sums(self, vintage: date) -> Sequence[tuple[str, Sequence[str]]]:
        """Areas at `to` whose boundary moved after `vintage`, lowest first, each with all that lies in it."""
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
    """Areas, by their codes of that day, that hold people whom they did not hold before, or the other way round."""
    found: set[str] = set()
    for step in steps:
        before, after = ({follow(code, every, day) for code in _ancestors(end, above)} for end in (step.old, step.new))
        found |= (before ^ after) - {step.old}
    return found


def follow(code: str, steps: Sequence[AreaChange], day: date) -> str:
    """Through moves and mergers, as long as the area went whole."""
    for step in sorted(steps, key=lambda step: step.day):
        if step.old == code and step.share == 1 and step.day <= day:
            code = step.new
    return code


def _ancestors(code: str, above: Mapping[str, str]) -> Iterator[str]:
    while code := above.get(code, ""):
        yield code


def common_areas(steps: Sequence[AreaChange]) -> Mapping[str, Sequence[str]]:
    """What was divided, with its parts and all that is joined to them, as one area: the safe series over the change."""
    group: dict[str, set[str]] = {}
    for step in steps:
        if step.share != 1:
            _join(group, step)
    for _ in steps:  # a move of something that is in one
        for step in steps:
            if step.old in group or step.new in group:
                _join(group, step)
    found: dict[str, Sequence[str]] = {}
    for members in sorted({tuple(sorted(each)) for each in group.values()}):
        found[_common_name(members, found.keys())] = members
    return found


def _join(group: dict[str, set[str]], step: AreaChange) -> None:
    joined = group.get(step.old, {step.old}) | group.get(step.new, {step.new})
    for code in joined:
        group[code] = joined


def _common_name(members: Sequence[str], taken: Set[str]) -> str:
    """28X01 of 28110 and 28140: as much of the codes as fits, X and a number."""
    first, last, length = members[0], members[-1], min(map(len, members))
    same = next((place for place in range(length) if first[place] != last[place]), length)
    stem = first[: min(same, max(length - 3, 0))]
    return next(name for number in range(1, 100) if (name := f"{stem}X{number:02}") not in taken)
