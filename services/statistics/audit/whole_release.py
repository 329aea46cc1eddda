"""The last gate: a whole release as everybody gets it, all tables and periods at once, beside all that came out before.

Builds its equations from the published codes alone, and takes what must be guarded from the people behind each cell. An
area's people outside its parts, and who did not say, are printed nowhere: they are unknowns, as for any reader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from services.statistics.audit.bounds import components
from services.statistics.audit.counterexamples import Counterexamples, RangeQuestion
from services.statistics.audit.published import Key, Published, Rate
from services.statistics.audit.release_part import Attack, Disclosure, Sums, find_secrets

CellKey = tuple[str, str, str, str]
"""Period, area, category, measure."""

COUNTS = frozenset({"ENR", "EPR", "CMP", "STR", "WDR", "IPR", "NST", "CMF"})
RATES = {"CPR": ("CMP", "ENR"), "CPS": ("CMP", "STR"), "DOR": ("WDR", "STR")}
COMPLETED = ("ENR", ("CMP", "NOT"))
STATES = (COMPLETED, ("NOT", ("WDR", "IPR", "NST")), ("STR", ("CMP", "WDR", "IPR")), ("ENR", ("STR", "NST")))
STANDS_ON = {**RATES, "PTM": ("ENR",), "CMF": ("CMP",), "HRS_PC": ("EPR",)} | dict.fromkeys(
    ("COV", "COV_STD", "CONC"), ("EPR",)
)
TOTAL, OUTSIDE_PARTS = "_T", ":beside"


class Figure(Protocol):
    """A published figure, as any format gives it."""

    @property
    def measure(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def sex(self) -> str: ...
    @property
    def age(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def domain(self) -> str: ...
    @property
    def value(self) -> str | None: ...


@dataclass(frozen=True)
class Codes:
    """The public code lists: children of each area, and for each way to split everybody its tree under "_T"."""

    areas: Mapping[str, Sequence[str]]
    splits: Sequence[Mapping[str, Sequence[str]]]


def category_of(one: Figure) -> str:
    given = [code for code in (one.sex, one.age, one.group, one.domain) if code != TOTAL]
    kind = next((name for name in ("sex", "age", "group", "domain") if getattr(one, name) != TOTAL), "")
    return f"{kind}={given[0]}" if given else TOTAL


def cell_of(one: Figure) -> CellKey:
    return one.period, one.area, category_of(one), one.measure


@dataclass(frozen=True)
class Truth:
    """What stands behind each place, printed or not; `least` persons of a category where they are not `k`."""

    counts: Mapping[Key, int]
    people: Mapping[Key, Set[str]]
    least: Mapping[str, int]
    k: int


def audit_release(
    release: Sequence[Figure],
    earlier: Sequence[Figure],
    codes: Codes,
    truth: Truth,
    about: Collection[Key] | None = None,
) -> list[Disclosure]:
    """What opens, of everything or of what is asked `about`: the places, each with the first attack that opens it."""
    counts: dict[Key, int | None] = {cell_of(one): None for one in release if one.measure in COUNTS}
    counts |= {cell_of(one): int(one.value) for one in release if one.measure in COUNTS and one.value is not None}
    for one in earlier:  # what came out before and still holds is known, hidden now or not
        if one.measure in COUNTS and one.value is not None and truth.counts.get(cell_of(one)) == int(one.value):
            counts[cell_of(one)] = int(one.value)
    margins = tuple(_sums(counts, codes, truth.people))
    sums = (*margins, *_years(counts))
    for total, parts in sums:
        for cell in (total, *parts):
            counts.setdefault(cell, None)
    shown = Published(counts, sums, tuple(_rates(release, counts)))
    found = {one.cell: one for one in _derived_disclosures(release, counts)}
    asked = _questions(shown, margins, truth, codes)
    questions = [one for one in asked if about is None or one.name in about]
    for opened in _answers(shown, questions, truth):
        found.setdefault(opened.cell, opened)
    return list(found.values())


def _answers(shown: Published, questions: Sequence[RangeQuestion], truth: Truth) -> Iterator[Disclosure]:
    yield from (one.opened(Attack.PRIMARY) for one in questions if not one.weights)
    asked: dict[Key, list[RangeQuestion]] = defaultdict(list)
    for one in questions:
        if one.weights:
            asked[next(iter(one.weights))].append(one)
    parts = components(shown, truth.k, check=False, joined=[one.weights for one in questions])
    about = [(part, [one for key in part.keys for one in asked[key]]) for part in parts]
    worlds = [Counterexamples(part, truth.counts, mine) for part, mine in about if mine]
    outsiders = [one.opened() for there in worlds for one in there.unanswered()]
    yield from outsiders
    for there in () if outsiders else worlds:
        yield from _insiders(there, truth)


def _questions(shown: Published, margins: Sums, truth: Truth, codes: Codes) -> Iterator[RangeQuestion]:
    """When somebody came is no trait of theirs: quarters tie counts together, but no margin is told by them. Nor is a
    category that holds everybody in the release: its counts are the totals. Nor what follows from an area in which
    there is nobody of the kind."""
    used = {(period, kind) for (period, _, kind, _), behind in truth.people.items() if behind}
    everybody = {
        (period, here[0])
        for period in {period for period, _ in used}
        for split in codes.splits
        if len(here := [code for code in split.get(TOTAL, ()) if (period, code) in used]) == 1
    }
    for threshold in sorted({truth.k, *truth.least.values()}):
        for cell, weights, says in find_secrets(truth.people, margins, threshold):
            if (cell[0], cell[2]) in everybody:
                continue
            if _follows(weights, shown, truth, codes):
                continue
            if truth.least.get(cell[2], truth.k) == threshold and weights.keys() <= shown.counts.keys():
                moving = {key: weight for key, weight in weights.items() if shown.counts[key] is None}
                sure = sum(weight * (shown.counts[key] or 0) for key, weight in weights.items())
                yield RangeQuestion(cell, says, moving, sure, truth.k)


def _follows(weights: Mapping[Key, int], shown: Published, truth: Truth, codes: Codes) -> bool:
    """Whether it is told already by the whole area, or by one around it, that there is nobody of whom this could be
    said. That table stands or falls by its own figures."""
    parents = {child: parent for parent, children in codes.areas.items() for child in children}
    period, area, kind, _ = next(iter(weights))
    around = [area] if kind != TOTAL else []
    while area := parents.get(area.removesuffix(OUTSIDE_PARTS) if area.endswith(OUTSIDE_PARTS) else area, ""):
        around.append(area)
    for wider in around:
        there = {(period, wider, TOTAL, key[3]): weight for key, weight in weights.items()}
        told = len(there) == len(weights) and all(_is_shown(key, shown) for key in there)
        if told and sum(weight * truth.counts.get(key, 0) for key, weight in there.items()) == 0:
            return True
    return False


def _is_shown(key: Key, shown: Published) -> bool:
    names = ("ENR", "CMP") if key[3] == "NOT" else (key[3],)
    return all(shown.counts.get((*key[:3], name)) is not None for name in names)


def _insiders(there: Counterexamples, truth: Truth) -> Iterator[Disclosure]:
    """Whoever is alone in a hidden cell, or teaches them, knows one person there: nothing else that is guarded may
    close. Asked once nobody else opens anything."""
    guarded = {key for one in there.questions for key in one.weights}
    knowers = [key for key in sorted(guarded) if truth.counts.get(key) == 1 and len(truth.people.get(key, ())) == 1]
    for knower, one in there.pinned(knowers):
        yield one.opened(Attack.INSIDER, " ".join(knower))


def _sums(
    counts: Mapping[Key, int | None], codes: Codes, people: Mapping[Key, Set[str]]
) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    """A category in which nobody at all stands is no category of this release."""
    used = {(period, kind) for (period, _, kind, _), behind in people.items() if behind}
    areas = {(period, area) for period, area, _, _ in counts}
    kinds = {(period, kind, measure) for period, _, kind, measure in counts}
    for period, kind, measure in sorted(kinds):
        for parent, children in codes.areas.items():
            inside = tuple((period, child, kind, measure) for child in children)
            yield (period, parent, kind, measure), (*inside, (period, parent + OUTSIDE_PARTS, kind, measure))
    for period, area in sorted(areas):
        yield from _splits(period, area, counts, codes, used)


def _years(counts: Mapping[Key, int | None]) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    for period in sorted({key[0] for key in counts if len(key[0]) == 4}):
        quarters = [f"{period}-Q{number}" for number in range(1, 5)]
        for spot in sorted(key for key in counts if key[0] == period and key[3] != "EPR"):
            yield spot, tuple((quarter, *spot[1:]) for quarter in quarters)


def _splits(
    period: str, area: str, counts: Mapping[Key, int | None], codes: Codes, used: Set[tuple[str, str]]
) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    for split in codes.splits:
        for parent, children in split.items():
            here = [child for child in children if (period, child) in used]
            for measure in ("ENR", "CMP", "EPR") if here else ():
                yield (period, area, parent, measure), tuple((period, area, child, measure) for child in here)
    for kind in sorted({key[2] for key in counts if key[:2] == (period, area)}):
        for total, parts in STATES if kind == TOTAL else (COMPLETED,):
            yield (period, area, kind, total), tuple((period, area, kind, part) for part in parts)


def _rates(release: Iterable[Figure], counts: Mapping[Key, int | None]) -> Iterator[Rate]:
    for one in release:
        part, above = ((*cell_of(one)[:3], name) for name in RATES.get(one.measure, ("", "")))
        if one.value is not None and part in counts and above in counts and counts[above] != 0:
            yield Rate(part, above, Decimal(one.value))


def _derived_disclosures(release: Iterable[Figure], counts: Mapping[Key, int | None]) -> Iterator[Disclosure]:
    """A derived figure beside a hidden count that it was computed from."""
    for one in release:
        for name in STANDS_ON.get(one.measure, ()):
            spot = (*cell_of(one)[:3], name)
            if one.value is not None and counts.get(spot, 0) is None:
                yield Disclosure(spot, Attack.FIGURE, 0, None, "a figure computed from it is shown", one.measure)
