"""Area code lists over time: when a code was valid, and which areas succeeded it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.statistics.figures.refusal import InvalidValue


@dataclass(frozen=True, slots=True)
class AreaVersion:
    """`valid_to` is the last day, None while it is in force; `parent` is "" at the top."""

    code: str
    parent: str
    level: str
    title: Mapping[str, str]
    valid_from: date
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class AreaChange:
    """A change of codes: from `day` on, the `share` (0 to 1) of the people of `old` belongs to `new`. It is 1 for
    a move or a merger, less for a split."""

    old: str
    new: str
    day: date
    share: Fraction


def is_inside(step: AreaChange, above: Mapping[str, str]) -> bool:
    """Whether the old area only got districts and continues, with the new one inside. `above` is code -> parent."""
    code = step.new
    while code := above.get(code, ""):
        if code == step.old:
            return True
    return False


def areas_on(areas: Iterable[AreaVersion], day: date) -> dict[str, AreaVersion]:
    return {area.code: area for area in areas if area.holds(day)}


def check_areas(areas: Sequence[AreaVersion]) -> Sequence[AreaVersion]:
    """The list; raises InvalidValue if a code means two areas on a day, ends before it begins or has no parent."""
    by_code: dict[str, list[AreaVersion]] = defaultdict(list)
    for area in areas:
        if area.valid_to is not None and area.valid_to < area.valid_from:
            raise InvalidValue(
                f"{area.code} ends ({area.valid_to}) before it begins ({area.valid_from})", field="valid_to"
            )
        for other in by_code[area.code]:
            if other.holds(area.valid_from) or area.holds(other.valid_from):
                raise InvalidValue(
                    f"{area.code} is there twice on {max(area.valid_from, other.valid_from)}", field="code"
                )
        by_code[area.code].append(area)
    for area in areas:
        if area.parent and not any(parent.holds(area.valid_from) for parent in by_code.get(area.parent, ())):
            raise InvalidValue(f"{area.parent} is not in the list on {area.valid_from}", field="parent")
    return areas


def check_changes(steps: Sequence[AreaChange]) -> Sequence[AreaChange]:
    shares: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for step in steps:
        shares[step.old, step.day] += step.share
    for (old, day), share in shares.items():
        if share != 1:
            raise InvalidValue(f"the shares of {old} on {day} add up to {float(share):g}, not 1", field="share")
    return steps


def recast(values: Mapping[str, int], steps: Sequence[AreaChange]) -> dict[str, Fraction]:
    """Counts by old code as counts by new code. Estimates wherever a share is not 1."""
    recasted: dict[str, Fraction] = {code: Fraction(value) for code, value in values.items()}
    for day in sorted({step.day for step in steps}):
        today = [step for step in steps if step.day == day]
        leaving = {old: recasted.pop(old, Fraction(0)) for old in {step.old for step in today}}
        for step in today:
            recasted[step.new] = recasted.get(step.new, Fraction(0)) + leaving[step.old] * step.share
    return recasted


def break_days(code: str, steps: Iterable[AreaChange], since: date, until: date) -> list[date]:
    """Days between `since` and `until` on which the area changed: the first figure after each is marked B (break)."""
    return sorted({step.day for step in steps if code in (step.old, step.new) and since < step.day <= until})
