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


def standings(it: Findings) -> list[Block]:
    found = it.edition.release.capability
    if found is None:
        return [{"kind": "text", "text": it.say("capability_none")}]
    results = found.results
    intro = it.say("capability_intro", year=found.period, units=len(results.standings), indicators=results.indicators)
    drawn = it.say("capability_ranks_intro", draws=f"{results.draws:,}", seed=results.seed)
    return [
        {"kind": "text", "text": intro},
        {"kind": "heading", "text": it.say("capability_scores")},
        _scores(it, found),
        {"kind": "heading", "text": it.say("capability_ranks")},
        {"kind": "text", "text": drawn},
        *_charts(it, found),
        _ranks(it, found),
        _inequality(it, found),
    ]


def _note(it: Findings, found: Assessment, unit: str = "", *, before: str = "", n: int = 0) -> str:
    """`before`: whole sentences; `n`: of all governments unless it is said."""
    base = it.say("capability_n", n=n or len(found.results.standings))
    source = it.say("capability_source", source=found.source, year=found.period)
    told = it.say("separator").join(filter(None, [unit, base, source]))
    return f"{before} {told}".strip()


def _titled(it: Findings, name: str, found: Assessment) -> str:
    return f"{it.say(name)} ({words.period(found.period)[it.language]})"


def _names(it: Findings, one: UnitResult) -> list[str]:
    return [one.title[it.language], stratum_title(one.stratum)[it.language]]


def _scores(it: Findings, found: Assessment) -> Block:
    head = [words.column(name)[it.language] for name in ("UNIT", "STRATUM", *AREAS, *INDICES)]
    rows = [
        [*_names(it, one), *(score or _NONE for score in (*one.scores.values(), one.arithmetic, one.geometric))]
        for one in found.results.standings
    ]
    table = blocks.table(it, _titled(it, "capability_scores", found), head, rows, labels=2)
    note = _note(it, found, it.say("capability_unit_score"))
    return table | {"widths": [0, 16, *(15 for _ in AREAS), 17, 17], "dense": True, "note": note}


def _charts(it: Findings, found: Assessment) -> list[Block]:
    made = []
    for stratum in found.results.strata:
        if stratum.ranked < 2:
            continue
        rows = [
            (one.title[it.language], [rank for rank in ranks(one) if rank is not None])
            for one in found.results.standings
            if one.stratum == stratum.code and one.rank
        ]
        title = f"{it.say('capability_ranks')} · {stratum_title(stratum.code)[it.language]}"
        made.append(_chart(it, found, f"{title} ({words.period(found.period)[it.language]})", rows))
    return made


def _chart(it: Findings, found: Assessment, title: str, rows: Sequence[tuple[str, Sequence[int]]]) -> Block:
    spoken = ", ".join(f"{name} {rank} ({low}–{high})" for name, (rank, _, low, high, _) in rows)
    unit = it.say("capability_unit_rank")
    return {
        "kind": "chart",
        "title": title,
        "svg": charts.ranges(rows),
        "alt": it.say("chart_alt", title=title, values=spoken),
        "width": 150,
        "note": _note(it, found, unit, before=it.say("capability_reading"), n=len(rows)),
    }


def _ranks(it: Findings, found: Assessment) -> Block:
    every = found.results.standings
    rows = []
    for one in every:
        rank, best, p05, p95, worst = ranks(one)
        behind = sum(one.unit in other.ahead for other in every)
        told = [str(rank), _span(p05, p95), _span(best, worst), str(len(one.ahead)), str(behind)]
        rows.append([*_names(it, one), *(told if rank else [_NONE] * len(told)), one.available])
    names = ("rank", "most", "all", "ahead", "behind", "available")
    head = [words.column(name)[it.language] for name in ("UNIT", "STRATUM")]
    head += [it.say(f"capability_head_{name}") for name in names]
    table = blocks.table(it, _titled(it, "capability_ranks", found), head, rows, labels=2)
    said = f"{it.say('capability_always')} {it.say('capability_missing')}"
    note = _note(it, found, it.say("capability_unit_rank"), before=said)
    return table | {"widths": [0, 15, 13, 20, 18, 18, 18, 17], "dense": True, "note": note}


def _span(first: int | None, last: int | None) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _inequality(it: Findings, found: Assessment) -> Block:
    head = [words.column("STRATUM")[it.language]]
    head += [it.say("capability_head_units"), it.say("capability_head_ranked")]
    head += [words.column(name)[it.language] for name in ("CAPIDX_GINI", "CAPIDX_GINI_POP")]
    rows = [
        [
            stratum_title(one.code)[it.language],
            *(str(one.units), str(one.ranked), one.gini or _NONE, one.gini_population or _NONE),
        ]
        for one in found.results.strata
    ]
    table = blocks.table(it, _titled(it, "capability_inequality", found), head, rows)
    note = _note(it, found, before=it.say("capability_inequality_note"))
    return table | {"widths": [0, 26, 26, 30, 34], "dense": True, "note": note}
