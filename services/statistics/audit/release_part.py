"""The audit of one part of a release (a period and a breakdown): attacks its counts, with persons as the unit.

Derives the secrets itself, from the persons behind each cell; shares no code with the suppression.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from services.statistics.audit.bounds import Component, components
from services.statistics.audit.published import Key, Published, union

Sums = tuple[tuple[Key, tuple[Key, ...]], ...]
LEAST_PARTS = 2
"""A sum of one part says nothing about a complement."""


class Attack(StrEnum):
    EXACT = "exact disclosure"
    INTERVAL = "interval too narrow"
    PRIMARY = "published primary"
    FIGURE = "published figure"
    """`evidence` is the measure of a figure that was computed from the cell and is shown."""
    INSIDER = "insider"
    """`evidence` names the cell in which somebody is alone, and so knows one person."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A finding of the audit: the smallest and largest size (inclusive; None: no limit) that the secret can have.

    The secret is the cell's own count, or that of its margin outside it; `says` tells which."""

    cell: Key
    attack: Attack
    low: int
    high: int | None
    says: str
    evidence: str = ""

    def __str__(self) -> str:
        return f"{self.cell!r}: {self.attack}, {self.low} to {'any' if self.high is None else self.high} ({self.says})"


def audit_part(
    counts: Mapping[Key, int],
    people: Mapping[Key, Set[str]],
    sums: Sums,
    hidden: Collection[Key],
    k: int,
    earlier: Mapping[Key, int | None] | None = None,
    settled: Callable[[Key], bool] = lambda key: False,
) -> tuple[list[Disclosure], set[Key]]:
    """The disclosures, and the hidden cells that can be computed and protect nobody, so that they may be shown.

    `people` are the persons behind each of the `counts`; `hidden` cells stay unpublished; `earlier` are the counts of
    earlier releases. `settled` cells belong to another table; secrets of those alone were attacked there."""
    shown = Published({key: None if key in hidden else count for key, count in counts.items()}, sums)
    if earlier:
        shown = union(shown, Published({**dict(shown.counts), **_still_valid(earlier, counts)}, sums))
    home = {key: component for component in components(shown, k) for key in component.keys}
    disclosures: dict[Key, Disclosure] = {}
    guarded: set[Key] = set()
    for cell, weights, says in find_secrets(people, sums, k):
        guarded |= weights.keys()
        if all(map(settled, weights)):
            continue
        if cell not in disclosures and (found := attack_secret(cell, weights, says, counts, shown, home, k)):
            disclosures[cell] = found
    useless = {key for key in home if key not in guarded and not settled(key) and _is_determined(home[key], key)}
    return list(disclosures.values()), useless


def _still_valid(earlier: Mapping[Key, int | None], counts: Mapping[Key, int]) -> dict[Key, int | None]:
    """Counts of an earlier release that are still true: everybody knows them, even where they are hidden now."""
    return {key: count for key, count in earlier.items() if count is not None and counts.get(key) == count}


def find_secrets(people: Mapping[Key, Set[str]], sums: Sums, k: int) -> Iterator[tuple[Key, dict[Key, int], str]]:
    """Numbers of persons that must stay open, each as (guarded cell, weights of the cells that it is a sum of, words).

    Secret are 1 to k-1 persons in a cell; 1 to k-1 outside it in a margin of k or more; nobody outside it in a margin
    under 2k."""
    for cell, persons in people.items():
        if 0 < len(persons) < k:
            yield cell, {cell: 1}, "the cell"
    for total, parts in sums:
        margin = people.get(total, frozenset())
        if not margin or len(parts) < LEAST_PARTS:
            continue
        largest_first = sorted(parts, key=lambda part: -len(people.get(part, ())))
        for part in largest_first:
            if len(margin) >= 2 * k and len(people.get(part, ())) + k <= len(margin):
                break
            outside = len(set().union(*(people.get(other, frozenset()) for other in parts if other != part)))
            if 0 < outside < k <= len(margin) or (outside == 0 and len(margin) < 2 * k):
                yield part, {total: 1, part: -1}, f"persons of {total!r} outside the cell"


def attack_secret(
    cell: Key,
    weights: dict[Key, int],
    says: str,
    counts: Mapping[Key, int],
    shown: Published,
    home: Mapping[Key, Component],
    k: int,
) -> Disclosure | None:
    """None if some table that agrees with all that is shown has the secret at 0, and another has it at k."""
    unknown = {key: weight for key, weight in weights.items() if shown.counts[key] is None}
    sure = sum(weight * (shown.counts[key] or 0) for key, weight in weights.items())
    if not unknown:
        value = sum(weight * counts[key] for key, weight in weights.items())
        return Disclosure(cell, Attack.PRIMARY, value, value, says)
    low, high = 0, 0
    groups: dict[int, dict[Key, int]] = {}
    for key, weight in unknown.items():
        groups.setdefault(id(home[key]), {})[key] = weight
    for group in groups.values():
        component = home[next(iter(group))]
        seen = [sum(weight * table[key] for key, weight in group.items()) for table in component.seen]
        target_low, target_high = -sure, k - sure
        if len(groups) > 1 or not seen or min(seen) > target_low or max(seen) < target_high:
            low += component.extreme(group, most=False) or 0
            most = component.extreme(group, most=True)
            high = high + (sure + k if most is None else most)
        else:
            low, high = min(seen), max(seen)
    low, high = low + sure, high + sure
    if low == high:
        return Disclosure(cell, Attack.EXACT, low, high, says)
    return Disclosure(cell, Attack.INTERVAL, low, high, says) if low > 0 or high < k else None


def _is_determined(component: Component, key: Key) -> bool:
    if len({table[key] for table in component.seen}) > 1:
        return False
    return component.extreme({key: 1}, most=False) == component.extreme({key: 1}, most=True)
