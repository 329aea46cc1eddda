"""The gate of a release: each attack in turn, and every cell that one of them opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.statistics.audit.bounds import Component, Range, components
from services.statistics.audit.decimals import counts_behind
from services.statistics.audit.published import Key, Published, union

MEAN_SEARCH = 10_000
PROBES = 6


@dataclass(frozen=True, slots=True)
class Opening:
    """`low` and `high` bound the count that leaks: the cell's own, or its complement's (see `says`)."""

    cell: Key
    attack: str
    low: int
    high: int | None
    says: str


@dataclass(frozen=True, slots=True)
class Secret:
    """Persons (`weights` of cells) that must look like anything from 0 to k; `cell` is hidden for their sake."""

    cell: Key
    weights: tuple[tuple[Key, int], ...]
    says: str


@dataclass(frozen=True, slots=True)
class Report:
    ranges: Mapping[Key, Range]
    openings: tuple[Opening, ...]


def audit(release: Published, truth: Mapping[Key, int], k: int, *, earlier: Sequence[Published] = ()) -> Report:
    """Attacks the release with what it shows by itself, then with its derived figures, marks and all earlier releases.

    A cell is named once, with the first attack that opens it, and again for each insider it opens to. `truth` says
    what is worth hiding; the ranges are the
    outsider's, from counts alone.
    """
    secrets = _secrets(truth, release.sums, k)
    opened: dict[Key, Opening] = {}

    def note(openings: Iterator[Opening]) -> None:
        for opening in openings:
            opened.setdefault(opening.cell, opening)

    note(_published_secrets(release, secrets, truth))
    plain = replace(release, rates=(), means=(), marked=frozenset())
    parts = components(plain, k)
    ranges = _ranges(parts)
    note(_read_off(plain, parts, ranges, secrets, k, ""))
    insiders = tuple(_insiders(parts, secrets, truth))
    steps = {
        "rate inversion": (replace(plain, rates=release.rates), bool(release.rates)),
        "mean times count": (replace(plain, rates=release.rates, means=release.means), bool(release.means)),
        "marks": (release, bool(release.marked)),
        "earlier release": (union(release, *earlier), bool(earlier)),
    }
    for attack, (known, applies) in steps.items():
        if applies:
            parts = components(known, k)
            note(_read_off(known, parts, _ranges(parts, known), secrets, k, f"{attack}: "))
    return Report(ranges, (*opened.values(), *insiders))


def _secrets(truth: Mapping[Key, int], sums: Sequence[tuple[Key, tuple[Key, ...]]], k: int) -> list[Secret]:
    """1..k-1 persons; 1..k-1 outside the cell in a margin that may be shown; nobody outside it in a margin under 2k."""
    found = [Secret(cell, ((cell, 1),), "the cell") for cell, count in truth.items() if 0 < count < k]
    for total, parts in sums:
        margin = truth.get(total, 0)
        if margin == 0 or len(parts) == 1:
            continue
        for part in parts:
            outside = margin - truth[part]
            if 0 < outside < k <= margin or (outside == 0 and margin < 2 * k):
                found.append(Secret(part, ((total, 1), (part, -1)), f"persons of {total!r} outside the cell"))
    return found


def _published_secrets(release: Published, secrets: Sequence[Secret], truth: Mapping[Key, int]) -> Iterator[Opening]:
    for secret in secrets:
        count = release.counts.get(secret.cell)
        if count is not None:
            value = sum(weight * truth[key] for key, weight in secret.weights)
            yield Opening(secret.cell, "published primary", value, value, secret.says)


def _ranges(parts: Sequence[Component], known: Published | None = None) -> dict[Key, Range]:
    ranges: dict[Key, Range] = {}
    for island in parts:
        for key in island.keys:
            low = island.extreme({key: 1}, most=False)
            ranges[key] = (low or 0, island.extreme({key: 1}, most=True))
    for mean in known.means if known else ():
        if mean.count in ranges:
            low, high = ranges[mean.count]
            end = low + MEAN_SEARCH if high is None else min(high, low + MEAN_SEARCH)
            fitting = counts_behind(mean.figure, range(low, end + 1))
            if fitting:
                ranges[mean.count] = fitting[0], fitting[-1] if high is not None and end == high else high
    return ranges


def _read_off(
    known: Published,
    parts: Sequence[Component],
    ranges: Mapping[Key, Range],
    secrets: Sequence[Secret],
    k: int,
    attack: str,
) -> Iterator[Opening]:
    """Exactly one value is left, or a secret cannot be 0, or cannot be k."""
    for cell, (low, high) in ranges.items():
        if low == high:
            yield Opening(cell, f"{attack}exact disclosure", low, high, "the cell")
    home = {key: island for island in parts for key in island.keys}
    for secret in secrets:
        low, high = _range_of(secret, known, home, ranges)
        if low == high:
            yield Opening(secret.cell, f"{attack}exact disclosure", low, high, secret.says)
        elif low > 0 or (high is not None and high < k):
            yield Opening(secret.cell, f"{attack}interval too narrow", low, high, secret.says)


def _range_of(secret: Secret, known: Published, home: Mapping[Key, Component], ranges: Mapping[Key, Range]) -> Range:
    if len(secret.weights) == 1 and secret.cell in ranges:
        return ranges[secret.cell]
    hidden = {key: weight for key, weight in secret.weights if known.counts[key] is None}
    sure = sum(weight * (known.counts[key] or 0) for key, weight in secret.weights)
    if not hidden:
        return sure, sure
    island = home[next(iter(hidden))]
    low, high = island.extreme(hidden, most=False), island.extreme(hidden, most=True)
    return (low or 0) + sure, None if high is None else high + sure


def _insiders(parts: Sequence[Component], secrets: Sequence[Secret], truth: Mapping[Key, int]) -> Iterator[Opening]:
    """Somebody who is alone in a hidden cell, or teaches whoever is, knows one person there: no other may close."""
    guarded = {secret.cell for secret in secrets}
    for island in parts:
        for knower in island.keys:
            if truth.get(knower) == 1:
                for cell, count in _known_to(knower, [key for key in island.keys if key in guarded], island):
                    yield Opening(cell, f"insider of {knower!r}", count, count, "the cell")


def _known_to(knower: Key, guarded: Sequence[Key], island: Component) -> Iterator[tuple[Key, int]]:
    """Two tables that differ in a cell prove it open. A few that pull all cells about at random prove nearly every one
    open; a programme of its own is only for those that stay as they are."""
    draw, inside = np.random.default_rng(0), {knower: 1}

    def same() -> list[Key]:
        tables = [table for table in island.seen if table[knower] >= 1]
        return [key for key in guarded if key != knower and len({table[key] for table in tables}) < 2]

    for _ in range(PROBES):
        if still := same():
            signs = draw.choice((-1, 1), len(still)).tolist()
            island.extreme(dict(zip(still, signs, strict=True)), most=True, least=inside)
    for key in same():
        low = island.extreme({key: 1}, most=False, least=inside)
        if low is not None and low == island.extreme({key: 1}, most=True, least=inside):
            yield key, low
