"""An assessment of the capability of local governments: scores, indices, ranks and the ranks' intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from services.statistics.figures import capability, measures
from services.statistics.figures.capability import AREAS, Indicator, RankInterval, UnitScores
from services.statistics.figures.refusal import InvalidValue
from services.statistics.figures.rounding import rounded_text

SCORE_PLACES, SHARE_PLACES, RATIO_PLACES = 2, 3, 3


@dataclass
class IndicatorValues:
    """The contents of a file of indicators. All but `indicators` (by id) are by unit; `values` is by unit and id.

    `population` has the units whose residents are given."""

    indicators: dict[str, Indicator] = field(default_factory=dict)
    strata: dict[str, str] = field(default_factory=dict)
    titles: dict[str, Mapping[str, str]] = field(default_factory=dict)
    values: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    population: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitResult:
    """The result of one local government. Scores and indices are from 0 to 100, as text.

    Without all five areas there is no index, and without an index no rank. `available` is the share of the indicators'
    weight with a value, from 0 to 1."""

    unit: str
    title: Mapping[str, str]
    stratum: str
    scores: Mapping[str, str | None]
    arithmetic: str | None
    geometric: str | None
    available: str
    rank: int | None = None
    interval: RankInterval | None = None
    ahead: tuple[str, ...] = ()
    """Units that it dominates: no weights of the areas can put them before it."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """`gini` is the inequality coefficient of the index over units, `gini_population` that weighted by residents."""

    code: str
    units: int
    ranked: int
    gini: str | None
    gini_population: str | None


@dataclass(frozen=True, slots=True)
class Results:
    """`standings` are stratum by stratum, the highest index first; units without an index come last."""

    method_version: str
    draws: int
    seed: int
    indicators: int
    standings: tuple[UnitResult, ...]
    strata: tuple[Stratum, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """`period` is a year, `checksum` the SHA-256 of the file."""

    period: str
    source: str
    checksum: str
    results: Results


def assess(reported: IndicatorValues, draws: int = capability.DRAWS, seed: int = capability.SEED) -> Results:
    """Scores and ranks all units, each within its stratum; `draws` and `seed` are of the random weights.

    Raises InvalidValue if one of the five areas has no indicator."""
    given = {indicator.area for indicator in reported.indicators.values()}
    missing = [area for area in AREAS if area not in given]
    if missing:
        raise InvalidValue(f"no indicator of {', '.join(missing)}; all five areas are needed: {', '.join(AREAS)}")
    indicators = list(reported.indicators.values())
    scored = {unit: capability.scores(indicators, reported.values[unit]) for unit in reported.strata}
    strata = list(dict.fromkeys(reported.strata.values()))
    return Results(
        measures.METHOD_VERSION,
        draws,
        seed,
        len(indicators),
        tuple(result for stratum in strata for result in _unit_results(stratum, reported, scored, draws, seed)),
        tuple(_stratum(stratum, reported, scored) for stratum in strata),
    )


def _unit_results(
    stratum: str, reported: IndicatorValues, scored: Mapping[str, UnitScores], draws: int, seed: int
) -> Iterator[UnitResult]:
    index = _index(stratum, reported, scored)
    known = {unit: [score for score in scored[unit].areas.values() if score is not None] for unit in index}
    ranks, intervals = capability.ranks(index), capability.rank_intervals(known, draws, seed)
    pairs = capability.dominance(known)
    mine = [unit for unit, of in reported.strata.items() if of == stratum]
    for unit in sorted(mine, key=lambda unit: ranks.get(unit, len(mine) + 1)):
        scores = scored[unit]
        yield UnitResult(
            unit,
            reported.titles.get(unit, {}),
            stratum,
            {area: rounded_text(score, SCORE_PLACES) for area, score in scores.areas.items()},
            rounded_text(scores.arithmetic, SCORE_PLACES),
            rounded_text(scores.geometric, SCORE_PLACES),
            rounded_text(scores.available, SHARE_PLACES) or "",
            ranks.get(unit),
            intervals.get(unit),
            tuple(other for first, other in pairs if first == unit),
        )


def _index(stratum: str, reported: IndicatorValues, scored: Mapping[str, UnitScores]) -> dict[str, Fraction]:
    return {
        unit: scores.arithmetic
        for unit, scores in scored.items()
        if reported.strata[unit] == stratum and scores.arithmetic is not None
    }


def _stratum(code: str, reported: IndicatorValues, scored: Mapping[str, UnitScores]) -> Stratum:
    index, residents = _index(code, reported, scored), reported.population
    units = sum(of == code for of in reported.strata.values())
    weights = [Fraction(residents[unit]) for unit in index] if index.keys() <= residents.keys() else None
    plain = _gini(list(index.values()), [Fraction(1)] * len(index))
    return Stratum(code, units, len(index), plain, _gini(list(index.values()), weights) if weights else None)


def _gini(values: Sequence[Fraction], weights: Sequence[Fraction]) -> str | None:
    """None for fewer than two values: one alone is not unequal to anybody."""
    return None if len(values) < 2 else rounded_text(capability.gini(values, weights), RATIO_PLACES)
