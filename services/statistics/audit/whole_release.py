"""The final audit: attacks a whole release, all tables and periods at once, together with all earlier releases.

Builds its equations from the published codes alone, and derives the secrets from the persons behind each cell. The
persons of an area outside its parts, and those who gave no answer, are published nowhere: they are unknowns here too.
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
COMPUTED_FROM = {**RATES, "PTM": ("ENR",), "CMF": ("CMP",), "HRS_PC": ("EPR",)} | dict.fromkeys(
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


def category_of(figure: Figure) -> str:
    """ "sex=F", or "_T" for a figure that is broken down by nothing."""
    given = [code for code in (figure.sex, figure.age, figure.group, figure.domain) if code != TOTAL]
    kind = next((name for name in ("sex", "age", "group", "domain") if getattr(figure, name) != TOTAL), "")
    return f"{kind}={given[0]}" if given else TOTAL


def cell_of(figure: Figure) -> CellKey:
    return figure.period, figure.area, category_of(figure), figure.measure


@dataclass(frozen=True)
class Truth:
    """The enrolments and persons behind each cell, published or not. `k` is the smallest number of persons that may be
    shown; `least` has the categories with another one."""

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
    """The cells that are disclosed, each with the first attack that does so; of all cells, or only of those `about`."""
    counts = _known_counts(release, earlier, truth)
    margins = tuple(_sums(counts, codes, truth.people))
    sums = (*margins, *_years(counts))
    for total, parts in sums:
        for cell in (total, *parts):
            counts.setdefault(cell, None)
    shown = Published(counts, sums, tuple(_rates(release, counts)))
    disclosures = {disclosure.cell: disclosure for disclosure in _derived_disclosures(release, counts)}
    questions = [
        question for question in _questions(shown, margins, truth, codes) if about is None or question.name in about
    ]
    for disclosure in _answers(shown, questions, truth):
        disclosures.setdefault(disclosure.cell, disclosure)
    return list(disclosures.values())


def _known_counts(release: Sequence[Figure], earlier: Sequence[Figure], truth: Truth) -> dict[Key, int | None]:
    """The published counts, None where hidden. A count of an earlier release that is still true is known, even if it is
    hidden now."""
    counts: dict[Key, int | None] = {
        cell_of(figure): None if figure.value is None else int(figure.value)
        for figure in release
        if figure.measure in COUNTS
    }
    for figure in earlier:
        if figure.measure in COUNTS and figure.value is not None:
            cell, count = cell_of(figure), int(figure.value)
            if truth.counts.get(cell) == count:
                counts[cell] = count
    return counts


def _answers(shown: Published, questions: Sequence[RangeQuestion], truth: Truth) -> Iterator[Disclosure]:
    """Disclosures to outsiders; to insiders only once there are none of those."""
    yield from (question.disclosure(Attack.PRIMARY) for question in questions if not question.weights)
    by_cell: dict[Key, list[RangeQuestion]] = defaultdict(list)
    for question in questions:
        if question.weights:
            by_cell[next(iter(question.weights))].append(question)
    parts = components(shown, truth.k, check=False, joined=[question.weights for question in questions])
    pairs = [(part, [question for key in part.keys for question in by_cell[key]]) for part in parts]
    searches = [Counterexamples(part, truth.counts, mine) for part, mine in pairs if mine]
    outsiders = [question.disclosure() for search in searches for question in search.find_disclosures()]
    yield from outsiders
    for search in () if outsiders else searches:
        yield from _insiders(search, truth)


def _questions(shown: Published, margins: Sums, truth: Truth, codes: Codes) -> Iterator[RangeQuestion]:
    """One question per secret. Not secret are: the quarter of somebody's enrolment (quarters tie counts together, but
    are no trait); a category that holds everybody in the release (its counts are the totals); what follows from an area
    with nobody of the kind."""
    used = {(period, kind) for (period, _, kind, _), persons in truth.people.items() if persons}
    everybody = {
        (period, used_codes[0])
        for period in {period for period, _ in used}
        for split in codes.splits
        if len(used_codes := [code for code in split.get(TOTAL, ()) if (period, code) in used]) == 1
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
    """Whether the totals of the area, or of one around it, already show that there is nobody of the kind. Those totals
    are audited by themselves."""
    parents = {child: parent for parent, children in codes.areas.items() for child in children}
    period, area, kind, _ = next(iter(weights))
    around = [area] if kind != TOTAL else []
    while area := parents.get(area.removesuffix(OUTSIDE_PARTS) if area.endswith(OUTSIDE_PARTS) else area, ""):
        around.append(area)
    for wider in around:
        totals = {(period, wider, TOTAL, key[3]): weight for key, weight in weights.items()}
        known = len(totals) == len(weights) and all(_is_shown(key, shown) for key in totals)
        if known and sum(weight * truth.counts.get(key, 0) for key, weight in totals.items()) == 0:
            return True
    return False


def _is_shown(key: Key, shown: Published) -> bool:
    names = ("ENR", "CMP") if key[3] == "NOT" else (key[3],)
    return all(shown.counts.get((*key[:3], name)) is not None for name in names)


def _insiders(search: Counterexamples, truth: Truth) -> Iterator[Disclosure]:
    """What an insider could compute: whoever is alone in a hidden cell, or teaches them, knows one person there."""
    guarded = {key for question in search.questions for key in question.weights}
    knowers = [key for key in sorted(guarded) if truth.counts.get(key) == 1 and len(truth.people.get(key, ())) == 1]
    for knower, question in search.find_insider_disclosures(knowers):
        yield question.disclosure(Attack.INSIDER, " ".join(knower))


def _sums(
    counts: Mapping[Key, int | None], codes: Codes, people: Mapping[Key, Set[str]]
) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    """The sums over areas and over categories. A category without anybody is no category of this release."""
    used = {(period, kind) for (period, _, kind, _), persons in people.items() if persons}
    areas = {(period, area) for period, area, _, _ in counts}
    kinds = {(period, kind, measure) for period, _, kind, measure in counts}
    for period, kind, measure in sorted(kinds):
        for parent, children in codes.areas.items():
            inside = tuple((period, child, kind, measure) for child in children)
            yield (period, parent, kind, measure), (*inside, (period, parent + OUTSIDE_PARTS, kind, measure))
    for period, area in sorted(areas):
        yield from _splits(period, area, counts, codes, used)


def _years(counts: Mapping[Key, int | None]) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    """The sums of quarters. Not of persons (EPR): somebody of two quarters is one person of the year."""
    for period in sorted({key[0] for key in counts if len(key[0]) == 4}):
        quarters = [f"{period}-Q{number}" for number in range(1, 5)]
        for cell in sorted(key for key in counts if key[0] == period and key[3] != "EPR"):
            yield cell, tuple((quarter, *cell[1:]) for quarter in quarters)


def _splits(
    period: str, area: str, counts: Mapping[Key, int | None], codes: Codes, used: Set[tuple[str, str]]
) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    for split in codes.splits:
        for parent, children in split.items():
            parts = [child for child in children if (period, child) in used]
            for measure in ("ENR", "CMP", "EPR") if parts else ():
                yield (period, area, parent, measure), tuple((period, area, child, measure) for child in parts)
    for kind in sorted({key[2] for key in counts if key[:2] == (period, area)}):
        for total, statuses in STATES if kind == TOTAL else (COMPLETED,):
            yield (period, area, kind, total), tuple((period, area, kind, status) for status in statuses)


def _rates(release: Iterable[Figure], counts: Mapping[Key, int | None]) -> Iterator[Rate]:
    for figure in release:
        part, whole = ((*cell_of(figure)[:3], name) for name in RATES.get(figure.measure, ("", "")))
        if figure.value is not None and part in counts and whole in counts and counts[whole] != 0:
            yield Rate(part, whole, Decimal(figure.value))


def _derived_disclosures(release: Iterable[Figure], counts: Mapping[Key, int | None]) -> Iterator[Disclosure]:
    """A derived figure beside a hidden count that it was computed from."""
    for figure in release:
        for name in COMPUTED_FROM.get(figure.measure, ()):
            cell = (*cell_of(figure)[:3], name)
            if figure.value is not None and counts.get(cell, 0) is None:
                yield Disclosure(cell, Attack.FIGURE, 0, None, "a figure computed from it is shown", figure.measure)
