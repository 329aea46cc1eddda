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
    """Nothing for a release that stands on no assessment."""
    if not (found := edition.release.capability):
        return {}
    table = write_csv([column.name for column in COLUMNS], rows(found))
    return {TABLE: table, METADATA: csvw(edition.release, TABLE, COLUMNS, KEY, {})}


def rows(found: Assessment) -> Iterator[list[str]]:
    strata = {one.code: one for one in found.results.strata}
    for one in found.results.standings:
        yield ["" if field is None else str(field) for field in _fields(found, one, strata[one.stratum])]


def _fields(found: Assessment, one: UnitResult, stratum: Stratum) -> Iterator[str | int | None]:
    yield from (found.period, one.unit, one.title["ko"], one.title["en"], one.stratum)
    yield from (one.scores[area] for area in AREAS)
    yield from (one.arithmetic, one.geometric, one.available)
    yield from ranks(one)
    yield BETWEEN.join(one.ahead)
    yield from (stratum.gini, stratum.gini_population, found.source, found.results.method_version)


def ranks(one: UnitResult) -> tuple[int | None, ...]:
    """Its rank, then the best, the middle nine tenths and the worst of all that were drawn."""
    within = one.interval
    return (one.rank, *((within.best, within.p05, within.p95, within.worst) if within else (None,) * 4))


def said(found: Assessment | None) -> dict[str, Any] | None:
    """As `release.json` has it."""
    if found is None:
        return None
    results = found.results
    return {
        "period": found.period,
        "source": found.source,
        "sha256": found.checksum,
        "methodVersion": results.method_version,
        "draws": results.draws,
        "seed": results.seed,
        "indicators": results.indicators,
        "areas": [{"code": code, "title": dict(words.column(code))} for code in AREAS],
        "units": [_unit(one) for one in results.standings],
        "strata": [{**asdict(one), "title": dict(stratum_title(one.code))} for one in results.strata],
    }


def _unit(one: UnitResult) -> dict[str, Any]:
    named = dict(zip(("rank", "best", "p05", "p95", "worst"), ranks(one), strict=True))
    return {
        "unit": one.unit,
        "title": dict(one.title),
        "stratum": one.stratum,
        "scores": dict(one.scores),
        "arithmetic": one.arithmetic,
        "geometric": one.geometric,
        "available": one.available,
        **named,
        "ahead": list(one.ahead),
    }


def stratum_title(code: str) -> Mapping[str, str]:
    """An office may have kinds of its own: they stand as they were written."""
    return words.codes("STRATUM").get(code, dict.fromkeys(words.LANGUAGES, code))
