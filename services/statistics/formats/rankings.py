"""Part 6 of the report: the capability index of local governments, their ranks and the ranks' intervals."""

from __future__ import annotations

from collections.abc import Sequence

from services.statistics.figures.assessment import Assessment, UnitResult
from services.statistics.figures.capability import AREAS
from services.statistics.formats import blocks, charts, words
from services.statistics.formats.blocks import Block
from services.statistics.formats.capability import ranks, stratum_title
from services.statistics.formats.findings import Findings

INDICES = ("CAPIDX_AM", "CAPIDX_GM")
_NONE = "–"


def rankings(findings: Findings) -> list[Block]:
    assessment = findings.edition.release.capability
    if assessment is None:
        return [{"kind": "text", "text": findings.phrase("capability_none")}]
    results = assessment.results
    intro = findings.phrase(
        "capability_intro", year=assessment.period, units=len(results.standings), indicators=results.indicators
    )
    drawn = findings.phrase("capability_ranks_intro", draws=f"{results.draws:,}", seed=results.seed)
    return [
        {"kind": "text", "text": intro},
        {"kind": "heading", "text": findings.phrase("capability_scores")},
        _scores(findings, assessment),
        {"kind": "heading", "text": findings.phrase("capability_ranks")},
        {"kind": "text", "text": drawn},
        *_charts(findings, assessment),
        _ranks(findings, assessment),
        _inequality(findings, assessment),
    ]


def _note(findings: Findings, assessment: Assessment, unit: str = "", *, before: str = "", n: int = 0) -> str:
    """The note below a table or chart: `before` are sentences to start with, `n` is all governments unless given."""
    base = findings.phrase("capability_n", n=n or len(assessment.results.standings))
    source = findings.phrase("capability_source", source=assessment.source, year=assessment.period)
    note = findings.phrase("separator").join(filter(None, [unit, base, source]))
    return f"{before} {note}".strip()


def _titled(findings: Findings, name: str, assessment: Assessment) -> str:
    return f"{findings.phrase(name)} ({words.period(assessment.period)[findings.language]})"


def _names(findings: Findings, result: UnitResult) -> list[str]:
    return [result.title[findings.language], stratum_title(result.stratum)[findings.language]]


def _scores(findings: Findings, assessment: Assessment) -> Block:
    head = [words.column(name)[findings.language] for name in ("UNIT", "STRATUM", *AREAS, *INDICES)]
    rows = [
        [
            *_names(findings, result),
            *(score or _NONE for score in (*result.scores.values(), result.arithmetic, result.geometric)),
        ]
        for result in assessment.results.standings
    ]
    table = blocks.table(findings, _titled(findings, "capability_scores", assessment), head, rows, labels=2)
    note = _note(findings, assessment, findings.phrase("capability_unit_score"))
    return table | {"widths": [0, 16, *(15 for _ in AREAS), 17, 17], "dense": True, "note": note}


def _charts(findings: Findings, assessment: Assessment) -> list[Block]:
    charts = []
    for stratum in assessment.results.strata:
        if stratum.ranked < 2:
            continue
        rows = [
            (result.title[findings.language], [rank for rank in ranks(result) if rank is not None])
            for result in assessment.results.standings
            if result.stratum == stratum.code and result.rank
        ]
        title = f"{findings.phrase('capability_ranks')} · {stratum_title(stratum.code)[findings.language]}"
        charts.append(
            _chart(findings, assessment, f"{title} ({words.period(assessment.period)[findings.language]})", rows)
        )
    return charts


def _chart(findings: Findings, assessment: Assessment, title: str, rows: Sequence[tuple[str, Sequence[int]]]) -> Block:
    spoken = ", ".join(f"{name} {rank} ({low}–{high})" for name, (rank, _, low, high, _) in rows)
    unit = findings.phrase("capability_unit_rank")
    return {
        "kind": "chart",
        "title": title,
        "svg": charts.ranges(rows),
        "alt": findings.phrase("chart_alt", title=title, values=spoken),
        "width": 150,
        "note": _note(findings, assessment, unit, before=findings.phrase("capability_reading"), n=len(rows)),
    }


def _ranks(findings: Findings, assessment: Assessment) -> Block:
    units = assessment.results.standings
    rows = []
    for result in units:
        rank, best, p05, p95, worst = ranks(result)
        behind = sum(result.unit in other.ahead for other in units)
        cells = [str(rank), _span(p05, p95), _span(best, worst), str(len(result.ahead)), str(behind)]
        rows.append([*_names(findings, result), *(cells if rank else [_NONE] * len(cells)), result.available])
    names = ("rank", "most", "all", "ahead", "behind", "available")
    head = [words.column(name)[findings.language] for name in ("UNIT", "STRATUM")]
    head += [findings.phrase(f"capability_head_{name}") for name in names]
    table = blocks.table(findings, _titled(findings, "capability_ranks", assessment), head, rows, labels=2)
    explained = f"{findings.phrase('capability_always')} {findings.phrase('capability_missing')}"
    note = _note(findings, assessment, findings.phrase("capability_unit_rank"), before=explained)
    return table | {"widths": [0, 15, 13, 20, 18, 18, 18, 17], "dense": True, "note": note}


def _span(first: int | None, last: int | None) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _inequality(findings: Findings, assessment: Assessment) -> Block:
    head = [words.column("STRATUM")[findings.language]]
    head += [findings.phrase("capability_head_units"), findings.phrase("capability_head_ranked")]
    head += [words.column(name)[findings.language] for name in ("CAPIDX_GINI", "CAPIDX_GINI_POP")]
    rows = [
        [
            stratum_title(stratum.code)[findings.language],
            *(str(stratum.units), str(stratum.ranked), stratum.gini or _NONE, stratum.gini_population or _NONE),
        ]
        for stratum in assessment.results.strata
    ]
    table = blocks.table(findings, _titled(findings, "capability_inequality", assessment), head, rows)
    note = _note(findings, assessment, before=findings.phrase("capability_inequality_note"))
    return table | {"widths": [0, 26, 26, 30, 34], "dense": True, "note": note}
