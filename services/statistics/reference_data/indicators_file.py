"""Reads a file of indicators, and the command `capability`: the capability index of local governments."""

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
"""The separator of units in published lists."""
CommandResult = dict[str, Any]


def assess_file(path: Path, draws: int = capability.DRAWS, seed: int = capability.SEED) -> CommandResult:
    results = assess(read_indicators(path), draws, seed)
    return {
        "METHOD_VERSION": results.method_version,
        "DRAWS": results.draws,
        "SEED": results.seed,
        "units": [_unit(result) for result in results.standings],
        "strata": [_stratum(result, results) for result in results.strata],
    }


def read_indicators(path: Path) -> IndicatorValues:
    contents, seen = IndicatorValues(), set()
    for record in csv_reading.records(path, COLUMNS, OPTIONAL):
        unit, indicator = record.read("unit", _name), _indicator(record)
        if contents.indicators.setdefault(indicator.id, indicator) != indicator:
            raise record.error("indicator", f"{indicator.id} has another area, goalpost, direction or weight above")
        stratum = record.read("stratum", csv_reading.text)
        if contents.strata.setdefault(unit, stratum) != stratum:
            raise record.error("stratum", f"{unit} is in {contents.strata[unit]} above")
        if (unit, indicator.id) in seen:
            raise record.error("indicator", f"{unit} has {indicator.id} already")
        seen.add((unit, indicator.id))
        value = record.read("value", lambda cell: csv_reading.number(cell) if cell else None)
        if value is not None:
            contents.values[unit][indicator.id] = value
        _describe(contents, unit, record)
    if not contents.strata:
        raise InvalidValue("the file has no rows", line=1)
    return contents


def _describe(contents: IndicatorValues, unit: str, record: csv_reading.Record) -> None:
    """Residents and titles, which are the same in every row that gives them."""
    residents = record.read("population", _residents)
    if residents and contents.population.setdefault(unit, residents) != residents:
        raise record.error("population", f"{unit} has {contents.population[unit]} above")
    for language in ("ko", "en"):
        text = record.cells.get(f"title_{language}", "")
        titles = dict(contents.titles.get(unit, {}))
        if text and titles.setdefault(language, text) != text:
            raise record.error(f"title_{language}", f"{unit} is called {titles[language]} above")
        contents.titles[unit] = titles


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


def _unit(result: UnitResult) -> CommandResult:
    return {
        "unit": result.unit,
        "stratum": result.stratum,
        **result.scores,
        "CAPIDX_AM": result.arithmetic,
        "CAPIDX_GM": result.geometric,
        "AVAILABLE": result.available,
    }


def _stratum(stratum: Stratum, results: Results) -> CommandResult:
    units = [standing for standing in results.standings if standing.stratum == stratum.code]
    return {
        "stratum": stratum.code,
        "UNITS": stratum.units,
        "RANKED": stratum.ranked,
        "ranks": {
            result.unit: {
                **{"RANK": result.rank, "BEST": result.interval.best, "P05": result.interval.p05},
                **{"P95": result.interval.p95, "WORST": result.interval.worst},
            }
            for result in units
            if result.interval
        },
        "dominance": [[result.unit, other] for result in units for other in result.ahead],
        "CAPIDX_GINI": stratum.gini,
        "CAPIDX_GINI_POP": stratum.gini_population,
    }
