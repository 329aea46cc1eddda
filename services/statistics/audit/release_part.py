"""The gate of a release's part: attacks what it shows of enrolments or persons, with persons as the unit.

Finds its secrets by itself, from the persons behind each cell; shares no code with the suppression.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from services.statistics.audit.bounds import Component, components
from services.statistics.audit.published import Key, Published, union

Sums = tuple[tuple[Key, tuple[Key, ...]], ...]
TOP_OF_WHOLE = 2


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
    """`low` and `high` bound what leaks of the cell, or of its margin outside it (see `says`)."""

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
    """What opens; and the hidden cells that follow from the published ones and protect nobody: show them.

    Secrets of `settled` cells alone have been attacked with their own table."""
    shown = Published({key: None if key in hidden else count for key, count in counts.items()}, sums)
    if earlier:
        shown = union(shown, Published({**dict(shown.counts), **_still_valid(earlier, counts)}, sums))
    parts = components(shown, k)
    home = {key: island for island in parts for key in island.keys}
    opened: dict[Key, Disclosure] = {}
    guarded: set[Key] = set()
    for cell, weights, says in find_secrets(people, sums, k):
        guarded |= weights.keys()
        if all(map(settled, weights)):
            continue
        if cell not in opened and (found := attack_secret(cell, weights, says, counts, shown, home, k)):
            opened[cell] = found
    idle = {key for key in home if key not in guarded and not settled(key) and _is_determined(home[key], key)}
    return list(opened.values()), idle


def _still_valid(earlier: Mapping[Key, int | None], counts: Mapping[Key, int]) -> dict[Key, int | None]:
    """What an earlier release showed and still holds is known, hidden now or not."""
    return {key: count for key, count in earlier.items() if count is not None and counts.get(key) == count}


def find_secrets(people: Mapping[Key, Set[str]], sums: Sums, k: int) -> Iterator[tuple[Key, dict[Key, int], str]]:
    for cell, persons in people.items():
        if 0 < len(persons) < k:
            yield cell, {cell: 1}, "the cell"
    for total, parts in sums:
        margin = people.get(total, frozenset())
        if not margin or len(parts) < TOP_OF_WHOLE:
            continue
        big = sorted(parts, key=lambda part: -len(people.get(part, ())))
        for part in big:
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
    """None when the secret can be 0 and can be k in some table that agrees with all that is shown."""
    moving = {key: weight for key, weight in weights.items() if shown.counts[key] is None}
    sure = sum(weight * (shown.counts[key] or 0) for key, weight in weights.items())
    if not moving:
        value = sum(weight * counts[key] for key, weight in weights.items())
        return Disclosure(cell, Attack.PRIMARY, value, value, says)
    low, high = 0, 0
    groups: dict[int, dict[Key, int]] = {}
    for key, weight in moving.items():
        groups.setdefault(id(home[key]), {})[key] = weight
    for group in groups.values():
        island = home[next(iter(group))]
        seen = [sum(weight * table[key] for key, weight in group.items()) for table in island.seen]
        target_low, target_high = -sure, k - sure
        if len(groups) > 1 or not seen or min(seen) > target_low or max(seen) < target_high:
            low += island.extreme(group, most=False) or 0
            most = island.extreme(group, most=True)
            high = high + (sure + k if most is None else most)
        else:
            low, high = min(seen), max(seen)
    low, high = low + sure, high + sure
    if low == high:
        return Disclosure(cell, Attack.EXACT, low, high, says)
    return Disclosure(cell, Attack.INTERVAL, low, high, says) if low > 0 or high < k else None


def _is_determined(island: Component, key: Key) -> bool:
    if len({table[key] for table in island.seen}) > 1:
        return False
    return island.extreme({key: 1}, most=False) == island.extreme({key: 1}, most=True)
