"""The capability index of local governments from a file of indicators: `python -m services.statistics capability`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from services.statistics import reading
from services.statistics.domain import capability, measures
from services.statistics.domain.capability import AREAS, Indicator, Scores
from services.statistics.domain.rounding import shown
from services.statistics.domain.wrong import Wrong

COLUMNS = ("unit", "stratum", "area", "indicator", "value", "low", "high", "direction", "weight")
SCORE_PLACES, SHARE_PLACES, RATIO_PLACES = 2, 3, 3
Answer = dict[str, Any]


@dataclass
class Assessment:
    """What the file says, unit by unit; `population` is empty unless every unit has one."""

    indicators: dict[str, Indicator] = field(default_factory=dict)
    strata: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    population: dict[str, int] = field(default_factory=dict)


def assess(path: Path, draws: int = capability.DRAWS, seed: int = capability.SEED) -> Answer:
    """Units are ranked within their stratum only."""
    found = _read(path)
    missing = [area for area in AREAS if area not in {one.area for one in found.indicators.values()}]
    if missing:
        raise Wrong(f"no indicator of {', '.join(missing)}; all five areas are needed: {', '.join(AREAS)}")
    indicators = list(found.indicators.values())
    scored = {unit: capability.scores(indicators, found.values[unit]) for unit in found.strata}
    return {
        "METHOD_VERSION": measures.METHOD_VERSION,
        "DRAWS": draws,
        "SEED": seed,
        "units": [_unit(unit, found.strata[unit], one) for unit, one in scored.items()],
        "strata": [_stratum(name, found, scored, draws, seed) for name in dict.fromkeys(found.strata.values())],
    }


def _read(path: Path) -> Assessment:
    found, given = Assessment(), set()
    for record in reading.records(path, COLUMNS, ("population",)):
        unit, indicator = record.read("unit", reading.text), _indicator(record)
        if found.indicators.setdefault(indicator.id, indicator) != indicator:
            raise record.wrong("indicator", f"{indicator.id} has another area, goalpost, direction or weight above")
        stratum = record.read("stratum", reading.text)
        if found.strata.setdefault(unit, stratum) != stratum:
            raise record.wrong("stratum", f"{unit} is in {found.strata[unit]} above")
        if (unit, indicator.id) in given:
            raise record.wrong("indicator", f"{unit} has {indicator.id} already")
        given.add((unit, indicator.id))
        value = record.read("value", lambda cell: reading.number(cell) if cell else None)
        if value is not None:
            found.values[unit][indicator.id] = value
        residents = record.read("population", _residents)
        if residents and found.population.setdefault(unit, residents) != residents:
            raise record.wrong("population", f"{unit} has {found.population[unit]} above")
    if not found.strata:
        raise Wrong("the file has no rows", line=1)
    return found


def _residents(cell: str) -> int:
    return reading.positive(cell) if cell else 0


def _indicator(record: reading.Record) -> Indicator:
    area = record.read("area", reading.text)
    if area not in AREAS:
        raise record.wrong("area", f'"{area}" is none of {", ".join(AREAS)}')
    low, high = (record.read(name, reading.number) for name in ("low", "high"))
    if low >= high:
        raise record.wrong("high", f"{high} is not above low, {low}")
    direction = record.read("direction", reading.number)
    if direction not in (1, -1):
        raise record.wrong("direction", "must be 1 (more is better) or -1")
    weight = record.read("weight", reading.amount)
    if not weight:
        raise record.wrong("weight", "must be more than 0")
    return Indicator(record.read("indicator", reading.text), area, low, high, int(direction), weight)


def _unit(unit: str, stratum: str, one: Scores) -> Answer:
    return {
        "unit": unit,
        "stratum": stratum,
        **{area: shown(one.areas[area], SCORE_PLACES) for area in AREAS},
        "CAPIDX_AM": shown(one.arithmetic, SCORE_PLACES),
        "CAPIDX_GM": shown(one.geometric, SCORE_PLACES),
        "AVAILABLE": shown(one.available, SHARE_PLACES),
    }


def _stratum(name: str, found: Assessment, scored: Mapping[str, Scores], draws: int, seed: int) -> Answer:
    mine = {unit: one for unit, one in scored.items() if found.strata[unit] == name}
    index = {unit: one.arithmetic for unit, one in mine.items() if one.arithmetic is not None}
    areas = {unit: [score for score in scored[unit].areas.values() if score is not None] for unit in index}
    places, intervals = capability.ranks(index), capability.rank_intervals(areas, draws, seed)
    return {
        "stratum": name,
        "UNITS": len(mine),
        "RANKED": len(index),
        "ranks": {
            unit: {"RANK": places[unit], "BEST": one.best, "P05": one.p05, "P95": one.p95, "WORST": one.worst}
            for unit, one in intervals.items()
        },
        "dominance": [list(pair) for pair in capability.dominance(areas)],
        "CAPIDX_GINI": _gini(index, [Fraction(1)] * len(index)),
        "CAPIDX_GINI_POP": _gini(
            index, [Fraction(found.population[unit]) for unit in index if unit in found.population]
        ),
    }


def _gini(index: Mapping[str, Fraction], weights: Sequence[Fraction]) -> str | None:
    """Null without a population for each."""
    if len(weights) < len(index):
        return None
    return shown(capability.gini(list(index.values()), weights), RATIO_PLACES)
