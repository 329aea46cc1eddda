"""The capability index of local governments from a file of indicators: `python -m services.statistics capability`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.statistics.figures import capability
from services.statistics.figures.assessment import IndicatorValues, Results, Stratum, UnitResult, assess
from services.statistics.figures.capability import AREAS, Indicator
from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data import csv_reading

COLUMNS = ("unit", "stratum", "area", "indicator", "value", "low", "high", "direction", "weight")
OPTIONAL = ("population", "title_ko", "title_en")
BETWEEN_UNITS = ";"
"""Stands between units in published lists of them."""
CommandResult = dict[str, Any]


def assess_file(path: Path, draws: int = capability.DRAWS, seed: int = capability.SEED) -> CommandResult:
    found = assess(read_indicators(path), draws, seed)
    return {
        "METHOD_VERSION": found.method_version,
        "DRAWS": found.draws,
        "SEED": found.seed,
        "units": [_unit(one) for one in found.standings],
        "strata": [_stratum(one, found) for one in found.strata],
    }


def read_indicators(path: Path) -> IndicatorValues:
    found, given = IndicatorValues(), set()
    for record in csv_reading.records(path, COLUMNS, OPTIONAL):
        unit, indicator = record.read("unit", _name), _indicator(record)
        if found.indicators.setdefault(indicator.id, indicator) != indicator:
            raise record.error("indicator", f"{indicator.id} has another area, goalpost, direction or weight above")
        stratum = record.read("stratum", csv_reading.text)
        if found.strata.setdefault(unit, stratum) != stratum:
            raise record.error("stratum", f"{unit} is in {found.strata[unit]} above")
        if (unit, indicator.id) in given:
            raise record.error("indicator", f"{unit} has {indicator.id} already")
        given.add((unit, indicator.id))
        value = record.read("value", lambda cell: csv_reading.number(cell) if cell else None)
        if value is not None:
            found.values[unit][indicator.id] = value
        _describe(found, unit, record)
    if not found.strata:
        raise InvalidValue("the file has no rows", line=1)
    return found


def _describe(found: IndicatorValues, unit: str, record: csv_reading.Record) -> None:
    """Residents and titles, which are the same in every row that gives them."""
    residents = record.read("population", _residents)
    if residents and found.population.setdefault(unit, residents) != residents:
        raise record.error("population", f"{unit} has {found.population[unit]} above")
    for language in ("ko", "en"):
        text = record.cells.get(f"title_{language}", "")
        titles = dict(found.titles.get(unit, {}))
        if text and titles.setdefault(language, text) != text:
            raise record.error(f"title_{language}", f"{unit} is called {titles[language]} above")
        found.titles[unit] = titles


def _name(cell: str) -> str:
    if BETWEEN_UNITS in cell:
        raise InvalidValue(f'"{cell}" has a semicolon, which separates names in the published file; write it without')
    return csv_reading.text(cell)


def _residents(cell: str) -> int:
    return csv_reading.positive(cell) if cell else 0


def _indicator(record: csv_reading.Record) -> Indicator:
    area = record.read("area", csv_reading.text)
    if area not in AREAS:
        raise record.error("area", f'"{area}" is none of {", ".join(AREAS)}')
    low, high = (record.read(name, csv_reading.number) for name in ("low", "high"))
    if low >= high:
        raise record.error("high", f"{high} is not above low, {low}")
    direction = record.read("direction", csv_reading.number)
    if direction not in (1, -1):
        raise record.error("direction", "must be 1 (more is better) or -1")
    weight = record.read("weight", csv_reading.amount)
    if not weight:
        raise record.error("weight", "must be more than 0")
    return Indicator(record.read("indicator", csv_reading.text), area, low, high, int(direction), weight)


def _unit(one: UnitResult) -> CommandResult:
    return {
        "unit": one.unit,
        "stratum": one.stratum,
        **one.scores,
        "CAPIDX_AM": one.arithmetic,
        "CAPIDX_GM": one.geometric,
        "AVAILABLE": one.available,
    }


def _stratum(one: Stratum, found: Results) -> CommandResult:
    mine = [standing for standing in found.standings if standing.stratum == one.code]
    return {
        "stratum": one.code,
        "UNITS": one.units,
        "RANKED": one.ranked,
        "ranks": {
            each.unit: {
                **{"RANK": each.rank, "BEST": each.interval.best, "P05": each.interval.p05},
                **{"P95": each.interval.p95, "WORST": each.interval.worst},
            }
            for each in mine
            if each.interval
        },
        "dominance": [[each.unit, other] for each in mine for other in each.ahead],
        "CAPIDX_GINI": one.gini,
        "CAPIDX_GINI_POP": one.gini_population,
    }
