"""The final audit: attacks a whole release, all tables and periods at once, together with all earlier releases.

The sums follow from the declared relations (`figures/relations.py`). The persons of an area outside its parts, and
those who gave no answer, are published nowhere: they are unknowns here too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from services.statistics.audit.bounds import components
from services.statistics.audit.counterexamples import Counterexamples, RangeQuestion
from services.statistics.audit.disclosures import Attack, Disclosure, Sums
from services.statistics.audit.published import Key, Published, Rate

CellKey = tuple[str, str, str, str]
"""Period, area, category, measure."""

COUNTS = frozenset({"ENR", "EPR", "CMP", "CMP90", "STR", "WDR", "IPR", "NST", "CMF"})
RATES = {"CPR": ("CMP", "ENR"), "CPR90": ("CMP90", "ENR"), "CPS": ("CMP", "STR"), "DOR": ("WDR", "STR")}
COMPUTED_FROM = {**RATES, "PTM": ("ENR",), "CMF": ("CMP",), "PCM": ("CMF",), "HRS_PC": ("EPR",)} | dict.fromkeys(
    ("COV", "COV_STD", "CONC"), ("EPR",)
)
TOTAL = "_T"
LEAST_K = 1
"""No cell is marked as small, so its size does not matter."""


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


def category_of(figure: Figure) -> str:
    """ "sex=F", or "_T" for a figure that is broken down by nothing."""
    given = [code for code in (figure.sex, figure.age, figure.group, figure.domain) if code != TOTAL]
    kind = next((name for name in ("sex", "age", "group", "domain") if getattr(figure, name) != TOTAL), "")
    return f"{kind}={given[0]}" if given else TOTAL


def cell_of(figure: Figure) -> CellKey:
    return figure.period, figure.area, category_of(figure), figure.measure


@dataclass(frozen=True)
class Secret:
    """A number of persons, the sum of cells by `weights`, that must look like anything from 0 to `k`. `cell` guards it;
    `says` describes it."""

    cell: CellKey
    weights: Mapping[CellKey, int]
    k: int
    says: str = "the cell"


@dataclass(frozen=True)
class Truth:
    """The true count of every cell, published or not, the sums that tie them, and the secrets. In each of the cells
    `alone` a single person stands."""

    counts: Mapping[CellKey, int]
    sums: Sums
    secrets: Sequence[Secret]
    alone: Collection[CellKey] = ()


def audit_release(
    release: Sequence[Figure], earlier: Sequence[Figure], truth: Truth, about: Collection[Key] | None = None
) -> list[Disclosure]:
    """The cells that are disclosed, each with the first attack that does so; of all cells, or only of those `about`."""
    counts = _known_counts(release, earlier, truth)
    disclosures = {disclosure.cell: disclosure for disclosure in _derived_disclosures(release, counts)}
    for disclosure in audit_counts(counts, truth, tuple(_rates(release, counts)), about):
        disclosures.setdefault(disclosure.cell, disclosure)
    return list(disclosures.values())


def audit_counts(
    known: Mapping[CellKey, int | None],
    truth: Truth,
    rates: tuple[Rate, ...] = (),
    about: Collection[Key] | None = None,
) -> list[Disclosure]:
    """As `audit_release`, from counts alone: None is hidden, and so is every cell of a sum that is not among them."""
    counts = {**dict.fromkeys(truth.counts), **known}
    shown = Published(counts, truth.sums, rates)
    questions = [question for question in _questions(shown, truth) if about is None or question.name in about]
    return list(_answers(shown, questions, truth))


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
    parts = components(shown, LEAST_K, check=False, joined=[question.weights for question in questions])
    pairs = [(part, [question for key in part.keys for question in by_cell[key]]) for part in parts]
    searches = [Counterexamples(part, truth.counts, mine) for part, mine in pairs if mine]
    outsiders = [question.disclosure() for search in searches for question in search.find_disclosures()]
    yield from outsiders
    for search in () if outsiders else searches:
        yield from _insiders(search, truth)


def _questions(shown: Published, truth: Truth) -> Iterator[RangeQuestion]:
    for secret in truth.secrets:
        moving = {key: weight for key, weight in secret.weights.items() if shown.counts[key] is None}
        sure = sum(weight * (shown.counts[key] or 0) for key, weight in secret.weights.items())
        yield RangeQuestion(secret.cell, secret.says, moving, sure, secret.k)


def _insiders(search: Counterexamples, truth: Truth) -> Iterator[Disclosure]:
    """What an insider could compute: whoever is alone in a hidden cell, or teaches them, knows one person there."""
    guarded = {key for question in search.questions for key in question.weights}
    for knower, question in search.find_insider_disclosures(sorted(guarded & set(truth.alone))):
        yield question.disclosure(Attack.INSIDER, " ".join(knower))


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
