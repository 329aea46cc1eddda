"""Part 6 of the report: the capability index of local governments, their ranks, and how far those hold."""

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


def standings(findings: Findings) -> list[Block]:
    found = findings.edition.release.capability
    if found is None:
        return [{"kind": "text", "text": findings.say("capability_none")}]
    results = found.results
    intro = findings.say(
        "capability_intro", year=found.period, units=len(results.standings), indicators=results.indicators
    )
    drawn = findings.say("capability_ranks_intro", draws=f"{results.draws:,}", seed=results.seed)
    return [
        {"kind": "text", "text": intro},
        {"kind": "heading", "text": findings.say("capability_scores")},
        _scores(findings, found),
        {"kind": "heading", "text": findings.say("capability_ranks")},
        {"kind": "text", "text": drawn},
        *_charts(findings, found),
        _ranks(findings, found),
        _inequality(findings, found),
    ]


def _note(findings: Findings, found: Assessment, unit: str = "", *, before: str = "", n: int = 0) -> str:
    """`before`: whole sentences; `n`: of all governments unless it is said."""
    base = findings.say("capability_n", n=n or len(found.results.standings))
    source = findings.say("capability_source", source=found.source, year=found.period)
    told = findings.say("separator").join(filter(None, [unit, base, source]))
    return f"{before} {told}".strip()


def _titled(findings: Findings, name: str, found: Assessment) -> str:
    return f"{findings.say(name)} ({words.period(found.period)[findings.language]})"


def _names(findings: Findings, one: UnitResult) -> list[str]:
    return [one.title[findings.language], stratum_title(one.stratum)[findings.language]]


def _scores(findings: Findings, found: Assessment) -> Block:
    head = [words.column(name)[findings.language] for name in ("UNIT", "STRATUM", *AREAS, *INDICES)]
    rows = [
        [*_names(findings, one), *(score or _NONE for score in (*one.scores.values(), one.arithmetic, one.geometric))]
        for one in found.results.standings
    ]
    table = blocks.table(findings, _titled(findings, "capability_scores", found), head, rows, labels=2)
    note = _note(findings, found, findings.say("capability_unit_score"))
    return table | {"widths": [0, 16, *(15 for _ in AREAS), 17, 17], "dense": True, "note": note}


def _charts(findings: Findings, found: Assessment) -> list[Block]:
    made = []
    for stratum in found.results.strata:
        if stratum.ranked < 2:
            continue
        rows = [
            (one.title[findings.language], [rank for rank in ranks(one) if rank is not None])
            for one in found.results.standings
            if one.stratum == stratum.code and one.rank
        ]
        title = f"{findings.say('capability_ranks')} · {stratum_title(stratum.code)[findings.language]}"
        made.append(_chart(findings, found, f"{title} ({words.period(found.period)[findings.language]})", rows))
    return made


def _chart(findings: Findings, found: Assessment, title: str, rows: Sequence[tuple[str, Sequence[int]]]) -> Block:
    spoken = ", ".join(f"{name} {rank} ({low}–{high})" for name, (rank, _, low, high, _) in rows)
    unit = findings.say("capability_unit_rank")
    return {
        "kind": "chart",
        "title": title,
        "svg": charts.ranges(rows),
        "alt": findings.say("chart_alt", title=title, values=spoken),
        "width": 150,
        "note": _note(findings, found, unit, before=findings.say("capability_reading"), n=len(rows)),
    }


def _ranks(findings: Findings, found: Assessment) -> Block:
    every = found.results.standings
    rows = []
    for one in every:
        rank, best, p05, p95, worst = ranks(one)
        behind = sum(one.unit in other.ahead for other in every)
        told = [str(rank), _span(p05, p95), _span(best, worst), str(len(one.ahead)), str(behind)]
        rows.append([*_names(findings, one), *(told if rank else [_NONE] * len(told)), one.available])
    names = ("rank", "most", "all", "ahead", "behind", "available")
    head = [words.column(name)[findings.language] for name in ("UNIT", "STRATUM")]
    head += [findings.say(f"capability_head_{name}") for name in names]
    table = blocks.table(findings, _titled(findings, "capability_ranks", found), head, rows, labels=2)
    said = f"{findings.say('capability_always')} {findings.say('capability_missing')}"
    note = _note(findings, found, findings.say("capability_unit_rank"), before=said)
    return table | {"widths": [0, 15, 13, 20, 18, 18, 18, 17], "dense": True, "note": note}


def _span(first: int | None, last: int | None) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _inequality(findings: Findings, found: Assessment) -> Block:
    head = [words.column("STRATUM")[findings.language]]
    head += [findings.say("capability_head_units"), findings.say("capability_head_ranked")]
    head += [words.column(name)[findings.language] for name in ("CAPIDX_GINI", "CAPIDX_GINI_POP")]
    rows = [
        [
            stratum_title(one.code)[findings.language],
            *(str(one.units), str(one.ranked), one.gini or _NONE, one.gini_population or _NONE),
        ]
        for one in found.results.strata
    ]
    table = blocks.table(findings, _titled(findings, "capability_inequality", found), head, rows)
    note = _note(findings, found, before=findings.say("capability_inequality_note"))
    return table | {"widths": [0, 26, 26, 30, 34], "dense": True, "note": note}
