"""The capability of local governments as a file of its own: CSV with CSVW metadata, one row for each government."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.statistics.figures.assessment import Assessment, Stratum, UnitResult
from services.statistics.figures.capability import AREAS
from services.statistics.formats import words
from services.statistics.formats.cells import PublicRelease
from services.statistics.formats.tabular import BETWEEN, Column, csvw, write_csv

TABLE = "capability.csv"
METADATA = f"{TABLE}-metadata.json"
KEY = ("TIME_PERIOD", "UNIT")
_RANKS = ("RANK", "RANK_BEST", "RANK_P05", "RANK_P95", "RANK_WORST")

COLUMNS: Sequence[Column] = (
    Column("TIME_PERIOD", "period"),
    *(Column(name, "text") for name in ("UNIT", "TITLE_KO", "TITLE_EN", "STRATUM")),
    *(Column(name, "number") for name in (*AREAS, "CAPIDX_AM", "CAPIDX_GM", "AVAILABLE")),
    *(Column(name, "whole") for name in _RANKS),
    Column("AHEAD_OF", "list"),
    *(Column(name, "number") for name in ("CAPIDX_GINI", "CAPIDX_GINI_POP")),
    *(Column(name, "text") for name in ("SOURCE", "METHOD_VERSION")),
)
"""The Gini coefficients are those of the row's stratum."""


def render(edition: PublicRelease) -> dict[str, bytes]:
    """The table with its metadata; no file for a release without an assessment."""
    if not (assessment := edition.release.capability):
        return {}
    table = write_csv([column.name for column in COLUMNS], rows(assessment), marked=True)
    return {TABLE: table, METADATA: csvw(edition.release, TABLE, COLUMNS, KEY, {})}


def rows(assessment: Assessment) -> Iterator[list[str]]:
    strata = {result.code: result for result in assessment.results.strata}
    for result in assessment.results.standings:
        yield ["" if field is None else str(field) for field in _fields(assessment, result, strata[result.stratum])]


def _fields(assessment: Assessment, result: UnitResult, stratum: Stratum) -> Iterator[str | int | None]:
    yield from (assessment.period, result.unit, result.title["ko"], result.title["en"], result.stratum)
    yield from (result.scores[area] for area in AREAS)
    yield from (result.arithmetic, result.geometric, result.available)
    yield from ranks(result)
    yield BETWEEN.join(result.ahead)
    yield from (stratum.gini, stratum.gini_population, assessment.source, assessment.results.method_version)


def ranks(result: UnitResult) -> tuple[int | None, ...]:
    """The rank, then of the drawn ranks the best, the 5th and 95th percentile and the worst; None without an index."""
    within = result.interval
    return (result.rank, *((within.best, within.p05, within.p95, within.worst) if within else (None,) * 4))


def to_json(assessment: Assessment | None) -> dict[str, Any] | None:
    """The assessment as `release.json` has it."""
    if assessment is None:
        return None
    results = assessment.results
    return {
        "period": assessment.period,
        "source": assessment.source,
        "sha256": assessment.checksum,
        "methodVersion": results.method_version,
        "draws": results.draws,
        "seed": results.seed,
        "indicators": results.indicators,
        "areas": [{"code": code, "title": dict(words.column(code))} for code in AREAS],
        "units": [_unit(item) for item in results.standings],
        "strata": [{**asdict(item), "title": dict(stratum_title(item.code))} for item in results.strata],
    }


def _unit(result: UnitResult) -> dict[str, Any]:
    named = dict(zip(("rank", "best", "p05", "p95", "worst"), ranks(result), strict=True))
    return {
        "unit": result.unit,
        "title": dict(result.title),
        "stratum": result.stratum,
        "scores": dict(result.scores),
        "arithmetic": result.arithmetic,
        "geometric": result.geometric,
        "available": result.available,
        **named,
        "ahead": list(result.ahead),
    }


def stratum_title(code: str) -> Mapping[str, str]:
    """The title of a stratum; an office's own strata keep the name in their file."""
    return words.codes("STRATUM").get(code, dict.fromkeys(words.LANGUAGES, code))
