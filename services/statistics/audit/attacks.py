"""The attacks on one table: subtraction, rate inversion, means times counts, marks, earlier releases, insiders.

A new attack is a step of `audit`, or a generator beside `_insiders`.
"""

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
class TableDisclosure:
    """`low` and `high` bound the count that is disclosed: the cell's own, or its complement's (see `says`)."""

    cell: Key
    attack: str
    low: int
    high: int | None
    says: str


@dataclass(frozen=True, slots=True)
class Secret:
    """A number of persons, the sum of cells by `weights`, that must look like anything from 0 to k. `cell` is hidden to
    protect it."""

    cell: Key
    weights: tuple[tuple[Key, int], ...]
    says: str


@dataclass(frozen=True, slots=True)
class Report:
    """`ranges` has the least and the most that each hidden cell can be for an outsider, from counts alone."""

    ranges: Mapping[Key, Range]
    openings: tuple[TableDisclosure, ...]


def audit(release: Published, truth: Mapping[Key, int], k: int, *, earlier: Sequence[Published] = ()) -> Report:
    """Attacks the counts of the release, then its derived figures, marks and all earlier releases.

    `truth` has the true count of every cell and decides what is secret. Each disclosed cell is reported once, with the
    first attack that discloses it, and again for each insider.
    """
    secrets = _secrets(truth, release.sums, k)
    disclosures: dict[Key, TableDisclosure] = {}

    def note(found: Iterator[TableDisclosure]) -> None:
        for disclosure in found:
            disclosures.setdefault(disclosure.cell, disclosure)

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
    return Report(ranges, (*disclosures.values(), *insiders))


def _secrets(truth: Mapping[Key, int], sums: Sequence[tuple[Key, tuple[Key, ...]]], k: int) -> list[Secret]:
    """1..k-1 persons; 1..k-1 outside the cell in a margin that may be shown; nobody outside it in a margin under 2k."""
    secrets = [Secret(cell, ((cell, 1),), "the cell") for cell, count in truth.items() if 0 < count < k]
    for total, parts in sums:
        margin = truth.get(total, 0)
        if margin == 0 or len(parts) == 1:
            continue
        for part in parts:
            outside = margin - truth[part]
            if 0 < outside < k <= margin or (outside == 0 and margin < 2 * k):
                secrets.append(Secret(part, ((total, 1), (part, -1)), f"persons of {total!r} outside the cell"))
    return secrets


def _published_secrets(
    release: Published, secrets: Sequence[Secret], truth: Mapping[Key, int]
) -> Iterator[TableDisclosure]:
    for secret in secrets:
        count = release.counts.get(secret.cell)
        if count is not None:
            value = sum(weight * truth[key] for key, weight in secret.weights)
            yield TableDisclosure(secret.cell, "published primary", value, value, secret.says)


def _ranges(parts: Sequence[Component], known: Published | None = None) -> dict[Key, Range]:
    ranges: dict[Key, Range] = {}
    for component in parts:
        for key in component.keys:
            low = component.extreme({key: 1}, most=False)
            ranges[key] = (low or 0, component.extreme({key: 1}, most=True))
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
) -> Iterator[TableDisclosure]:
    """TableDisclosures that follow from the ranges: one value is left, or a secret cannot be 0, or cannot be k."""
    for cell, (low, high) in ranges.items():
        if low == high:
            yield TableDisclosure(cell, f"{attack}exact disclosure", low, high, "the cell")
    home = {key: component for component in parts for key in component.keys}
    for secret in secrets:
        low, high = _range_of(secret, known, home, ranges)
        if low == high:
            yield TableDisclosure(secret.cell, f"{attack}exact disclosure", low, high, secret.says)
        elif low > 0 or (high is not None and high < k):
            yield TableDisclosure(secret.cell, f"{attack}interval too narrow", low, high, secret.says)


def _range_of(secret: Secret, known: Published, home: Mapping[Key, Component], ranges: Mapping[Key, Range]) -> Range:
    if len(secret.weights) == 1 and secret.cell in ranges:
        return ranges[secret.cell]
    hidden = {key: weight for key, weight in secret.weights if known.counts[key] is None}
    sure = sum(weight * (known.counts[key] or 0) for key, weight in secret.weights)
    if not hidden:
        return sure, sure
    component = home[next(iter(hidden))]
    low, high = component.extreme(hidden, most=False), component.extreme(hidden, most=True)
    return (low or 0) + sure, None if high is None else high + sure


def _insiders(
    parts: Sequence[Component], secrets: Sequence[Secret], truth: Mapping[Key, int]
) -> Iterator[TableDisclosure]:
    """What an insider could compute: whoever is alone in a hidden cell, or teaches them, knows one person there."""
    guarded = {secret.cell for secret in secrets}
    for component in parts:
        for knower in component.keys:
            if truth.get(knower) == 1:
                for cell, count in _known_to(knower, [key for key in component.keys if key in guarded], component):
                    yield TableDisclosure(cell, f"insider of {knower!r}", count, count, "the cell")


def _known_to(knower: Key, guarded: Sequence[Key], component: Component) -> Iterator[tuple[Key, int]]:
    """The guarded cells with one possible count, given that the cell `knower` has somebody in it.

    Two tables that differ in a cell prove it open. A few random objectives prove this of nearly all cells; only the
    remaining ones get programmes of their own."""
    random, inside = np.random.default_rng(0), {knower: 1}

    def constant() -> list[Key]:
        tables = [table for table in component.seen if table[knower] >= 1]
        return [key for key in guarded if key != knower and len({table[key] for table in tables}) < 2]

    for _ in range(PROBES):
        if cells := constant():
            signs = random.choice((-1, 1), len(cells)).tolist()
            component.extreme(dict(zip(cells, signs, strict=True)), most=True, least=inside)
    for key in constant():
        low = component.extreme({key: 1}, most=False, least=inside)
        if low is not None and low == component.extreme({key: 1}, most=True, least=inside):
            yield key, low
