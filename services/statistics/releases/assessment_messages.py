"""The assessment of local governments as a message, with the names that `release.json` has."""

from __future__ import annotations

from ieum.statistics.v1 import releases_pb2 as pb
from services.statistics.figures.assessment import Assessment, Stratum, UnitResult
from services.statistics.figures.capability import AREAS
from services.statistics.formats import words
from services.statistics.formats.capability import ranks, stratum_title


def assessment_to_message(assessment: Assessment) -> pb.CapabilityAssessment:
    results = assessment.results
    return pb.CapabilityAssessment(
        period=assessment.period,
        source=assessment.source,
        sha256=assessment.checksum,
        method_version=results.method_version,
        draws=results.draws,
        seed=results.seed,
        indicators=results.indicators,
        areas=[pb.CapabilityArea(code=code, title=words.column(code)) for code in AREAS],
        units=map(_unit, results.standings),
        strata=map(_stratum, results.strata),
    )


def _unit(unit: UnitResult) -> pb.AssessedUnit:
    rank, best, p05, p95, worst = ranks(unit)
    return pb.AssessedUnit(
        unit=unit.unit,
        title=unit.title,
        stratum=unit.stratum,
        scores={area: score for area, score in unit.scores.items() if score is not None},
        arithmetic=unit.arithmetic,
        geometric=unit.geometric,
        available=unit.available,
        rank=rank,
        best=best,
        p05=p05,
        p95=p95,
        worst=worst,
        ahead=unit.ahead,
    )


def _stratum(stratum: Stratum) -> pb.AssessedStratum:
    return pb.AssessedStratum(
        code=stratum.code,
        title=stratum_title(stratum.code),
        units=stratum.units,
        ranked=stratum.ranked,
        gini=stratum.gini,
        gini_population=stratum.gini_population,
    )
